// The photos of a report: shrunk one after the other, sent ahead while it is being written, shown as they stand.

import { sendPhoto, sha256, shrink } from "../photos.js";

export const MOST = 9;

// `page` is the <report-form>; its data attributes hold the words. `changed` is called whenever a photo gets ready.
export class Shots {
  constructor(page, changed) {
    this.page = page;
    this.words = page.dataset;
    this.box = page.querySelector(".shots");
    this.input = page.querySelector("input[name='r.files']");
    this.changed = changed;
    this.photos = [];
    this.prepared = Promise.resolve();
    this.uploaded = Promise.resolve();
    this.isHeld = false; // once the report is on its way its photos go with it
    page.addEventListener("click", (event) => {
      const cross = event.target.closest("[data-remove]");
      if (cross) this.remove(Number(cross.dataset.remove));
    });
    if (!this.box.querySelector(".shots__kept")) this.draw();
  }

  take(files) {
    const fresh = [...files].slice(0, MOST - this.photos.length);
    for (const file of fresh) this.add({ file, preview: "", hash: "", state: "preparing", takenAt: new Date() });
    this.draw();
  }

  add(photo) {
    this.photos.push(photo);
    // One after the other: an old phone has room for one decoded photo, and a weak line for one upload.
    this.prepared = this.prepared.then(() => this.prepare(photo));
    this.uploaded = Promise.all([this.prepared, this.uploaded]).then(() => this.upload(photo));
  }

  restore(photos, takenAt) {
    for (const { blob, hash, sent } of photos) {
      const preview = URL.createObjectURL(blob);
      this.photos.push({ blob, hash, preview, state: sent ? "there" : "waiting", takenAt: new Date(takenAt) });
    }
    this.draw();
  }

  async prepare(photo) {
    if (!this.photos.includes(photo)) return;
    try {
      photo.blob = await shrink(photo.file);
      photo.hash = await sha256(photo.blob);
      photo.preview = URL.createObjectURL(photo.blob);
      photo.state = photo.hash ? "waiting" : "with the form";
    } catch (error) {
      console.warn("the phone does not give the photo away", error);
      Object.assign(photo, { state: "refused", said: this.words.unreadable });
    }
    delete photo.file;
    this.draw();
    this.changed();
  }

  async upload(photo) {
    if (this.isHeld || photo.state !== "waiting" || !this.photos.includes(photo)) return;
    photo.state = "sending";
    photo.said = "";
    this.draw();
    try {
      await sendPhoto(photo.blob, photo.hash, this.page.csrf);
      photo.state = "there";
    } catch (error) {
      // Refused for what it is, it can only be left out; anything else is tried again when the report is sent.
      photo.state = error.status === 422 || error.status === 413 ? "refused" : "waiting";
      photo.said = error.status ? error.message : "";
    }
    this.draw();
    this.changed();
  }

  remove(index) {
    const [gone] = this.photos.splice(index, 1);
    if (gone.preview) URL.revokeObjectURL(gone.preview);
    this.draw();
    this.changed();
  }

  get isPreparing() {
    return this.photos.some((photo) => photo.state === "preparing");
  }

  get withTheForm() {
    return this.photos.filter((photo) => photo.state === "with the form");
  }

  // As the outbox keeps them.
  get kept() {
    return this.photos
      .filter((photo) => photo.hash && photo.state !== "refused")
      .map(({ blob, hash, state }) => ({ blob, hash, sent: state === "there" }));
  }

  markThere(hashes) {
    for (const photo of this.photos) if (hashes.includes(photo.hash)) photo.state = "there";
    this.draw();
  }

  draw() {
    this.box.querySelectorAll(".shots__shot:not(.shots__kept)").forEach((each) => each.remove());
    this.box.classList.toggle("shots--some", this.photos.length > 0);
    const add = this.box.querySelector(".shots__add");
    this.photos.forEach((photo, index) => add.before(this.picture(photo, index)));
    for (const word of this.page.querySelectorAll("[data-word]")) word.textContent = this.photos.length ? this.words.more : this.words.first;
    add.hidden = this.photos.length >= MOST;
    // The next thing to do is the large button: first the camera, then to send.
    const next = this.photos.length ? "[type=submit]" : ".shoot";
    for (const button of this.page.querySelectorAll(".actionbar .shoot, .actionbar [type=submit]")) {
      button.classList.toggle("btn--primary", button.matches(next));
    }
  }

  picture(photo, index) {
    const figure = document.createElement("figure");
    figure.className = `shots__shot${index === 0 ? " shots__main" : " shots__side"}`;
    const image = document.createElement(photo.preview ? "img" : "span");
    if (photo.preview) Object.assign(image, { src: photo.preview, alt: this.words.photo.replace("#", index + 1) });
    figure.append(image, this.stamp(photo, index), this.cross(index));
    if (photo.state === "there" && photo.hash) {
      const kept = document.createElement("input");
      Object.assign(kept, { type: "hidden", name: "r.photos", value: photo.hash });
      figure.append(kept);
    }
    return figure;
  }

  stamp(photo, index) {
    const stamp = document.createElement("figcaption");
    stamp.className = "shots__stamp";
    const words = { preparing: this.words.preparing, sending: this.words.sending, waiting: this.words.waiting, refused: photo.said };
    const time = photo.takenAt.toTimeString().slice(0, 5);
    stamp.textContent = words[photo.state] || (index === 0 ? `${time} ${this.page.place.name}` : time);
    return stamp;
  }

  cross(index) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "shots__cross" });
    button.dataset.remove = index;
    button.setAttribute("aria-label", this.words.removeWord.replace("#", index + 1));
    button.innerHTML = '<svg class="icon icon--s" aria-hidden="true"><use href="#i-x"/></svg>';
    return button;
  }
}
