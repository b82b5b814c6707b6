// Saying things aloud. Behind an open dialog nothing is heard, so it brings a place of its own.

export function announce(words) {
  const place = document.querySelector("dialog[open] [data-announcer]") ?? document.getElementById("announcer");
  if (!place) return;
  place.textContent = "";
  // A status is read only when it changes after it was empty.
  setTimeout(() => (place.textContent = words), 60);
}
