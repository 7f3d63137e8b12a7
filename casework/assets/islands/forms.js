// <form-designer>: a form on the bench. Fields at the left, the phone in the middle as the server draws it, settings right.

import { follow } from "../js/conditions.js";
import { Bench, debounced, saveAs } from "../studio/bench.js";
import { h, shape } from "../studio/dom.js";
import { freeName } from "../studio/names.js";
import { FIELD_KINDS, begin } from "../studio/palette-fields.js";
import { FieldPanel } from "../studio/panel-field.js";
import { Matrix } from "../studio/panel-matrix.js";
import { t } from "../studio/words.js";

class FormDesigner extends Bench {
  begin() {
    return this.told.form;
  }

  start() {
    Object.assign(this, { at: this.state.fields.length ? 0 : -1, step: "", language: "zh-hans", problems: [] });
    this.list = this.querySelector("[data-fields]");
    this.phone = this.querySelector("[data-preview-form]");
    this.panel = new FieldPanel(this.querySelector("[data-panel]"), this);
    this.matrix = new Matrix(this.querySelector("[data-matrix]"), this);
    this.look = debounced(() => this.preview(), 150);
    this.palette();
    this.stage();
    this.list.addEventListener("keydown", (event) => this.listKey(event));
    this.redrawn();
    this.preview();
  }

  body() {
    return { form: this.state };
  }

  get field() {
    return this.state.fields[this.at];
  }

  // --- drawing

  drawn() {
    this.fields();
    this.look();
    const title = document.querySelector("[data-title]");
    title.textContent = this.state.title?.zh || this.state.key;
    const head = this.querySelector("[data-panel-title]");
    if (head) head.textContent = this.field ? this.field.label?.zh || this.field.name : title.textContent;
    if (!this.matrix.host.contains(document.activeElement)) this.matrix.draw();
  }

  redrawn() {
    if (this.at >= this.state.fields.length) this.at = this.state.fields.length - 1;
    this.drawn();
    this.panel.draw();
    this.matrix.draw();
  }

  fields() {
    const hadFocus = this.list.contains(document.activeElement);
    const row = (label, place, kind, mark) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: `tree__item${place < 0 ? "" : " tree__item--1"}`, "data-place": place, tabIndex: place === this.at ? 0 : -1, "aria-current": place === this.at ? "true" : undefined, onclick: () => this.pick(place) },
          h("span", {}, label),
          h("span", { class: "end small bench__kind" }, kind),
          mark ? h("span", { class: "outline__bad" }, shape("must"), h("span", { class: "hide" }, t("must be fixed"))) : null,
        ),
      );
    const names = new Map(FIELD_KINDS.map(([key, words]) => [key, t(words)]));
    this.list.replaceChildren(
      row(this.state.title?.zh || this.state.key, -1, t("Form"), this.problemsOf(null).length),
      ...this.state.fields.map((field, place) => row(field.label?.zh || field.name, place, names.get(field.type) || field.type, this.problemsOf(field).length)),
    );
    if (hadFocus) this.focusRow();
  }

  focusRow() {
    this.list.querySelector(`[data-place="${this.at}"]`)?.focus();
  }

  palette() {
    const buttons = FIELD_KINDS.map(([kind, words]) => h("button", { type: "button", class: "bench__add", "data-add": kind, onclick: () => this.add(kind) }, t(words)));
    this.querySelector("[data-palette]").append(...buttons);
  }

  stage() {
    const steps = this.querySelector("[data-step]");
    steps.append(h("option", { value: "" }, t("In general")), ...this.told.steps.filter(([element]) => element).map(([element, name]) => h("option", { value: element }, name)));
    steps.addEventListener("change", () => {
      this.step = steps.value;
      this.preview();
    });
    for (const button of this.querySelectorAll("[data-language-of]")) {
      button.addEventListener("click", () => this.speak(button));
    }
    for (const tab of this.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => this.turn(tab.dataset.tab));
    for (const kind of ["input", "change"]) this.phone.addEventListener(kind, () => follow(this.phone));
    this.phone.addEventListener("submit", (event) => event.preventDefault());
    this.phone.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-field]")?.dataset.field;
      const place = this.state.fields.findIndex((field) => field.name === name);
      if (place >= 0 && place !== this.at) this.pick(place, { focus: false });
    });
  }

  speak(button) {
    this.language = button.dataset.languageOf;
    for (const each of this.querySelectorAll("[data-language-of]")) {
      each.classList.toggle("seg__item--on", each === button);
      each.setAttribute("aria-pressed", String(each === button));
    }
    this.preview();
  }

  turn(name) {
    for (const tab of this.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    this.querySelector("[data-problems]").hidden = name !== "problems";
    this.querySelector("[data-matrix]").hidden = name !== "steps";
  }

  // What came later is newer: an answer that was overtaken is not shown.
  async preview() {
    this.asked = (this.asked || 0) + 1;
    const mine = this.asked;
    const found = await this.send(this.dataset.preview, { form: this.state, step: this.step, language: this.language }).catch(() => null);
    if (!found || mine !== this.asked) return;
    this.problems = found.problems || [{ field: "", message: found.message }];
    if (found.html) {
      this.phone.innerHTML = found.html;
      follow(this.phone);
    }
    this.marked();
    this.fields();
    this.panel.showProblems();
    this.problemList();
    this.dataset.shown = String(mine);
  }

  marked() {
    for (const part of this.phone.querySelectorAll("[data-field]")) part.classList.toggle("is-picked", part.dataset.field === this.field?.name);
  }

  problemsOf(field) {
    const names = new Set(this.state.fields.flatMap((each) => [each.name.trim()]));
    const mine = (each) => (field ? each.field === field.name.trim() || (field.columns || []).some((column) => column.name === each.field && !names.has(each.field)) : !each.field);
    return this.problems.filter(mine).map((each) => each.message);
  }

  problemList() {
    const host = this.querySelector("[data-problems]");
    const rows = this.problems.map(({ field, message }) =>
      h("div", { class: "problem problem--must" }, shape("must"), h("button", { type: "button", class: "problem__name", onclick: () => this.pick(this.placeOf(field)) }, field || t("Form")), h("span", {}, message)),
    );
    host.replaceChildren(...(rows.length ? rows : [h("p", { class: "dock__fine" }, shape("done"), t("No problem found."))]));
    this.querySelector("[data-count]").textContent = this.problems.length;
  }

  placeOf(name) {
    const own = this.state.fields.findIndex((field) => field.name.trim() === name);
    return own >= 0 ? own : this.state.fields.findIndex((field) => (field.columns || []).some((column) => column.name === name));
  }

  // --- acts

  pick(place, { focus = true } = {}) {
    this.at = place;
    this.fields();
    this.panel.draw();
    this.marked();
    if (focus) this.focusRow();
  }

  add(kind) {
    const made = begin(kind, t, this.state.fields.map((field) => field.name));
    this.put(this.at + 1, made);
    this.querySelector('[name="label-zh"]')?.select();
  }

  copy() {
    const made = JSON.parse(JSON.stringify(this.field));
    made.name = freeName(made.name, this.state.fields.map((field) => field.name));
    this.put(this.at + 1, made);
  }

  put(place, field) {
    this.state.fields.splice(place, 0, field);
    this.at = place;
    this.changed();
    this.redrawn();
  }

  remove() {
    if (!this.field) return;
    this.state.fields.splice(this.at, 1);
    this.at = Math.min(this.at, this.state.fields.length - 1);
    this.changed();
    this.redrawn();
    this.focusRow();
  }

  move(by) {
    const to = this.at + by;
    if (!this.field || to < 0 || to >= this.state.fields.length) return;
    const [field] = this.state.fields.splice(this.at, 1);
    this.state.fields.splice(to, 0, field);
    this.at = to;
    this.changed();
    this.fields();
    this.matrix.draw();
    this.marked();
  }

  listKey(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by && event.altKey) this.move(by);
    else if (by) this.pick(Math.min(Math.max(this.at + by, -1), this.state.fields.length - 1));
    else if (event.key === "Delete") this.remove();
    else return;
    event.preventDefault();
  }

  // --- expressions

  ask(text) {
    const own = this.state.fields.map((field) => field.name);
    return this.send(this.dataset.ask, { kind: "condition", text, names: [...new Set([...this.told.names, ...own])] });
  }

  offers() {
    const own = this.state.fields.map((field) => ({ name: field.name, says: field.label?.zh === field.name ? "" : field.label?.zh }));
    const known = new Set(own.map(({ name }) => name));
    return [...own, ...this.told.names.filter((name) => !known.has(name)).map((name) => ({ name })), ...this.told.functions];
  }

  export() {
    saveAs(`${this.state.key}.json`, "application/json", JSON.stringify(this.state, null, 2));
  }
}

customElements.define("form-designer", FormDesigner);
