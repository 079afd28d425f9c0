import { render } from "preact"
import { App } from "./app"
import { Shop } from "./shop"
import "./style.css"

const root = document.getElementById("app")
if (!root) {
  throw new Error("index.html has no element app")
}

Shop.open()
  .then(async (shop) => ({ shop, cart: await shop.cart() }))
  .then(
    ({ shop, cart }) => render(<App shop={shop} initialCart={cart} />, root),
    (error: unknown) => {
      console.error(error)
      render(
        <main>
          <h1>The shop is not open yet</h1>
          <p role="alert">
            It does not answer just now. <a href={location.href}>Try again</a>
          </p>
        </main>,
        root,
      )
    },
  )
