// store-login: gives the administrator another password, of which this program sees only the hash.
import { setPasswordHash } from "../lib/admin"
import { connect } from "../lib/database"
import { run, say, setting, waitUntil } from "../lib/program"
import { endSessions } from "../lib/redis"

async function main(): Promise<void> {
  const email = setting("ADMIN_EMAIL")
  const hash = setting("ADMIN_PASSWORD_HASH")
  const client = await connect(waitUntil())
  const userId = await setPasswordHash(client, email, hash)
  const ended = process.env.REDIS_URL ? await endSessions(userId) : 0
  say(`the password of ${email} is changed; sessions ended: ${ended}`)
}

run(main)
