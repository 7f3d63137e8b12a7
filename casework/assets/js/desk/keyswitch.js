// Single letters as commands can be switched off (WCAG 2.1.4); the choice is kept on this machine.

const KEPT = "single-keys";

function areOff() {
  return localStorage.getItem(KEPT) === "off";
}

function isSingle(event) {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
}

export function startKeySwitch() {
  // Before everybody else, so that none of them hears the letter.
  window.addEventListener("keydown", (event) => areOff() && isSingle(event) && event.stopPropagation(), true);
  for (const box of document.querySelectorAll("[data-keys-off]")) {
    box.checked = areOff();
    box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "off" : "on"));
  }
}
