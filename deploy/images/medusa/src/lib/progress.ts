// How far the setup of this database has come, in one row of a table of our own. It comes with the
// template of the database image, so it also tells a template from a store.
import type { Client } from "pg"
import { connect } from "./database"
import { Failure } from "./program"

export interface Progress {
  /** Our row is there: the setup has begun on an empty database, or has ended on somebody's own. */
  begun: boolean
  /** Version of the software whose tables are complete, with sample products if the shop is new. */
  furnished: string | null
  /** The database has become one store's own: its title, currency and administrator are the owner's. */
  personalised: boolean
  /** The last revision of the store that was set up to the end. */
  revision: string | null
}

const CHANNEL = "storebot_setup"
const UNDEFINED_TABLE = "42P01"
const NOTHING: Progress = { begun: false, furnished: null, personalised: false, revision: null }

export async function createProgressTable(client: Client): Promise<void> {
  await client.query(`
    create table if not exists storebot_setup (
      id boolean primary key default true check (id),
      furnished text,
      personalised boolean not null default false,
      revision text,
      changed_at timestamptz not null default now()
    )`)
  await client.query("insert into storebot_setup default values on conflict do nothing")
}

export async function readProgress(client: Client): Promise<Progress> {
  try {
    const { rows } = await client.query<Progress>(
      "select true as begun, furnished, personalised, revision from storebot_setup",
    )
    return rows[0] ?? NOTHING
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) {
      return NOTHING
    }
    throw error
  }
}

/** Whether nobody has put anything here yet. */
export async function isEmpty(client: Client): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from pg_tables where schemaname = 'public' limit 1")
  return rowCount === 0
}

/** Writes what is new and wakes whoever waits for it (when the transaction, if any, is committed). */
export async function writeProgress(client: Client, change: Omit<Partial<Progress>, "begun">): Promise<void> {
  await client.query(
    `update storebot_setup set furnished = coalesce($1, furnished), personalised = coalesce($2, personalised),
       revision = coalesce($3, revision), changed_at = now()`,
    [change.furnished, change.personalised, change.revision],
  )
  await client.query(`notify ${CHANNEL}`)
}

/**
 * Returns when the setup has come as far as `enough` asks. PostgreSQL calls when something changes, so
 * nothing polls; a database that goes away meanwhile is waited for like one that is not there yet.
 */
export async function waitForProgress(
  enough: (progress: Progress) => boolean,
  deadline: number,
  complaint: string,
): Promise<void> {
  for (;;) {
    const client = await connect(deadline)
    try {
      await client.query(`listen ${CHANNEL}`)
      while (!enough(await readProgress(client))) {
        if ((await nextCall(client, deadline)) === "too late") {
          throw new Failure(complaint)
        }
      }
      return
    } catch (error) {
      if (error instanceof Failure || Date.now() > deadline) {
        throw error
      }
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function nextCall(client: Client, deadline: number): Promise<"called" | "too late"> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("too late"), Math.max(0, deadline - Date.now()))
    const called = () => {
      clearTimeout(timer)
      resolve("called")
    }
    client.once("notification", called)
    client.once("end", called)
  })
}
