import { Failed, Heading, useFetched, useShop } from "../app"
import type { Product } from "../shop"
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

export function Picture({ product }: { product: Product }) {
  const url = product.thumbnail ?? product.images?.[0]?.url
  return url ? <img src={url} alt="" width="400" height="400" /> : <span class="no-picture" />
}
