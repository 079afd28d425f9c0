// Messages as they change: asked for when something is new, and exchanged one by one, so that what
// is folded, scrolled or focused stays so.

import { channel, look, newer, user } from "./asking.js";
import { setNow, show } from "./times.js";

const log = document.getElementById("chat");
const below = document.getElementById("newer");
const lost = document.getElementById("lost");
/** Closer to the end than this many pixels: the reader wants the newest. */
const NEAR = 60;
/** The HTML of each message as it came last. */
const shown = new Map();
/** The version that is shown. */
let newest = 0;
/** Of `places` and `people`. */
const sides = {};

const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;

function toEnd() {
  log.scrollTop = log.scrollHeight;
  below.hidden = true;
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** What somebody opened stays open, and what had the focus has it again. */
function exchange(old, fresh) {
  const folded = [...fresh.querySelectorAll("details")];
  [...old.querySelectorAll("details")].forEach((one, at) => {
    if (folded[at] && one.open) folded[at].open = true;
  });
  const reachable = "a, button, summary, select";
  const focus = [...old.querySelectorAll(reachable)].indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (focus >= 0) fresh.querySelectorAll(reachable)[focus]?.focus();
}

function patch(chat) {
  const keys = new Set(chat.map(([key]) => key));
  for (const old of [...log.children]) {
    if (!keys.has(old.id)) old.remove();
  }
  let grown = false;
  let at = log.firstElementChild;
  for (const [key, html] of chat) {
    const old = document.getElementById(key);
    if (old && shown.get(key) === html) {
      at = old.nextElementSibling;
      continue;
    }
    const fresh = made(html);
    show(fresh);
    if (old) {
      exchange(old, fresh);
    } else {
      log.insertBefore(fresh, at);
      grown = true;
    }
    shown.set(key, html);
    at = fresh.nextElementSibling;
  }
  return grown;
}

/** Tells in which channels something is new since this person looked there. */
function markPlaces() {
  for (const link of document.querySelectorAll("#places a[data-newest]")) {
    const { channel: there, newest } = link.dataset;
    const key = `seen/${user}/${there}`;
    if (there === channel) localStorage.setItem(key, newest);
    else if (newest && newest !== localStorage.getItem(key)) link.append(Object.assign(document.createElement("small"), { className: "news", textContent: "new" }));
  }
}

/** Shows everything as it is now, `anew` in any case; gives the version that is. */
export async function refresh(anew) {
  const view = await look("view");
  // Answers may overtake each other.
  if (view.version < newest) return refresh(anew);
  newest = view.version;
  shown.delete(anew);
  setNow(view.now);
  const follow = isAtEnd();
  const grown = patch(view.chat);
  if (follow) toEnd();
  else if (grown) below.hidden = false;
  for (const side of ["places", "people"]) {
    if (sides[side] === view[side]) continue;
    sides[side] = view[side];
    document.getElementById(side).innerHTML = view[side];
    if (side === "places") markPlaces();
  }
  return view.version;
}

/** Goes on for as long as the page is there. */
export async function follow() {
  let version = Number(document.body.dataset.version);
  below.addEventListener("click", toEnd);
  log.addEventListener("scroll", () => {
    if (isAtEnd()) below.hidden = true;
  });
  show();
  toEnd();
  for (;;) {
    try {
      version = await refresh();
      lost.hidden = true;
      await newer(version);
    } catch {
      lost.hidden = false;
      await new Promise((again) => setTimeout(again, 1000));
    }
  }
}
