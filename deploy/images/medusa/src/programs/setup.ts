// store-setup: makes the shop finished. A template that came with the database image becomes the store's
// own by a few SQL statements; an empty or older database is migrated and filled first. Safe to repeat and
// to be killed anywhere: each step is either one transaction or looks what is already there.
//
// --template stops before anything personal: this is how the template of the database image is made.
import { parseArgs } from "node:util"
import type { Client } from "pg"
import { connect, transaction } from "../lib/database"
import { ensurePublishableKey, personalise } from "../lib/personalise"
import { run, say, setting, VERSION, waitUntil } from "../lib/program"
import { createProgressTable, isEmpty, type Progress, readProgress, writeProgress } from "../lib/progress"

// Any number that no other program uses: two setups at once take turns.
const LOCK = 7_305_101

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { template: { type: "boolean", default: false } } })
  const client = await connect(waitUntil())
  await client.query("select pg_advisory_lock($1)", [LOCK])
  await ensureFurnished(client)
  if (!values.template) {
    await ensurePersonal(client)
  }
}

async function ensureFurnished(client: Client): Promise<void> {
  const progress = await readProgress(client)
  if (progress.furnished === VERSION) {
    say(`the database fits Medusa ${VERSION}`)
    return
  }
  say(progress.furnished ? `upgrading from ${progress.furnished} to ${VERSION}` : `setting up Medusa ${VERSION}`)
  // Here and not above: the fast way never loads Medusa.
  const { furnish } = await import("../lib/furnish.js")
  const isNew = await beginIfNew(client, progress)
  await furnish(isNew)
  if (!progress.begun && !isNew) {
    await createProgressTable(client)
  }
  await writeProgress(client, { furnished: VERSION })
}

/**
 * An empty database is marked as ours before anything else. Found again marked but not furnished, it holds the
 * remains of a run that was killed, which nobody has ever used: the next run begins on nothing. A database
 * that had tables before our mark is somebody's own; it is migrated and gets no samples.
 */
async function beginIfNew(client: Client, progress: Progress): Promise<boolean> {
  const isNew = progress.begun ? progress.furnished === null : await isEmpty(client)
  if (isNew) {
    await transaction(client, async () => {
      await client.query("drop schema public cascade")
      await client.query("create schema public")
      await createProgressTable(client)
    })
  }
  return isNew
}

async function ensurePersonal(client: Client): Promise<void> {
  const revision = setting("STORE_REVISION")
  await transaction(client, async () => {
    const { personalised } = await readProgress(client)
    if (!personalised) {
      await personalise(client)
    }
    await ensurePublishableKey(client, !personalised)
    await writeProgress(client, { personalised: true, revision })
  })
  say(`revision ${revision} is set up`)
}

run(main)
