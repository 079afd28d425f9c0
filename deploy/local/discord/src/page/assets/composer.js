// The line in which commands are typed. It begins as plain text; when a command is named that has
// options, these become fields. Nothing typed is ever lost: back to text, and back again.

import { act, channel, look } from "./asking.js";
import { Fields } from "./fields.js";
import { List } from "./list.js";
import { fitting, named, read, written } from "./words.js";

const form = document.getElementById("composer");
const box = form.querySelector(".box");
const line = document.getElementById("line");
const refusal = document.getElementById("refusal");
const about = Object.assign(document.createElement("p"), { id: "about", className: "about" });

let list;
let commands = [];
/** The fields in use, or null while the line is plain text. */
let fields = null;
let command = null;
/** Stays text, because somebody wanted it so. */
let held = false;
let busy = false;
/** What was sent last, for the arrow up. */
let before = "";
let opened = () => {};

const say = (words) => (refusal.textContent = words);

async function learn() {
  ({ commands } = await look("commands"));
  if (!fields && line.value.startsWith("/")) offer();
}

function enter(which, values) {
  leaveFields();
  command = which;
  fields = new Fields(which, list, about, { send: () => form.requestSubmit(), leave: toText, say });
  line.hidden = true;
  line.before(fields.frame);
  fields.begin(values);
}

function leaveFields() {
  fields?.end();
  fields = null;
  line.hidden = false;
}

function toText() {
  line.value = written(command, fields.shown());
  held = true;
  leaveFields();
  line.focus();
}

function clear(sent) {
  before = sent;
  held = false;
  leaveFields();
  line.value = "";
  list.hide();
  line.focus();
}

function choose(which) {
  if (which.options.length > 0) return enter(which, new Map());
  line.value = `/${which.label} `;
  line.focus();
}

function offer() {
  const text = line.value;
  const complete = named(`${text.trimEnd()} `, commands);
  if (complete?.rest === "" && complete.command.options.length === 0) return list.hide();
  const items = fitting(text, commands).map((which) => ({
    title: `/${which.label}`,
    detail: which.description,
    pick: () => choose(which),
  }));
  list.show(line, text.includes(":") ? [] : items);
}

function typed() {
  say("");
  const text = line.value;
  if (text === "/") learn().catch((error) => say(error.message));
  if (!text.startsWith("/")) {
    held = false;
    return list.hide();
  }
  const found = named(text, commands);
  held &&= found !== null;
  const values = found && !held && found.command.options.length > 0 ? read(found.rest, found.command.options) : null;
  if (values) enter(found.command, values);
  else offer();
}

function key(event) {
  const steps = list.hasChoice
    ? { ArrowDown: () => list.move(1), ArrowUp: () => list.move(-1), Enter: () => list.pick(), Tab: () => list.pick(), Escape: () => list.hide() }
    : line.value === "" && before ? { ArrowUp: () => recall() } : {};
  if (!(event.key in steps) || event.isComposing || event.shiftKey) return;
  event.preventDefault();
  steps[event.key]();
}

function recall() {
  line.value = before;
  typed();
}

/** In the words of its registration, whatever language it was typed in. */
function plain(text) {
  const found = named(`${text.trim()} `, commands);
  return found ? `/${found.command.command} ${found.rest}`.trim() : text;
}

async function send(event) {
  event.preventDefault();
  if (busy || (fields && !fields.check())) return;
  const text = fields ? `/${command.command}` : plain(line.value);
  if (text.trim() === "") return;
  const values = fields ? fields.values() : [];
  const said = fields ? written(command, fields.shown()) : line.value;
  setBusy(true);
  say("");
  try {
    const answer = await act("slash", { channel, text, fields: values });
    clear(said);
    if (answer.modal) opened(answer.modal);
  } catch (error) {
    // What stayed unanswered is told in the channel; what the client refused, here.
    if (error.status === 502) clear(said);
    else if (fields && error.option) fields.refuse(error.option, error.message);
    else say(error.message);
  } finally {
    setBusy(false);
  }
}

function setBusy(now) {
  busy = now;
  form.setAttribute("aria-busy", String(now));
}

/** `open` is told of forms that the bot opens. */
export function start(open) {
  opened = open;
  list = new List(box);
  List.serve(line);
  box.after(about);
  form.addEventListener("submit", send);
  line.addEventListener("input", typed);
  line.addEventListener("keydown", key);
  line.addEventListener("blur", () => list.hide());
  line.addEventListener("focus", () => line.value.startsWith("/") && offer());
  return learn();
}
