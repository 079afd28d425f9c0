import { Heading, Totals } from "../parts"
import { useShop } from "../state"

/** The order is kept in this page only: an address that shows it would show it to whoever finds it. */
export function ThanksPage() {
  const { order } = useShop()
  if (!order) {
    return (
      <>
        <Heading>No order to show</Heading>
        <p>
          <a href="/">See all products</a>
        </p>
      </>
    )
  }
  return (
    <>
      <Heading>Thank you for your order</Heading>
      <p>
        Your order has the number <strong>{String(order.display_id)}</strong>. You pay when it is delivered.
      </p>
      <ul>
        {order.items?.map((item) => (
          <li key={item.id}>
            {item.quantity} × {item.product_title}, {item.variant_title}
          </li>
        ))}
      </ul>
      <Totals cart={order} />
      <p>
        <a href="/">See all products</a>
      </p>
    </>
  )
}
