// Pictures that are the same on every machine and at every time, and how they are compared with kept ones.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";

import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

import { capture } from "./browser.mjs";
import { packed } from "./packed.mjs";

// Differences in colour that nobody sees, from 0 to 1; and how many pixels may differ by more: none that tells
// anything, but what another version of Chromium rounds in another way.
const THRESHOLD = 0.05;
const PIXELS = 20;

const FONTS = {
  sans: "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  mono: "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};

const STYLE = `
  * { font-family: pinned-sans !important; transition: none !important; animation: none !important; }
  .id, .id *, code, code *, pre, pre * { font-family: pinned-mono !important; }
`;

let fonts;

/** The fonts' bytes, from packages: what is installed on a machine does not matter. */
function read() {
  const resolve = createRequire(import.meta.url).resolve;
  const load = async ([name, path]) => [name, (await readFile(resolve(path))).toString("base64")];
  fonts ??= Promise.all(Object.entries(FONTS).map(load));
  return fonts;
}

/**
 * Takes out of the open page what is of this machine and of this moment: its fonts, times, and what `replace` names:
 * pairs of a regular expression and what stands in place of it. `drop` is a selector of what is taken away, `hide` of
 * what leaves its place empty.
 */
export async function steady(page, { replace = [], drop, hide }) {
  await page.evaluate(async ({ fonts, style, replace, drop, hide }) => {
    for (const [name, text] of fonts) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      document.fonts.add(await new FontFace(`pinned-${name}`, bytes, { weight: "100 900" }).load());
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [sheet];
    // As a tab in the background: what happens from now on would bring the times of this moment back.
    Object.defineProperty(document, "hidden", { configurable: true, value: true });
    document.dispatchEvent(new Event("visibilitychange"));
    if (drop) document.querySelectorAll(drop).forEach((one) => one.remove());
    if (hide) document.querySelectorAll(hide).forEach((one) => { one.style.visibility = "hidden"; });
    // One after the other, the newest first, as in all lists.
    document.querySelectorAll("time").forEach((time, at) => {
      const minutes = 18 * 60 - ((at * 17) % 600);
      const clock = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
      // In a row, what ends comes after what began it.
      const day = time.closest("td")?.previousElementSibling?.querySelector("time") ? 31 : 24;
      time.textContent = "clock" in time.dataset ? "12:00:00" : `${day} Dec 2026, ${clock.padStart(5, "0")}`;
    });
    const rules = replace.map(([pattern, text]) => [new RegExp(pattern, "g"), text]);
    const put = (text) => rules.reduce((all, [pattern, other]) => all.replace(pattern, other), text);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const put_in = put(texts.currentNode.data);
      if (put_in !== texts.currentNode.data) texts.currentNode.data = put_in;
    }
    for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=radio])")) {
      field.value = put(field.value);
    }
  }, { fonts: await read(), style: STYLE, replace, drop, hide });
}

/** The same size for both; what is beyond one of them differs from everything. */
function framed(picture, width, height) {
  const larger = new PNG({ width, height });
  larger.data.fill(0);
  PNG.bitblt(picture, larger, 0, 0, picture.width, picture.height, 0, 0);
  return larger;
}

/** What was expected, what is there and where they differ, side by side. */
function beside(pictures, width, height) {
  const all = new PNG({ width: width * pictures.length, height });
  pictures.forEach((picture, at) => PNG.bitblt(picture, all, 0, 0, width, height, at * width, 0));
  return PNG.sync.write(all);
}

/**
 * Holds the open page against the picture in `file`. Gives null, or a sentence that says what differs and where to
 * see it: a picture that is written to `trouble`. With `renew` the page becomes the picture, if it differs from it.
 */
export async function compare(page, { file, trouble, renew, full }) {
  const taken = await capture(page, { fullPage: full, animations: "disabled" });
  const kept = await readFile(file).catch(() => null);
  const found = PNG.sync.read(taken);
  const expected = kept && PNG.sync.read(kept);
  const width = Math.max(found.width, expected?.width ?? 0);
  const height = Math.max(found.height, expected?.height ?? 0);
  const [one, two, difference] = [expected ?? found, found, found].map((picture) => framed(picture, width, height));
  const pixels = expected ? pixelmatch(one.data, two.data, difference.data, width, height, { threshold: THRESHOLD }) : 0;
  const same = expected && found.width === expected.width && found.height === expected.height && pixels <= PIXELS;
  if (same) return null;
  if (renew) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, packed(found));
    return null;
  }
  await mkdir(dirname(trouble), { recursive: true });
  await writeFile(trouble, expected ? beside([one, two, difference], width, height) : taken);
  if (!expected) return `there is no ${file} to compare with; what is there: ${trouble}`;
  return `${pixels} pixels differ from ${file} (expected, found and difference: ${trouble})`;
}
