// The drawing as a list: to read it with a screen reader, and to draw with the keys alone.

import { h, icon, shape } from "./dom.js";
import { KINDS } from "./panel.js";
import { t } from "./words.js";

const ROOM = 160; // a step and the arrows on both its sides
const SIGNS = { UserTask: "user", ManualTask: "user", Task: "user", ServiceTask: "settings", ScriptTask: "settings", BusinessRuleTask: "ledger", CallActivity: "link", SubProcess: "layers" };

export class Outline {
  constructor(host, modeler) {
    Object.assign(this, { host, modeler, worst: {} });
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("click", (event) => this.pick(event.target.closest("[data-element]")));
    modeler.on(["import.done", "commandStack.changed"], () => void setTimeout(() => this.draw()));
    modeler.on("selection.changed", ({ newSelection }) => this.mark(newSelection[0]?.id));
  }

  show(problems) {
    this.worst = {};
    for (const { element, severity } of problems) {
      if (severity !== "note" && this.worst[element] !== "error") this.worst[element] = severity;
    }
    this.draw();
  }

  // In the order one would tell it: from the starts along the arrows, parts indented.
  lines() {
    const found = [];
    const roots = this.modeler.get("canvas").getRootElement();
    const scopes = roots.children.filter((each) => each.type === "bpmn:Participant");
    (scopes.length ? scopes : [roots]).forEach((scope) => this.walk(scope, 0, found));
    return found;
  }

  walk(scope, depth, found) {
    const nodes = scope.children.filter((each) => isNode(each));
    const seen = new Set();
    const visit = (node) => {
      if (seen.has(node) || !nodes.includes(node)) return;
      seen.add(node);
      found.push({ node, depth });
      if (node.type.endsWith("SubProcess") || node.type === "bpmn:Transaction") this.walk(node, depth + 1, found);
      for (const event of node.attachers || []) {
        if (seen.has(event)) continue;
        seen.add(event);
        found.push({ node: event, depth: depth + 1 });
        event.outgoing.forEach(({ target }) => visit(target));
      }
      node.outgoing.forEach(({ target }) => visit(target));
    };
    nodes.filter((node) => node.type === "bpmn:StartEvent").forEach(visit);
    nodes.filter((node) => !node.incoming.length && !node.host).forEach(visit);
    nodes.forEach(visit);
  }

  draw() {
    const { activeElement } = document;
    const focused = this.host.contains(activeElement) && activeElement.dataset.element;
    if (this.host.querySelector("input")) return; // a name is being written
    this.host.replaceChildren(...this.lines().map(({ node, depth }) => this.row(node, depth)));
    this.mark(this.modeler.get("selection").get()[0]?.id);
    if (focused) this.button(focused)?.focus({ preventScroll: true });
  }

  row(node, depth) {
    const kind = node.type.replace("bpmn:", "");
    const bad = this.worst[node.id];
    const sign = SIGNS[kind] ? icon(SIGNS[kind]) : kind.endsWith("Gateway") ? icon("branch") : kind === "EndEvent" ? shape("done") : kind === "StartEvent" ? shape("idle") : icon("clock");
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: `tree__item tree__item--${Math.min(depth, 4)}`, "data-element": node.id },
        sign,
        h("span", {}, node.businessObject.name || t(KINDS[kind] || kind)),
        bad ? h("span", { class: "end outline__bad" }, shape(bad === "error" ? "must" : "soon"), h("span", { class: "hide" }, t(bad === "error" ? "must be fixed" : "suggestion"))) : null,
      ),
    );
  }

  button(id) {
    return this.host.querySelector(`[data-element="${CSS.escape(id)}"]`);
  }

  mark(id) {
    for (const button of this.host.querySelectorAll("[data-element]")) {
      if (button.dataset.element === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  pick(button) {
    if (!button) return;
    const element = this.modeler.get("elementRegistry").get(button.dataset.element);
    if (!element) return;
    this.modeler.get("selection").select(element);
    this.modeler.get("canvas").scrollToElement(element, { top: 80, right: 80, bottom: 80, left: 80 });
  }

  key(event) {
    const button = event.target.closest("button[data-element]");
    if (!button) return;
    const all = [...this.host.querySelectorAll("[data-element]")];
    const at = all.indexOf(button);
    const element = this.modeler.get("elementRegistry").get(button.dataset.element);
    const acts = {
      ArrowDown: () => all[at + 1]?.focus(),
      ArrowUp: () => all[at - 1]?.focus(),
      F2: () => this.rename(button, element),
      Delete: () => this.remove(element, all[at - 1]?.dataset.element),
      Insert: () => this.insert(element),
      "+": () => this.insert(element),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  rename(button, element) {
    const input = h("input", { class: "input", value: element.businessObject.name || "", ariaLabel: t("Name") });
    const done = (keep) => {
      const value = input.value.trim();
      input.remove();
      if (keep) this.modeler.get("modeling").updateLabel(element, value);
      this.draw();
      this.button(element.id)?.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") done(false);
    });
    button.replaceWith(input);
    input.focus();
  }

  remove(element, before) {
    const modeling = this.modeler.get("modeling");
    const [into, out] = [element.incoming[0], element.outgoing[0]];
    const mend = element.incoming.length === 1 && element.outgoing.length === 1 && into.source !== out.target;
    const ends = mend && [into.source, out.target];
    modeling.removeElements([element]);
    if (ends) modeling.connect(...ends);
    setTimeout(() => before && this.button(before)?.focus(), 20);
  }

  // A new step for people behind this one, on the arrow that leaves it.
  insert(element) {
    if (element.type === "bpmn:EndEvent") return;
    const made = element.outgoing[0] ? this.between(element) : this.append(element);
    this.modeler.get("modeling").updateProperties(made, { name: t("New step"), "cw:level": "town" });
    setTimeout(() => {
      this.modeler.get("selection").select(made);
      const button = this.button(made.id);
      if (button) this.rename(button, made);
    }, 20);
  }

  append(element) {
    return this.modeler.get("autoPlace").append(element, this.modeler.get("elementFactory").createShape({ type: "bpmn:UserTask" }));
  }

  // What stands further right makes room.
  between(element) {
    const modeling = this.modeler.get("modeling");
    const [onward] = element.outgoing;
    const { target } = onward;
    const edge = element.x + element.width;
    if (target.x > element.x) this.makeRoom(element, edge + 1);
    const middle = element.y + element.height / 2;
    const made = modeling.createShape({ type: "bpmn:UserTask" }, { x: edge + ROOM / 2, y: middle }, element.parent);
    modeling.reconnectEnd(onward, made, { x: made.x, y: middle });
    modeling.connect(made, target);
    return made;
  }

  makeRoom(element, edge) {
    const tool = this.modeler.get("spaceTool");
    const all = this.modeler.get("elementRegistry").filter((each) => each.parent && !each.waypoints);
    const { movingShapes, resizingShapes } = tool.calculateAdjustments(all, "x", ROOM, edge);
    this.modeler.get("modeling").createSpace(movingShapes, resizingShapes, { x: ROOM, y: 0 }, "e", edge);
  }
}

function isNode(element) {
  return Boolean(element.businessObject?.$instanceOf?.("bpmn:FlowNode")) && element.type !== "label" && !element.labelTarget && element.type !== "bpmn:BoundaryEvent";
}
