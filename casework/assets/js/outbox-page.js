// The page of what waits on this phone, and the pill that says how many; sends by itself whenever there is a chance.

import * as outbox from "./outbox.js";

const EVERY = 30_000;

class NetState extends HTMLElement {
  connectedCallback() {
    this.show = () => this.draw();
    ["online", "offline", "outbox:changed"].forEach((name) => addEventListener(name, this.show));
    this.draw();
  }

  disconnectedCallback() {
    ["online", "offline", "outbox:changed"].forEach((name) => removeEventListener(name, this.show));
  }

  async draw() {
    const count = outbox.isThere() ? (await outbox.waiting(this.dataset.user).catch(() => [])).length : 0;
    const on = navigator.onLine;
    const words = [on ? this.dataset.on : this.dataset.off];
    if (count) words.push(this.dataset.waiting.replace("#", count));
    const good = on && !count;
    this.hidden = false;
    this.innerHTML = `<a class="netlink" href="${this.dataset.href}"><span class="pill ${good ? "pill--on" : "pill--off"}"></span></a>`;
    const pill = this.firstChild.firstChild;
    pill.innerHTML = on
      ? `<svg class="shape" aria-hidden="true"><use href="#s-${good ? "done" : "idle"}"/></svg>`
      : '<svg class="icon icon--s" aria-hidden="true"><use href="#i-offline"/></svg>';
    pill.append(words.join(" · "));
  }
}

class OutBox extends HTMLElement {
  connectedCallback() {
    this.user = this.dataset.user;
    this.urls = [];
    this.draw();
    addEventListener("outbox:changed", () => this.draw());
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-outbox]");
      if (button) this.press(button);
    });
  }

  async press(button) {
    const token = button.closest("[data-token]")?.dataset.token;
    if (button.dataset.outbox === "all") await outbox.sendAll(this.user, { also: true });
    if (button.dataset.outbox === "one") await outbox.send(await outbox.read(token)).catch(() => {});
    if (button.dataset.outbox === "save") await this.backup();
  }

  async draw() {
    const records = await outbox.all(this.user);
    const waiting = records.filter((record) => !record.number);
    const arrived = records.filter((record) => record.number).reverse();
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.fill("waiting", waiting.map((record) => this.item(record)));
    this.fill("arrived", arrived.map((record) => this.arrival(record)));
    this.querySelector("[data-nothing]").hidden = records.length > 0;
    document.querySelectorAll("[data-outbox=all], [data-outbox=save]").forEach((button) => {
      button.hidden = !waiting.length;
      button.closest(".actionbar").hidden = !waiting.length;
    });
  }

  fill(name, items) {
    const section = this.querySelector(`[data-list=${name}]`);
    section.hidden = !items.length;
    section.querySelector("[data-count]").textContent = this.dataset.count.replace("#", items.length);
    section.querySelector("[data-items]").replaceChildren(...items);
  }

  item(record) {
    const item = this.querySelector("template[data-item]").content.firstElementChild.cloneNode(true);
    const sent = record.photos.filter((photo) => photo.sent).length;
    item.dataset.token = record.token;
    item.querySelector("[data-title]").textContent = record.title;
    item.querySelector("[data-saved]").textContent = this.dataset.saved.replace("#", time(record.savedAt)).replace("#", record.photos.length);
    item.querySelector("[data-tries]").hidden = !record.tries;
    item.querySelector("[data-tries] span").textContent = this.dataset.tries.replace("#", record.tries);
    item.querySelector("[data-photos]").textContent = this.dataset.photos.replace("#", sent).replace("#", record.photos.length);
    item.querySelector("[data-photos]").classList.add(sent === record.photos.length ? "stages__item--done" : "stages__item--now");
    item.querySelector("[data-why]").textContent = record.said || this.dataset[record.why] || "";
    item.querySelector("[data-open]").href = `${this.dataset.report}?kept=${record.token}`;
    this.picture(item.querySelector("img"), record.photos[0]);
    return item;
  }

  picture(image, photo) {
    if (!photo) {
      image.remove();
      return;
    }
    image.src = URL.createObjectURL(photo.blob);
    this.urls.push(image.src);
  }

  arrival(record) {
    const row = this.querySelector("template[data-arrival]").content.firstElementChild.cloneNode(true);
    row.href = this.dataset.case.replace("NUMBER", record.number);
    row.querySelector("[data-title]").textContent = record.title;
    row.querySelector("[data-number]").textContent = record.number;
    return row;
  }

  // When nothing else works: one file with everything in it, to hand over.
  async backup() {
    const records = await outbox.waiting(this.user);
    for (const record of records) {
      for (const photo of record.photos) photo.blob = await asText(photo.blob);
    }
    const file = new Blob([JSON.stringify(records)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${this.dataset.file}-${new Date().toISOString().slice(0, 10)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

function asText(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

function time(stamp) {
  return new Date(stamp).toTimeString().slice(0, 5);
}

export function startOutbox() {
  customElements.define("net-state", NetState);
  customElements.define("out-box", OutBox);
  const user = document.querySelector("net-state")?.dataset.user;
  if (!user || !outbox.isThere()) return;
  const flush = () => navigator.onLine && document.visibilityState === "visible" && outbox.sendAll(user).catch(() => {});
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", flush);
  setInterval(flush, EVERY);
  outbox.forgetArrived(user).catch(() => {}).then(flush);
  if (navigator.serviceWorker) navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" }).catch(() => {});
}
