// What each matter asks of whoever reports it, kept on the phone: it can be answered where there is no net.

import { sha256, shrink } from "../photos.js";

const KEPT = "questions";
const name = (user, matter) => `${KEPT}:${user}:${matter}`;
const today = () => new Date().toISOString().slice(0, 10);

export function remember(user, section) {
  try {
    localStorage.setItem(name(user, section.dataset.questions), JSON.stringify({ day: today(), html: section.outerHTML }));
  } catch (error) {
    console.info("no room to keep the questions of a matter");
  }
}

// The section as it was told last, or null.
export function recall(user, matter) {
  try {
    const kept = JSON.parse(localStorage.getItem(name(user, matter)));
    return kept && new DOMParser().parseFromString(kept.html, "text/html");
  } catch (error) {
    return null;
  }
}

// Once a day and matter, one after the other, when nothing else is going on.
export async function fetchAll(page) {
  const user = page.dataset.user;
  const kinds = [...page.querySelectorAll("input[name='r.kind']")].map((input) => input.value);
  const matters = new Map(kinds.map((kind) => [kind.split("|")[0], kind]));
  for (const [matter, kind] of matters) {
    const kept = JSON.parse(localStorage.getItem(name(user, matter)) || "null");
    if (kept?.day === today()) continue;
    const answer = await fetch(`${page.dataset.ahead}?${new URLSearchParams({ kind })}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const section = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-questions]");
    if (section) remember(user, section);
  }
}

// Photos that answer a question, as the outbox keeps them: each with the question's name.
export async function answeredPhotos(form) {
  const photos = [];
  for (const input of form.querySelectorAll("[data-photos] input[type=file]:not([disabled])")) {
    for (const file of input.files) {
      const blob = await shrink(file);
      photos.push({ blob, hash: await sha256(blob), sent: false, field: input.name.replace(/-files$/, "") });
    }
  }
  return photos;
}

export function restorePhotos(form, photos) {
  for (const input of form.querySelectorAll("[data-photos] input[type=file]")) {
    const mine = photos.filter((photo) => photo.field && `${photo.field}-files` === input.name);
    if (!mine.length) continue;
    const files = new DataTransfer();
    mine.forEach((photo, index) => files.items.add(new File([photo.blob], `${index + 1}.jpg`, { type: "image/jpeg" })));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
