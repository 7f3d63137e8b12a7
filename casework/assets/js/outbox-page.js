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
    const act = button.dataset.outbox;
    if (act === "drop") {
      this.dropAtTheSecondPress(button, token);
      return;
    }
    button.classList.add("is-busy");
    if (act === "all") await outbox.sendAll(this.user, { also: true });
    if (act === "one") await outbox.send(await outbox.read(token)).catch(() => {});
    if (act === "save") await saveCopy((await outbox.all()).filter((record) => record.user === this.user && !record.arrivedAt && !record.act), this.dataset.file);
    button.classList.remove("is-busy");
  }

  // What is thrown away is gone: the button asks first.
  dropAtTheSecondPress(button, token) {
    if (button.dataset.asked) {
      outbox.drop(token);
      return;
    }
    button.dataset.asked = "1";
    button.textContent = this.dataset.sure;
  }

  async draw() {
    const everybodys = await outbox.all().catch(() => []);
    const records = everybodys.filter((record) => record.user === this.user);
    const waiting = records.filter(outbox.isWaiting);
    const drafts = records.filter((record) => record.draft && !record.arrivedAt);
    const arrived = records.filter((record) => record.arrivedAt).reverse();
    this.urls.forEach((url) => URL.revokeObjectURL(url));
    this.urls = [];
    this.fill("waiting", waiting, (record) => this.item(record));
    this.fill("drafts", drafts, (record) => this.draft(record));
    this.fill("arrived", arrived, (record) => this.arrival(record));
    this.querySelector("[data-nothing]").hidden = records.length > 0;
    this.others(everybodys.filter((record) => record.user !== this.user && !record.arrivedAt));
    const some = waiting.length + drafts.length > 0;
    const isThereAReport = [...waiting, ...drafts].some((record) => !record.act);
    document.querySelector("[data-outbox=all]").hidden = !waiting.length;
    document.querySelector("[data-outbox=save]").hidden = !isThereAReport;
    document.querySelector("[data-outbox=save]").closest(".actionbar").hidden = !some;
    this.querySelector("[data-if-nothing-works]").hidden = !waiting.some((record) => record.tries && !record.act);
    this.room();
  }

  fill(name, records, made) {
    const section = this.querySelector(`[data-list=${name}]`);
    section.hidden = !records.length;
    section.querySelector("[data-count]").textContent = this.dataset.count.replace("#", records.length);
    section.querySelector("[data-items]").replaceChildren(...records.map(made));
  }

  copy(template, record) {
    const item = this.querySelector(`template[data-${template}]`).content.firstElementChild.cloneNode(true);
    item.dataset.token = record.token;
    item.querySelector("[data-title]").textContent = record.title;
    return item;
  }

  item(record) {
    const item = this.copy("item", record);
    const parts = [...record.photos, ...(record.memos || [])];
    const sent = parts.filter((part) => part.sent).length;
    const size = (parts.reduce((sum, part) => sum + part.blob.size, 0) / 1e6).toFixed(1);
    item.querySelector("[data-saved]").textContent = [time(record.savedAt), record.photos.length, size].reduce((text, word) => text.replace("#", word), this.dataset.saved);
    item.querySelector("[data-tries] span").textContent = record.tries ? this.dataset.tries.replace("#", record.tries) : this.dataset.fresh;
    item.querySelector("[data-tries]").classList.toggle("badge--idle", !record.tries);
    item.querySelector("[data-photos]").textContent = this.dataset.photos.replace("#", sent).replace("#", parts.length);
    item.querySelector("[data-photos]").classList.add(sent === parts.length ? "stages__item--done" : "stages__item--now");
    item.querySelector("[data-why]").textContent = this.why(record);
    item.querySelector("[data-go]").href = `${record.page || this.dataset.report}?kept=${record.token}`;
    this.picture(item.querySelector("img"), record.photos[0]);
    if (record.act) this.asAct(item, record, parts);
    return item;
  }

  // A tap on a task or a visit gets no number, and what can't be done any more may be thrown away.
  asAct(item, record, parts) {
    if (!parts.length) item.querySelector("[data-saved]").textContent = this.dataset.tapped.replace("#", time(record.savedAt));
    item.querySelector("[data-photos]").hidden = !parts.length;
    item.querySelector("[data-numbered]").hidden = true;
    item.querySelector("[data-outbox=drop]").hidden = record.why !== "refused";
  }

  why(record) {
    if (record.why === "refused" || record.why === "form") return `${record.said} ${this.dataset.refused}`;
    const words = this.dataset[record.why] || "";
    return words.replace("#", record.why === "other" ? record.userName : "") + (record.triedAt ? ` ${this.dataset.tried.replace("#", time(record.triedAt))}` : "");
  }

  draft(record) {
    const row = this.copy("draft", record);
    row.querySelector("[data-saved]").textContent = record.said || [time(record.savedAt), record.photos.length].reduce((text, word) => text.replace("#", word), this.dataset.begun);
    row.querySelector("[data-go]").href = `${this.dataset.report}?kept=${record.token}`;
    this.picture(row.querySelector("img"), record.photos[0]);
    return row;
  }

  picture(image, photo) {
    if (!photo) {
      image.closest(".out__top").classList.add("out__top--bare");
      image.remove();
      return;
    }
    image.src = URL.createObjectURL(photo.blob);
    this.urls.push(image.src);
  }

  arrival(record) {
    const row = this.copy("arrival", record);
    row.href = record.number ? this.dataset.case.replace("NUMBER", record.number) : record.page;
    row.querySelector("[data-number]").textContent = record.number || this.dataset.taken;
    row.querySelector("[data-changed]").hidden = !record.changed;
    return row;
  }

  // On a shared phone: that something of somebody else waits, and who has to log in for it; not what it is.
  others(records) {
    const line = this.querySelector("[data-others]");
    const names = [...new Set(records.map((record) => record.userName).filter(Boolean))];
    line.hidden = !records.length;
    line.querySelector("span").textContent = this.dataset.others.replace("#", records.length).replace("#", names.join(this.dataset.comma));
  }

  async room() {
    const known = await navigator.storage?.estimate?.().catch(() => null);
    if (!known?.quota) return;
    const line = this.querySelector("[data-room]");
    line.textContent = this.dataset.room.replace("#", (known.usage / 1e6).toFixed(1)).replace("#", Math.floor((known.quota - known.usage) / 1e6));
    line.hidden = false;
  }
}

// When nothing else works: one file with everything in it, to be read in at a desk.
async function saveCopy(records, name) {
  const reports = await Promise.all(records.map(asJson));
  const file = new Blob([JSON.stringify({ format: "one-matter-reports", version: 1, reports })], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function asJson({ token, user, userName, title, address, pairs, photos, memos, savedAt, draft }) {
  const texts = (parts) => Promise.all((parts || []).map(async ({ blob, hash, field }) => ({ hash, field, data: await asText(blob) })));
  return { token, user, userName, title, address, pairs, savedAt, draft: Boolean(draft), photos: await texts(photos), memos: await texts(memos) };
}

function asText(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
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
  outbox.forgetArrived().catch(() => {}).then(flush);
  // Asks the browser not to clear this away when the phone runs short; an accelerator and a courtesy, no more.
  navigator.storage?.persist?.().catch(() => {});
  navigator.serviceWorker?.register("/m/sw.js", { scope: "/m/" }).catch(() => {});
}
