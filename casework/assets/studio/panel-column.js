// The settings of a table's column, and of the table; below them the try with facts of one's own.

import { complete } from "./complete.js";
import { h, icon, line, section, select } from "./dom.js";
import { TYPE_WORDS } from "./policies.js";
import { t } from "./words.js";

export class ColumnPanel {
  constructor(host, bench) {
    Object.assign(this, { host, bench, facts: {} });
    this.top = h("div", {});
    this.below = h("div", {});
    host.append(this.top, this.below);
  }

  draw() {
    const { column } = this.bench;
    this.top.replaceChildren(...(column ? this.ofColumn(column) : this.ofTable()));
  }

  head(kind, title) {
    return h("header", { class: "props__head" }, h("p", { class: "note" }, kind), h("h2", {}, title));
  }

  ofTable() {
    const { state } = this.bench;
    return [
      this.head(t("Decision table"), state.title || state.id),
      h("div", { class: "props__body" }, line(t("Title"), { name: "title", value: state.title, change: (value) => this.set(state, "title", value) }), h("p", { class: "soft small" }, t("Choose a column's head to set what it looks at or what it answers."))),
    ];
  }

  ofColumn(column) {
    const isInput = this.bench.side === "inputs";
    const types = Object.entries(TYPE_WORDS).map(([key, words]) => [key, t(words)]);
    const set = (key) => (value) => this.set(column, key, value);
    return [
      this.head(isInput ? t("Looks at") : t("Answers"), column.label || column.name || column.expression),
      h(
        "div",
        { class: "props__body" },
        line(t("Label"), { name: "label", value: column.label, change: set("label") }),
        isInput ? this.expression(t("What is looked at"), "expression", column, t("A name, or an expression.")) : line(t("Sets"), { name: "name", value: column.name, change: set("name"), hint: t("The name under which the answer is kept.") }),
        select(t("Kind"), { name: "type", value: column.type, choices: types, change: set("type") }),
        line(t("Possible values"), { name: "values", value: column.values, change: set("values"), hint: isInput ? t("With commas: gaps are then looked for among them.") : t("With commas, the best first.") }),
        isInput ? null : this.expression(t("When no rule fits"), "default", column),
        h(
          "div",
          { class: "line bench__moves" },
          this.button("left", t("Move left"), () => this.bench.moveColumn(-1)),
          this.button("right", t("Move right"), () => this.bench.moveColumn(1)),
          this.button("trash", t("Remove the column"), () => this.bench.removeColumn()),
        ),
      ),
    ];
  }

  expression(label, name, column, hint) {
    const field = line(label, { name, value: column[name], hint, change: (value) => this.set(column, name, value) });
    const input = field.querySelector("input");
    input.dataset.expression = "";
    const holder = h("div", { class: "offers__at" });
    input.replaceWith(holder);
    holder.append(input, complete(input, () => this.bench.offers()));
    return field;
  }

  set(holder, key, value) {
    holder[key] = value;
    this.bench.changed();
    this.bench.redrawn();
  }

  button(name, label, act) {
    return h("button", { type: "button", class: "btn btn--icon btn--s", "aria-label": label, title: label, onclick: act }, icon(name));
  }

  // --- the try: what was typed stays while the table changes under it

  tryout(asks, outcome) {
    const shown = asks.join("\n");
    if (shown !== this.shown) {
      this.shown = shown;
      const lines = asks.map((name) =>
        line(name, { name: `fact-${name}`, value: this.facts[name] || "", change: (value) => this.fact(name, value) }),
      );
      for (const [place, field] of lines.entries()) field.querySelector("input").addEventListener("input", ({ target }) => this.fact(asks[place], target.value));
      this.said = h("div", { class: "tryout__said", role: "status", "data-outcome": "" });
      const body = asks.length ? lines : [h("p", { class: "soft small" }, t("The table looks at nothing yet."))];
      this.below.replaceChildren(h("div", { class: "props__body tryout" }, section(t("Try it"), h("p", { class: "small soft" }, t("Give the facts of a case: 3, true or a text.")), ...body), this.said));
    }
    this.answer(outcome);
  }

  fact(name, value) {
    this.facts[name] = value;
    this.bench.look();
  }

  get given() {
    return Object.values(this.facts).some((value) => value !== "");
  }

  answer(outcome) {
    if (!this.given || !outcome) return this.said?.replaceChildren();
    if (outcome.message) return this.said.replaceChildren(h("p", { class: "field__bad" }, icon("warn"), h("span", {}, outcome.message)));
    const fired = outcome.rules.map((number) => number + 1).join(", ");
    const rows = Object.entries(outcome.values).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value === null ? "—" : Array.isArray(value) ? value.join(", ") : String(value))]);
    return this.said.replaceChildren(h("p", {}, h("b", {}, fired ? t("Rule {numbers} fits", { numbers: fired }) : t("No rule fits"))), h("dl", { class: "tryout__values" }, rows));
  }
}
