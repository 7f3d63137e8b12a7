// The card of the next step: verbs that ask something first open their panel over it; who gets it next follows the answers.

const PAUSE = 350;

function openPanel(panel) {
  for (const other of panel.parentElement.querySelectorAll(".verb-panel--open")) other.classList.remove("verb-panel--open");
  panel.classList.add("verb-panel--open");
  panel.scrollIntoView({ block: "start" });
  panel.querySelector("select:not([data-back-to]), textarea")?.focus({ preventScroll: true });
}

function closePanel(panel) {
  panel.classList.remove("verb-panel--open");
  document.querySelector(`[data-panel="${panel.id}"]`)?.focus();
}

function onClick(event) {
  const opener = event.target.closest("[data-panel]");
  const panel = opener && document.getElementById(opener.dataset.panel);
  if (panel) {
    event.preventDefault();
    openPanel(panel);
    return;
  }
  const closer = event.target.closest(".verb-panel [data-close]");
  if (closer) {
    event.preventDefault();
    closePanel(closer.closest(".verb-panel"));
  }
}

function onKey(event) {
  const panel = event.target.closest(".verb-panel--open") || document.querySelector(".verb-panel--open");
  if (event.key === "Escape" && panel && !document.querySelector("dialog[open]")) {
    closePanel(panel);
    event.preventDefault();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const scope = panel || event.target.closest("form");
    const button = scope?.querySelector(panel ? "[data-send]" : ".verbs .btn--primary, .btn");
    if (button) {
      button.click();
      event.preventDefault();
    }
  }
}

// Ask the server again who would get it with the answers given so far; an answer that was overtaken is dropped.
let asked = 0;
let later = 0;

async function lookAhead(fields) {
  const then = document.getElementById(`then-${fields.dataset.verb}`);
  if (!then) return;
  const mine = ++asked;
  const form = new FormData(fields.closest("form"));
  for (const [name, value] of [...form]) if (value instanceof File) form.delete(name);
  form.set("act.verb", fields.dataset.verb);
  try {
    const answer = await fetch(fields.dataset.ahead, { method: "POST", body: form, credentials: "same-origin" });
    if (mine !== asked || answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".then");
    if (fresh && then.isConnected) then.replaceWith(document.importNode(fresh, true));
  } catch (error) {
    console.info("no forecast while there is no net");
  }
}

function onAnswer(event) {
  if (event.target.matches("[data-back-to]")) {
    // The forecast is of the way that the process has; a step named by hand is its own forecast.
    const then = event.target.closest(".verb-panel").querySelector(".then");
    if (then) then.hidden = event.target.value !== "";
  }
  const fields = event.target.closest("desk-form");
  if (!fields) return;
  clearTimeout(later);
  later = setTimeout(() => lookAhead(fields), PAUSE);
}

export function startCard() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onAnswer);
  document.addEventListener("change", onAnswer);
  const named = location.hash.startsWith("#act-") && document.getElementById(location.hash.slice(1));
  if (named) openPanel(named);
}
