// Addresses of the pages. The server answers all of them with the same page.
import { useEffect, useState } from "preact/hooks"

export type Route =
  | { page: "products" }
  | { page: "product"; handle: string }
  | { page: "cart" }
  | { page: "checkout" }
  | { page: "thanks" }
  | { page: "missing" }

export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean)
  if (parts.length === 0) {
    return { page: "products" }
  }
  if (parts.length === 2 && parts[0] === "products" && parts[1]) {
    return { page: "product", handle: decodeURIComponent(parts[1]) }
  }
  const page = parts[0]
  return parts.length === 1 && (page === "cart" || page === "checkout" || page === "thanks")
    ? { page }
    : { page: "missing" }
}

export function go(path: string): void {
  history.pushState(null, "", path)
  dispatchEvent(new PopStateEvent("popstate"))
  scrollTo(0, 0)
}

/** Plain links of this shop change the page without loading it anew; all others stay what they are. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a")
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin || link.hash) {
    return
  }
  event.preventDefault()
  go(link.pathname)
}

export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname)
  useEffect(() => {
    const changed = () => setPath(location.pathname)
    addEventListener("popstate", changed)
    document.addEventListener("click", follow)
    return () => {
      removeEventListener("popstate", changed)
      document.removeEventListener("click", follow)
    }
  }, [])
  return routeOf(path)
}
