// Small decisions about what a customer reads; they have tests.
import type { Address, Cart, Product, Variant } from "./shop"

/** The browser's way to write the amount, with the currency's own number of decimals. */
export function price(amount: number | null | undefined, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: "currency", currency: currency.toUpperCase() }).format(amount ?? 0)
}

export function variantPrice(variant: Variant): string {
  const calculated = variant.calculated_price
  return calculated?.currency_code ? price(calculated.calculated_amount, calculated.currency_code) : ""
}

/** One price, or the lowest of several. */
export function productPrice(product: Product): string {
  const priced = (product.variants ?? []).filter((v) => typeof v.calculated_price?.calculated_amount === "number")
  const amounts = priced.map((v) => v.calculated_price?.calculated_amount ?? 0)
  const cheapest = priced[amounts.indexOf(Math.min(...amounts))]
  if (!cheapest) {
    return ""
  }
  return new Set(amounts).size > 1 ? `from ${variantPrice(cheapest)}` : variantPrice(cheapest)
}

export function canBuy(variant: Variant): boolean {
  if (typeof variant.calculated_price?.calculated_amount !== "number") {
    return false
  }
  return !variant.manage_inventory || Boolean(variant.allow_backorder) || (variant.inventory_quantity ?? 0) > 0
}

export function countItems(cart: Cart | undefined): number {
  return (cart?.items ?? []).reduce((sum, item) => sum + item.quantity, 0)
}

/** "1 item", "2 items". */
export function items(count: number): string {
  return `${count} ${count === 1 ? "item" : "items"}`
}

const REQUIRED: [keyof Address, string][] = [
  ["first_name", "Enter your first name."],
  ["last_name", "Enter your last name."],
  ["address_1", "Enter street and number."],
  ["postal_code", "Enter the postal code."],
  ["city", "Enter the town or city."],
  ["country_code", "Choose a country."],
]

/** What is wrong with each field of an address; nothing when it can be ordered with. */
export function addressFaults(address: Address): Partial<Record<keyof Address, string>> {
  const faults: Partial<Record<keyof Address, string>> = {}
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address.email.trim())) {
    faults.email = "Enter an e-mail address such as name@example.com."
  }
  for (const [field, message] of REQUIRED) {
    if (!address[field].trim()) {
      faults[field] = message
    }
  }
  return faults
}
