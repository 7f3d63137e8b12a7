// A step for people: who does it, until when, what may be done, on which form, and how often.

import { h, icon, line, section, select, tick } from "./dom.js";
import { t } from "./words.js";

const UNITS = [["m", "minutes"], ["h", "hours by the clock"], ["wh", "working hours"], ["wd", "working days"], ["d", "calendar days"]];
const VOTES = [
  ["all", "All must agree"],
  ["any", "One is enough"],
  ["ratio:>1/2", "More than half"],
  ["ratio:2/3", "Two thirds"],
  ["weighted:2/3", "Two thirds by weight"],
  ["veto", "One may veto"],
  ["residents", "Owners: more than half, by heads and area"],
  ["residents:3/4", "Owners: three quarters, by heads and area"],
];
// What only some votes ask: setting, label, hint, and by which votes.
const VOTE_PARTS = [
  ["vetoers", "Who may veto", "Units or posts, with spaces; empty: everybody", /^veto/],
  ["weight", "What each vote weighs", "A number or a formula, such as the floor area", /^(weighted|residents)/],
  ["ballot", "Where the vote is read", "A choice of the form: 同意, 反对 or 弃权; empty: the verb", /./],
];

export function peopleParts(chosen, panel) {
  return [who(chosen, panel), until(chosen, panel), verbs(chosen, panel), form(chosen, panel), many(chosen, panel), stagePart(chosen, panel)];
}

function who(chosen, { known }) {
  const set = (name) => (value) => chosen.setSetting(name, value);
  const level = chosen.setting("level");
  const isReporter = level === "reporter" || !(level || chosen.setting("post") || chosen.setting("unit"));
  const mode = isReporter ? "reporter" : chosen.setting("post").startsWith("=") ? "later" : "post";
  const option = (key, label, values) =>
    h(
      "label",
      { class: mode === key ? "option option--on" : "option" },
      h("input", { type: "radio", name: "who", value: key, checked: mode === key, onchange: () => chosen.set(values) }),
      h("span", {}, label),
    );
  return section(
    t("Who does it"),
    h(
      "div",
      { class: "options", role: "radiogroup" },
      option("post", t("A post near the case"), { "cw:level": level && !isReporter ? level : "town", "cw:post": undefined }),
      option("later", t("Whom an earlier step chose"), { "cw:level": undefined, "cw:unit": undefined, "cw:post": "=承办岗位" }),
      option("reporter", t("Who reported it"), { "cw:level": "reporter", "cw:post": undefined, "cw:unit": undefined }),
    ),
    mode === "post" ? select(t("Level"), { name: "level", value: level, choices: known.levels, change: set("level") }) : null,
    mode === "post" ? select(t("Unit"), { name: "unit", value: chosen.setting("unit"), choices: known.units, none: t("Any"), change: set("unit") }) : null,
    mode === "post" ? select(t("Post"), { name: "post", value: chosen.setting("post"), choices: known.posts, none: t("The usual desk of that level"), change: set("post") }) : null,
    mode === "later" ? line(t("Expression that gives the post"), { name: "post", value: chosen.setting("post"), change: (value) => chosen.setSetting("post", value && !value.startsWith("=") ? `=${value}` : value) }) : null,
    select(t("Signing for it"), {
      name: "signFor",
      value: chosen.setting("signFor"),
      none: t("Not asked for"),
      choices: [["true", t("First, before anything else")], ["only", t("That is all there is to do")]],
      change: set("signFor"),
    }),
  );
}

function until(chosen, panel) {
  const limit = chosen.setting("limit");
  const [, amount, unit] = limit.match(/^(\d+)(m|h|wh|wd|d)$/) || [];
  const isFormula = Boolean(limit) && !unit;
  const set = (number, of) => chosen.setSetting("limit", /^\d+$/.test(number) && Number(number) > 0 ? `${Number(number)}${of}` : "");
  const number = h("input", { class: "input", name: "amount", inputMode: "numeric", value: amount || "", ariaLabel: t("Amount"), onchange: () => set(number.value, choice.value) });
  const choice = h("select", { class: "input select", name: "unit-of-time", ariaLabel: t("Unit of time"), onchange: () => set(number.value, choice.value) }, UNITS.map(([key, label]) => h("option", { value: key }, t(label))));
  choice.value = unit || "wh";
  const hasWayOut = (chosen.element.attachers || []).some((each) => each.businessObject.eventDefinitions?.[0]?.$type === "bpmn:TimerEventDefinition");
  return section(
    t("Time limit"),
    isFormula
      ? line(t("Expression that gives the limit"), { name: "limit", value: limit, change: (value) => chosen.setSetting("limit", value) })
      : h("div", { class: "duo" }, number, choice),
    limit && !hasWayOut
      ? h(
          "p",
          { class: "small soft" },
          t("When it passes, the step turns red and the post above is told. To let the case go another way, "),
          h("button", { type: "button", class: "btn btn--s", onclick: () => panel.addWayOut(chosen) }, icon("clock"), t("add a way out")),
        )
      : null,
  );
}

function verbs(chosen, { known }) {
  const now = (chosen.setting("verbs") || "complete").split(/\s+/);
  const change = (key) => (on) => {
    const next = known.verbs.map(([each]) => each).filter((each) => (each === key ? on : now.includes(each)));
    chosen.setSetting("verbs", next.join(" "));
  };
  return section(
    t("What may be done"),
    h("div", { class: "verbset" }, known.verbs.map(([key, label]) => tick(label, { name: `verb-${key}`, checked: now.includes(key), change: change(key) }))),
  );
}

function form(chosen, { known }) {
  return select(t("Form"), { name: "form", value: chosen.setting("form"), choices: known.forms, none: t("An opinion only"), change: (value) => chosen.setSetting("form", value) });
}

function many(chosen, panel) {
  const kind = chosen.loopKind;
  const isMany = kind === "parallel" || kind === "sequential";
  return section(
    t("How often"),
    select(t("Repetition"), {
      name: "loop",
      value: kind,
      none: t("Once, by one"),
      choices: [["parallel", t("Countersign: all at the same time")], ["sequential", t("Countersign: one after the other")], ["loop", t("Again while a condition holds")]],
      change: (value) => chosen.setLoop(value),
    }),
    ...(isMany ? signers(chosen, panel) : []),
    kind === "loop" ? panel.formula(t("Again while"), { name: "again", kind: "condition", value: chosen.loop.loopCondition?.body, change: (value) => chosen.setPart(chosen.loop, { loopCondition: chosen.expression(value) }) }) : null,
  );
}

function signers(chosen, panel) {
  const { loop } = chosen;
  const item = loop.inputDataItem?.name || "";
  return [
    panel.formula(t("One for each of"), {
      name: "collection",
      kind: "condition",
      rows: 1,
      value: loop.loopDataInputRef?.id || loop.loopCardinality?.body || "",
      change: (value) => setSigners(chosen, value),
      hint: t("A list of the case, or a number"),
    }),
    line(t("Each is called"), { name: "item", value: item, change: (value) => chosen.setPart(loop, { inputDataItem: value ? chosen.factory.create("bpmn:DataInput", { name: value }) : undefined }) }),
    select(t("Vote"), { name: "vote", value: chosen.setting("vote"), none: t("No vote: everybody does the step"), choices: VOTES.map(([key, label]) => [key, t(label)]), change: (value) => chosen.setSetting("vote", value) }),
    ...voteParts(chosen),
    panel.formula(t("Finished early when"), { name: "early", kind: "condition", rows: 1, value: loop.completionCondition?.body, change: (value) => chosen.setPart(loop, { completionCondition: chosen.expression(value) }) }),
  ];
}

function voteParts(chosen) {
  const vote = chosen.setting("vote") || "";
  return VOTE_PARTS.filter(([, , , votes]) => votes.test(vote)).map(([name, label, hint]) =>
    line(t(label), { name, value: chosen.setting(name), hint: t(hint), change: (value) => chosen.setSetting(name, value) }),
  );
}

function setSigners(chosen, value) {
  const isNumber = /^\d+$/.test(value);
  chosen.setPart(chosen.loop, {
    loopCardinality: isNumber ? chosen.expression(value) : undefined,
    loopDataInputRef: value && !isNumber ? { id: value } : undefined,
  });
}

function stagePart(chosen, { known }) {
  return select(t("Stage of the line that people see"), { name: "stage", value: chosen.setting("stage"), choices: known.stages.map((each) => [each, each]), none: t("As the step before"), change: (value) => chosen.setSetting("stage", value) });
}
