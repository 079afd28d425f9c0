// The storefront's pages at /, beside Medusa's own routes, which always come first.
import path from "node:path"
import { defineMiddlewares, type MedusaNextFunction, type MedusaRequest, type MedusaResponse } from "@medusajs/framework/http"
import express from "express"
import { APP_DIRECTORY } from "../lib/program"

const PAGES = path.resolve(APP_DIRECTORY, "storefront")

const OF_MEDUSA = /^\/(admin|app|auth|cloud|health|hooks|ready|static|store|storefront\.json)(\/|$)/

// Everything comes from the shop itself; nothing is written into a page.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ")

const files = express.static(PAGES, {
  index: false,
  redirect: false,
  setHeaders(response, file) {
    // Names in assets/ carry a hash of what is in them; all other files may change with the next version.
    const forEver = file.startsWith(path.join(PAGES, "assets"))
    response.setHeader("cache-control", forEver ? "public, max-age=31536000, immutable" : "no-cache")
  },
})

function storefront(request: MedusaRequest, response: MedusaResponse, next: MedusaNextFunction): void {
  const reads = request.method === "GET" || request.method === "HEAD"
  if (!reads || OF_MEDUSA.test(request.path)) {
    next()
    return
  }
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY)
  response.setHeader("x-content-type-options", "nosniff")
  response.setHeader("referrer-policy", "same-origin")
  // A browser that opens an address gets the page, which finds out by itself what to show there.
  files(request, response, () => {
    if (request.accepts(["html"]) && path.extname(request.path) === "") {
      response.setHeader("cache-control", "no-cache")
      response.sendFile("index.html", { root: PAGES, cacheControl: false })
    } else {
      next()
    }
  })
}

export default defineMiddlewares({ routes: [{ matcher: "/", middlewares: [storefront] }] })
