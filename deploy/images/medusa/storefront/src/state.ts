// What all pages share: the shop, the cart and the order just placed.
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { Cart, Order, Shop } from "./shop"

export interface State {
  shop: Shop
  cart: Cart | undefined
  order: Order | undefined
  setCart(cart: Cart | undefined): void
  setOrder(order: Order): void
  /** Read out by screen readers, and shown for a while. */
  announce(message: string): void
}

export const Context = createContext<State | undefined>(undefined)

export function useShop(): State {
  const state = useContext(Context)
  if (!state) {
    throw new Error("useShop belongs inside App")
  }
  return state
}
