// The frame around every page: the shop's name, the way to the cart, and one place that speaks to screen
// readers.
import { createContext } from "preact"
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks"
import { CartPage } from "./pages/cart"
import { CheckoutPage } from "./pages/checkout"
import { ProductPage } from "./pages/product"
import { ProductsPage } from "./pages/products"
import { ThanksPage } from "./pages/thanks"
import { type Route, useRoute } from "./route"
import type { Cart, Order, Shop } from "./shop"
import { countItems, items } from "./text"

export interface State {
  shop: Shop
  cart: Cart | undefined
  order: Order | undefined
  setCart(cart: Cart | undefined): void
  setOrder(order: Order): void
  /** Read out by screen readers, and shown for a while. */
  announce(message: string): void
}

const Context = createContext<State | undefined>(undefined)

export function useShop(): State {
  const state = useContext(Context)
  if (!state) {
    throw new Error("useShop belongs inside App")
  }
  return state
}

export function App({ shop, initialCart }: { shop: Shop; initialCart: Cart | undefined }) {
  const [cart, setCart] = useState(initialCart)
  const [order, setOrder] = useState<Order>()
  const [message, announce] = useState("")
  const route = useRoute()
  // What was said of one page is old news on the next.
  useEffect(() => announce(""), [route.page])
  const state = useMemo(() => ({ shop, cart, order, setCart, setOrder, announce }), [shop, cart, order])

  return (
    <Context.Provider value={state}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header>
        <a class="title" href="/">
          {shop.title}
        </a>
        <nav aria-label="Shop">
          <a href="/" aria-current={route.page === "products" ? "page" : undefined}>
            Products
          </a>
          <a href="/cart" aria-current={route.page === "cart" ? "page" : undefined}>
            Cart <span class="count">({items(countItems(cart))})</span>
          </a>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <Page route={route} />
      </main>
      <p class="message" role="status">
        {message}
      </p>
      <footer>
        <p>{shop.title}</p>
      </footer>
    </Context.Provider>
  )
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "products":
      return <ProductsPage />
    case "product":
      return <ProductPage key={route.handle} handle={route.handle} />
    case "cart":
      return <CartPage />
    case "checkout":
      return <CheckoutPage />
    case "thanks":
      return <ThanksPage />
    case "missing":
      return (
        <>
          <Heading>There is nothing here</Heading>
          <p>
            <a href="/">See all products</a>
          </p>
        </>
      )
  }
}

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
