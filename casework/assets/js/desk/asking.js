// A verb's dialog: fetched into one window over the page, so that what is half written underneath stays.
// Without this script the same link leads to a page of its own.

import { restoreDrafts } from "./drafts.js";

function box() {
  return document.getElementById("asking");
}

function shown() {
  document.getElementById("asked")?.querySelectorAll("[data-scripted]").forEach((part) => (part.hidden = false));
}

function open() {
  const dialog = box();
  const form = dialog.querySelector("form");
  if (!form) return;
  shown();
  restoreDrafts(dialog);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector(".refused, .field--bad input, .field--bad textarea") || dialog.querySelector(FIRST))?.focus();
}

const FIRST = ".asked__body input:not([type=hidden]):not([hidden]), .asked__body textarea, .asked__foot .btn--primary";

function shut() {
  const dialog = box();
  if (dialog?.open) dialog.close();
  const asked = document.getElementById("asked");
  if (asked && dialog) asked.replaceChildren();
}

function onClick(event) {
  const fill = event.target.closest("[data-fill]");
  if (fill) {
    const input = document.getElementById(fill.dataset.fill);
    input.value = fill.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
    return;
  }
  if (event.target.closest("#asking [data-shut]") || event.target === box()) {
    event.preventDefault();
    shut();
  }
  // A menu closes when something in it was chosen.
  const item = event.target.closest("details.menu .menu__item");
  if (item) item.closest("details.menu").open = false;
}

// The forecast is of the way that the process has; a step named by hand is its own forecast.
function onChange(event) {
  if (!event.target.matches("[data-back-to]")) return;
  const then = event.target.closest(".asked").querySelector(".then");
  if (then) then.hidden = event.target.value !== "";
}

function onSwap(event) {
  const target = event.detail.target;
  if (target?.id === "asked") open();
  else if (box()?.open) shut();
}

// A refusal that is no dialog (not yours, gone, too fast) is told in its own words.
function onError(event) {
  const text = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const words = text.querySelector(".plain__say, .plain__box h1")?.textContent.trim();
  const toasts = document.querySelector(".toasts") || document.body.appendChild(Object.assign(document.createElement("div"), { className: "toasts" }));
  const toast = document.createElement("toast-note");
  toast.className = "toast";
  toast.setAttribute("role", "alert");
  toast.append(Object.assign(document.createElement("span"), { className: "toast__text", textContent: words || document.body.dataset.failed || "" }));
  toasts.replaceChildren(toast);
}

// Posts are found by any part of their name or by the initials of its syllables.
class PickList extends HTMLElement {
  connectedCallback() {
    const find = this.querySelector("[data-find]");
    if (!find || this.querySelectorAll("[data-letters]").length < 8) return;
    find.hidden = false;
    find.addEventListener("input", () => this.narrow(find.value.trim().toLowerCase()));
    find.addEventListener("keydown", (event) => this.takeFirst(event));
  }

  narrow(words) {
    let seen = 0;
    for (const item of this.querySelectorAll("[data-letters]")) {
      const fits = !words || item.textContent.toLowerCase().includes(words) || item.dataset.letters.includes(words);
      item.hidden = !fits && !item.querySelector("input").checked;
      seen += item.hidden ? 0 : 1;
    }
    for (const head of this.querySelectorAll(".picklist__group")) head.hidden = Boolean(words);
    this.querySelector("[data-none]").hidden = seen > 0;
  }

  takeFirst(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const first = this.querySelector("[data-letters]:not([hidden]) input:not(:checked)");
    first?.click();
    first?.focus(); // in the box itself the next Escape would only empty it
  }
}

export function startAsking() {
  customElements.define("pick-list", PickList);
  shown();
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("htmx:afterSwap", onSwap);
  document.addEventListener("htmx:responseError", onError);
  box()?.addEventListener("close", shut);
  // On its own page the dialog's parts are there from the start.
  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;
  document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-scripted]").forEach((part) => (part.hidden = false)));
}
