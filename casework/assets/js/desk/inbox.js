// The list and its preview. A row leads to the case's page; where there is room beside the list it is previewed instead.

import htmx from "htmx.org";

import { startConditions } from "../conditions.js";

const ROOM = "(min-width: 1000px)";

function showBeside(link) {
  const row = link.closest("[data-row]");
  for (const other of document.querySelectorAll("#list [aria-current]")) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  htmx.trigger(link, "preview");
}

function onClick(event) {
  const link = event.target.closest("#list .row__hit");
  if (!link || !link.hasAttribute("hx-get") || !matchMedia(ROOM).matches) return;
  // Enter on a row opens its page, and so does whoever wants a window of its own.
  if (event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showBeside(link);
}

function boxes() {
  return [...document.querySelectorAll("#list input[name=row]")];
}

// How many are selected stands beside the box for all; nothing can be pressed for none.
function count() {
  const all = document.querySelector("[data-all]");
  if (!all) return;
  const chosen = boxes().filter((box) => box.checked).length;
  const number = document.querySelector("[data-chosen]");
  number.textContent = chosen;
  number.hidden = chosen === 0;
  for (const button of document.querySelectorAll("[data-bulk]")) button.disabled = chosen === 0;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && chosen < boxes().length;
}

function onChange(event) {
  if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-all], #list input[name=row]")) count();
}

function onKey(event) {
  if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
  const box = document.querySelector("#list [aria-current] input[name=row]");
  if (!box) return;
  box.checked = !box.checked;
  count();
  event.preventDefault();
}

export function startInbox() {
  if (!document.querySelector("desk-inbox")) return;
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  document.addEventListener("row:reached", (event) => {
    event.target.scrollIntoView({ block: "nearest" });
    if (event.target.hasAttribute("hx-get") && matchMedia(ROOM).matches) showBeside(event.target);
  });
  document.addEventListener("htmx:oobAfterSwap", count);
  document.addEventListener("htmx:load", (event) => event.target.matches("form") && startConditions(event.target.parentElement));
  for (const button of document.querySelectorAll("[data-plain]")) button.hidden = true;
  addEventListener("pageshow", count);
  count();
}
