// Dialogs, menus, messages that can be dismissed.

// `command` and `commandfor` are native in current browsers; this is for the others.
const commandsAreNative = "commandForElement" in HTMLButtonElement.prototype;

function obey(button) {
  const dialog = document.getElementById(button.getAttribute("commandfor"));
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
  const next = alert.parentElement.querySelector(".alert:not([hidden]) [data-dismiss]") ?? document.getElementById("main");
  alert.remove();
  next?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.hasAttribute("commandfor") && !commandsAreNative) obey(button);
  if (button?.hasAttribute("data-dismiss")) dismiss(button);
  // A click on the veil closes a dialog, as Escape does.
  if (event.target instanceof HTMLDialogElement) event.target.close();
  closeMenus(event.target.closest("details[data-menu]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
