// The list above the line: what can be chosen now. The input stays where one types; the list is
// moved through with the arrows (combobox pattern of WAI-ARIA).

export class List {
  #list = document.createElement("ul");
  #items = [];
  #at = -1;
  #input = null;

  constructor(host) {
    this.#list.id = "offers";
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "Choices");
    // The input keeps the focus while something is pressed here.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    host.prepend(this.#list);
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** Whether Enter would choose something. */
  get hasChoice() {
    return this.isOpen && this.#at >= 0;
  }

  /** Makes an input one that this list belongs to. */
  static serve(input) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", "offers");
  }

  /** Items are `{title, detail, pick}`; `ready`: the first one is marked at once. */
  show(input, items, ready = true) {
    this.hide();
    if (items.length === 0) return;
    this.#input = input;
    this.#items = items;
    this.#list.replaceChildren(...items.map((item, at) => this.#entry(item, at)));
    this.#list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    this.#mark(ready ? 0 : -1);
  }

  /** A line that cannot be chosen: nothing found, still asking. */
  note(words) {
    this.hide();
    const entry = document.createElement("li");
    entry.className = "quiet";
    entry.textContent = words;
    entry.setAttribute("role", "option");
    entry.setAttribute("aria-disabled", "true");
    entry.setAttribute("aria-selected", "false");
    this.#list.replaceChildren(entry);
    this.#list.hidden = false;
  }

  hide() {
    this.#list.hidden = true;
    this.#items = [];
    this.#at = -1;
    this.#input?.setAttribute("aria-expanded", "false");
    this.#input?.removeAttribute("aria-activedescendant");
    this.#input = null;
  }

  move(by) {
    const count = this.#items.length;
    if (count > 0) this.#mark((Math.max(this.#at, by > 0 ? -1 : 0) + by + count) % count);
  }

  /** Takes what is marked. */
  pick() {
    const item = this.#items[this.#at];
    this.hide();
    item?.pick();
  }

  #entry(item, at) {
    const entry = document.createElement("li");
    entry.id = `offer${at}`;
    entry.setAttribute("role", "option");
    const title = document.createElement("b");
    title.textContent = item.title;
    const detail = document.createElement("span");
    detail.textContent = item.detail ?? "";
    entry.append(title, detail);
    entry.addEventListener("click", () => {
      this.#at = at;
      this.pick();
    });
    return entry;
  }

  #mark(at) {
    this.#at = at;
    [...this.#list.children].forEach((entry, here) => entry.setAttribute("aria-selected", String(here === at)));
    const entry = this.#list.children[at];
    entry?.scrollIntoView({ block: "nearest" });
    if (entry) this.#input.setAttribute("aria-activedescendant", entry.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }
}
