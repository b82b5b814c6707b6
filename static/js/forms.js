// Forms: sent once, not left by mistake, kept where there is no network.

import { isOffline, showLost } from "./network.js";

const text = document.body.dataset;

// ── Sending once ───────────────────────────────────────────────────────────────────────────────────────────────────

function sendOnce(event, form) {
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
}

function allowAgain(form) {
  delete form.dataset.sent;
  for (const busy of form.querySelectorAll("[aria-busy=true]")) busy.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // What htmx or the switch of colours sends, they also keep.
  if (event.defaultPrevented || form.method !== "post") return;
  if (isOffline()) {
    // The browser would put its own page in the place of what was typed.
    event.preventDefault();
    const submitter = event.submitter;
    showLost(() => form.requestSubmit(submitter));
  } else if (form.matches("[data-once]")) {
    sendOnce(event, form);
  }
});

// Coming back with the browser's Back button finds the form ready to be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(allowAgain);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) allowAgain(form);
});

// ── Leaving a changed form ─────────────────────────────────────────────────────────────────────────────────────────

const touched = new WeakSet();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) touched.add(form);
});

function differs(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.type === "file") return control.files.length > 0;
  if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected);
  return "defaultValue" in control && control.value !== control.defaultValue;
}

// A form that came back with mistakes holds what was typed as if it had always stood there.
const cameBack = (form) => form.querySelector(".error-summary") !== null;

const isUnsaved = (form) => cameBack(form) || (touched.has(form) && [...form.elements].some(differs));

function unsaved() {
  return [...document.querySelectorAll("form[data-guard]:not([data-sent])")].filter(isUnsaved);
}

addEventListener("beforeunload", (event) => {
  if (unsaved().length > 0) event.preventDefault();
});

// What htmx is about to replace may be just as unsaved; a form that exchanges a part of itself does not leave.
document.addEventListener("htmx:confirm", (event) => {
  const { target, elt } = event.detail;
  const lost = unsaved().some((form) => target.contains(form) && !form.contains(elt));
  if (lost && !confirm(text.leave)) event.preventDefault();
});

// ── Filling in ─────────────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-fill]");
  if (!button) return;
  const form = document.getElementById(button.dataset.fill);
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.values))) {
    const control = form?.elements.namedItem(name);
    if (control) control.value = value;
  }
  form?.querySelector("[type=submit]")?.focus();
});

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("input[data-browser-zone]")) field.value ||= zone;
document.cookie = `portal_browser_zone=${encodeURIComponent(zone)}; path=/; samesite=lax; max-age=31536000`;
