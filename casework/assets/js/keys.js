// The desk by keyboard: j and k go through the list, a letter presses its verb, / finds, ? shows the sheet.

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function visible(element) {
  if (element.disabled) return false;
  return element.getClientRects().length > 0 || Boolean(element.closest("details.menu--up"));
}

function step(by) {
  const rows = [...document.querySelectorAll(".rows .row__hit, .rows a.row")].filter(visible);
  if (!rows.length) return;
  const here = rows.findIndex((row) => row === document.activeElement || row.closest("[aria-selected=true], [aria-current=true]"));
  const there = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  there.focus();
  there.dispatchEvent(new CustomEvent("row:reached", { bubbles: true }));
}

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key.toLowerCase() === key && visible(each));
  if (!target) return false;
  if (target.matches(TYPING)) target.focus();
  else target.click();
  return true;
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "j" && document.querySelector(".rows")) step(1);
    else if (key === "k" && document.querySelector(".rows")) step(-1);
    else if (key === "?") document.querySelector("#keys")?.showModal();
    else if (!press(key)) return;
    event.preventDefault();
  });
}
