import { Failed, Heading, Picture, useFetched } from "../parts"
import type { Product } from "../shop"
import { useShop } from "../state"
import { productPrice } from "../text"

export function ProductsPage() {
  const { shop } = useShop()
  const { value: products, failed } = useFetched(() => shop.products())
  return (
    <>
      <Heading>Products</Heading>
      {failed && <Failed />}
      {products?.length === 0 && <p>There is nothing to buy yet.</p>}
      <ul class="products">{products?.map((product) => <Card key={product.id} product={product} />)}</ul>
    </>
  )
}

function Card({ product }: { product: Product }) {
  return (
    <li>
      <a href={`/products/${encodeURIComponent(product.handle)}`}>
        {/* The name stands beside the picture: read out twice it would only be in the way. */}
        <Picture product={product} />
        <span class="name">{product.title}</span>
        <span class="price">{productPrice(product)}</span>
      </a>
    </li>
  )
}
