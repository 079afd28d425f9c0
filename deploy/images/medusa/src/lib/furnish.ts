// The slow way: Medusa itself migrates the database and fills it. Everything happens in one process,
// because loading Medusa once more costs as much as most of its work.
import { MedusaModule } from "@medusajs/framework/modules-sdk"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { migrate } from "@medusajs/medusa/commands/db/migrate"
import { runMigrationScripts } from "@medusajs/medusa/commands/db/run-scripts"
import load, { initializeContainer } from "@medusajs/medusa/loaders/index"
import express from "express"
import { APP_DIRECTORY, Failure, say } from "./program"
import { seed } from "./seed"

/** Brings any older database to this version. An empty one also gets the sample shop. */
export async function furnish(withSamples: boolean): Promise<void> {
  const directory = APP_DIRECTORY
  // Parts of Medusa look for the app where the process stands.
  process.chdir(directory)
  // Background work belongs to the shop: here it would begin before the tables are complete.
  process.env.MEDUSA_WORKER_MODE = "server"

  const container = await initializeContainer(directory)
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  // "Safe" leaves out whatever would delete data, and the questions that nobody is there to answer.
  const migrated = await migrate({
    directory,
    container,
    logger,
    skipLinks: false,
    skipSearch: false,
    skipScripts: true,
    executeAllLinks: false,
    executeSafeLinks: true,
    executeAllSearch: false,
    executeSafeSearch: true,
  })
  if (!migrated) {
    throw new Failure("Medusa's migrations failed; the reason stands above.")
  }
  say("tables migrated")

  if (withSamples) {
    // The modules that migrated know nothing of each other: without this the app would be given those.
    MedusaModule.clearInstances()
    const app = await load({ directory, expressApp: express(), skipLoadingEntryPoints: true })
    await seed(app.container)
    say("sample products made")
  }
  // Last, because it closes the connections that all of Medusa in this process shares.
  await runMigrationScripts({ directory, container, logger })
}
