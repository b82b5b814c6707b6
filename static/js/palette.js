// Search over any page: a dialog with a combobox, whose options the server finds as one types.

const palette = document.getElementById("palette");
const input = document.getElementById("palette-input");
const results = document.getElementById("palette-results");

export function openPalette() {
  if (!palette || palette.open) return;
  document.querySelector("dialog[open]")?.close();
  palette.showModal();
  input.select();
  if (options().length === 0) htmx.trigger(input, "palette:open");
}

const options = () => [...results.querySelectorAll("[role=option]")];
const chosen = () => results.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  if (all.length === 0) return;
  const here = all.indexOf(chosen());
  choose(all[here < 0 && by < 0 ? all.length - 1 : (here + by + all.length) % all.length]);
}

function follow(event) {
  const option = chosen();
  if (!option) return;
  event.preventDefault();
  option.click();
}

if (palette) {
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };
    if (event.key === "Enter") follow(event);
    else if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  });

  // The first answer to what was typed is ready for Enter; where nothing was typed yet, nothing is chosen.
  results.addEventListener("htmx:afterSwap", () => {
    input.setAttribute("aria-expanded", String(options().length > 0));
    choose(input.value.trim() ? options()[0] : undefined);
  });

  // The page may come back as it was left.
  addEventListener("pagehide", () => palette.close());
  palette.addEventListener("close", () => input.setAttribute("aria-expanded", "false"));

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!opener || elsewhere) return;
    event.preventDefault();
    openPalette();
  });
}

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-ctrl]")) key.textContent = "⌘";
}
