// Everything is on the pages without this script. It shows times in the reader's own zone, and what changes
// while a page is open.

function localise(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) {
      time.title = time.textContent;
      time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    }
  }
}

function follow(live) {
  const phase = document.getElementById("phase");
  const status = document.getElementById("status");
  const source = new EventSource(live.dataset.live);
  source.addEventListener("change", (event) => {
    const change = JSON.parse(event.data);
    // A button that has the focus keeps it, if it is still there.
    const held = live.contains(document.activeElement) ? document.activeElement.getAttribute("formaction") : null;
    live.innerHTML = change.html;
    localise(live);
    if (held) live.querySelector(`[formaction="${CSS.escape(held)}"]`)?.focus();
    phase.textContent = change.phase;
    phase.className = `phase ${change.phase}`;
    // Read aloud only when it says something else.
    if (status.textContent !== change.message) status.textContent = change.message;
  });
  source.addEventListener("over", () => source.close());
}

localise(document);
document.querySelectorAll("[data-live]").forEach(follow);
