// What the portal adds to pages that work without it. One module, no library but htmx; every behaviour hangs on an
// attribute that the components write (templates/components/README.md).

const html = document.documentElement;
const text = document.body.dataset;
const byId = (id) => document.getElementById(id);

// ── Saying things aloud ────────────────────────────────────────────────────────────────────────────────────────────

export function announce(words) {
  const announcer = byId("announcer");
  if (!announcer) return;
  announcer.textContent = "";
  // A status is read only when it changes after it was empty.
  setTimeout(() => (announcer.textContent = words), 60);
}

// ── Colours without a reload ───────────────────────────────────────────────────────────────────────────────────────

async function switchTheme(form, button) {
  html.dataset.theme = button.value;
  for (const other of document.querySelectorAll("[data-theme-switch] [name=theme]")) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
  announce(button.title);
  const body = new FormData(form);
  body.set("theme", button.value);
  try {
    await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "portal" } });
  } catch {
    showOffline(() => switchTheme(form, button));
  }
}

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

// ── Unsaved changes ────────────────────────────────────────────────────────────────────────────────────────────────

const touched = new Set();

function markTouched(event) {
  const form = event.target.closest?.("form[data-guard]");
  if (form) touched.add(form);
}

addEventListener("beforeunload", (event) => {
  for (const form of touched) {
    if (form.isConnected && !form.dataset.sent) event.preventDefault();
  }
});

// ── Dialogs, menus, dismissing ─────────────────────────────────────────────────────────────────────────────────────

// `command` and `commandfor` are native in current browsers; this is for the others.
const commandsAreNative = "commandForElement" in HTMLButtonElement.prototype;

function obey(button) {
  const dialog = byId(button.getAttribute("commandfor"));
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  if (button.getAttribute("command") === "close") dialog.close();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

function dismiss(button) {
  const alert = button.closest(".alert");
  const next = alert.parentElement.querySelector(".alert:not([hidden]) [data-dismiss]") ?? byId("main");
  alert.remove();
  next?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.hasAttribute("commandfor") && !commandsAreNative) obey(button);
  if (button?.hasAttribute("data-dismiss")) dismiss(button);
  if (button?.hasAttribute("data-fill")) fill(button);
  // A click on the veil closes a dialog, as Escape does.
  if (event.target instanceof HTMLDialogElement) event.target.close();
  closeMenus(event.target.closest("details[data-menu]"));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-theme-switch]") && event.submitter) {
    event.preventDefault();
    switchTheme(form, event.submitter);
  } else if (form.matches("[data-once]")) {
    sendOnce(event, form);
  }
});

document.addEventListener("input", markTouched);

// Coming back with the browser's Back button finds the form ready to be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(allowAgain);
});

// ── Keyboard ───────────────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]") ?? document.querySelector("main input[type=search]");
    if (search?.offsetParent) {
      event.preventDefault();
      search.focus();
    }
  }
});

// ── Demo: filling in a sign-in ─────────────────────────────────────────────────────────────────────────────────────

function fill(button) {
  const form = byId(button.dataset.fill);
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.values))) {
    const control = form?.elements.namedItem(name);
    if (control) control.value = value;
  }
  form?.querySelector("[type=submit]")?.focus();
}

// ── htmx: progress, focus, lost network ────────────────────────────────────────────────────────────────────────────

let waiting = 0;
let progressTimer;

function started() {
  waiting += 1;
  progressTimer ??= setTimeout(() => (byId("page-progress").hidden = false), 200);
}

function ended() {
  waiting = Math.max(waiting - 1, 0);
  if (waiting > 0) return;
  clearTimeout(progressTimer);
  progressTimer = undefined;
  byId("page-progress").hidden = true;
}

document.addEventListener("htmx:beforeRequest", started);
document.addEventListener("htmx:afterRequest", (event) => {
  ended();
  const form = event.detail.elt.closest?.("form");
  if (form) allowAgain(form);
  if (event.detail.successful) {
    hideOffline();
    if (form) touched.delete(form);
  }
});

// What came in may say where the reader goes on: an error summary, a heading with data-focus.
document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.elt;
  const next = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  const words = target.querySelector?.("[data-announce]")?.textContent.trim();
  if (words) announce(words);
});

document.addEventListener("htmx:sendError", (event) => {
  const { elt, requestConfig } = event.detail;
  showOffline(() => htmx.trigger(elt, requestConfig.triggeringEvent?.type ?? "click"));
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) location.reload();
  else showOffline(null, text.failed);
});

function showOffline(retry, words = text.offline) {
  const banner = byId("offline");
  if (!banner) return;
  banner.querySelector("[data-offline-text]").textContent = words;
  const button = banner.querySelector("[data-offline-retry]");
  button.textContent = text.retry;
  button.hidden = !retry;
  button.onclick = () => {
    hideOffline();
    retry();
  };
  banner.hidden = false;
}

function hideOffline() {
  const banner = byId("offline");
  if (banner) banner.hidden = true;
}

// Asking again must not cost what was typed: no reload, only a question whether the portal answers.
const askAgain = () => fetch("/livez", { cache: "no-store" }).then(hideOffline, () => showOffline(askAgain));
addEventListener("offline", () => showOffline(askAgain));
addEventListener("online", hideOffline);

// ── When a page arrives ────────────────────────────────────────────────────────────────────────────────────────────

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const field of document.querySelectorAll("input[data-browser-zone]")) field.value ||= zone;
document.cookie = `portal_browser_zone=${encodeURIComponent(zone)}; path=/; samesite=lax; max-age=31536000`;

document.querySelector(".error-summary[data-focus]")?.focus();
document.querySelector(".nav-link[aria-current]")?.scrollIntoView({ block: "nearest" });
