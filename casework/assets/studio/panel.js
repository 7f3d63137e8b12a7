// The panel at the right: what the chosen element is asked for, in the words of whoever draws.

import { complete } from "./complete.js";
import { area, h, line, section, select } from "./dom.js";
import { Chosen } from "./element.js";
import { flowParts } from "./panel-flow.js";
import { eventParts } from "./panel-event.js";
import { peopleParts } from "./panel-people.js";
import { t } from "./words.js";

export const KINDS = {
  Task: "Step",
  UserTask: "Step for people",
  ManualTask: "Step for people",
  ServiceTask: "Step for the system",
  BusinessRuleTask: "Decision table",
  ScriptTask: "Calculation",
  SendTask: "Message sent",
  ReceiveTask: "Wait for a message",
  CallActivity: "Called process",
  SubProcess: "Sub-process",
  Transaction: "Transaction",
  AdHocSubProcess: "Steps in any order",
  StartEvent: "Start",
  EndEvent: "End",
  IntermediateCatchEvent: "Wait",
  IntermediateThrowEvent: "Event sent",
  BoundaryEvent: "Event at a step",
  ExclusiveGateway: "One way only",
  ParallelGateway: "All ways at once",
  InclusiveGateway: "Every way that fits",
  EventBasedGateway: "What comes first",
  ComplexGateway: "Complex gateway",
  SequenceFlow: "Arrow",
  Lane: "Lane",
  Participant: "Pool",
  Process: "Process",
  Collaboration: "Process",
};

export class Panel {
  constructor(host, modeler, known, ask) {
    Object.assign(this, { host, modeler, known, ask });
    modeler.on("selection.changed", ({ newSelection }) => this.show(newSelection[0]));
    // After the browser has moved the focus on: what is drawn anew finds it again by its name. A listener that
    // returns something would keep the event from the others.
    modeler.on("commandStack.changed", () => void setTimeout(() => this.again()));
  }

  show(element) {
    this.element = element;
    this.draw();
  }

  again() {
    const gone = this.element && !this.modeler.get("elementRegistry").get(this.element.id);
    if (gone) this.element = null;
    this.draw();
  }

  get chosen() {
    return new Chosen(this.modeler, this.element || this.modeler.get("canvas").getRootElement());
  }

  draw() {
    if (!this.chosen.model) return; // nothing is open yet
    const focus = this.host.contains(document.activeElement) ? document.activeElement.name : "";
    const openExpert = this.host.querySelector("details[open]") !== null;
    const { chosen } = this;
    this.host.replaceChildren(this.head(chosen), h("div", { class: "pane props__body" }, this.parts(chosen, openExpert)));
    if (focus) this.host.querySelector(`[name="${CSS.escape(focus)}"]`)?.focus();
  }

  head(chosen) {
    const kind = t(KINDS[chosen.kind] || chosen.kind);
    const lane = laneOf(chosen.element);
    return h(
      "header",
      { class: "props__head" },
      h("p", { class: "note" }, [kind, lane].filter(Boolean).join(t(", "))),
      h("h2", {}, chosen.model.name || chosen.model.get?.("text") || kind),
    );
  }

  parts(chosen, openExpert) {
    if (!this.element) return [this.about()];
    return [
      this.naming(chosen),
      ...this.work(chosen),
      ...eventParts(chosen, this),
      ...flowParts(chosen, this),
      this.expert(chosen, openExpert),
    ];
  }

  about() {
    return h(
      "p",
      { class: "soft" },
      t("Choose a step, an arrow or an event to set who does it, until when, and where it leads. Everything is kept as you go."),
    );
  }

  naming(chosen) {
    const name = chosen.is("TextAnnotation") ? "text" : "name";
    return area(t("Name"), {
      name: "name",
      rows: 1,
      value: chosen.model.get(name),
      change: (value) => this.modeler.get("modeling").updateLabel(chosen.element, value),
    });
  }

  work(chosen) {
    const set = (name) => (value) => chosen.setSetting(name, value);
    const { known } = this;
    if (chosen.isForPeople) return peopleParts(chosen, this);
    if (chosen.is("ServiceTask", "SendTask")) {
      return [section(t("What the system does"), select(t("Service"), { name: "operation", value: chosen.setting("operation"), choices: known.services, none: t("Choose"), change: set("operation") }))];
    }
    if (chosen.is("BusinessRuleTask")) {
      return [
        section(
          t("What decides"),
          select(t("Decision table"), { name: "table", value: chosen.setting("table"), choices: known.tables.map((each) => [each, each]), none: t("Choose"), change: set("table") }),
          line(t("The answer is kept as"), { name: "result", value: chosen.setting("result"), change: set("result"), hint: t("Empty: each column under its own name.") }),
        ),
      ];
    }
    if (chosen.is("ScriptTask")) {
      return [section(t("What is calculated"), this.formula(t("Calculation"), { name: "script", kind: "script", rows: 4, value: chosen.model.script, change: (value) => chosen.set({ script: value || undefined }), hint: t("One line each: name = expression") }))];
    }
    if (chosen.is("CallActivity")) {
      return [section(t("What is called"), select(t("Process"), { name: "called", value: chosen.model.calledElement, choices: known.processes.map((each) => [each, each]), none: t("Choose"), change: (value) => chosen.set({ calledElement: value || undefined }) }))];
    }
    if (chosen.is("AdHocSubProcess")) {
      return [section(t("When it is finished"), this.formula(t("Condition"), { name: "completion", kind: "condition", value: chosen.model.completionCondition?.body, change: (value) => chosen.set({ completionCondition: chosen.expression(value) }) }))];
    }
    return [];
  }

  // An expression that is read while it is written: the server's own reader says what is wrong, and where.
  formula(label, { name, kind, value, change, hint, rows = 2 }) {
    const said = h("p", { class: "field__bad", hidden: true });
    const names = this.known.names.slice(0, 24);
    const field = area(label, { name, value, change, hint, rows });
    const input = field.querySelector("textarea");
    const check = async () => {
      const found = input.value.trim() ? await this.ask(kind, input.value).catch(() => null) : null;
      said.hidden = !found?.message;
      said.textContent = found?.message || "";
      input.toggleAttribute("aria-invalid", Boolean(found?.message));
    };
    input.addEventListener("input", debounced(check));
    input.dataset.expression = "";
    const holder = h("div", { class: "offers__at" });
    input.replaceWith(holder);
    holder.append(input, complete(input, () => [...this.known.names.map((each) => ({ name: each })), ...this.known.functions]));
    if (value) check();
    const chips = names.map((each) =>
      h("button", { type: "button", class: "chip", onclick: () => { insert(input, each); input.dispatchEvent(new Event("change")); check(); } }, each),
    );
    field.append(said, chips.length ? h("details", { class: "names" }, h("summary", {}, t("Names to use")), h("div", { class: "names__list" }, chips)) : "");
    return field;
  }

  expert(chosen, open) {
    const box = h("pre", { class: "expert__xml" });
    const details = h(
      "details",
      { class: "expert", open },
      h("summary", {}, t("For experts")),
      line(t("Identifier"), { name: "id", value: chosen.model.id, change: (value) => this.rename(chosen, value), hint: t("Running cases know a step by it: keep it as it is where you can.") }),
      chosen.isForPeople ? line(t("Its outcome is kept as"), { name: "outcome", value: chosen.setting("outcome"), placeholder: "结论", change: (value) => chosen.setSetting("outcome", value) }) : null,
      box,
    );
    const fill = () => chosen.xml().then((xml) => (box.textContent = xml)).catch(() => (box.textContent = ""));
    details.addEventListener("toggle", () => details.open && fill());
    if (open) fill();
    return details;
  }

  rename(chosen, value) {
    const taken = this.modeler.get("elementRegistry").get(value);
    if (/^[A-Za-z_][\w.-]*$/.test(value) && !taken) chosen.set({ id: value });
    else this.draw();
  }
}

function laneOf(element) {
  const lanes = element.businessObject?.lanes || [];
  return lanes[0]?.name || "";
}

function insert(input, text) {
  const at = input.selectionStart ?? input.value.length;
  input.setRangeText(text, at, input.selectionEnd ?? at, "end");
  input.focus();
}

function debounced(act, pause = 350) {
  let later;
  return () => {
    clearTimeout(later);
    later = setTimeout(act, pause);
  };
}
