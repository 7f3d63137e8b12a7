// The settings of one field, or of the form itself, in the words of whoever makes the form.

import { complete } from "./complete.js";
import { debounced } from "./bench.js";
import { h, icon, section, select, tick } from "./dom.js";
import { asName, freeName } from "./names.js";
import { ACCESS, FIELD_KINDS, accessOf, setAccess } from "./palette-fields.js";
import { t } from "./words.js";

const SILENT = ["note", "section"];
const CHOOSING = ["choice", "choices"];
const WITH_UNIT = ["number", "money"];
let counted = 0;

// A labelled line that tells of every letter; `tag` joins letters to one step of undo.
function typed(label, { value = "", change, hint, rows, name, expression }) {
  counted += 1;
  const input = h(rows ? "textarea" : "input", { class: "input", id: `set-${counted}`, name, rows, oninput: () => change(input.value) });
  input.value = value ?? "";
  if (expression) input.dataset.expression = "";
  const field = h("div", { class: "field" }, h("label", { class: "field__label", htmlFor: input.id }, label), input, hint ? h("p", { class: "field__hint" }, hint) : null);
  return { field, input };
}

export class FieldPanel {
  constructor(host, bench) {
    Object.assign(this, { host, bench });
  }

  draw() {
    const { field } = this.bench;
    const focus = this.host.contains(document.activeElement) ? document.activeElement.name : "";
    this.host.replaceChildren(...(field ? this.ofField(field) : this.ofForm(this.bench.state)));
    this.showProblems();
    if (focus) this.host.querySelector(`[name="${CSS.escape(focus)}"]`)?.focus();
  }

  showProblems() {
    const box = this.host.querySelector("[data-said]");
    const said = this.bench.problemsOf(this.bench.field);
    box?.replaceChildren(...said.map((text) => h("p", { class: "field__bad" }, icon("warn"), h("span", {}, text))));
  }

  head(kind, title) {
    return h("header", { class: "props__head" }, h("p", { class: "note" }, kind), h("h2", { "data-panel-title": "" }, title));
  }

  text(holder, key, label, tag, { rows, after } = {}) {
    const held = typeof holder[key] === "string" ? { zh: holder[key] } : holder[key] || {};
    const set = (language) => (value) => {
      const before = { ...held };
      held[language] = value;
      if (key === "title" || key === "label" || key === "message" || held.zh || held.en) holder[key] = { ...held };
      else delete holder[key];
      after?.(language, before);
      this.bench.changed(`${tag}.${key}.${language}`);
    };
    return [
      typed(label, { name: `${key}-zh`, value: held.zh, rows, change: set("zh") }).field,
      typed(t("{label}, in English", { label }), { name: `${key}-en`, value: held.en, rows, change: set("en") }).field,
    ];
  }

  ofForm(form) {
    return [
      this.head(t("Form"), form.title?.zh || form.key),
      h(
        "div",
        { class: "pane props__body" },
        h("div", { "data-said": "" }),
        ...this.text(form, "title", t("Title"), "form"),
        section(t("Rules over several answers"), ...this.checks(form)),
      ),
    ];
  }

  checks(form) {
    const held = Array.isArray(form.checks) ? form.checks : [];
    const rows = held.map((check, place) =>
      h(
        "div",
        { class: "bench__sub" },
        this.formula(t("Must hold"), { name: `must-${place}`, value: check.must, change: (value) => this.set(check, "must", value, `check${place}`) }),
        ...this.text(check, "message", t("Said otherwise"), `check${place}`),
        this.button("trash", t("Remove the rule"), () => this.redo(() => held.splice(place, 1))),
      ),
    );
    const add = () => this.redo(() => (form.checks = [...held, { must: "", message: { zh: "" } }]));
    return [...rows, h("button", { type: "button", class: "btn btn--s", onclick: add }, icon("plus"), t("Add a rule"))];
  }

  ofField(field) {
    const kinds = FIELD_KINDS.filter(([key]) => key !== "one_photo").map(([key, words]) => [key, t(words)]);
    const kind = kinds.find(([key]) => key === field.type)?.[1] || field.type;
    const tag = `field${this.bench.at}`;
    const isSilent = SILENT.includes(field.type);
    return [
      this.head(kind, field.label?.zh || field.name),
      h(
        "div",
        { class: "pane props__body" },
        h("div", { "data-said": "" }),
        ...this.text(field, "label", t("Label"), tag, { after: (language, before) => this.follow(field, before) }),
        typed(t("Name"), { name: "name", value: field.name, change: (value) => this.set(field, "name", value.trim(), tag), hint: t("Conditions and other steps know the answer by it.") }).field,
        ...(isSilent ? [] : this.text(field, "hint", t("Help below the field"), tag)),
        isSilent ? null : select(t("In general"), { name: "access", value: accessOf(field), choices: ACCESS.map(([key, words]) => [key, t(words)]), change: (value) => this.redo(() => setAccess(field, value)) }),
        ...this.special(field, tag),
        section(t("When it is asked"), this.formula(t("Shown if"), { name: "show_if", value: field.show_if, change: (value) => this.set(field, "show_if", value, tag), hint: t("Empty: always. It may look at the case and at fields above.") })),
        select(t("Kind"), { name: "type", value: field.type, choices: kinds, change: (value) => this.redo(() => retype(field, value)) }),
        this.moves(),
      ),
    ];
  }

  // A name nobody chose goes with the label, as long as no condition says it.
  follow(field, before) {
    const others = this.bench.state.fields.filter((each) => each !== field);
    const isSaid = others.some((each) => (each.show_if || "").includes(field.name));
    if (asName(before.zh || "") !== field.name.replace(/\d+$/, "") && asName(before.zh || "") !== field.name) return;
    if (isSaid || !asName(field.label.zh)) return;
    field.name = freeName(field.label.zh, others.map((each) => each.name));
    const input = this.host.querySelector('[name="name"]');
    if (input) input.value = field.name;
  }

  special(field, tag) {
    const parts = [];
    if (field.type === "number") parts.push(tick(t("Whole numbers only"), { name: "whole", checked: field.whole, change: (on) => this.redo(() => (on ? (field.whole = true) : delete field.whole)) }));
    if (WITH_UNIT.includes(field.type)) parts.push(...this.text(field, "unit", t("Unit"), tag));
    if (this.bench.told.bounded.includes(field.type)) {
      const bound = (key, label) => typed(label, { name: key, value: field[key] ?? "", change: (value) => this.bound(field, key, value, tag) }).field;
      parts.push(h("div", { class: "bench__duo" }, bound("min", t("At least")), bound("max", t("At most"))));
    }
    if (CHOOSING.includes(field.type)) parts.push(section(t("Answers to choose from"), ...this.choices(field)));
    if (field.type === "table") parts.push(section(t("Columns"), ...this.columns(field)));
    return parts;
  }

  bound(field, key, text, tag) {
    const number = Number(text);
    if (text.trim() === "" || Number.isNaN(number)) delete field[key];
    else field[key] = number;
    this.bench.changed(`${tag}.${key}`);
  }

  choices(holder) {
    const rows = (holder.choices || []).map((each, place) => {
      const one = typeof each === "string" ? { value: each, label: { zh: each } } : each;
      holder.choices[place] = one;
      const said = typeof one.label === "string" ? { zh: one.label } : one.label || {};
      const set = (language) => (value) => {
        const isAuto = one.value === said.zh;
        said[language] = value;
        one.label = { ...said };
        if (language === "zh" && isAuto) one.value = value;
        this.bench.changed(`choice${place}${language}`);
      };
      const line = (language, label) => h("input", { class: "input", name: `choice-${place}-${language}`, value: said[language] || "", "aria-label": `${label} ${place + 1}`, placeholder: label, oninput: (event) => set(language)(event.target.value) });
      return h(
        "div",
        { class: "bench__choice" },
        line("zh", t("Answer")),
        line("en", t("In English")),
        this.button("x", t("Remove the answer"), () => this.redo(() => holder.choices.splice(place, 1))),
      );
    });
    const add = () => {
      const taken = (holder.choices || []).map((each) => each.value);
      const value = freeName(t("Answer"), taken);
      this.redo(() => (holder.choices = [...(holder.choices || []), { value, label: { zh: value } }]));
      this.host.querySelector(`[name="choice-${holder.choices.length - 1}-zh"]`)?.select();
    };
    return [...rows, h("button", { type: "button", class: "btn btn--s", onclick: add }, icon("plus"), t("Add an answer"))];
  }

  columns(field) {
    const kinds = FIELD_KINDS.filter(([key]) => this.bench.told.in_table.includes(key)).map(([key, words]) => [key, t(words)]);
    const rows = (field.columns || []).map((column, place) =>
      h(
        "div",
        { class: "bench__sub" },
        ...this.text(column, "label", t("Column"), `column${place}`, { after: () => (column.name = freeName(column.label.zh, field.columns.filter((each) => each !== column).map((each) => each.name))) }),
        select(t("Kind"), { name: `column-${place}-type`, value: column.type, choices: kinds, change: (value) => this.redo(() => retype(column, value)) }),
        tick(t("Must be filled in"), { name: `column-${place}-required`, checked: column.required, change: (on) => this.redo(() => (on ? (column.required = true) : delete column.required)) }),
        ...(column.type === "choice" ? this.choices(column) : []),
        this.button("trash", t("Remove the column"), () => this.redo(() => field.columns.splice(place, 1))),
      ),
    );
    const add = () => this.redo(() => (field.columns = [...(field.columns || []), { name: freeName(t("Column"), (field.columns || []).map((each) => each.name)), type: "text", label: { zh: t("Column") } }]));
    return [...rows, h("button", { type: "button", class: "btn btn--s", onclick: add }, icon("plus"), t("Add a column"))];
  }

  moves() {
    return h(
      "div",
      { class: "line bench__moves" },
      this.button("up", t("Move up"), () => this.bench.move(-1)),
      this.button("down", t("Move down"), () => this.bench.move(1)),
      this.button("layers", t("Copy the field"), () => this.bench.copy()),
      this.button("trash", t("Delete the field"), () => this.bench.remove()),
    );
  }

  button(sign, label, act) {
    const drawn = sign === "up" ? "down" : sign;
    return h("button", { type: "button", class: `btn btn--icon btn--s${sign === "up" ? " is-up" : ""}`, "aria-label": label, title: label, onclick: act }, icon(drawn));
  }

  set(holder, key, value, tag) {
    if (value === "" && key === "show_if") delete holder[key];
    else holder[key] = value;
    this.bench.changed(`${tag}.${key}`);
  }

  // A change after which the panel itself looks different.
  redo(act) {
    act();
    this.bench.changed();
    this.draw();
  }

  formula(label, { name, value, change, hint }) {
    const said = h("p", { class: "field__bad", hidden: true, role: "status" });
    const { field, input } = typed(label, { name, value, change, hint, rows: 2, expression: true });
    const check = debounced(async () => {
      const found = input.value.trim() ? await this.bench.ask(input.value).catch(() => null) : null;
      said.hidden = !found?.message;
      said.textContent = found?.message || "";
      input.toggleAttribute("aria-invalid", Boolean(found?.message));
    }, 300);
    const holder = h("div", { class: "offers__at" });
    input.replaceWith(holder);
    holder.append(input, complete(input, () => this.bench.offers()));
    input.addEventListener("input", check);
    if (value) check();
    field.append(said);
    return field;
  }
}

function retype(field, kind) {
  field.type = kind;
  if (CHOOSING.includes(kind)) field.choices ||= [{ value: "是", label: { zh: "是" } }];
  else delete field.choices;
  if (kind === "table") field.columns ||= [{ name: "列", type: "text", label: { zh: "列" } }];
  else delete field.columns;
  for (const key of ["min", "max", "whole", "unit"]) delete field[key];
}
