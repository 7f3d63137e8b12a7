// The report: the camera first, the position at the shutter, then what it is. Without this script it is a plain form.

import * as outbox from "./outbox.js";
import { startConditions } from "./conditions.js";
import { fill } from "./filling.js";
import { startKinds } from "./report/kinds.js";
import { Memo } from "./report/memo.js";
import { Place } from "./report/place.js";
import { answeredPhotos, fetchAll, recall, remember, restorePhotos } from "./report/questions.js";
import { Same } from "./report/same.js";
import { Shots } from "./report/shots.js";

const TYPING = 500;
const QUIET = 4000;
const NOT_TYPED = ["csrfmiddlewaretoken", "r.photos"];

class ReportForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.place = new Place(this, () => this.lookAhead());
    this.shots = new Shots(this, () => this.photosChanged());
    this.memo = new Memo(this.querySelector("[data-memo]"), () => this.saveDraft());
    this.same = new Same(this, (address) => this.begin(address));
    startKinds(this);
    this.shots.input.addEventListener("change", () => this.take());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      delete this.form.dataset.sent;
      this.begin("");
    });
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.form.addEventListener("input", () => this.saveDraft());
    addEventListener("pageshow", () => (this.isBusy = false));
    this.open();
  }

  // A page that comes from the phone's own store would carry a used token: a report gets its token here.
  async open() {
    if (window.crypto?.randomUUID && !this.dataset.refused) this.form.elements["r.token"].value = crypto.randomUUID();
    const asked = new URLSearchParams(location.search);
    // A page out of the phone's store was made for no task in particular.
    if (asked.get("r.task")) this.form.elements["r.task"].value = asked.get("r.task");
    const kept = asked.get("kept");
    const record = kept && outbox.isThere() && (await outbox.read(kept).catch(() => null));
    if (record && record.user === this.dataset.user && !record.arrivedAt) this.restore(record);
    else this.offerDrafts();
    if (!this.value("lat")) this.place.find();
    if (navigator.onLine) outbox.clockOff().then((off) => (this.clockOff = off));
    setTimeout(() => navigator.onLine && fetchAll(this).catch(() => {}), QUIET);
  }

  restore(record) {
    this.restored = record;
    fill(this.form, record.pairs);
    this.place.isNudged = Boolean(this.value("lat")) && !this.value("accuracy");
    this.shots.restore(record.photos.filter((photo) => !photo.field), record.savedAt);
    this.memo.restore(record.memos || []);
    if (record.said) this.say(record.said);
    this.place.draw();
    this.lookAhead();
  }

  async offerDrafts() {
    if (!outbox.isThere()) return;
    const drafts = (await outbox.all().catch(() => [])).filter((each) => each.draft && each.user === this.dataset.user);
    const link = this.querySelector("[data-drafts]");
    if (!drafts.length || !link) return;
    link.hidden = false;
    link.querySelector("[data-drafts-count]").textContent = link.dataset.drafts.replace("#", drafts.length);
    if (drafts.length === 1) link.href = `${location.pathname}?kept=${drafts[0].token}`;
  }

  get csrf() {
    return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  value(name) {
    return this.form.elements[`r.${name}`]?.value || "";
  }

  changed(target) {
    if (target.name === "r.kind" || target.name === "r.area") this.lookAhead();
    this.saveDraft();
  }

  // What was seen was seen at the first photo, or else now; it may be sent hours later.
  seen() {
    const seen = this.form.elements["r.seen_at"];
    seen.value ||= new Date().toISOString();
  }

  take() {
    const files = [...this.shots.input.files];
    this.shots.input.value = "";
    if (!files.length) return;
    this.seen();
    if (!this.shots.photos.length || !this.value("lat")) this.place.find();
    this.shots.take(files);
  }

  photosChanged() {
    this.same.showMine();
    this.saveDraft();
  }

  // --- what comes with the category and the place: whose grid, who gets it, what else is asked, what is there already

  lookAhead() {
    clearTimeout(this.later);
    this.later = setTimeout(() => Promise.all([this.fetchAhead(), this.same.look()]), TYPING / 5);
  }

  async fetchAhead() {
    const asked = new URLSearchParams();
    for (const name of ["kind", "lat", "lon", "accuracy", "area"]) if (this.value(name)) asked.set(name, this.value(name));
    try {
      const answer = await fetch(`${this.dataset.ahead}?${asked}`, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      this.replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      console.info("no word about what comes next while there is no net");
      const kept = recall(this.dataset.user, this.value("kind").split("|")[0]);
      if (kept) this.replace(kept);
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
      if (part === "questions") this.questionsCame(fresh);
    }
    startConditions(this);
    this.place.draw();
    if (this.shots.photos.length) this.shots.draw();
  }

  // Answers that were kept belong to these questions.
  questionsCame(section) {
    remember(this.dataset.user, section);
    if (!this.restored) return;
    fill(this.form, this.restored.pairs.filter(([name]) => !name.includes(".")));
    restorePhotos(this.form, this.restored.photos);
  }

  // --- drafts: whoever is called away, or whose browser is killed, finds it again

  saveDraft() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.keepDraft(), TYPING);
  }

  async keepDraft() {
    if (this.isBusy || this.isGone || !outbox.isThere() || !this.isBegun()) return;
    const record = this.record("", await answeredPhotos(this.form));
    if (this.isBusy || this.isGone) return;
    await outbox.keep({ ...record, draft: true }).catch(() => console.info("no room for a draft"));
  }

  isBegun() {
    return this.shots.kept.length > 0 || this.memo.kept.length > 0 || this.value("summary").trim() !== "";
  }

  // --- sending

  // `address` is where it goes: nowhere in particular for a case of its own, or to the case it belongs to.
  begin(address) {
    if (this.isBusy) return;
    this.isBusy = true;
    clearTimeout(this.saving);
    this.send(address).catch((error) => {
      this.isBusy = false;
      throw error;
    });
  }

  // First onto the phone, then on its way: whatever happens to the line, the report is not lost.
  async send(address) {
    this.seen();
    this.shots.isHeld = true;
    if (this.shots.isPreparing || this.memo.isRecording) this.say(this.dataset.preparing);
    await Promise.all([this.shots.prepared, this.memo.stop()]);
    if (this.shots.withTheForm.length || !outbox.isThere()) {
      this.carry();
      return;
    }
    if (!this.form.querySelector("[name='r.kind']:checked")) {
      this.stay(this.dataset.kindless);
      this.querySelector("[data-kinds]").scrollIntoView({ block: "start" });
      return;
    }
    this.say(this.dataset.sending);
    const record = this.record(address, await answeredPhotos(this.form));
    const isKept = await outbox.keep(record).then(() => true, () => false);
    // What is halfway up is not sent a second time.
    await this.shots.uploaded;
    const there = this.shots.kept.filter((photo) => photo.sent).map((photo) => photo.hash);
    for (const photo of record.photos) photo.sent ||= there.includes(photo.hash);
    try {
      const said = await (isKept ? outbox.send(record) : outbox.sendUnkept(record));
      this.isGone = true;
      location.assign(said.address);
    } catch (error) {
      this.notSent(record, error, isKept);
    }
  }

  record(address, answers) {
    const pairs = [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.includes(name));
    const chosen = this.form.querySelector("[name='r.kind']:checked")?.closest(".pick").querySelector(".pick__name");
    const title = [chosen?.textContent.trim(), this.value("summary").slice(0, 20)].filter(Boolean).join(" · ");
    return {
      token: this.value("token"),
      user: this.dataset.user,
      userName: this.dataset.userName,
      address,
      title: title || this.dataset.untitled,
      pairs,
      photos: [...this.shots.kept, ...answers],
      memos: this.memo.kept,
      savedAt: this.restored?.savedAt || Date.now(),
      tries: this.restored?.tries || 0,
      isTimed: this.restored?.isTimed || false,
      clockOff: this.restored ? this.restored.clockOff : this.clockOff ?? null,
    };
  }

  notSent(record, error, isKept) {
    this.shots.markThere(record.photos.filter((photo) => photo.sent).map((photo) => photo.hash));
    if (!isKept) {
      this.stay(error.why === "refused" || error.why === "form" ? error.said : this.dataset.full);
      return;
    }
    if (error.why === "refused" || error.why === "form") {
      // It is mended here; until then it waits as a draft, not in the outbox.
      outbox.keep({ ...record, draft: true, why: error.why, said: error.said }).catch(() => {});
      this.stay(error.said, error.field);
      return;
    }
    this.isBusy = false;
    this.isGone = true;
    this.querySelector("[data-kept-title]").textContent = record.title;
    this.querySelector("[data-kept-why]").textContent = (this.dataset[`why${error.why}`] || this.dataset.whynet).replace("#", record.userName);
    this.querySelector("[data-kept]").hidden = false;
    this.querySelectorAll("[data-hide-when-kept]").forEach((part) => (part.hidden = true));
    this.querySelector("[data-kept]").focus();
    addEventListener("outbox:changed", async () => {
      const now = await outbox.read(record.token);
      if (now?.arrivedAt) location.assign(now.arrivedAs);
    });
  }

  stay(text, field = "") {
    this.isBusy = false;
    this.shots.isHeld = false;
    this.say(text);
    const bad = field && this.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (!bad) return;
    bad.classList.add("field--bad");
    bad.scrollIntoView({ block: "center" });
    bad.querySelector("input, select, textarea")?.focus({ preventScroll: true });
  }

  // Where nothing can be hashed the photos ride in the form itself.
  carry() {
    const files = new DataTransfer();
    this.shots.withTheForm.forEach((photo, index) => files.items.add(new File([photo.blob], `${index + 1}.jpg`, { type: "image/jpeg" })));
    this.shots.input.files = files.files;
    this.form.submit();
  }

  say(text) {
    const line = this.querySelector("[data-say]");
    line.textContent = text;
    line.hidden = !text;
  }
}

export function startReport() {
  customElements.define("report-form", ReportForm);
}
