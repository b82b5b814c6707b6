// A button that copies the text of the element that it names. Without the browser's leave it stays hidden: one selects.

import { announce } from "./announce.js";

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.lastElementChild.textContent = button.dataset.copied;
  announce(button.dataset.copied);
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}
