import { describe, expect, it } from "vitest"
import type { Product, Variant } from "./shop"
import { addressFaults, canBuy, items, price, productPrice } from "./text"

const variant = (amount: number, more: Partial<Variant> = {}) =>
  ({ calculated_price: { calculated_amount: amount, currency_code: "eur" }, ...more }) as Variant

const address = {
  email: "ana@example.com",
  first_name: "Ana",
  last_name: "Lima",
  address_1: "Street 1",
  postal_code: "10115",
  city: "Berlin",
  country_code: "de",
  phone: "",
}

describe("prices", () => {
  it("have the decimals of their currency", () => {
    expect(price(23, "eur")).toMatch(/23[.,]00/)
    expect(price(2300, "jpy")).toMatch(/2[.,]?300$/)
  })

  it("say 'from' only where variants differ", () => {
    expect(productPrice({ variants: [variant(34), variant(34)] } as Product)).not.toContain("from")
    expect(productPrice({ variants: [variant(18), variant(9)] } as Product)).toMatch(/^from .*9[.,]00/)
    expect(productPrice({ variants: [] } as unknown as Product)).toBe("")
  })
})

describe("a variant", () => {
  it("can be bought while there is stock, on backorder, or uncounted", () => {
    expect(canBuy(variant(1, { manage_inventory: true, inventory_quantity: 1 }))).toBe(true)
    expect(canBuy(variant(1, { manage_inventory: true, inventory_quantity: 0 }))).toBe(false)
    expect(canBuy(variant(1, { manage_inventory: true, inventory_quantity: 0, allow_backorder: true }))).toBe(true)
    expect(canBuy(variant(1, { manage_inventory: false }))).toBe(true)
    expect(canBuy({ manage_inventory: false } as Variant)).toBe(false)
  })
})

describe("an address", () => {
  it("passes when it is complete; a phone number is not asked for", () => {
    expect(addressFaults(address)).toEqual({})
  })

  it("names each field that is missing or wrong", () => {
    const faults = addressFaults({ ...address, email: "ana@", city: "  " })
    expect(Object.keys(faults)).toEqual(["email", "city"])
  })
})

it("counts in words", () => {
  expect([items(0), items(1), items(2)]).toEqual(["0 items", "1 item", "2 items"])
})
