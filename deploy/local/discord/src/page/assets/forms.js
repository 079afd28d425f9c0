// Buttons and menus under messages, and forms that the bot opens.

import { act } from "./asking.js";
import { refresh } from "./live.js";

const place = document.getElementById("form");
const refusal = document.getElementById("refusal");

/** Before a field's own id in the form, which has fields of its own. */
const FIELD = "v:";

function close(dialog) {
  dialog.close();
  place.replaceChildren();
}

function refuse(dialog, error) {
  const name = FIELD + error.option;
  const input = [...dialog.querySelectorAll("input, textarea, select")].find((one) => error.option && one.name === name);
  if (!input) {
    dialog.querySelector(".refusal").textContent = error.status === 502 ? "Something went wrong. Try again." : error.message;
    return;
  }
  input.setAttribute("aria-invalid", "true");
  input.closest(".field").querySelector(".wrong").textContent = error.message.replace(/^option "[^"]*": /, "");
  input.focus();
}

async function submit(dialog, form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  for (const words of form.querySelectorAll(".wrong, .refusal")) words.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const data = [...new FormData(form)];
  const values = data.filter(([name]) => name.startsWith(FIELD)).map(([name, value]) => [name.slice(FIELD.length), value]);
  try {
    await act("submit", { interaction: form.elements.interaction.value, values });
    close(dialog);
  } catch (error) {
    refuse(dialog, error);
  } finally {
    form.ariaBusy = "false";
  }
}

/** Shows a form above everything; the browser keeps the focus in it. */
export function open(html) {
  place.innerHTML = html;
  const dialog = place.querySelector("dialog");
  const form = dialog.querySelector("form");
  // Errors are told in the form's own words.
  form.noValidate = true;
  dialog.removeAttribute("open");
  dialog.showModal();
  form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  dialog.addEventListener("close", () => place.replaceChildren());
  dialog.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    close(dialog);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(dialog, form);
  });
}

async function press(form) {
  const { message, custom_id } = form.elements;
  const values = new FormData(form).getAll("values").filter((value) => value !== "");
  const button = form.querySelector("button");
  button.setAttribute("aria-busy", "true");
  for (const other of form.closest("article").querySelectorAll("form.act button")) other.disabled = true;
  try {
    const answer = await act("press", { message: message.value, custom_id: custom_id.value, values });
    if (answer.modal) open(answer.modal);
  } catch (error) {
    // That the bot did not answer stands under the message.
    if (error.status !== 502) refusal.textContent = error.message;
  }
  // Told anew even when nothing changed: the button is no longer busy.
  await refresh(form.closest("article")?.id);
}

/** Takes over the forms of messages. */
export function start() {
  document.getElementById("chat").addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.matches(".act")) press(form);
    else act("dismiss", { id: form.elements.id.value }).catch((error) => (refusal.textContent = error.message));
  });
  if (place.firstElementChild) open(place.innerHTML);
}
