// Taps on tasks, visits and steps: kept on the phone first, shown at once as waiting, carried by the outbox like reports.
// Without this script, or on a phone that has no room, the forms are sent as any other.

import { fill } from "./filling.js";
import * as outbox from "./outbox.js";
import { answeredPhotos, restorePhotos } from "./report/questions.js";

const SOON = 4000; // longer than that nobody looks at a button that is busy
const QUIET = 3000;
const MOST_KEPT = 40;
const OF_THE_PAGE = ["csrfmiddlewaretoken", "token", "act.version", "act.key", "act.at"]; // fresh each time
const SHOWN = "act:shown";

class Acts {
  constructor(words) {
    this.words = words.dataset;
    this.line = words;
    this.card = document.querySelector("[data-acts-kept]");
    this.user = this.words.user;
    const asOf = document.querySelector("[data-as-of]");
    // What arrived after this page was made is not in it yet.
    this.since = document.body.dataset.fromStore === undefined || !asOf ? Date.now() : Date.parse(asOf.dataset.asOf);
    document.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("outbox:changed", () => this.draw());
    this.open();
  }

  async open() {
    await this.forgetShown();
    const token = new URLSearchParams(location.search).get("kept");
    const form = document.querySelector("form[data-act-page]");
    const record = token && form && (await outbox.read(token).catch(() => null));
    if (record && record.user === this.user && record.act && !record.arrivedAt) this.restore(form, record);
    await this.draw();
  }

  // The page that says why it was refused holds everything that was said: the phone needn't any more.
  async forgetShown() {
    const shown = sessionStorage.getItem(SHOWN);
    sessionStorage.removeItem(SHOWN);
    if (shown && document.querySelector("main [role=alert]")) await outbox.drop(shown);
  }

  restore(form, record) {
    this.restored = record;
    for (const part of form.querySelectorAll("details")) part.open = true;
    fill(form, record.pairs.filter(([name]) => !OF_THE_PAGE.includes(name)));
    this.restoreNamed(form, record.pairs);
    restorePhotos(form, record.photos);
    if (record.said) this.say(record.said);
  }

  // Photos that had arrived are known by their names alone.
  restoreNamed(form, pairs) {
    for (const box of form.querySelectorAll("[data-photos]")) {
      const known = [...box.querySelectorAll(`input[name="${CSS.escape(box.dataset.photos)}"]`)].map((input) => input.value);
      const missing = pairs.filter(([name, value]) => name === box.dataset.photos && !known.includes(value));
      missing.forEach(([name, value]) => box.append(Object.assign(document.createElement("input"), { type: "hidden", name, value })));
    }
  }

  // --- a tap

  submitted(event) {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-act]")) return;
    event.preventDefault();
    if (form.dataset.acting) return;
    form.dataset.acting = "1";
    event.submitter?.classList.add("is-busy");
    this.act(form, event.submitter).finally(() => {
      delete form.dataset.acting;
      event.submitter?.classList.remove("is-busy");
    });
  }

  async act(form, button) {
    const record = await this.record(form, button);
    const isKept = await outbox.keep(record).then(() => true, () => false);
    if (!isKept) {
      this.plainly(form, button);
      return;
    }
    const patience = setTimeout(() => this.wait(record), navigator.onLine ? SOON : 0);
    try {
      const said = await outbox.send(record);
      if (said) location.assign(said.address);
    } catch (error) {
      if (error.why === "refused") this.refused(form, button, record, error);
      else this.wait(record, error.why);
    } finally {
      clearTimeout(patience);
    }
  }

  async record(form, button) {
    const data = new FormData(form);
    if (button?.name) data.set(button.name, button.value);
    const token = this.restored?.token || newToken();
    if (data.has("token")) data.set("token", token); // that of a page out of the store may have been used before
    const pairs = [...data].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    return {
      token,
      user: this.user,
      userName: this.words.userName,
      act: form.dataset.act,
      isPart: form.dataset.part !== undefined,
      isFound: button?.dataset.found !== undefined,
      page: form.dataset.page || location.pathname,
      address: form.getAttribute("action"),
      title: [form.dataset.title, wordOf(button)].filter(Boolean).join(" · "),
      pairs: [...pairs, ["act.key", token], ["act.at", new Date().toISOString()]],
      photos: await answeredPhotos(form),
      memos: [],
      savedAt: Date.now(),
      tries: 0,
    };
  }

  // The page says what is wrong, with everything that was said; the record goes once that page is there.
  refused(form, button, record, error) {
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]");
    if (error.csrf && csrf) csrf.value = error.csrf;
    sessionStorage.setItem(SHOWN, record.token);
    this.plainly(form, button);
  }

  plainly(form, button) {
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
  }

  async wait(record, why = "net") {
    this.why = why;
    await this.draw();
    if (this.card && !this.card.hidden) this.card.focus();
  }

  // --- what is on its way, and what came out of it

  async draw() {
    const records = (await outbox.all().catch(() => [])).filter((record) => record.act && record.user === this.user);
    const shown = records.filter((record) => !record.arrivedAt || record.arrivedAt > this.since);
    for (const part of document.querySelectorAll("[data-acted]")) {
      this.mark(part, shown.filter((record) => record.act === part.dataset.acted).pop());
    }
    for (const form of document.querySelectorAll("form[data-act]:not([data-act-page])")) {
      form.hidden = shown.some((record) => record.act === form.dataset.act);
    }
    const waiting = shown.filter((record) => !record.arrivedAt);
    // A page that says itself that there is no net need not say it twice.
    const isSaid = document.body.dataset.fromStore !== undefined && !waiting.some((record) => record.why === "refused");
    this.line.hidden = !this.isSaying && (!waiting.length || isSaid);
    if (waiting.length && !this.isSaying) this.line.querySelector("span").textContent = this.lineOf(waiting);
    this.showCard(waiting);
  }

  lineOf(waiting) {
    const refused = waiting.filter((record) => record.why === "refused").length;
    if (refused) return this.words.refused.replace("#", refused);
    return `${this.words.waiting.replace("#", waiting.length)} ${(this.words[this.why] || "").replace("#", this.words.userName)}`.trim();
  }

  mark(part, record) {
    const state = !record ? "" : record.arrivedAt ? "there" : record.why === "refused" ? "back" : "waits";
    part.querySelector("[data-acted-badge]")?.remove();
    for (const tap of part.querySelectorAll("[data-tap]")) tap.hidden = Boolean(state);
    if (!state) return;
    const badge = document.createElement("span");
    badge.dataset.actedBadge = state;
    badge.className = `badge badge--${{ there: "done", back: "back", waits: "soon" }[state]}`;
    badge.textContent = this.words[state];
    (part.querySelector("[data-acted-here]") || part).append(badge);
  }

  // A page of one task, visit or step whose only act is on its way has nothing more to ask.
  showCard(waiting) {
    const form = document.querySelector("form[data-act-page]");
    if (!this.card || !form || this.restored) return;
    const record = waiting.find((each) => each.act === form.dataset.act && !each.isPart && each.why !== "refused");
    this.card.hidden = !record;
    document.querySelector("main").classList.toggle("phone__main--kept", Boolean(record));
    document.querySelectorAll(".actionbar").forEach((bar) => (bar.hidden = Boolean(record)));
    if (!record) return;
    this.card.querySelector("[data-acts-title]").textContent = record.title;
    this.card.querySelector("[data-acts-why]").textContent = (this.words[record.why || "net"] || this.words.net).replace("#", record.userName);
    const found = this.card.querySelector("[data-acts-found]");
    found.hidden = !record.isFound;
    found.href = `${found.dataset.href}?r.task=${record.act.split("-").pop()}`;
  }

  say(text) {
    this.isSaying = true;
    this.line.hidden = false;
    this.line.querySelector("span").textContent = text;
  }
}

function wordOf(button) {
  const copy = button?.cloneNode(true);
  copy?.querySelectorAll(".hide, [data-of]").forEach((part) => part.remove());
  return copy?.textContent.trim() || "";
}

function newToken() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const address = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(address);
  return address.slice(-36);
}

// How old a page out of the phone's store is, and that one which isn't there could not be opened.
function sayAsOf() {
  const notice = document.querySelector("[data-as-of]");
  if (!notice || document.body.dataset.fromStore === undefined) return;
  const made = new Date(notice.dataset.asOf);
  const isToday = made.toDateString() === new Date().toDateString();
  const time = made.toTimeString().slice(0, 5);
  const words = location.search.includes("not-kept") ? notice.dataset.notKept : notice.dataset.words;
  notice.querySelector("span").textContent = words.replace("#", isToday ? time : `${made.getMonth() + 1}-${made.getDate()} ${time}`);
  notice.hidden = false;
}

// What one may need on the way is fetched while there is a net: the pages behind the list, one after the other.
async function keepPages(user) {
  const worker = (await navigator.serviceWorker?.ready)?.active;
  if (!worker || !navigator.onLine) return;
  const pages = [...document.querySelectorAll("a[data-keep]")].map((link) => new URL(link.href).pathname);
  worker.postMessage({ person: user, keep: [...new Set(pages)].slice(0, MOST_KEPT) });
}

export function startActs() {
  const words = document.querySelector("[data-acts]");
  sayAsOf();
  if (!words || !outbox.isThere()) return;
  new Acts(words);
  if (document.body.dataset.fromStore === undefined) setTimeout(() => keepPages(words.dataset.user).catch(() => {}), QUIET);
}
