// The report: the camera first, the position at the shutter, then what it is. Without this script it is a plain form.

import { startConditions } from "./conditions.js";
import { locate } from "./position.js";
import { send, sha256, shrink } from "./photos.js";

const MOST = 9;
const TYPING = 500;

class ReportForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.shots = this.querySelector(".shots");
    this.input = this.querySelector("input[type=file]");
    this.photos = [];
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.addEventListener("click", (event) => {
      const cross = event.target.closest("[data-remove]");
      if (cross) this.remove(Number(cross.dataset.remove));
      if (event.target.closest("[data-again]")) this.findPlace();
    });
    if (!this.value("lat")) this.findPlace();
  }

  get csrf() {
    return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  value(name) {
    return this.form.elements[`r.${name}`]?.value || "";
  }

  changed(target) {
    if (target.name === "r.kind" || target.name === "r.area") this.lookAhead();
  }

  // --- photos

  async take(files) {
    this.input.value = "";
    if (!files.length) return;
    this.findPlace();
    for (const file of files.slice(0, MOST - this.photos.length)) {
      const photo = { file, preview: "", hash: "", state: "shrinking", takenAt: new Date() };
      this.photos.push(photo);
      await this.prepare(photo);
    }
  }

  async prepare(photo) {
    photo.blob = await shrink(photo.file);
    photo.preview = URL.createObjectURL(photo.blob);
    photo.hash = await sha256(photo.blob);
    this.draw();
    await this.upload(photo);
  }

  async upload(photo) {
    if (!photo.hash) {
      photo.state = "with the form";
      this.draw();
      return;
    }
    photo.state = "sending";
    photo.said = "";
    this.draw();
    try {
      await send(photo.blob, photo.hash, this.csrf);
      photo.state = "there";
    } catch (error) {
      // Refused for what it is, it can only be left out; anything else is tried again when the report is sent.
      photo.state = error.status === 422 || error.status === 413 ? "refused" : "waiting";
      photo.said = error.status ? error.message : "";
    }
    this.draw();
  }

  remove(index) {
    const [gone] = this.photos.splice(index, 1);
    URL.revokeObjectURL(gone.preview);
    this.draw();
  }

  draw() {
    this.shots.querySelectorAll(".shots__shot:not(.shots__kept)").forEach((each) => each.remove());
    this.shots.classList.toggle("shots--some", this.photos.length > 0);
    const add = this.shots.querySelector(".shots__add");
    this.photos.forEach((photo, index) => add.before(this.picture(photo, index)));
    add.querySelector("[data-word]").textContent = this.photos.length ? this.dataset.more : this.dataset.first;
    add.hidden = this.photos.length >= MOST;
  }

  picture(photo, index) {
    const figure = document.createElement("figure");
    figure.className = `shots__shot${index === 0 ? " shots__main" : " shots__side"}`;
    const image = document.createElement("img");
    image.src = photo.preview;
    image.alt = this.dataset.photo.replace("#", index + 1);
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
    const words = { sending: this.dataset.sending, waiting: this.dataset.waiting, refused: photo.said };
    const time = photo.takenAt.toTimeString().slice(0, 5);
    stamp.textContent = words[photo.state] || (index === 0 ? `${time} ${this.querySelector("[data-place]").dataset.name || ""}` : time);
    return stamp;
  }

  cross(index) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "shots__cross" });
    button.dataset.remove = index;
    button.setAttribute("aria-label", this.dataset.removeWord.replace("#", index + 1));
    button.innerHTML = '<svg class="icon icon--s" aria-hidden="true"><use href="#i-x"/></svg>';
    return button;
  }

  // --- place

  async findPlace() {
    const fix = this.querySelector("[data-fix]");
    fix.textContent = this.dataset.looking;
    const best = await locate((reading) => {
      for (const name of ["lat", "lon", "accuracy"]) this.form.elements[`r.${name}`].value = reading[name];
      fix.textContent = this.dataset.fix.replace("#", Math.round(reading.accuracy));
    });
    if (!best) {
      fix.textContent = this.value("lat") ? this.dataset.fix.replace("#", Math.round(this.value("accuracy"))) : this.dataset.nofix;
      return;
    }
    this.lookAhead();
  }

  // --- what comes with the category and the place: whose grid, who gets it, what else is asked

  lookAhead() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.fetchAhead(), TYPING / 5);
  }

  async fetchAhead() {
    const asked = new URLSearchParams();
    for (const name of ["kind", "lat", "lon", "accuracy", "area"]) if (this.value(name)) asked.set(name, this.value(name));
    try {
      const answer = await fetch(`${this.dataset.ahead}?${asked}`, { credentials: "same-origin" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.replace(page);
    } catch (error) {
      console.info("no word about what comes next while there is no net");
    }
  }

  replace(page) {
    const old = this.querySelector("[data-questions]");
    for (const part of ["place", "then", "questions"]) {
      const fresh = page.querySelector(`[data-${part}]`);
      const here = this.querySelector(`[data-${part}]`);
      if (!fresh || !here) continue;
      if (part === "questions" && fresh.dataset.questions === old.dataset.questions) continue;
      here.replaceWith(document.importNode(fresh, true));
    }
    startConditions(this);
    if (this.photos.length) this.draw();
  }

  // --- sending

  async submit(event) {
    const waiting = this.photos.filter((photo) => photo.hash && photo.state !== "there" && photo.state !== "refused");
    const without = this.photos.filter((photo) => photo.state === "with the form");
    if (without.length) this.carry(without);
    if (!waiting.length) return;
    event.preventDefault();
    delete this.form.dataset.sent;
    this.say(this.dataset.sending);
    await Promise.all(waiting.map((photo) => this.upload(photo)));
    if (waiting.some((photo) => photo.state === "waiting")) {
      this.say(this.dataset.nonet);
      return;
    }
    this.form.requestSubmit ? this.form.requestSubmit() : this.form.submit();
  }

  // Where nothing can be hashed the photos ride in the form itself.
  carry(photos) {
    const files = new DataTransfer();
    photos.forEach((photo, index) => files.items.add(new File([photo.blob], `${index + 1}.jpg`, { type: "image/jpeg" })));
    this.input.files = files.files;
  }

  say(text) {
    const line = this.querySelector("[data-say]");
    line.textContent = text;
    line.hidden = false;
  }
}

export function startReport() {
  customElements.define("report-form", ReportForm);
}
