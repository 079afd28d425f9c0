// Times in the reader's zone and language; relative ones count.

import { locale } from "./asking.js";

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const formats = Object.fromEntries(Object.entries(STYLES).map(([style, how]) => [style, new Intl.DateTimeFormat(locale, how)]));

// The stand-in's clock may be ahead of this machine's.
let ahead = Number(document.body.dataset.now) - Date.now();

export function setNow(now) {
  ahead = now - Date.now();
}

function fromNow(at) {
  const seconds = Math.trunc(at - (Date.now() + ahead) / 1000);
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return relative.format(Math.trunc(seconds / length), unit);
}

function words(time) {
  const at = Number(time.dataset.at);
  const { style = "t" } = time.dataset;
  return style === "R" ? fromNow(at) : formats[style].format(at * 1000);
}

/** Writes all times below `root`. */
export function show(root = document) {
  for (const time of root.querySelectorAll("time[data-at]")) {
    const said = words(time);
    if (time.textContent !== said) time.textContent = said;
    time.title ||= formats.F.format(Number(time.dataset.at) * 1000);
  }
}

setInterval(() => show(), 1000);
