// The database by itself, without Medusa: loading Medusa takes seconds, this takes milliseconds.
import { setTimeout as sleep } from "node:timers/promises"
import { Client, DatabaseError } from "pg"
import { Failure, setting } from "./program"

const RETRY_MILLISECONDS = 100

// PostgreSQL that is starting or stopping says so with these; everything else it says is final.
const NOT_YET = new Set(["57P01", "57P02", "57P03"])

/** Connects, waiting until `deadline` for a database that does not exist or answer yet. */
export async function connect(deadline: number): Promise<Client> {
  const connectionString = setting("DATABASE_URL")
  for (;;) {
    const client = new Client({ connectionString, connectionTimeoutMillis: 5000 })
    // A connection that breaks later makes the query in hand fail; nobody else needs to hear of it.
    client.on("error", () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      if (error instanceof DatabaseError && !NOT_YET.has(error.code ?? "")) {
        throw new Failure(`The database refused the connection: ${error.message}.`)
      }
      if (Date.now() > deadline) {
        throw new Failure(`The database did not answer in time (${(error as Error).message}).`)
      }
    }
    await sleep(RETRY_MILLISECONDS)
  }
}

/** All of `work`, or nothing of it. */
export async function transaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin")
  try {
    const result = await work()
    await client.query("commit")
    return result
  } catch (error) {
    await client.query("rollback").catch(() => {})
    throw error
  }
}
