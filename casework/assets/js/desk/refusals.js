// A refusal is an answer to show, not an error to swallow: the page comes back with everything that was typed.

const SHOWN = [409, 412, 422, 423];

function focusRefusal() {
  document.querySelector(".refused")?.focus();
}

export function startRefusals() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!SHOWN.includes(event.detail.xhr.status)) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:afterSettle", focusRefusal);
  focusRefusal();
}
