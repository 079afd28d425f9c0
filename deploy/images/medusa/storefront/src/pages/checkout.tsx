import { useEffect, useRef, useState } from "preact/hooks"
import { Heading, reason, Totals } from "../parts"
import { go } from "../route"
import type { Address, Cart, ShippingOption } from "../shop"
import { useShop } from "../state"
import { addressFaults, countItems, price } from "../text"
import { Field } from "./field"

export function CheckoutPage() {
  const { cart } = useShop()
  const [options, setOptions] = useState<ShippingOption[]>()
  return (
    <>
      <Heading>Checkout</Heading>
      {!cart || countItems(cart) === 0 ? (
        <p>
          The cart is empty. <a href="/">See all products</a>
        </p>
      ) : options ? (
        <Confirm cart={cart} options={options} back={() => setOptions(undefined)} />
      ) : (
        <Where cart={cart} done={setOptions} />
      )}
    </>
  )
}

function Where({ cart, done }: { cart: Cart; done(options: ShippingOption[]): void }) {
  const { shop, setCart } = useShop()
  const countries = shop.region.countries ?? []
  const form = useRef<HTMLFormElement>(null)
  const [address, setAddress] = useState<Address>(() => known(cart, countries[0]?.iso_2 ?? ""))
  const [faults, setFaults] = useState<ReturnType<typeof addressFaults>>({})
  const [fault, setFault] = useState("")

  async function submit(event: Event) {
    event.preventDefault()
    const found = addressFaults(address)
    setFaults(found)
    setFault("")
    const first = Object.keys(found)[0]
    if (first) {
      form.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus()
      return
    }
    try {
      const changed = await shop.setAddress(cart, address)
      const options = await shop.shippingOptions(changed)
      setCart(options[0] ? await shop.chooseShipping(changed, options[0].id) : changed)
      done(options)
    } catch (error) {
      setFault(reason(error))
    }
  }

  const field = (name: keyof Address, label: string, autocomplete: string, type = "text") => (
    <Field
      name={name}
      label={label}
      autocomplete={autocomplete}
      type={type}
      value={address[name]}
      fault={faults[name]}
      required={name !== "phone"}
      change={(value) => setAddress({ ...address, [name]: value })}
    />
  )
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <h2>Where to?</h2>
      {field("email", "E-mail", "email", "email")}
      {field("first_name", "First name", "given-name")}
      {field("last_name", "Last name", "family-name")}
      {field("address_1", "Street and number", "street-address")}
      {field("postal_code", "Postal code", "postal-code")}
      {field("city", "Town or city", "address-level2")}
      <label>
        Country
        <select
          name="country_code"
          autocomplete="country"
          value={address.country_code}
          onChange={(event) => setAddress({ ...address, country_code: event.currentTarget.value })}
        >
          {countries.map((country) => (
            <option key={country.iso_2} value={country.iso_2}>
              {country.display_name}
            </option>
          ))}
        </select>
      </label>
      {field("phone", "Phone (optional)", "tel", "tel")}
      {fault && <p role="alert">{fault}</p>}
      <button type="submit">Continue</button>
    </form>
  )
}

/** What was typed before comes back with the cart. */
function known(cart: Cart, country: string): Address {
  const typed = cart.shipping_address
  return {
    email: cart.email ?? "",
    first_name: typed?.first_name ?? "",
    last_name: typed?.last_name ?? "",
    address_1: typed?.address_1 ?? "",
    postal_code: typed?.postal_code ?? "",
    city: typed?.city ?? "",
    country_code: typed?.country_code ?? country,
    phone: typed?.phone ?? "",
  }
}

function Confirm({ cart, options, back }: { cart: Cart; options: ShippingOption[]; back(): void }) {
  const { shop, setCart, setOrder } = useShop()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState("")
  const heading = useRef<HTMLHeadingElement>(null)
  const chosen = cart.shipping_methods?.[0]?.shipping_option_id

  // The button that led here is gone, and the focus with it.
  useEffect(() => heading.current?.focus(), [])

  async function attempt(work: () => Promise<void>) {
    if (busy) {
      return
    }
    setBusy(true)
    setFault("")
    try {
      await work()
    } catch (error) {
      setFault(reason(error))
    }
    setBusy(false)
  }

  const order = (event: Event) => {
    event.preventDefault()
    void attempt(async () => {
      setOrder(await shop.order(cart))
      setCart(undefined)
      go("/thanks")
    })
  }

  if (options.length === 0) {
    return (
      <div>
        <p role="alert">This shop does not ship to that address.</p>
        <button type="button" onClick={back}>
          Change the address
        </button>
      </div>
    )
  }
  return (
    <form onSubmit={order}>
      <h2 ref={heading} tabIndex={-1}>
        How?
      </h2>
      <fieldset>
        <legend>Shipping</legend>
        {options.map((option) => (
          <label key={option.id} class="choice">
            <input
              type="radio"
              name="shipping"
              checked={option.id === chosen}
              onChange={() => attempt(async () => setCart(await shop.chooseShipping(cart, option.id)))}
            />
            {option.name} ({price(option.amount, cart.currency_code)})
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Payment</legend>
        <label class="choice">
          <input type="radio" name="payment" checked />
          Cash on delivery
        </label>
      </fieldset>
      <Totals cart={cart} />
      {fault && <p role="alert">{fault}</p>}
      <div class="actions">
        <button type="submit" aria-disabled={busy}>
          Order now
        </button>
        <button type="button" class="quiet" onClick={back}>
          Change the address
        </button>
      </div>
    </form>
  )
}
