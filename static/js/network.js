// What the network does: progress, a lost connection, answers that say no. Nothing typed is lost by any of them.

import { announce } from "./announce.js";

const text = document.body.dataset;
const banner = document.getElementById("offline");
const PATIENCE = 200;

export const isOffline = () => !navigator.onLine;

// ── Progress, for what takes longer than a blink ───────────────────────────────────────────────────────────────────

let waiting = 0;
let progressTimer;

document.addEventListener("htmx:beforeRequest", () => {
  waiting += 1;
  progressTimer ??= setTimeout(() => (document.getElementById("page-progress").hidden = false), PATIENCE);
});

document.addEventListener("htmx:afterRequest", (event) => {
  waiting = Math.max(waiting - 1, 0);
  if (waiting === 0) {
    clearTimeout(progressTimer);
    progressTimer = undefined;
    document.getElementById("page-progress").hidden = true;
  }
  const answered = event.detail.xhr.status > 0;
  if (answered) forget(event.detail.requestConfig.elt);
});

// ── The banner ─────────────────────────────────────────────────────────────────────────────────────────────────────

// What could not be sent, by the element that sent it: how to send it again, and whether that may happen by itself.
const unsent = new Map();

export function showLost(again, { by = document.body, harmless = false, words = text.offline } = {}) {
  if (!banner) return;
  unsent.set(by, { again, harmless });
  show(words);
}

function show(words) {
  banner.querySelector("[data-offline-text]").textContent = words;
  banner.hidden = false;
}

function forget(element) {
  unsent.delete(element);
  if (unsent.size === 0 && banner && !isOffline()) banner.hidden = true;
}

function sendAgain(which = () => true) {
  for (const [element, kept] of [...unsent]) {
    if (!which(kept)) continue;
    unsent.delete(element);
    kept.again();
  }
  banner.hidden = unsent.size === 0;
}

// Asking again must not cost what was typed: no reload, only a question whether the portal answers.
const ask = () => fetch("/livez", { cache: "no-store" }).catch(() => showLost(ask, { harmless: true }));

banner?.querySelector("[data-offline-retry]").addEventListener("click", () => sendAgain());
addEventListener("offline", () => showLost(ask, { harmless: true }));
addEventListener("online", () => sendAgain((kept) => kept.harmless));

// ── Requests of htmx ───────────────────────────────────────────────────────────────────────────────────────────────

// An event's own `elt` is where it happens; the request knows who sent it.
function repeat({ elt, target, verb, path, triggeringEvent }) {
  htmx.ajax(verb, path, { source: elt, target, event: triggeringEvent });
}

function lost(event) {
  const request = event.detail.requestConfig;
  showLost(() => repeat(request), { by: request.elt, harmless: request.verb === "get" });
}

document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);

// A refusal of the portal is said above what it concerns, which stays as it was.
function problemIn({ xhr }) {
  if (xhr.status < 400 || !xhr.getResponseHeader("X-Problem")) return null;
  return new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-problem]");
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (target.previousElementSibling?.matches("[data-problem]")) target.previousElementSibling.remove();
  const problem = problemIn(event.detail);
  if (!problem) return;
  event.detail.shouldSwap = false;
  problem.querySelector("[data-retry]")?.addEventListener("click", () => repeat(event.detail.requestConfig));
  (target === document.body ? document.getElementById("main").firstElementChild : target).before(problem);
  problem.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:responseError", (event) => {
  const { requestConfig: request, xhr } = event.detail;
  if (!xhr.getResponseHeader("X-Problem")) showLost(() => repeat(request), { by: request.elt, words: text.failed });
});

// ── Pages that went wrong ──────────────────────────────────────────────────────────────────────────────────────────

for (const back of document.querySelectorAll("[data-back]")) {
  back.hidden = history.length < 2;
  back.addEventListener("click", () => history.back());
}

// The portal is being restarted: the page asks whether it is ready and comes back by itself.
const restarting = document.querySelector("[data-retry-after]");

async function comeBack() {
  const seconds = Number(restarting.dataset.retryAfter);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const ready = await fetch("/readyz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  if (ready) location.reload();
  else comeBack();
}

if (restarting) {
  announce(restarting.textContent);
  comeBack();
}
