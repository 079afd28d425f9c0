// Everything that the pages ask of the shop. Medusa's own client does the talking.
import Medusa from "@medusajs/js-sdk"
import type { HttpTypes } from "@medusajs/types"

export type Product = HttpTypes.StoreProduct
export type Variant = HttpTypes.StoreProductVariant
export type Cart = HttpTypes.StoreCart
export type Region = HttpTypes.StoreRegion
export type Order = HttpTypes.StoreOrder
export type ShippingOption = HttpTypes.StoreCartShippingOption

export interface Address {
  email: string
  first_name: string
  last_name: string
  address_1: string
  postal_code: string
  city: string
  country_code: string
  phone: string
}

const PRODUCT_FIELDS = "*variants.calculated_price,+variants.inventory_quantity,*variants.options,*images"
const CART_KEY = "cart"

/** The owner collects the money by hand, for example when the parcel is handed over. */
const PAYMENT = "pp_system_default"

export class Shop {
  private constructor(
    readonly title: string,
    readonly region: Region,
    private readonly medusa: Medusa,
  ) {}

  static async open(): Promise<Shop> {
    const answer = await fetch("/storefront.json")
    if (!answer.ok) {
      throw new Error(`the shop answered ${answer.status}`)
    }
    const { title, publishableKey } = (await answer.json()) as { title: string; publishableKey: string }
    const medusa = new Medusa({ baseUrl: location.origin, publishableKey })
    const { regions } = await medusa.store.region.list({ limit: 1 })
    if (!regions[0]) {
      throw new Error("the shop has no region to sell to")
    }
    return new Shop(title, regions[0], medusa)
  }

  async products(): Promise<Product[]> {
    const { products } = await this.medusa.store.product.list({
      limit: 100,
      region_id: this.region.id,
      fields: PRODUCT_FIELDS,
    })
    return products
  }

  async product(handle: string): Promise<Product | undefined> {
    const { products } = await this.medusa.store.product.list({
      handle,
      region_id: this.region.id,
      fields: PRODUCT_FIELDS,
    })
    return products[0]
  }

  /** The cart that this browser has filled, unless it was ordered or forgotten meanwhile. */
  async cart(): Promise<Cart | undefined> {
    const id = localStorage.getItem(CART_KEY)
    if (!id) {
      return undefined
    }
    try {
      const { cart } = await this.medusa.store.cart.retrieve(id)
      return "completed_at" in cart && cart.completed_at ? undefined : cart
    } catch (error) {
      if ((error as { status?: number }).status === 404) {
        localStorage.removeItem(CART_KEY)
        return undefined
      }
      throw error
    }
  }

  async add(cart: Cart | undefined, variantId: string, quantity: number): Promise<Cart> {
    if (cart) {
      const added = await this.medusa.store.cart.createLineItem(cart.id, { variant_id: variantId, quantity })
      return added.cart
    }
    const made = await this.medusa.store.cart.create({
      region_id: this.region.id,
      items: [{ variant_id: variantId, quantity }],
    })
    localStorage.setItem(CART_KEY, made.cart.id)
    return made.cart
  }

  async setQuantity(cart: Cart, lineId: string, quantity: number): Promise<Cart> {
    if (quantity > 0) {
      return (await this.medusa.store.cart.updateLineItem(cart.id, lineId, { quantity })).cart
    }
    await this.medusa.store.cart.deleteLineItem(cart.id, lineId)
    return (await this.medusa.store.cart.retrieve(cart.id)).cart
  }

  async setAddress(cart: Cart, { email, ...address }: Address): Promise<Cart> {
    const answer = await this.medusa.store.cart.update(cart.id, {
      email,
      shipping_address: address,
      billing_address: address,
    })
    return answer.cart
  }

  async shippingOptions(cart: Cart): Promise<ShippingOption[]> {
    return (await this.medusa.store.fulfillment.listCartOptions({ cart_id: cart.id })).shipping_options
  }

  async chooseShipping(cart: Cart, optionId: string): Promise<Cart> {
    return (await this.medusa.store.cart.addShippingMethod(cart.id, { option_id: optionId })).cart
  }

  async order(cart: Cart): Promise<Order> {
    await this.medusa.store.payment.initiatePaymentSession(cart, { provider_id: PAYMENT })
    const done = await this.medusa.store.cart.complete(cart.id)
    if (done.type !== "order") {
      throw new Error(done.error.message)
    }
    localStorage.removeItem(CART_KEY)
    return done.order
  }
}
