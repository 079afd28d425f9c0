// What every program of the image does the same way: settings from the environment, and an end that
// tells a person what happened. Kubernetes keeps the last lines as the termination message.
import { version } from "../../package.json"

/** The version of the shop's software: tables and sample products of another version do not fit. */
export const VERSION: string = version

/** The folder of the built app, wherever it was put. */
export const APP_DIRECTORY = `${__dirname}/../..`

/** A reason to give up that is written for people; its stack would only hide it. */
export class Failure extends Error {}

export function setting(name: string): string {
  const value = process.env[name]
  if (!value) {
    throw new Failure(`The variable ${name} is not set.`)
  }
  return value
}

/** When to stop waiting for others, by Date.now(). */
export function waitUntil(): number {
  const seconds = Number(process.env.STORE_WAIT_SECONDS ?? 600)
  if (!(seconds > 0)) {
    throw new Failure("STORE_WAIT_SECONDS must be a number of seconds.")
  }
  return Date.now() + seconds * 1000
}

export function say(message: string): void {
  console.log(message)
}

/** Ends a program that cannot go on: the last line says why, in words for a person. */
export function giveUp(error: unknown): never {
  if (!(error instanceof Failure)) {
    console.error(error)
  }
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

/** Runs a program to its end. Connections that are still open must not keep it alive. */
export function run(main: () => Promise<void>): void {
  main().then(() => process.exit(0), giveUp)
}
