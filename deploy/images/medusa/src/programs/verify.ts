// store-verify: proves that the shop sells. It orders like a customer, sees that the order is in the books,
// removes it, and leaves the proof as the termination message of its pod.
import { writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { connect } from "../lib/database"
import { Failure, run, say, setting, VERSION, waitUntil } from "../lib/program"
import { waitForProgress } from "../lib/progress"
import { Shopfront } from "../lib/shopfront"
import { checkOrder, type Order, placeOrder, removeTestOrders } from "../lib/test-order"

const PROOF = process.env.STORE_PROOF_FILE ?? "/dev/termination-log"

async function main(): Promise<void> {
  const deadline = waitUntil()
  const revision = setting("STORE_REVISION")
  await waitForProgress(
    (progress) => progress.furnished === VERSION && progress.revision === revision,
    deadline,
    `The setup of revision ${revision} has not ended in time: look at the Job "setup-${revision}".`,
  )
  const shop = new Shopfront()
  await waitForShop(shop, deadline)

  const begin = Date.now()
  const client = await connect(deadline)
  let order: Order
  try {
    order = await placeOrder(shop)
    await checkOrder(client, order)
  } finally {
    await removeTestOrders(client)
  }
  const proof = JSON.stringify({
    order: String(order.display_id),
    total: amount(order.total, order.currency_code),
    placed_at: new Date().toISOString(),
    seconds: Math.round((Date.now() - begin) / 100) / 10,
  })
  await writeFile(PROOF, proof)
  say(proof)
}

/** Ready by its own word, and with a page for whoever opens its address. */
async function waitForShop(shop: Shopfront, deadline: number): Promise<void> {
  for (;;) {
    const reason = await whyNotReady(shop)
    if (!reason) {
      return
    }
    if (Date.now() > deadline) {
      throw new Failure(`The shop did not get ready in time: ${reason}`)
    }
    await sleep(100)
  }
}

async function whyNotReady(shop: Shopfront): Promise<string | undefined> {
  try {
    for (const path of ["/ready", "/"]) {
      const answer = await shop.request("GET", path)
      if (answer.status !== 200) {
        return `${path} answers ${answer.status} ${answer.body.slice(0, 200)}`
      }
    }
    return undefined
  } catch (error) {
    return `it does not answer (${(error as Error).message}).`
  }
}

/** With as many decimals as the currency has: 23.00 EUR, 2300 JPY. */
function amount(value: number, code: string): string {
  const currency = code.toUpperCase()
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits
  return `${value.toFixed(digits)} ${currency}`
}

run(main)
