// What the benches for forms and tables share: undo, keeping, what is said about it, the help on expressions.

import { h } from "./dom.js";
import { Draft } from "./draft.js";
import { t } from "./words.js";

const TIME_KEPT = { hour: "2-digit", minute: "2-digit" };
const MOST_UNDO = 200;

// States as text: what is undone is exactly what was.
export class Past {
  constructor(state) {
    this.now = JSON.stringify(state);
    this.before = [];
    this.after = [];
  }

  // Changes under one tag, such as the letters of one label, are undone together.
  add(state, tag = "") {
    const text = JSON.stringify(state);
    if (text === this.now) return false;
    if (!tag || tag !== this.tag) this.before.push(this.now);
    if (this.before.length > MOST_UNDO) this.before.shift();
    this.tag = tag;
    this.now = text;
    this.after = [];
    return true;
  }

  step(from, to) {
    if (!from.length) return null;
    to.push(this.now);
    this.now = from.pop();
    this.tag = "";
    return JSON.parse(this.now);
  }

  undo() {
    return this.step(this.before, this.after);
  }

  redo() {
    return this.step(this.after, this.before);
  }
}

export class Bench extends HTMLElement {
  connectedCallback() {
    this.told = JSON.parse(document.getElementById("bench").textContent);
    this.state = this.begin();
    this.past = new Past(this.state);
    this.draft = new Draft({ url: this.dataset.save, base: this.told.stamp, csrf: this.dataset.csrf, body: () => this.body() });
    this.draft.addEventListener("draft", ({ detail }) => this.said(detail));
    document.addEventListener("click", (event) => this.press(event));
    document.addEventListener("keydown", (event) => this.key(event));
    startHelp();
    this.start();
    this.dataset.ready = "true";
  }

  // One change: drawn, kept, and one step to undo.
  changed(tag) {
    if (!this.past.add(this.state, tag)) return;
    this.again();
  }

  again() {
    this.draft.changed();
    this.tools();
    this.drawn();
  }

  go(state) {
    if (!state) return;
    this.state = state;
    this.again();
    this.redrawn();
  }

  tools() {
    for (const [name, can] of [["undo", this.past.before.length], ["redo", this.past.after.length]]) {
      document.querySelector(`[data-do="${name}"]`).disabled = !can;
    }
  }

  press(event) {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what) this.do(what);
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    this.do(event.shiftKey ? "redo" : "undo");
  }

  do(what) {
    const acts = {
      undo: () => this.go(this.past.undo()),
      redo: () => this.go(this.past.redo()),
      theirs: () => {
        this.draft.state = "kept";
        location.reload();
      },
      mine: () => {
        this.querySelector("[data-conflict]").hidden = true;
        this.draft.save({ over: true });
      },
      export: () => this.export(),
    };
    acts[what]?.();
  }

  said({ state, saved_at: at, who, message }) {
    const line = document.querySelector("[data-kept]");
    const words = {
      changed: t("Changed"),
      saving: t("Keeping…"),
      waiting: t("No connection: kept in this page, tried again"),
      refused: message || t("This can't be kept as it stands"),
      conflict: t("Somebody else changed this draft"),
    };
    line.textContent = words[state] || t("Draft, kept {time}", { time: new Date(at || Date.now()).toLocaleTimeString([], TIME_KEPT) });
    line.dataset.state = state;
    if (state !== "conflict") return;
    const box = this.querySelector("[data-conflict]");
    box.querySelector("[data-who]").textContent = who || "";
    box.hidden = false;
    box.querySelector("button").focus();
  }

  async send(url, body) {
    const answer = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.dataset.csrf, Accept: "application/json" },
      body: JSON.stringify(body),
    });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return isJson ? answer.json() : null;
  }
}

export function saveAs(name, type, content) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function debounced(act, pause) {
  let later;
  return (...given) => {
    clearTimeout(later);
    later = setTimeout(() => act(...given), pause);
  };
}

// --- the help on expressions: searched as one types, its names put where the caret was

let lastInput = null;

export function startHelp() {
  const box = document.querySelector("[data-language]");
  if (!box || box.dataset.started) return;
  box.dataset.started = "true";
  const search = box.querySelector("[data-language-search]");
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-expression]")) lastInput = target;
  });
  search.addEventListener("input", () => filter(box, search.value.trim().toLowerCase()));
  box.addEventListener("toggle", () => box.open && search.focus());
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut(box);
  });
  box.querySelector("[data-language-close]").addEventListener("click", () => shut(box));
  box.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-insert]")?.dataset.insert;
    if (!name || !lastInput?.isConnected) return;
    lastInput.setRangeText(name, lastInput.selectionStart, lastInput.selectionEnd, "end");
    lastInput.dispatchEvent(new Event("input", { bubbles: true }));
    lastInput.focus();
  });
}

function shut(box) {
  box.open = false;
  box.querySelector("summary").focus();
}

function filter(box, wanted) {
  let shown = 0;
  for (const chapter of box.querySelectorAll("[data-chapter]")) {
    const entries = [...chapter.querySelectorAll("[data-entry]")];
    for (const entry of entries) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
    const left = entries.filter((entry) => !entry.hidden).length;
    chapter.hidden = !left;
    shown += left;
  }
  box.querySelector("[data-language-none]").hidden = shown > 0;
}
