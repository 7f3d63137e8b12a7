// <table-designer>: a decision table on the bench. Rules are rows, what is wrong stands at its cell, and it can be tried.

import { Bench, debounced, saveAs } from "../studio/bench.js";
import { complete } from "../studio/complete.js";
import { h, icon, select, shape } from "../studio/dom.js";
import { ColumnPanel } from "../studio/panel-column.js";
import { freeName } from "../studio/names.js";
import { AGGREGATION_WORDS, POLICY_WORDS } from "../studio/policies.js";
import { t } from "../studio/words.js";

const SIDES = { inputs: "tests", outputs: "results" };
const PARTS = { test: "tests", result: "results" };

class TableDesigner extends Bench {
  begin() {
    return this.told.grid;
  }

  start() {
    Object.assign(this, { side: "", at: -1, faults: [], fired: [] });
    this.grid = this.querySelector("[data-grid]");
    this.panel = new ColumnPanel(this.querySelector("[data-panel]"), this);
    this.look = debounced(() => this.check(), 250);
    this.grid.addEventListener("keydown", (event) => this.gridKey(event));
    this.grid.addEventListener("focusin", ({ target }) => this.offered(target));
    this.grid.addEventListener("input", ({ target }) => this.typed(target));
    this.redrawn();
    this.check();
  }

  body() {
    return { grid: this.state };
  }

  get column() {
    return this.side ? this.state[this.side][this.at] : null;
  }

  // --- drawing

  drawn() {
    this.look();
    document.querySelector("[data-title]").textContent = this.state.title || this.state.id;
  }

  redrawn() {
    if (this.side && this.at >= this.state[this.side].length) Object.assign(this, { side: "", at: -1 });
    const focus = this.grid.contains(document.activeElement) ? document.activeElement.name : "";
    const scroll = this.grid.scrollLeft;
    this.grid.replaceChildren(this.policy(), this.sheet(), this.adders());
    this.grid.scrollLeft = scroll;
    this.panel.draw();
    this.drawn();
    this.marked();
    if (focus) this.cell(focus)?.focus();
  }

  cell(name) {
    return this.grid.querySelector(`[name="${CSS.escape(name)}"]`);
  }

  policy() {
    const words = (table, keys) => keys.map((key) => [key, t(table[key])]);
    const change = (key) => (value) => {
      this.state[key] = value;
      if (this.state.policy !== "COLLECT") this.state.aggregation = "";
      this.changed();
      this.redrawn();
    };
    return h(
      "div",
      { class: "rules__policy" },
      select(t("When several rules fit"), { name: "policy", value: this.state.policy, choices: words(POLICY_WORDS, this.told.policies), change: change("policy") }),
      this.state.policy === "COLLECT" ? select(t("Put together"), { name: "aggregation", value: this.state.aggregation, choices: words(AGGREGATION_WORDS, this.told.aggregations), change: change("aggregation") }) : null,
    );
  }

  sheet() {
    const { inputs, outputs, rules } = this.state;
    const heads = (side) => this.state[side].map((column, place) => h("th", { scope: "col", class: `rules__${side}` }, this.head(side, column, place)));
    const group = h("tr", {}, h("td", {}), h("th", { colSpan: Math.max(inputs.length, 1), scope: "colgroup" }, t("If")), h("th", { colSpan: Math.max(outputs.length, 1), scope: "colgroup", class: "rules__outputs" }, t("Then")), h("td", { colSpan: 2 }));
    const none = (side) => (this.state[side].length ? heads(side) : [h("td", { class: `rules__${side} faint` }, "—")]);
    const names = h("tr", {}, h("th", { scope: "col" }, h("span", { class: "hide" }, t("Rule"))), none("inputs"), none("outputs"), h("th", { scope: "col" }, t("Remark")), h("td", {}));
    return h("table", { class: "rules" }, h("caption", { class: "hide" }, this.state.title), h("thead", {}, group, names), h("tbody", {}, rules.map((rule, number) => this.row(rule, number))));
  }

  head(side, column, place) {
    const isChosen = this.side === side && this.at === place;
    const below = side === "inputs" ? column.expression : column.name;
    return h(
      "button",
      { type: "button", class: "rules__head", name: `${side}-${place}`, "aria-pressed": String(isChosen), onclick: () => this.choose(side, place) },
      h("b", {}, column.label || below || t("Column")),
      below && below !== column.label ? h("code", {}, below) : null,
    );
  }

  row(rule, number) {
    const cells = (side) => {
      const held = rule[SIDES[side]];
      if (!held.length) return [h("td", { class: `rules__${side}` })];
      return held.map((text, place) => h("td", { class: `rules__${side}` }, h("div", { class: "offers__at" }, this.input(`${SIDES[side]}-${number}-${place}`, text, `${this.state[side][place].label || this.state[side][place].name}, ${t("rule {number}", { number: number + 1 })}`, side === "inputs" ? "-" : ""))));
    };
    const button = (sign, label, act) => h("button", { type: "button", class: `btn btn--icon btn--s${sign === "up" ? " is-up" : ""}`, "aria-label": `${label} ${number + 1}`, title: label, onclick: act }, icon(sign === "up" ? "down" : sign));
    return h(
      "tr",
      { "data-rule": String(number) },
      h("th", { scope: "row" }, String(number + 1)),
      cells("inputs"),
      cells("outputs"),
      h("td", {}, this.input(`note-${number}`, rule.note, `${t("Remark")} ${number + 1}`, "", false)),
      h("td", { class: "rules__do" }, button("up", t("Move rule up"), () => this.moveRule(number, -1)), button("down", t("Move rule down"), () => this.moveRule(number, 1)), button("trash", t("Remove rule"), () => this.removeRule(number))),
    );
  }

  input(name, value, label, placeholder, isExpression = true) {
    const made = h("input", { class: "input rules__cell", name, value, "aria-label": label, placeholder, autocomplete: "off" });
    if (isExpression) made.dataset.expression = "";
    return made;
  }

  adders() {
    const add = (words, act) => h("button", { type: "button", class: "btn btn--s", onclick: act }, icon("plus"), words);
    return h("div", { class: "line rules__add" }, add(t("Add a rule"), () => this.addRule(this.state.rules.length)), add(t("Add a condition"), () => this.addColumn("inputs")), add(t("Add a result"), () => this.addColumn("outputs")));
  }

  // --- what is wrong, and what is tried

  async check() {
    this.asked = (this.asked || 0) + 1;
    const mine = this.asked;
    const facts = this.panel.given ? this.panel.facts : undefined;
    const found = await this.send(this.dataset.check, { grid: this.state, facts }).catch(() => null);
    if (!found || mine !== this.asked) return;
    this.faults = found.faults || [{ part: "table", severity: "error", message: found.message, rules: [] }];
    this.fired = found.outcome?.rules || [];
    this.panel.tryout(found.asks || [], found.outcome);
    this.marked();
    this.list();
    this.dataset.shown = String(mine);
  }

  nameOf({ part, rule, column }) {
    if (PARTS[part]) return `${PARTS[part]}-${rule}-${column}`;
    return { input: `inputs-${column}`, output: `outputs-${column}` }[part];
  }

  marked() {
    for (const cell of this.grid.querySelectorAll(".is-bad")) {
      cell.classList.remove("is-bad");
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("title");
    }
    const touched = new Set(this.faults.flatMap(({ rules }) => rules || []));
    for (const row of this.grid.querySelectorAll("[data-rule]")) {
      const number = Number(row.dataset.rule);
      row.classList.toggle("is-fired", this.fired.includes(number));
      row.classList.toggle("is-touched", touched.has(number));
    }
    for (const fault of this.faults) {
      const cell = this.cell(this.nameOf(fault) || "");
      if (!cell) continue;
      cell.classList.add("is-bad");
      if (cell.matches("input")) cell.setAttribute("aria-invalid", "true");
      cell.title = fault.message;
    }
  }

  list() {
    const host = this.querySelector("[data-problems]");
    const rows = this.faults.map((fault) => {
      const isError = fault.severity === "error";
      const name = this.nameOf(fault) || (fault.rules?.length ? `tests-${fault.rules.slice(-1)[0]}-0` : "");
      const where = fault.rule >= 0 ? t("Rule {number}", { number: fault.rule + 1 }) : fault.rules?.length ? t("Rule {number}", { number: fault.rules.map((each) => each + 1).join(", ") }) : t("Table");
      return h(
        "div",
        { class: `problem problem--${isError ? "must" : "may"}` },
        shape(isError ? "must" : "soon"),
        h("button", { type: "button", class: "problem__name", onclick: () => this.cell(name)?.focus() }, where),
        h("span", {}, fault.message),
        fault.quote ? h("button", { type: "button", class: "btn btn--s", onclick: () => this.mend(fault) }, t("Write {text}", { text: fault.quote })) : null,
      );
    });
    host.replaceChildren(...(rows.length ? rows : [h("p", { class: "dock__fine" }, shape("done"), t("No problem found."))]));
    this.querySelector("[data-count]").textContent = this.faults.length;
  }

  mend({ part, rule, column, quote }) {
    this.state.rules[rule][PARTS[part]][column] = quote;
    this.changed();
    this.redrawn();
  }

  offered(target) {
    if (!target.matches(".rules__cell[data-expression]") || target.dataset.offered) return;
    target.dataset.offered = "true";
    target.after(complete(target, () => this.offers()));
  }

  offers() {
    return [...this.told.names.map((name) => ({ name })), ...this.told.functions];
  }

  // --- acts

  typed(target) {
    const [part, number, place] = target.name.split("-");
    const rule = this.state.rules[Number(number)];
    if (!rule || !["tests", "results", "note"].includes(part)) return;
    if (part === "note") rule.note = target.value;
    else rule[part][Number(place)] = target.value;
    this.changed(target.name);
  }

  choose(side, place) {
    const same = this.side === side && this.at === place;
    Object.assign(this, same ? { side: "", at: -1 } : { side, at: place });
    for (const head of this.grid.querySelectorAll(".rules__head")) head.setAttribute("aria-pressed", String(head.name === `${this.side}-${this.at}`));
    this.panel.draw();
  }

  after(name) {
    this.changed();
    this.redrawn();
    this.cell(name)?.focus();
  }

  addRule(number) {
    const { inputs, outputs, rules } = this.state;
    rules.splice(number, 0, { tests: inputs.map(() => ""), results: outputs.map(() => ""), note: "" });
    this.after(inputs.length ? `tests-${number}-0` : `results-${number}-0`);
  }

  removeRule(number) {
    this.state.rules.splice(number, 1);
    this.after(`tests-${Math.min(number, this.state.rules.length - 1)}-0`);
  }

  moveRule(number, by, name) {
    const { rules } = this.state;
    const to = number + by;
    if (to < 0 || to >= rules.length) return;
    rules.splice(to, 0, ...rules.splice(number, 1));
    this.after((name || `tests-${number}-0`).replace(/-\d+/, `-${to}`));
  }

  addColumn(side) {
    const taken = this.state[side].map(({ name, label }) => name || label);
    const name = freeName(side === "inputs" ? t("Fact") : t("Result"), taken);
    this.state[side].push({ label: name, name: side === "inputs" ? "" : name, expression: "", type: "", values: "", default: "" });
    for (const rule of this.state.rules) rule[SIDES[side]].push("");
    Object.assign(this, { side, at: this.state[side].length - 1 });
    this.after("");
    this.querySelector(`[data-panel] [name="${side === "inputs" ? "expression" : "name"}"]`)?.focus();
  }

  moveColumn(by) {
    const to = this.at + by;
    const columns = this.state[this.side];
    if (to < 0 || to >= columns.length) return;
    columns.splice(to, 0, ...columns.splice(this.at, 1));
    for (const rule of this.state.rules) rule[SIDES[this.side]].splice(to, 0, ...rule[SIDES[this.side]].splice(this.at, 1));
    this.at = to;
    this.after(`${this.side}-${to}`);
  }

  removeColumn() {
    this.state[this.side].splice(this.at, 1);
    for (const rule of this.state.rules) rule[SIDES[this.side]].splice(this.at, 1);
    Object.assign(this, { side: "", at: -1 });
    this.after("");
  }

  // Enter and the arrows go from rule to rule, Alt moves the rule, Ctrl and Enter begins one below.
  gridKey(event) {
    const { name } = event.target;
    const number = Number(/^(?:tests|results|note)-(\d+)/.exec(name || "")?.[1] ?? NaN);
    if (Number.isNaN(number) || event.defaultPrevented) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by && event.altKey) this.moveRule(number, by, name);
    else if (by) this.cell(name.replace(/-\d+/, `-${number + by}`))?.focus();
    else if (event.key === "Enter" && (event.ctrlKey || number === this.state.rules.length - 1)) this.addRule(number + 1);
    else if (event.key === "Enter") this.cell(name.replace(/-\d+/, `-${number + 1}`))?.focus();
    else if (event.key === "Delete" && event.ctrlKey) this.removeRule(number);
    else return;
    event.preventDefault();
  }

  export() {
    saveAs(`${this.state.id}.json`, "application/json", JSON.stringify(this.state, null, 2));
  }
}

customElements.define("table-designer", TableDesigner);
