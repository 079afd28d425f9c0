import { useState } from "preact/hooks"
import { Heading, reason } from "../parts"
import type { Cart } from "../shop"
import { useShop } from "../state"
import { items, countItems, price } from "../text"

type Line = NonNullable<Cart["items"]>[number]

export function CartPage() {
  const { cart } = useShop()
  return (
    <>
      <Heading>Cart</Heading>
      {countItems(cart) === 0 || !cart ? (
        <p>
          The cart is empty. <a href="/">See all products</a>
        </p>
      ) : (
        <Lines cart={cart} />
      )}
    </>
  )
}

function Lines({ cart }: { cart: Cart }) {
  const { shop, setCart, announce } = useShop()
  const [fault, setFault] = useState("")

  async function change(line: Line, quantity: number) {
    setFault("")
    try {
      const changed = await shop.setQuantity(cart, line.id, quantity)
      setCart(changed)
      announce(`The cart holds ${items(countItems(changed))}: ${price(changed.item_total, changed.currency_code)}.`)
    } catch (error) {
      setFault(reason(error))
    }
  }

  return (
    <>
      <ul class="lines">
        {[...(cart.items ?? [])]
          .sort((a, b) => a.id.localeCompare(b.id))
          .map((line) => (
            <li key={line.id}>
              {line.thumbnail && <img src={line.thumbnail} alt="" width="80" height="80" />}
              <div class="what">
                <a href={`/products/${encodeURIComponent(line.product_handle ?? "")}`}>{line.product_title}</a>
                <span>{line.variant_title}</span>
              </div>
              <Quantity line={line} change={change} />
              <span class="price">{price(line.total ?? line.unit_price * line.quantity, cart.currency_code)}</span>
            </li>
          ))}
      </ul>
      {fault && <p role="alert">{fault}</p>}
      <p class="sum">
        Products: <strong>{price(cart.item_total, cart.currency_code)}</strong>
      </p>
      <p>
        <a class="button" href="/checkout">
          Checkout
        </a>
      </p>
    </>
  )
}

function Quantity({ line, change }: { line: Line; change(line: Line, quantity: number): void }) {
  const name = `${line.product_title}, ${line.variant_title}`
  return (
    <div class="quantity" role="group" aria-label={`Quantity of ${name}`}>
      <button type="button" class="small" aria-label={`One less of ${name}`} onClick={() => change(line, line.quantity - 1)}>
        −
      </button>
      <span>{line.quantity}</span>
      <button type="button" class="small" aria-label={`One more of ${name}`} onClick={() => change(line, line.quantity + 1)}>
        +
      </button>
      <button type="button" class="small" aria-label={`Remove ${name}`} onClick={() => change(line, 0)}>
        Remove
      </button>
    </div>
  )
}
