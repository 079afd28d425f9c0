// A customer's whole way through the shop, and out of the books again.
import type { Client } from "pg"
import { transaction } from "./database"
import { Failure } from "./program"
import type { Shopfront } from "./shopfront"

/** Nobody can have this address (RFC 2606), so whatever carries it is ours to remove. */
const EMAIL = "test-order@storebot.invalid"

export interface Order {
  id: string
  display_id: number
  currency_code: string
  total: number
}

interface Region {
  id: string
  countries: { iso_2: string }[]
}

interface Variant {
  id: string
  manage_inventory: boolean
  allow_backorder: boolean
  inventory_quantity?: number
  calculated_price?: { calculated_amount: number | null }
}

export async function placeOrder(shop: Shopfront): Promise<Order> {
  const { regions } = await shop.call<{ regions: Region[] }>("GET", "/store/regions?limit=1")
  const region = regions[0]
  const country = region?.countries[0]?.iso_2
  if (!region || !country) {
    throw new Failure("The shop sells to no country: it has no region with one.")
  }
  const address = {
    first_name: "Test",
    last_name: "Order",
    address_1: "Test street 1",
    city: "Test",
    postal_code: "10000",
    country_code: country,
    phone: "000",
  }
  const { cart } = await shop.call<{ cart: { id: string } }>("POST", "/store/carts", {
    region_id: region.id,
    email: EMAIL,
    items: [{ variant_id: await findVariant(shop, region.id), quantity: 1 }],
    shipping_address: address,
    billing_address: address,
  })
  const total = await chooseShippingAndPayment(shop, cart.id)
  const done = await shop.call<{ type: string; order: Order; error?: { message: string } }>(
    "POST",
    `/store/carts/${cart.id}/complete`,
  )
  if (done.type !== "order") {
    throw new Failure(`The shop did not accept the order: ${done.error?.message ?? "no reason given"}`)
  }
  if (done.order.total !== total) {
    throw new Failure(`The order costs ${done.order.total}, but the cart said ${total}.`)
  }
  return done.order
}

async function findVariant(shop: Shopfront, regionId: string): Promise<string> {
  const fields = "id,*variants.calculated_price,+variants.inventory_quantity"
  const { products } = await shop.call<{ products: { variants: Variant[] | null }[] }>(
    "GET",
    `/store/products?limit=20&region_id=${regionId}&fields=${fields}`,
  )
  const variant = products
    .flatMap((product) => product.variants ?? [])
    .find(
      (v) =>
        typeof v.calculated_price?.calculated_amount === "number" &&
        (!v.manage_inventory || v.allow_backorder || (v.inventory_quantity ?? 0) > 0),
    )
  if (!variant) {
    throw new Failure("The shop has no product that can be bought: none is published with a price and in stock.")
  }
  return variant.id
}

/** Returns what the customer is told to pay. */
async function chooseShippingAndPayment(shop: Shopfront, cartId: string): Promise<number> {
  const { shipping_options } = await shop.call<{ shipping_options: { id: string }[] }>(
    "GET",
    `/store/shipping-options?cart_id=${cartId}`,
  )
  if (!shipping_options[0]) {
    throw new Failure("The shop ships nowhere: no shipping option fits the order.")
  }
  const { cart } = await shop.call<{ cart: { total: number } }>("POST", `/store/carts/${cartId}/shipping-methods`, {
    option_id: shipping_options[0].id,
  })
  const { payment_collection } = await shop.call<{ payment_collection: { id: string } }>(
    "POST",
    "/store/payment-collections",
    { cart_id: cartId },
  )
  await shop.call("POST", `/store/payment-collections/${payment_collection.id}/payment-sessions`, {
    provider_id: "pp_system_default",
  })
  return cart.total
}

/** That the order is in the books with the same total, not only in an answer. */
export async function checkOrder(client: Client, order: Order): Promise<void> {
  const { rows } = await client.query<{ total: string }>(
    `select s.totals->>'current_order_total' as total
     from "order" o join order_summary s on s.order_id = o.id and s.version = o.version
     where o.id = $1 and o.email = $2 and o.deleted_at is null`,
    [order.id, EMAIL],
  )
  if (!rows[0]) {
    throw new Failure(`Order ${order.display_id} is not in the database.`)
  }
  if (Number(rows[0].total) !== order.total) {
    throw new Failure(`Order ${order.display_id} costs ${rows[0].total} in the database, not ${order.total}.`)
  }
}

/** Removes every test order, cart and customer, also of a run that was killed, and gives the stock back. */
export async function removeTestOrders(client: Client): Promise<void> {
  await transaction(client, async () => {
    const orders = await ids(client, `select id from "order" where email = $1`, EMAIL)
    const carts = await ids(client, "select id from cart where email = $1", EMAIL)
    const lines = await ids(client, "select item_id as id from order_item where order_id = any($1)", orders)
    await giveStockBack(client, lines)
    await removePayments(client, carts)
    await client.query("delete from order_line_item where id = any($1)", [lines])
    await client.query(
      `delete from order_shipping_method where id in
         (select shipping_method_id from order_shipping where order_id = any($1))`,
      [orders],
    )
    for (const table of ["order_cart", "order_payment_collection"]) {
      await client.query(`delete from ${table} where order_id = any($1)`, [orders])
    }
    await removeWithAddresses(client, "order", orders)
    await removeWithAddresses(client, "cart", carts)
    await client.query("delete from customer where email = $1 and not has_account", [EMAIL])
  })
}

async function giveStockBack(client: Client, lines: string[]): Promise<void> {
  await client.query(
    `with freed as (
       delete from reservation_item where line_item_id = any($1) and deleted_at is null
       returning inventory_item_id, location_id, quantity
     ), sums as (
       select inventory_item_id, location_id, sum(quantity) as quantity from freed group by 1, 2
     )
     update inventory_level l
     set reserved_quantity = l.reserved_quantity - sums.quantity,
         raw_reserved_quantity =
           jsonb_set(l.raw_reserved_quantity, '{value}', to_jsonb((l.reserved_quantity - sums.quantity)::text))
     from sums
     where l.inventory_item_id = sums.inventory_item_id and l.location_id = sums.location_id`,
    [lines],
  )
}

/** Payments and their sessions go with their collection. */
async function removePayments(client: Client, carts: string[]): Promise<void> {
  const collections = await ids(
    client,
    "select payment_collection_id as id from cart_payment_collection where cart_id = any($1)",
    carts,
  )
  await client.query("delete from cart_payment_collection where cart_id = any($1)", [carts])
  await client.query("delete from payment_collection where id = any($1)", [collections])
}

/** The lines and adjustments go with their order or cart; its addresses stand by themselves. */
async function removeWithAddresses(client: Client, table: "order" | "cart", gone: string[]): Promise<void> {
  const addresses = await ids(
    client,
    `select unnest(array[shipping_address_id, billing_address_id]) as id from "${table}" where id = any($1)`,
    gone,
  )
  await client.query(`delete from "${table}" where id = any($1)`, [gone])
  await client.query(`delete from ${table}_address where id = any($1)`, [addresses])
}

async function ids(client: Client, query: string, argument: unknown): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(query, [argument])
  return rows.map((row) => row.id)
}
