// Everything is on the pages without this script. It shows times in the reader's own zone, and what changes
// while a page is open.

function localise(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) {
      time.title = time.textContent;
      const style = "clock" in time.dataset ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
      time.textContent = at.toLocaleString(undefined, style);
    }
  }
}

// Read aloud only when it says something else.
function say(words, place = document.getElementById("notice")) {
  if (place.textContent !== words) place.textContent = words;
}

// After how many ms a page that hears nothing says so, and asks again where the browser would not.
const SILENCE = 5000;
const AGAIN = 3000;

// Why no stream came of an address.
async function reason(address) {
  const abort = new AbortController();
  try {
    const { status } = await fetch(address, { signal: abort.signal, headers: { accept: "text/event-stream" } });
    return status;
  } catch {
    return 0;
  } finally {
    abort.abort();
  }
}

// Hears what happens, for as long as somebody looks: a browser has few connections for all its tabs, so those in the
// background give theirs back.
function listen(address, events) {
  const from = new URL(address, location.href);
  let source = null;
  let silence = null;
  let over = false;

  function quiet() {
    clearTimeout(silence);
    silence = null;
  }

  function close() {
    quiet();
    source?.close();
    source = null;
  }

  function end(words) {
    over = true;
    close();
    say(words);
  }

  function open() {
    if (source || over || document.hidden) return;
    source = new EventSource(from);
    source.addEventListener("open", () => {
      quiet();
      say("");
    });
    for (const [name, told] of Object.entries(events)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) from.searchParams.set("after", event.lastEventId);
        told(event.data, from, anew);
      });
    }
    source.addEventListener("over", (event) => end(event.data));
    source.addEventListener("error", () => {
      silence ??= setTimeout(() => say("storebot does not answer. What is shown may be old; it is asked again."), SILENCE);
      // A browser comes back by itself when a connection breaks, but not after an answer that is no stream: such as
      // that of a proxy while storebot restarts.
      if (source?.readyState === EventSource.CLOSED) setTimeout(again, AGAIN);
    });
  }

  async function again() {
    if (!source) return;
    const status = await reason(from);
    if (status === 204) return end("");
    if (status === 401) return end("You are not signed in any more. Load the page again.");
    if (status === 404) return end("This store is not there any more.");
    source = null;
    open();
  }

  function anew() {
    close();
    open();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

// A part that is asked for only when somebody wants to see it, and again while they do.
async function load(part) {
  if (part.dataset.busy) return;
  part.dataset.busy = "1";
  try {
    const answer = await fetch(part.dataset.part);
    part.innerHTML = await answer.text();
    localise(part);
  } catch {
    // What is there stays; it is tried again with the next change.
  } finally {
    delete part.dataset.busy;
  }
}

// A store's page.
function follow(live) {
  const phase = document.getElementById("phase");
  const status = document.getElementById("status");
  const danger = document.getElementById("danger");
  const runs = document.getElementById("runs");
  const seen = () => runs.open && load(runs.querySelector("[data-part]"));
  runs.addEventListener("toggle", seen);
  listen(live.dataset.live, {
    change(data) {
      const change = JSON.parse(data);
      // A button that has the focus keeps it, if it is still there.
      const held = live.contains(document.activeElement) ? document.activeElement.getAttribute("formaction") : null;
      live.innerHTML = change.html;
      localise(live);
      if (held) live.querySelector(`[formaction="${CSS.escape(held)}"]`)?.focus();
      phase.textContent = change.phase;
      phase.className = `phase ${change.phase}`;
      danger.hidden = !change.can_delete;
      say(change.message, status);
      seen();
    },
  });
}

// A store that has come, changed or gone, in the list. Whether that can be shown without a new list.
function put(place, { id, key, html }) {
  const body = place.querySelector("tbody");
  if (!body) return html === "";
  const old = body.querySelector(`[data-store="${CSS.escape(id)}"]`);
  if (!html) {
    old?.remove();
    return body.rows.length > 0;
  }
  const template = document.createElement("template");
  template.innerHTML = html;
  const row = template.content.firstElementChild;
  localise(row);
  if (old?.dataset.key === key) {
    const held = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(row);
    if (held) row.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
    return true;
  }
  old?.remove();
  const later = (one) => ("upward" in body.dataset ? one.dataset.key > key : one.dataset.key < key);
  const next = [...body.rows].find(later);
  // What belongs on the page before or on one behind is not shown here.
  const elsewhere = next ? next === body.rows[0] && "before" in body.dataset : "behind" in body.dataset;
  if (!elsewhere) body.insertBefore(row, next ?? null);
  return true;
}

// How many there are, where all of them are on the page; of more than that only a new page knows.
function count(place) {
  const words = place.querySelector("#count");
  const body = place.querySelector("tbody");
  if (!words || !body || "before" in body.dataset || "behind" in body.dataset) return;
  words.textContent = body.rows.length === 1 ? "1 store" : `${body.rows.length} stores`;
}

function list(place) {
  listen(place.dataset.list, {
    list(data, from) {
      const { seen, html } = JSON.parse(data);
      from.searchParams.set("seen", seen);
      place.innerHTML = html;
      localise(place);
    },
    rows(data, from, anew) {
      // What the page shows is no longer what its digest says.
      from.searchParams.delete("seen");
      if (!JSON.parse(data).map((told) => put(place, told)).every(Boolean)) anew();
      count(place);
    },
  });
}

localise(document);
document.querySelectorAll("[data-list]").forEach(list);
document.querySelectorAll("[data-live]").forEach(follow);
