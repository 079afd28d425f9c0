// What a person does with a shop, in headless Chromium. One task a run:
//
//   node visit.mjs buy    a stranger, on a phone: opens the shop, orders something with cash on delivery
//   node visit.mjs own    the owner: logs in to the administration and looks for an order
//
// The task's details come as JSON on standard input (a password is nothing for a command line):
//   {engine, url, admin_url, title, pictures, username?, password?, order?}
// `pictures` is the folder for screenshots. What was found goes to standard output as JSON; a fault is a
// sentence on standard error, with the picture of the page it happened on, and exit code 1.

import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";

import { chromium } from "playwright-core";

import * as medusa from "./medusa.mjs";
import * as woocommerce from "./woocommerce.mjs";

const ENGINES = { medusa, woocommerce };
const SCREENS = { buy: { width: 390, height: 844 }, own: { width: 1280, height: 900 } };
// Chromium must not look for anything outside of this machine.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const task = process.argv[2];
const details = JSON.parse(await text(process.stdin));
const engine = ENGINES[details.engine];
if (!engine || !SCREENS[task]) {
  throw new Error(`unknown engine ${details.engine} or task ${task}`);
}
await mkdir(details.pictures, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: FLAGS,
});
const context = await browser.newContext({ viewport: SCREENS[task], locale: "en-GB" });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
const faults = [];
page.on("pageerror", (error) => faults.push(`a script failed: ${error.message}`));

// Pictures are numbered in the order they were taken.
let taken = 0;
const picture = (name) => {
  taken += 1;
  const file = `${details.engine}-${task}-${taken}-${name}.png`;
  return page.screenshot({ path: `${details.pictures}/${file}`, fullPage: true });
};

try {
  const found = await engine[task]({ page, picture, ...details });
  console.log(JSON.stringify({ ...found, faults }));
} catch (error) {
  await picture("trouble").catch(() => {});
  console.error(`${task} at ${page.url()}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
