// What each step makes of each field, as a table: hidden, read, write or required.

import { h } from "./dom.js";
import { ACCESS, accessOf, setAccess } from "./palette-fields.js";
import { t } from "./words.js";

const SILENT = ["note", "section"];

export class Matrix {
  constructor(host, bench) {
    Object.assign(this, { host, bench });
  }

  draw() {
    const steps = this.bench.told.steps.filter(([element]) => element);
    const fields = this.bench.state.fields.filter((field) => !SILENT.includes(field.type));
    const focus = this.host.contains(document.activeElement) ? document.activeElement.name : "";
    const head = h("tr", {}, h("th", { scope: "col" }, t("Field")), h("th", { scope: "col" }, t("In general")), steps.map(([, name]) => h("th", { scope: "col" }, name)));
    const body = fields.map((field) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, field.label?.zh || field.name),
        h("td", {}, this.general(field)),
        steps.map(([element, name]) => h("td", {}, this.cell(field, element, name))),
      ),
    );
    const table = h("table", { class: "matrix" }, h("caption", { class: "hide" }, t("What each step makes of each field")), h("thead", {}, head), h("tbody", {}, body));
    const none = steps.length ? null : h("p", { class: "soft small" }, t("No step asks this form yet. Choose it at a step of the drawing."));
    this.host.replaceChildren(...[table, none].filter(Boolean));
    if (focus) this.host.querySelector(`[name="${CSS.escape(focus)}"]`)?.focus();
  }

  general(field) {
    return this.choice(field, t("In general"), { name: `at--${field.name}`, value: accessOf(field), change: (value) => setAccess(field, value) });
  }

  cell(field, element, step) {
    return this.choice(field, step, {
      name: `at-${element}-${field.name}`,
      value: field.access?.[element] || "",
      none: t("As in general"),
      change: (value) => {
        const { [element]: _gone, ...rest } = field.access || {};
        const access = value ? { ...rest, [element]: value } : rest;
        if (Object.keys(access).length) field.access = access;
        else delete field.access;
      },
    });
  }

  choice(field, step, { name, value, none, change }) {
    const options = [...(none ? [["", none]] : []), ...ACCESS.map(([key, words]) => [key, t(words)])];
    const made = h(
      "select",
      { class: `input select matrix__cell${value ? ` is-${value}` : ""}`, name, "aria-label": `${field.label?.zh || field.name}, ${step}`, onchange: () => (change(made.value), this.bench.changed(), this.bench.redrawn()) },
      options.map(([key, text]) => h("option", { value: key }, text)),
    );
    made.value = value;
    return made;
  }
}
