// Colours without a reload; the server keeps the choice for the next page.

import { announce } from "./announce.js";
import { showLost } from "./network.js";

async function switchTheme(form, button) {
  document.documentElement.dataset.theme = button.value;
  for (const other of document.querySelectorAll("[data-theme-switch] [name=theme]")) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
  announce(button.title);
  const body = new FormData(form);
  body.set("theme", button.value);
  try {
    await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "portal" } });
  } catch {
    showLost(() => switchTheme(form, button));
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-switch]") || !event.submitter) return;
  event.preventDefault();
  switchTheme(event.target, event.submitter);
});
