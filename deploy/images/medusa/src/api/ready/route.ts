// GET /ready: may customers come in? Medusa's own /health says OK without any database.
import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { VERSION } from "../../lib/program"

const PATIENCE_MILLISECONDS = 3000

const QUESTION = `
  select personalised and furnished = ? as set_up,
    exists (select 1 from api_key where token = ? and revoked_at is null and deleted_at is null) as has_key
  from storebot_setup`

export async function GET(request: MedusaRequest, response: MedusaResponse): Promise<void> {
  const database = request.scope.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  let reason: string | undefined
  try {
    // A pool without a database makes everybody wait for a minute.
    const { rows } = await database
      .raw(QUESTION, [VERSION, process.env.PUBLISHABLE_KEY ?? ""])
      .timeout(PATIENCE_MILLISECONDS)
    reason = whyNot(rows[0])
  } catch {
    reason = "The database does not answer."
  }
  response
    .status(reason ? 503 : 200)
    .set("cache-control", "no-store")
    .type("text/plain")
    .send(reason ?? "ready")
}

function whyNot(row?: { set_up: boolean; has_key: boolean }): string | undefined {
  if (!row?.set_up) {
    return "The shop is not set up yet."
  }
  return row.has_key ? undefined : "The database does not know the shop's publishable key."
}
