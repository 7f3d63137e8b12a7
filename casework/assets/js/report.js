// The report: the camera first, the position at the shutter, then what it is. Without this script it is a plain form.

import * as outbox from "./outbox.js";
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
    this.prepared = Promise.resolve();
    this.uploaded = Promise.resolve();
    addEventListener("pageshow", () => (this.isBusy = false));
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.addEventListener("click", (event) => {
      const cross = event.target.closest("[data-remove]");
      if (cross) this.remove(Number(cross.dataset.remove));
      if (event.target.closest("[data-again]")) this.findPlace();
    });
    this.begin();
  }

  // A page that comes from the phone's own store would carry a used token: a report gets its token here.
  async begin() {
    if (window.crypto?.randomUUID && !this.dataset.refused) this.form.elements["r.token"].value = crypto.randomUUID();
    const kept = new URLSearchParams(location.search).get("kept");
    const record = kept && outbox.isThere() && (await outbox.read(kept).catch(() => null));
    if (record && !record.number) this.restore(record);
    if (!this.value("lat")) this.findPlace();
  }

  restore(record) {
    for (const [name, value] of record.pairs) {
      for (const input of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (input.type === "radio" || input.type === "checkbox") input.checked = input.checked || input.value === value;
        else input.value = value;
      }
    }
    this.photos = record.photos.map((photo) => ({
      ...photo,
      preview: URL.createObjectURL(photo.blob),
      state: photo.sent ? "there" : "waiting",
      takenAt: new Date(record.savedAt),
    }));
    this.draw();
    this.lookAhead();
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

  // What was seen was seen at the first photo, or else now; it may be sent hours later.
  seen() {
    const seen = this.form.elements["r.seen_at"];
    seen.value ||= new Date().toISOString();
  }

  // --- photos

  take(files) {
    this.input.value = "";
    if (!files.length) return;
    this.seen();
    this.findPlace();
    const fresh = files.slice(0, MOST - this.photos.length).map((file) => ({ file, preview: "", hash: "", state: "preparing", takenAt: new Date() }));
    this.photos.push(...fresh);
    this.draw();
    // One after the other: an old phone has room for one decoded photo, and a weak line for one upload.
    for (const photo of fresh) {
      this.prepared = this.prepared.then(() => this.prepare(photo));
      this.uploaded = Promise.all([this.prepared, this.uploaded]).then(() => this.upload(photo));
    }
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
      Object.assign(photo, { state: "refused", said: this.dataset.unreadable });
    }
    this.draw();
  }

  // Ahead of the report, while it is being written; once it is on its way the photos go with it.
  async upload(photo) {
    if (this.isBusy || photo.state !== "waiting" || !this.photos.includes(photo)) return;
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
    if (gone.preview) URL.revokeObjectURL(gone.preview);
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
    const image = document.createElement(photo.preview ? "img" : "span");
    if (photo.preview) Object.assign(image, { src: photo.preview, alt: this.dataset.photo.replace("#", index + 1) });
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
    const words = { preparing: this.dataset.preparing, sending: this.dataset.sending, waiting: this.dataset.waiting, refused: photo.said };
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

  submit(event) {
    event.preventDefault();
    delete this.form.dataset.sent;
    if (this.isBusy) return;
    this.isBusy = true;
    this.send().catch((error) => {
      this.isBusy = false;
      throw error;
    });
  }

  // First onto the phone, then on its way: whatever happens to the line, the report is not lost.
  async send() {
    this.seen();
    if (this.photos.some((photo) => photo.state === "preparing")) this.say(this.dataset.preparing);
    await this.prepared;
    const without = this.photos.filter((photo) => photo.state === "with the form");
    if (without.length || !outbox.isThere()) {
      this.carry(without);
      this.form.submit();
      return;
    }
    this.say(this.dataset.sending);
    const record = this.record();
    try {
      await outbox.keep(record);
      // What is halfway up is not sent a second time.
      await this.uploaded;
      this.photos.filter((photo) => photo.state === "there").forEach((photo) => this.isThere(record, photo.hash));
      const number = await outbox.send(record);
      location.assign(this.dataset.done.replace("NUMBER", number));
    } catch (error) {
      await this.notSent(record, error);
      this.isBusy = false;
    }
  }

  isThere(record, hash) {
    for (const photo of record.photos) if (photo.hash === hash) photo.sent = true;
  }

  record() {
    const pairs = [...new FormData(this.form)].filter(
      ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "r.photos",
    );
    const chosen = this.form.querySelector("[name='r.kind']:checked")?.closest(".pick").querySelector(".pick__name");
    const title = [chosen?.textContent.trim(), this.value("summary").slice(0, 20)].filter(Boolean).join(" · ");
    const photos = this.photos
      .filter((photo) => photo.hash && photo.state !== "refused")
      .map(({ blob, hash, state }) => ({ blob, hash, sent: state === "there" }));
    return { token: this.value("token"), user: this.dataset.user, title, pairs, photos, savedAt: Date.now(), tries: 0 };
  }

  async notSent(record, error) {
    if (error.why === "refused" || !error.why) {
      // The server says what is wrong on its own page, with everything in it; so does a phone that keeps nothing.
      const sent = new Set(record.photos.filter((photo) => photo.sent).map((photo) => photo.hash));
      this.photos.filter((photo) => sent.has(photo.hash)).forEach((photo) => (photo.state = "there"));
      this.draw();
      await outbox.drop(record.token).catch(() => {});
      this.form.submit();
      return;
    }
    if (!this.form.querySelector("[name='r.kind']:checked")) {
      await outbox.drop(record.token);
      this.say(this.dataset.kindless);
      return;
    }
    this.querySelector("[data-kept-title]").textContent = record.title;
    this.querySelector("[data-kept-why]").textContent = error.why === "login" ? this.dataset.login : this.dataset.nonet;
    this.querySelector("[data-kept]").hidden = false;
    this.querySelectorAll("[data-hide-when-kept]").forEach((part) => (part.hidden = true));
    this.querySelector("[data-kept]").focus();
    if (this.waitsInVain) return;
    this.waitsInVain = true;
    addEventListener("outbox:changed", async () => {
      const now = await outbox.read(record.token);
      if (now?.number) location.assign(this.dataset.done.replace("NUMBER", now.number));
    });
  }

  // Where nothing can be hashed the photos ride in the form itself.
  carry(photos) {
    if (!photos.length) return;
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
