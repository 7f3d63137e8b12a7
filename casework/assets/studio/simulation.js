// Tokens walking along the arrows of the drawing. They know the arrows alone: whoever plays says which way is taken.

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import animation from "bpmn-js-token-simulation/lib/animation";
import {
  PAUSE_SIMULATION_EVENT,
  PLAY_SIMULATION_EVENT,
  RESET_SIMULATION_EVENT,
  SCOPE_DESTROYED_EVENT,
  TOGGLE_MODE_EVENT,
  TRACE_EVENT,
} from "bpmn-js-token-simulation/lib/util/EventHelper";

import { h, icon, shape, tick } from "./dom.js";
import { KINDS } from "./panel.js";
import { t, wordsModule } from "./words.js";

const CHOOSING = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"];
const STOPPING = ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task"];
const SPEEDS = [["0.5", "Slow"], ["1", "Normal"], ["3", "Fast"]];
const AT_ONCE = 1000; // for people who asked their system for less movement
const MOST_TOLD = 200;
const READABLE = 0.6;

export class Simulation {
  constructor(host) {
    Object.assign(this, { host, told: [], isStepwise: true });
    this.canvas = h("div", { class: "play__canvas" });
    this.here = h("div", { class: "stack", "data-play-here": "" });
    this.ways = h("div", { class: "stack", "data-play-ways": "" });
    this.log = h("ol", { class: "play__log", "data-play-log": "" });
    this.pauses = h("button", { type: "button", class: "btn btn--s", "aria-pressed": "false", onclick: () => this.pause() }, t("Pause"));
    host.replaceChildren(h("div", { class: "play__stage" }, this.canvas, this.bar()), this.side());
    this.viewer = new NavigatedViewer({ container: this.canvas, additionalModules: [wordsModule, animation, { __init__: [["eventBus", (bus) => this.listen(bus)]] }] });
  }

  listen(bus) {
    bus.on("tokenSimulation.simulator.tick", () => this.soon());
    bus.on(TRACE_EVENT, ({ action, element }) => action === "exit" && isNode(element) && this.tell(element, icon("check")));
    bus.on(SCOPE_DESTROYED_EVENT, ({ scope }) => isWhole(scope) && scope.completed && this.tell(scope.element, shape("done"), t("The process has come to its end")));
  }

  async open(xml) {
    await this.viewer.importXML(xml);
    this.fit();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.viewer.get("animation").setAnimationSpeed(isCalm ? AT_ONCE : 1);
    this.nodes(...CHOOSING).forEach((gateway) => this.choose(gateway, beginning(gateway)));
    this.stop();
    this.fire(TOGGLE_MODE_EVENT, { active: true });
    this.draw();
  }

  // As on the board: one that would be too small to read begins at its start.
  fit() {
    const canvas = this.viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    const [first] = this.nodes("bpmn:StartEvent");
    if (canvas.zoom() > READABLE || !first) return;
    canvas.zoom(READABLE);
    canvas.scrollToElement(first, { top: 160, right: 160, bottom: 160, left: 160 });
  }

  close() {
    this.viewer.destroy();
    this.host.replaceChildren();
  }

  nodes(...types) {
    return this.viewer.get("elementRegistry").filter((each) => types.includes(each.type) && !each.labelTarget);
  }

  fire(event, more = {}) {
    this.viewer.get("eventBus").fire(event, more);
  }

  // --- what can be set

  bar() {
    const speed = h("select", { class: "input select", "aria-label": t("Speed"), onchange: () => this.viewer.get("animation").setAnimationSpeed(Number(speed.value)) }, SPEEDS.map(([value, words]) => h("option", { value, selected: value === "1" }, t(words))));
    const stepwise = tick(t("Stop at each step for people"), { name: "stepwise", checked: true, change: (on) => this.stop(on) });
    return h("div", { class: "play__bar" }, h("button", { type: "button", class: "btn btn--s", onclick: () => this.again() }, icon("refresh"), t("From the start")), this.pauses, speed, stepwise, h("button", { type: "button", class: "btn btn--s play__end", "data-do": "play" }, icon("x"), t("End the simulation")));
  }

  side() {
    const note = h(
      "div",
      { class: "notice play__note" },
      h("p", {}, t("Tokens follow the arrows. They know no data: at a fork you say which way they take, and no time passes.")),
      h("p", {}, h("a", { href: this.host.dataset.trial }, t("The trial run knows conditions, forms, posts and times"))),
    );
    return h("aside", { class: "play__side pane", "aria-label": t("Simulation"), tabIndex: 0 }, note, part(t("Where tokens wait"), this.here), part(t("What has happened"), h("div", { class: "play__told", role: "log", tabIndex: 0, "aria-label": t("What has happened") }, this.log)), part(t("Which way at a fork"), this.ways));
  }

  stop(on = this.isStepwise) {
    this.isStepwise = on;
    for (const step of this.nodes(...STOPPING)) this.viewer.get("simulator").waitAtElement(step, on);
  }

  pause(on = this.pauses.getAttribute("aria-pressed") !== "true") {
    this.pauses.setAttribute("aria-pressed", String(on));
    this.pauses.textContent = on ? t("Go on") : t("Pause");
    this.fire(on ? PAUSE_SIMULATION_EVENT : PLAY_SIMULATION_EVENT);
  }

  again() {
    this.told = [];
    this.pause(false);
    this.fire(RESET_SIMULATION_EVENT);
    this.draw();
  }

  choose(gateway, ways) {
    this.viewer.get("simulator").setConfig(gateway, { activeOutgoing: gateway.type === CHOOSING[0] ? ways[0] : ways });
    const canvas = this.viewer.get("canvas");
    for (const flow of flowsOf(gateway)) canvas[flowsOf(gateway).length < 2 || ways.includes(flow) ? "removeMarker" : "addMarker"](flow, "is-closed");
    this.soon();
  }

  chosen(gateway) {
    const { activeOutgoing } = this.viewer.get("simulator").getConfig(gateway);
    return [activeOutgoing].flat().filter(Boolean);
  }

  // --- what is shown: once a frame, however much has moved

  soon() {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = null;
      if (this.host.firstChild) this.draw();
    });
  }

  draw() {
    const focused = this.host.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    const waiting = this.waiting();
    this.here.replaceChildren(...(waiting.length ? waiting.map((each) => this.trigger(each)) : [h("p", { class: "faint small" }, t("Nowhere: tokens are on their way, or held up at a join"))]));
    const forks = this.nodes(...CHOOSING).filter((each) => flowsOf(each).length > 1);
    this.ways.replaceChildren(...(forks.length ? forks.map((each) => this.fork(each)) : [h("p", { class: "faint small" }, t("There is no fork to choose at"))]));
    this.log.replaceChildren(...this.told);
    this.log.parentNode.scrollTop = this.log.offsetHeight;
    this.marks(waiting);
    if (focused) this.host.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  // What somebody can let happen now: each element once, with all its tokens.
  waiting() {
    const found = new Map();
    for (const one of this.viewer.get("simulator").findSubscriptions({})) {
      const { element } = one.event;
      if (element && isNode(element) && !CHOOSING.includes(element.type) && !found.has(element)) found.set(element, one);
    }
    return [...found].map(([element, { event, scope }]) => ({ element, event, scope }));
  }

  trigger({ element, event, scope }) {
    const act = () => this.viewer.get("simulator").trigger({ event, scope });
    return h("button", { type: "button", class: "btn btn--s play__go", "data-keep": `go-${element.id}`, "data-go": element.id, onclick: act }, icon("play"), named(element), h("span", { class: "faint" }, t(verbOf(element))));
  }

  fork(gateway) {
    const isOne = gateway.type === CHOOSING[0];
    const ways = this.chosen(gateway);
    const set = (flow, on) => this.choose(gateway, isOne ? [flow] : on ? [...ways, flow] : ways.length > 1 ? ways.filter((each) => each !== flow) : ways);
    const rows = flowsOf(gateway).map((flow) =>
      h("label", { class: "check" }, h("input", { type: isOne ? "radio" : "checkbox", name: `way-${gateway.id}`, checked: ways.includes(flow), "data-keep": `way-${flow.id}`, onchange: (event) => set(flow, event.target.checked) }), flow.businessObject.name || t("to {name}", { name: named(flow.target) })),
    );
    return h("fieldset", { class: "play__fork" }, h("legend", {}, named(gateway)), ...rows);
  }

  tell(element, sign, words) {
    const text = words ? [element.businessObject.name, words].filter(Boolean).join(" · ") : named(element);
    this.told = [...this.told, h("li", {}, sign, h("span", {}, text))].slice(-MOST_TOLD);
    this.soon();
  }

  // On the drawing: how many tokens stand where, and a button where one can go on.
  marks(waiting) {
    const overlays = this.viewer.get("overlays");
    const simulator = this.viewer.get("simulator");
    overlays.remove({ type: "token" });
    for (const element of this.viewer.get("elementRegistry").filter(isNode)) {
      const here = simulator.findScopes((scope) => scope.element === element && !scope.destroyed);
      if (here.length) overlays.add(element, "token", { position: { bottom: 12, left: -12 }, html: h("span", { class: "play__token", title: t("Tokens here") }, String(here.length)) });
    }
    for (const each of waiting) {
      const html = h("button", { type: "button", class: "play__press", title: t(verbOf(each.element)), "aria-label": `${named(each.element)} ${t(verbOf(each.element))}`, tabIndex: -1, onclick: () => simulator.trigger(each) }, icon("play"));
      overlays.add(each.element, "token", { position: { top: -14, left: -14 }, html });
    }
  }
}

function part(title, body) {
  return h("section", { class: "play__part" }, h("h2", {}, title), body);
}

function isNode(element) {
  return Boolean(element.businessObject?.$instanceOf?.("bpmn:FlowNode")) && !element.labelTarget && !element.isPlane && !element.layer;
}

function isWhole(scope) {
  return ["bpmn:Process", "bpmn:Participant"].includes(scope.element?.type);
}

function flowsOf(gateway) {
  return gateway.outgoing.filter((each) => each.type === "bpmn:SequenceFlow");
}

// One way: the ordinary one, if the drawing says which; several: all that ask for something.
function beginning(gateway) {
  const flows = flowsOf(gateway);
  const ordinary = flows.filter((flow) => flow.businessObject === gateway.businessObject.default);
  if (gateway.type === CHOOSING[0]) return [...ordinary, ...flows].slice(0, 1);
  const asking = flows.filter((flow) => !ordinary.includes(flow));
  return asking.length ? asking : flows;
}

function named(element) {
  return element.businessObject.name || t(KINDS[element.type.replace("bpmn:", "")] || element.type.replace("bpmn:", ""));
}

function verbOf(element) {
  if (element.type === "bpmn:StartEvent") return "Begin";
  return element.businessObject.$instanceOf("bpmn:Activity") ? "Finish" : "Let it happen";
}
