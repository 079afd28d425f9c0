// store-start: the shop. It loads Medusa's code while the database is still being made, which is most of
// what starting takes, and starts the server as soon as the tables fit. Started on a database without
// tables Medusa would never recover by itself.
import { loadCode } from "../lib/code"
import { APP_DIRECTORY, giveUp, say, setting, VERSION, waitUntil } from "../lib/program"
import { waitForProgress } from "../lib/progress"
import { waitForRedis } from "../lib/redis"

async function main(): Promise<void> {
  const port = Number(process.env.PORT ?? 9000)
  const deadline = waitUntil()
  const begin = Date.now()
  setting("PUBLISHABLE_KEY")
  process.chdir(APP_DIRECTORY)

  // As process 1 nothing ends this program that it does not handle itself. Nothing is open yet.
  const stop = () => process.exit(0)
  process.on("SIGTERM", stop).on("SIGINT", stop)

  const start = await loadCode()
  say(`code loaded in ${Date.now() - begin} ms`)
  // The template of the database image is enough: what the setup changes in it the server reads when asked.
  // Until the setup has ended /ready says no.
  await Promise.all([
    waitForProgress(
      (progress) => progress.furnished === VERSION,
      deadline,
      `The setup has not made the tables of Medusa ${VERSION} in time: look at the Job "setup".`,
    ),
    waitForRedis(deadline),
  ])
  say(`database ready after ${Date.now() - begin} ms`)

  process.off("SIGTERM", stop).off("SIGINT", stop)
  await start({ directory: APP_DIRECTORY, port, host: process.env.HOST })
  say(`server started after ${Date.now() - begin} ms`)
}

main().catch(giveUp)
