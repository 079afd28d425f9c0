// GET /storefront.json: what the pages must know of this one store. The image is the same for all.
import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { Modules } from "@medusajs/framework/utils"

export async function GET(request: MedusaRequest, response: MedusaResponse): Promise<void> {
  const [store] = await request.scope.resolve(Modules.STORE).listStores({}, { select: ["name"] })
  response.set("cache-control", "no-cache").json({
    title: store?.name ?? "",
    publishableKey: process.env.PUBLISHABLE_KEY ?? "",
  })
}
