// A command's options as named fields, one after the other: required ones at once, others when they
// are wanted.

import { act, channel } from "./asking.js";
import { List } from "./list.js";
import { split } from "./words.js";

/** Nobody is asked for choices until typing has paused for so many milliseconds. */
const PAUSE = 150;

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Fields {
  /** In the order they are shown: `{option, input, frame, chosen}`; `chosen` is a choice's `{name, value}`. */
  #slots = [];
  #command;
  #list;
  #hooks;
  #frame;
  #more = element("span", { className: "more" });
  #about;
  /** The newest question for choices: answers to older ones are dropped. */
  #asked = 0;
  #question = null;

  /** `hooks`: `send()`, `leave()` back to plain text, `say(words)`. */
  constructor(command, list, about, hooks) {
    this.#command = command;
    this.#list = list;
    this.#about = about;
    this.#hooks = hooks;
    const drop = element("button", { type: "button", className: "drop", textContent: "✕" });
    drop.setAttribute("aria-label", "Back to plain text");
    drop.addEventListener("click", () => hooks.leave());
    this.#frame = element("div", { className: "fields" }, element("span", { className: "chip", textContent: `/${command.label}` }), drop, this.#more);
    this.#frame.setAttribute("role", "group");
    this.#frame.setAttribute("aria-label", `/${command.label}: ${command.description}`);
    command.options.filter((option) => option.required).forEach((option) => this.#add(option));
    this.#offerMore();
  }

  get frame() {
    return this.#frame;
  }

  /** Fills in what was typed as text and goes where typing goes on. */
  begin(values) {
    for (const [name, value] of values) this.#set(this.#slotOf(this.#option(name)), value);
    const last = [...values.keys()].at(-1);
    const slot = values.size > 0 ? this.#slotOf(this.#option(last)) : (this.#empty() ?? this.#slots[0]);
    if (slot) this.#focus(slot);
    else this.#more.firstElementChild?.focus();
  }

  /** `[name, value]` of everything that is filled in. */
  values() {
    return this.#slots.filter((slot) => slot.input.value.trim() !== "").map((slot) => [slot.option.name, this.#value(slot)]);
  }

  /** The same as a person reads it. */
  shown() {
    return this.#slots.filter((slot) => slot.input.value.trim() !== "").map((slot) => [slot.option.name, slot.chosen?.value ?? slot.input.value.trim()]);
  }

  /** Marks the first field that cannot be sent and says why; whether all can. */
  check() {
    const wrong = this.#slots.find((slot) => this.#problem(slot));
    if (wrong) this.refuse(wrong.option.name, this.#problem(wrong));
    return !wrong;
  }

  /** Shows at its field why an option was refused. */
  refuse(name, words) {
    const slot = this.#slots.find((slot) => slot.option.name === name);
    this.#hooks.say(words);
    slot?.input.setAttribute("aria-invalid", "true");
    if (slot) this.#focus(slot);
  }

  end() {
    this.#question?.abort();
    this.#asked += 1;
    this.#list.hide();
    this.#about.textContent = "";
    this.#frame.remove();
  }

  #option(name) {
    return this.#command.options.find((option) => option.name === name);
  }

  #slotOf(option) {
    return this.#slots.find((slot) => slot.option === option) ?? this.#add(option);
  }

  #empty() {
    return this.#slots.find((slot) => slot.option.required && slot.input.value.trim() === "");
  }

  #add(option) {
    const input = element("input", { autocomplete: "off", size: 8, spellcheck: false });
    input.inputMode = option.number ? "decimal" : "text";
    input.setAttribute("aria-describedby", "about refusal");
    if (option.required) input.setAttribute("aria-required", "true");
    if (option.choices.length > 0 || option.autocomplete) List.serve(input);
    const frame = element("label", { className: "slot" }, element("span", { textContent: option.label }), input);
    const slot = { option, input, frame, chosen: null };
    input.addEventListener("input", () => this.#typed(slot));
    input.addEventListener("focus", () => this.#entered(slot));
    input.addEventListener("blur", () => this.#list.hide());
    input.addEventListener("keydown", (event) => this.#key(slot, event));
    this.#slots.push(slot);
    this.#more.before(frame);
    this.#offerMore();
    return slot;
  }

  #remove(slot) {
    const at = this.#slots.indexOf(slot);
    this.#slots.splice(at, 1);
    slot.frame.remove();
    this.#offerMore();
    this.#focus(this.#slots[Math.max(at - 1, 0)]);
  }

  #offerMore() {
    const rest = this.#command.options.filter((option) => !this.#slots.some((slot) => slot.option === option));
    const buttons = rest.map((option) => {
      const button = element("button", { type: "button", textContent: `+ ${option.label}`, title: option.description });
      button.addEventListener("click", () => this.#focus(this.#add(option)));
      return button;
    });
    this.#more.replaceChildren(...buttons);
  }

  #focus(slot) {
    slot.input.focus();
    slot.input.setSelectionRange(slot.input.value.length, slot.input.value.length);
  }

  #set(slot, text) {
    slot.input.value = text;
    slot.chosen = this.#choice(slot.option, text);
    slot.input.size = Math.max(8, Math.min(text.length + 1, 40));
  }

  #choice(option, text) {
    const same = (one) => one.toLowerCase() === text.trim().toLowerCase();
    return option.choices.find((choice) => same(choice.name) || same(choice.value)) ?? null;
  }

  #value(slot) {
    return slot.chosen?.value ?? slot.input.value.trim();
  }

  #problem({ option, input, chosen }) {
    const text = input.value.trim();
    const length = [...text].length;
    if (text === "") return option.required ? `${option.label}: this option is needed.` : "";
    if (chosen) return "";
    if (option.choices.length > 0) return `${option.label}: choose one of ${option.choices.map((choice) => choice.name).join(", ")}.`;
    if (option.number && Number.isNaN(Number(text))) return `${option.label}: this is not a number.`;
    if (option.min_length && length < option.min_length) return `${option.label}: at least ${option.min_length} characters are needed.`;
    if (option.max_length && length > option.max_length) return `${option.label}: at most ${option.max_length} characters fit, these are ${length}.`;
    return "";
  }

  #entered(slot) {
    this.#about.textContent = `${slot.option.label}: ${slot.option.description}`;
    this.#offer(slot);
  }

  #typed(slot) {
    slot.input.removeAttribute("aria-invalid");
    this.#hooks.say("");
    const next = this.#spill(slot);
    this.#set(next, next.input.value);
    if (next !== slot) return this.#focus(next);
    const problem = slot.option.max_length && this.#problem(slot);
    if (problem && [...slot.input.value].length > slot.option.max_length) {
      this.#hooks.say(problem);
      slot.input.setAttribute("aria-invalid", "true");
    }
    this.#offer(slot);
  }

  /** Who types `engine:` in another field goes on in that of the engine. */
  #spill(slot) {
    const free = this.#command.options.filter((option) => option === slot.option || !this.#slots.some((other) => other.option === option && other.input.value.trim() !== ""));
    const { first, pairs } = split(slot.input.value, free);
    const own = pairs.filter(([option]) => option === slot.option);
    if (pairs.length === 0 || own.length > 1 || (own.length === 1 && first.trim() !== "")) return slot;
    this.#set(slot, own.length === 1 ? own[0][1].trim() : first.trim());
    let last = slot;
    for (const [option, value] of pairs) {
      last = this.#slotOf(option);
      this.#set(last, value.trim());
    }
    return last;
  }

  #offer(slot) {
    this.#question?.abort();
    this.#asked += 1;
    const { option, input } = slot;
    const typed = input.value.trim().toLowerCase();
    if (option.choices.length > 0) {
      const all = slot.chosen || typed === "" ? option.choices : option.choices.filter((choice) => `${choice.name} ${choice.value}`.toLowerCase().includes(typed));
      return this.#show(slot, all);
    }
    this.#list.hide();
    if (option.autocomplete) this.#complete(slot, this.#asked);
  }

  async #complete(slot, asked) {
    this.#question = new AbortController();
    const { signal } = this.#question;
    await new Promise((paused) => setTimeout(paused, PAUSE));
    if (asked !== this.#asked) return;
    const others = this.#slots.filter((other) => other !== slot && other.input.value.trim() !== "" && !this.#problem(other));
    const fields = [...others.map((other) => [other.option.name, this.#value(other)]), [slot.option.name, slot.input.value]];
    try {
      const { choices } = await act("autocomplete", { channel, text: `/${this.#command.command}`, fields }, signal);
      if (asked === this.#asked) this.#show(slot, choices);
    } catch {
      if (asked === this.#asked && document.activeElement === slot.input) this.#list.note("Loading options failed");
    }
  }

  #show(slot, choices) {
    const items = choices.map((choice) => ({
      title: choice.name,
      detail: choice.name === choice.value || choice.value.startsWith("<") ? "" : choice.value,
      pick: () => {
        this.#set(slot, choice.name);
        slot.chosen = choice;
        slot.input.removeAttribute("aria-invalid");
      },
    }));
    if (document.activeElement !== slot.input) return;
    // Who has typed all of it means it, whether the list came in time or not.
    const typed = slot.input.value.trim();
    slot.chosen ??= choices.find((choice) => choice.value === typed || choice.name === typed) ?? null;
    const at = choices.findIndex((choice) => choice.value === slot.chosen?.value);
    this.#list.show(slot.input, items, slot.option.required || typed !== "");
    if (at > 0) this.#list.move(at);
    if (items.length === 0 && typed !== "") this.#list.note("Nothing fits what is typed");
  }

  #key(slot, event) {
    const steps = {
      ArrowDown: () => (this.#list.isOpen ? this.#list.move(1) : this.#offer(slot)),
      ArrowUp: () => this.#list.move(-1),
      Enter: () => this.#enter(slot),
      Escape: () => (this.#list.isOpen ? this.#list.hide() : this.#hooks.leave()),
    };
    if (event.key in steps && !event.isComposing) {
      event.preventDefault();
      steps[event.key]();
    } else if (event.key === "Tab" && !event.shiftKey && this.#list.hasChoice && !slot.chosen) {
      this.#list.pick();
    } else if (event.key === "Backspace" && slot.input.value === "") {
      event.preventDefault();
      this.#back(slot);
    }
  }

  /** Takes what is marked; where that is said in full already, goes on at once. */
  #enter(slot) {
    const full = slot.chosen || !this.#list.hasChoice;
    if (this.#list.hasChoice) this.#list.pick();
    this.#list.hide();
    const next = this.#empty();
    if (next) return next === slot ? this.check() : this.#focus(next);
    if (full) this.#hooks.send();
  }

  #back(slot) {
    const at = this.#slots.indexOf(slot);
    if (!slot.option.required) return this.#remove(slot);
    if (at === 0) return this.#hooks.leave();
    this.#focus(this.#slots[at - 1]);
  }
}
