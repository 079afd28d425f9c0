import { setTimeout as sleep } from "node:timers/promises"
import Redis from "ioredis"
import { Failure, setting } from "./program"

/** Medusa started without its Redis gives up; the cache's pod starts at the same time as the shop's. */
export async function waitForRedis(deadline: number): Promise<void> {
  if (!process.env.REDIS_URL) {
    return
  }
  for (;;) {
    const redis = quietRedis()
    try {
      await redis.connect()
      await redis.ping()
      return
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Failure(`Redis did not answer in time (${(error as Error).message}).`)
      }
    } finally {
      redis.disconnect()
    }
    await sleep(100)
  }
}

/** Ends the sessions of a user, who has to log in again in every browser. Returns how many there were. */
export async function endSessions(userId: string): Promise<number> {
  const redis = quietRedis()
  let ended = 0
  try {
    await redis.connect()
    for await (const keys of redis.scanStream({ match: "*sess:*", count: 500 }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        if (isSessionOf(await redis.get(key), userId)) {
          ended += await redis.del(key)
        }
      }
    }
  } finally {
    redis.disconnect()
  }
  return ended
}

function isSessionOf(session: string | null, userId: string): boolean {
  try {
    return JSON.parse(session ?? "null")?.auth_context?.actor_id === userId
  } catch {
    return false
  }
}

function quietRedis(): Redis {
  const redis = new Redis(setting("REDIS_URL"), {
    lazyConnect: true,
    connectTimeout: 5000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // What goes wrong is told by the call in hand.
  redis.on("error", () => {})
  return redis
}
