// The residents' report: the position, where the browser gives one. Everything else works without a script.

import { locate } from "./position.js";

export function startPlace() {
  const form = document.querySelector("form[data-place]");
  const button = form?.querySelector("[data-locate]");
  if (!button || !navigator.geolocation || !window.isSecureContext) return;
  const say = form.querySelector("[data-locate-say]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    say.textContent = button.dataset.looking;
    const best = await locate(() => {});
    button.disabled = false;
    if (!best) {
      say.textContent = button.dataset.none;
      return;
    }
    for (const name of ["lat", "lon", "accuracy"]) form.elements[name].value = best[name];
    say.textContent = button.dataset.found.replace("#", Math.round(best.accuracy));
  });
}
