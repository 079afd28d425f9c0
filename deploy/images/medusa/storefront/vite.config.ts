import { defineConfig } from "vite"

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    // Nothing in the page itself: the server's Content-Security-Policy allows files only.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  // For work on the pages with a shop that runs: SHOP=http://localhost:9000 npx vite
  server: process.env.SHOP
    ? { proxy: { "^/(store|storefront\\.json|static|samples)": { target: process.env.SHOP, changeOrigin: true } } }
    : {},
})
