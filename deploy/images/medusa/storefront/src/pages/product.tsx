import { useState } from "preact/hooks"
import { Failed, Heading, Picture, reason, useFetched } from "../parts"
import type { Product, Variant } from "../shop"
import { useShop } from "../state"
import { canBuy, variantPrice } from "../text"

export function ProductPage({ handle }: { handle: string }) {
  const { shop } = useShop()
  const { value, failed } = useFetched(async () => ({ product: await shop.product(handle) }))
  if (failed) {
    return <Failed />
  }
  if (!value) {
    return null
  }
  if (!value.product) {
    return (
      <>
        <Heading>This product is gone</Heading>
        <p>
          <a href="/">See all products</a>
        </p>
      </>
    )
  }
  return (
    <div class="product">
      <Picture product={value.product} />
      <div>
        <Heading>{value.product.title}</Heading>
        <p class="description">{value.product.description}</p>
        <Buy product={value.product} />
      </div>
    </div>
  )
}

function Buy({ product }: { product: Product }) {
  const { shop, cart, setCart, announce } = useShop()
  const variants = product.variants ?? []
  const [chosen, setChosen] = useState((variants.find(canBuy) ?? variants[0])?.id)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState("")
  const variant = variants.find((v) => v.id === chosen)

  async function add(event: Event) {
    event.preventDefault()
    if (!variant || busy) {
      return
    }
    setBusy(true)
    setFault("")
    try {
      setCart(await shop.add(cart, variant.id, 1))
      announce(`${product.title} is in the cart.`)
    } catch (error) {
      setFault(reason(error))
    }
    setBusy(false)
  }

  if (!variant) {
    return <p>This product cannot be bought.</p>
  }
  return (
    <form onSubmit={add}>
      {variants.length > 1 && <Variants variants={variants} chosen={variant.id} choose={setChosen} />}
      <p class="price" aria-live="polite">
        {canBuy(variant) ? variantPrice(variant) : "Sold out"}
      </p>
      <button type="submit" disabled={!canBuy(variant)} aria-disabled={busy}>
        Add to cart
      </button>
      {fault && <p role="alert">{fault}</p>}
    </form>
  )
}

interface Choice {
  variants: Variant[]
  chosen: string
  choose(id: string): void
}

function Variants({ variants, chosen, choose }: Choice) {
  return (
    <fieldset>
      <legend>Choose</legend>
      <div class="choices">
        {variants.map((variant) => (
          <label key={variant.id}>
            <input
              type="radio"
              name="variant"
              checked={variant.id === chosen}
              disabled={!canBuy(variant)}
              onChange={() => choose(variant.id)}
            />
            {variant.title}
            {!canBuy(variant) && " (sold out)"}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
