// What the portal adds to pages that work without it. No library but htmx; every behaviour hangs on an attribute that
// the components write (templates/components/README.md).

import { announce } from "./announce.js";
import "./copy.js";
import "./theme.js"; // before the forms: what it sends itself is not theirs
import "./forms.js";
import "./keyboard.js";
import "./network.js";
import "./overlays.js";

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

document.querySelector(".error-summary[data-focus]")?.focus();
document.querySelector(".nav-link[aria-current]")?.scrollIntoView({ block: "nearest" });
