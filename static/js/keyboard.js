// Keys that act on the page. Single ones can be switched off (WCAG 2.1.4); none acts while one types.

import { openPalette } from "./palette.js";

const PATIENCE = 1500;
const singleKeys = document.getElementById("keyboard")?.hasAttribute("data-single-keys");
let goUntil = 0;

const types = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function single(event) {
  if (event.timeStamp < goUntil) {
    goUntil = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    link?.click();
    return link !== null;
  }
  if (event.key === "/") openPalette();
  else if (event.key === "?") document.getElementById("keyboard")?.showModal();
  else if (event.key === "g") goUntil = event.timeStamp + PATIENCE;
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  if (!singleKeys || !plain || types(event.target) || document.querySelector("dialog[open]")) return;
  if (single(event)) event.preventDefault();
});
