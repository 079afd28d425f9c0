// What the page does on top of plain forms.

import * as composer from "./composer.js";
import * as forms from "./forms.js";
import { follow } from "./live.js";

forms.start();
composer.start(forms.open).catch((error) => (document.getElementById("refusal").textContent = error.message));
follow();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash === "#nav") location.hash = "";
});
