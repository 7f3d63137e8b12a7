// Photos and places inside a step's form: shrunk before they ride with the form, the position at a tap.

import { locate } from "./position.js";
import { shrink } from "./photos.js";

async function preview(input) {
  const strip = input.closest("[data-photos]");
  const small = new DataTransfer();
  for (const file of input.files) {
    const blob = await shrink(file);
    small.items.add(new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: blob.type || "image/jpeg" }));
  }
  input.files = small.files;
  strip.querySelectorAll(".photo--new").forEach((each) => each.remove());
  for (const file of input.files) {
    const figure = document.createElement("figure");
    figure.className = "photo photo--new";
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = "";
    figure.append(image);
    input.closest(".shots__add").before(figure);
  }
}

async function fill(place) {
  const set = (part, value) => (place.querySelector(`[data-place-${part}]`).value = value);
  const hint = document.createElement("p");
  hint.className = "field__hint";
  await locate((reading) => {
    ["lat", "lon", "accuracy"].forEach((part) => set(part, reading[part]));
    hint.textContent = (place.closest("[data-fix]")?.dataset.fix || "").replace("#", Math.round(reading.accuracy));
    place.append(hint);
  });
}

export function startSteps() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-photos] input[type=file]")) preview(event.target);
  });
  for (const place of document.querySelectorAll("[data-place][id]")) {
    if (!place.querySelector("[data-place-lat]").value) fill(place);
  }
}
