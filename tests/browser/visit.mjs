// What a person does with a shop, in headless Chromium. One task a run:
//
//   node visit.mjs buy    a stranger, on a phone: opens the shop, orders something with cash on delivery
//   node visit.mjs own    the owner: logs in to the administration and looks for an order
//
// The task's details come as JSON on standard input (a password is nothing for a command line):
//   {engine, url, admin_url, title, pictures, username?, password?, order?}
// `pictures` is the folder for screenshots. What was found goes to standard output as JSON; a fault is a
// sentence on standard error, with the picture of the page it happened on, and exit code 1.

import { text } from "node:stream/consumers";

import { launch } from "./browser.mjs";
import * as medusa from "./medusa.mjs";
import * as woocommerce from "./woocommerce.mjs";

const ENGINES = { medusa, woocommerce };
const SCREENS = { buy: { width: 390, height: 844 }, own: { width: 1280, height: 900 } };

const task = process.argv[2];
const details = JSON.parse(await text(process.stdin));
const engine = ENGINES[details.engine];
if (!engine || !SCREENS[task]) {
  throw new Error(`unknown engine ${details.engine} or task ${task}`);
}
const { page, picture, faults, close } = await launch({
  pictures: details.pictures,
  prefix: `${details.engine}-${task}`,
  context: { viewport: SCREENS[task] },
});

try {
  const found = await engine[task]({ page, picture, ...details });
  console.log(JSON.stringify({ ...found, faults }));
} catch (error) {
  await picture("trouble").catch(() => {});
  console.error(`${task} at ${page.url()}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await close();
}
