// Parts that several pages are made of.
import { useEffect, useRef, useState } from "preact/hooks"
import type { Cart, Product } from "./shop"
import { useShop } from "./state"
import { price } from "./text"

let pagesShown = 0

/**
 * The heading of a page names its tab as well. When somebody comes from another page of the shop, the focus
 * moves here, as it would after loading a page; the very first page leaves the focus alone.
 */
export function Heading({ children }: { children: string }) {
  const { shop } = useShop()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (pagesShown++ > 0) {
      heading.current?.focus({ preventScroll: true })
    }
  }, [])
  useEffect(() => {
    document.title = `${children} – ${shop.title}`
  }, [children, shop])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

/** What is being fetched, or why it could not be. */
export function useFetched<T>(fetch: () => Promise<T>): { value?: T; failed: boolean } {
  const [state, setState] = useState<{ value?: T; failed: boolean }>({ failed: false })
  useEffect(() => {
    let wanted = true
    fetch().then(
      (value) => wanted && setState({ value, failed: false }),
      () => wanted && setState({ failed: true }),
    )
    return () => {
      wanted = false
    }
  }, [])
  return state
}

export function Failed() {
  return (
    <p role="alert">
      The shop does not answer just now. <a href={location.href} target="_self">Try again</a>
    </p>
  )
}

export function reason(error: unknown): string {
  return error instanceof Error && error.message ? error.message : "The shop does not answer. Try again."
}

export function Picture({ product }: { product: Product }) {
  const url = product.thumbnail ?? product.images?.[0]?.url
  return url ? <img src={url} alt="" width="400" height="400" /> : <span class="no-picture" />
}

export function Totals({ cart }: { cart: Pick<Cart, "item_total" | "shipping_total" | "total" | "currency_code"> }) {
  const amount = (value: number | undefined) => price(value, cart.currency_code)
  return (
    <dl class="totals" aria-live="polite">
      <dt>Products</dt>
      <dd>{amount(cart.item_total)}</dd>
      <dt>Shipping</dt>
      <dd>{amount(cart.shipping_total)}</dd>
      <dt>Total</dt>
      <dd>
        <strong>{amount(cart.total)}</strong>
      </dd>
    </dl>
  )
}
