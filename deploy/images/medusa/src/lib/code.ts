// Loads the code that Medusa would load at its start, before there is a database to start with.
import { readdir } from "node:fs/promises"
import path from "node:path"
import { setImmediate as breathe } from "node:timers/promises"
import { APP_DIRECTORY } from "./program"

type Start = (options: { directory: string; port: number; host?: string }) => Promise<void>

/** What the configuration names: a module, or a provider within the options of one. */
interface Named {
  resolve?: unknown
  options?: { providers?: Named[] }
}

/** Parts of Medusa that it finds by looking into folders, and reads only while it starts. */
const FOUND_BY_LOOKING = ["api", "subscribers"]

export async function loadCode(): Promise<Start> {
  const { default: start } = require("@medusajs/medusa/commands/start") as { default: Start }
  // Between two files a signal to stop is heard.
  await breathe()
  require("@medusajs/medusa/core-flows")
  const root = path.dirname(require.resolve("@medusajs/medusa/package.json"))
  for (const folder of FOUND_BY_LOOKING) {
    await loadFolder(path.join(root, "dist", folder))
  }
  const config = require(path.join(APP_DIRECTORY, "medusa-config")) as { default: { modules: Record<string, Named> } }
  for (const named of Object.values(config.default.modules)) {
    for (const { resolve } of [named, ...(named.options?.providers ?? [])]) {
      if (typeof resolve === "string") {
        require(resolve)
        await breathe()
      }
    }
  }
  return start
}

async function loadFolder(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const file of files) {
    if (file.isFile() && file.name.endsWith(".js")) {
      require(path.join(file.parentPath, file.name))
      await breathe()
    }
  }
}
