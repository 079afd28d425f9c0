// A person at a page, the stand-in Discord's or the dashboard's, in headless Chromium, step by step: a test
// says one step, sees what came of it, and says the next.
//
// Standard input has one JSON value a line. The first one is the setting:
//   {url, pictures, prefix, context?}    `context`: Playwright's options, such as viewport, colorScheme
// and each further one a step: {step, ...}, one of STEPS below. Each is answered on standard output by a
// line {"ok": what was found} or {"error": a sentence}; a picture shows the page where it went wrong.
// The end of standard input ends the browser. Scripts that failed, dialogs that opened, and what a page's
// policy forbade, are an error of the step after which they were noticed.

import { createInterface } from "node:readline";

import { violations } from "./axe.mjs";
import { launch } from "./browser.mjs";
import { compare, steady } from "./steady.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => {
  const { value, done } = await lines.next();
  return done ? null : JSON.parse(value);
};

const { url, ...setting } = await next();
const { page, picture, faults, close } = await launch(setting);
// A store is made in between, on a busy machine.
page.setDefaultTimeout(75_000);
page.on("console", (message) => {
  if (message.type() === "error" && message.text().includes("Content Security Policy")) faults.push(message.text());
});

page.on("dialog", (dialog) => {
  faults.push(`a dialog says ${dialog.message()}`);
  return dialog.dismiss();
});

const elsewhere = [];
page.on("request", (request) => {
  const asked = new URL(request.url());
  if (asked.protocol !== "data:" && asked.protocol !== "blob:" && asked.origin !== new URL(url).origin) elsewhere.push(asked.href);
});

/** What a person means by a name: a button, link or field of the newest message that has one, or of the page. */
const named = (role, name) => page.getByRole(role, { name, exact: true }).filter({ visible: true }).last();
const labelled = (name) => page.getByLabel(name, { exact: true }).filter({ visible: true }).last();
const shown = (text) => page.getByText(text).filter({ visible: true });

const STEPS = {
  open: ({ path }) => page.goto(new URL(path, url).href),
  type: ({ text }) => page.keyboard.type(text),
  key: ({ key }) => page.keyboard.press(key),
  press: ({ name }) => named("button", name).click(),
  follow: ({ name }) => named("link", name).click(),
  fill: ({ name, value }) => labelled(name).fill(value),
  choose: ({ name, values }) => labelled(name).selectOption(values),
  /** A line of the list above the line in which one types. */
  pick: ({ name }) => page.locator("#offers").getByRole("option").filter({ hasText: name }).first().click(),
  unfold: ({ name }) => page.locator("summary").filter({ hasText: name, visible: true }).last().click(),
  see: ({ text }) => shown(text).first().waitFor(),
  gone: ({ text }) => shown(text).first().waitFor({ state: "hidden" }),
  /** Waits until something of this selector is there. */
  has: ({ selector }) => page.locator(selector).first().waitFor({ state: "attached" }),
  /** What stands in something, or in the field that it is. */
  read: ({ selector }) => page.locator(selector).first().evaluate((one) => one.value ?? one.innerText),
  /** How many there are now. */
  count: ({ selector }) => page.locator(selector).filter({ visible: true }).count(),
  /** Something is offered. */
  offered: ({ text }) => page.locator("#offers [role=option]").filter({ hasText: text }).first().waitFor(),
  /** The offered lines, once there are any. */
  offers: async () => {
    const all = page.locator("#offers [role=option]").filter({ visible: true });
    await all.first().waitFor();
    return all.allInnerTexts();
  },
  /** The name or text of what has the focus. */
  focus: () => page.evaluate(() => {
    const one = document.activeElement;
    return one.labels?.[0]?.innerText.trim() || one.getAttribute("aria-label") || one.innerText?.trim() || one.id;
  }),
  /** Whether somebody sees what has the focus, and that it has it. */
  "focus-shown": () => page.evaluate(() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const inside = box.width > 0 && box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    return inside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  }),
  evaluate: ({ script }) => page.evaluate(script),
  /** Nothing is cut off at the side. */
  width: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  /** Another screen, without opening the page anew. */
  screen: async ({ width, height, dark }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  },
  steady: (how) => steady(page, how),
  compare: (how) => compare(page, how),
  picture: ({ name }) => picture(name, false),
  axe: ({ without }) => violations(page, without),
  /** As far as a selector goes where names do not tell parts of a page apart. */
  click: ({ selector }) => page.locator(selector).first().click(),
  set: ({ selector, value }) => page.locator(selector).first().fill(value),
  /** Waits until nothing of this selector is there. */
  "gone-from": ({ selector }) => page.locator(selector).first().waitFor({ state: "detached" }),
  /** Goes there by keyboard alone. */
  reach: async ({ selector }) => {
    for (let key = 0; key < 100; key += 1) {
      if (await page.evaluate((one) => document.activeElement?.matches(one), selector)) return null;
      await page.keyboard.press("Tab");
    }
    throw new Error("no number of tabs gets there");
  },
  /** What was asked of anybody but the page's own host. */
  outside: () => elsewhere,
};

for (let order = await next(); order; order = await next()) {
  let answer;
  try {
    const found = await STEPS[order.step](order);
    if (faults.length > 0) throw new Error(faults.splice(0).join("; "));
    answer = { ok: found && typeof found === "object" && !Array.isArray(found) ? null : (found ?? null) };
  } catch (error) {
    await picture("trouble", false).catch(() => {});
    answer = { error: `${JSON.stringify(order)} at ${page.url()}: ${error.message}` };
  }
  console.log(JSON.stringify(answer));
}
await close();
