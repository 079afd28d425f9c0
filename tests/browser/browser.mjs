// A headless Chromium for one run, with numbered pictures of what it shows.

import { mkdir } from "node:fs/promises";

import { chromium } from "playwright-core";

// Chromium must not look for anything outside of this machine.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
  // Letters look the same on every machine.
  "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb",
];

/**
 * A picture of what a page shows. Chromium refuses one now and then on a machine that is busy, whatever is on the page,
 * and takes the same one when it is asked again (robotframework-browser, issue 5237): that alone is asked twice.
 */
export async function capture(page, options) {
  const once = () => page.screenshot(options);
  try {
    return await once();
  } catch (error) {
    if (!error.message.includes("Unable to capture screenshot")) throw error;
    console.error("Chromium took no picture and is asked once more");
    return once();
  }
}

/**
 * Opens a page. `pictures` is the folder for screenshots, `prefix` what their names begin with, `context`
 * Playwright's options. Gives `{page, picture, faults, close}`; `faults` are the scripts' own failures.
 */
export async function launch({ pictures, prefix, context }) {
  await mkdir(pictures, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const page = await (await browser.newContext({ locale: "en-GB", ...context })).newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`a script failed: ${error.message}`));
  // Pictures are numbered in the order they were taken.
  let taken = 0;
  const picture = (name, fullPage = true) => {
    taken += 1;
    return capture(page, { path: `${pictures}/${prefix}-${taken}-${name}.png`, fullPage });
  };
  return { page, picture, faults, close: () => browser.close() };
}
