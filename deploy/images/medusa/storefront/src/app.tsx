// The frame around every page: the shop's name, the way to the cart, and one place that speaks to screen
// readers.
import { useEffect, useMemo, useState } from "preact/hooks"
import { CartPage } from "./pages/cart"
import { CheckoutPage } from "./pages/checkout"
import { ProductPage } from "./pages/product"
import { ProductsPage } from "./pages/products"
import { ThanksPage } from "./pages/thanks"
import { Heading } from "./parts"
import { type Route, useRoute } from "./route"
import type { Cart, Order, Shop } from "./shop"
import { Context } from "./state"
import { countItems, items } from "./text"

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
