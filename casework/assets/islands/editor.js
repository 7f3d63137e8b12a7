// <process-editor>: the drawing board of the studio. Drawing, panel, outline, checks and keeping, all in one place.

import "./polyfills.js";

import Modeler from "bpmn-js/lib/Modeler";
import alignElements from "bpmn-js/lib/features/align-elements";
import distributeElements from "bpmn-js/lib/features/distribute-elements";

import { startHelp } from "../studio/bench.js";
import { Company } from "../studio/company.js";
import cw from "../studio/cw.json";
import { h, shape } from "../studio/dom.js";
import { Draft } from "../studio/draft.js";
import { keepWhatPointsNowhere, withMessagePaths, withNamespacesUp } from "../studio/keeping.js";
import { lint } from "../studio/lint.js";
import { Outline } from "../studio/outline.js";
import { Palette } from "../studio/palette.js";
import { Panel } from "../studio/panel.js";
import { t, wordsModule } from "../studio/words.js";

const FIT = "fit-viewport";
const READABLE = 0.6;
const TIME_KEPT = { hour: "2-digit", minute: "2-digit" };
const nothing = { getPaletteEntries: () => ({}) };

// Their icons carry inline styles, which the content security policy of all pages refuses.
const REFUSED = [alignElements, distributeElements];

class Board extends Modeler {}
Board.prototype._modules = Modeler.prototype._modules.filter((each) => !REFUSED.includes(each));

class ProcessEditor extends HTMLElement {
  async connectedCallback() {
    this.known = told("editor-known");
    this.modeler = new Board({
      container: this.querySelector("[data-canvas]"),
      additionalModules: [wordsModule, { paletteProvider: ["value", nothing] }],
      moddleExtensions: { cw },
    });
    const source = told("editor-diagram");
    this.draft = new Draft({ url: this.dataset.save, base: source.sha256, csrf: this.dataset.csrf, body: async () => ({ bpmn: await this.xml() }) });
    this.draft.addEventListener("draft", ({ detail }) => this.said(detail));
    this.panel = new Panel(this.querySelector("[data-panel]"), this.modeler, this.known, (kind, text) => this.ask(kind, text));
    this.panel.addWayOut = (chosen) => this.addWayOut(chosen);
    this.outline = new Outline(this.querySelector("[data-outline]"), this.modeler);
    startHelp();
    new Palette(this.querySelector("[data-palette]"), this.modeler);
    this.modeler.on("commandStack.changed", () => this.changed());
    this.addEventListener("click", (event) => this.press(event));
    this.server = told("editor-problems");
    await this.open(source.bpmn);
    this.company = new Company({ url: this.dataset.here, csrf: this.dataset.csrf, draft: this.draft, line: document.querySelector("[data-others]"), menu: document.querySelector("[data-aside]") });
    this.dispatchEvent(new CustomEvent("editor:ready", { bubbles: true }));
  }

  disconnectedCallback() {
    this.modeler?.destroy();
  }

  async open(xml) {
    try {
      const { warnings } = await this.modeler.importXML(await withPositions(withNamespacesUp(xml)));
      keepWhatPointsNowhere(warnings);
    } catch (error) {
      console.warn("the diagram could not be opened", error);
      this.querySelector("[data-failed]").hidden = false;
      return false;
    }
    this.fit();
    this.panel.show(null);
    await this.check();
    return true;
  }

  // The whole drawing beside the palette; one that would be too small to read begins at its start instead.
  fit() {
    const canvas = this.modeler.get("canvas");
    canvas.zoom(FIT, "auto");
    if (canvas.zoom() > READABLE) return;
    canvas.zoom(READABLE);
    const first = this.outline.lines()[0]?.node;
    if (first) canvas.scrollToElement(first, { top: 160, right: 160, bottom: 160, left: 160 });
  }

  async xml() {
    return withMessagePaths((await this.modeler.saveXML({ format: true })).xml);
  }

  changed() {
    this.draft.changed();
    this.tools();
    clearTimeout(this.linting);
    this.linting = setTimeout(() => this.check(), 120);
  }

  tools() {
    const stack = this.modeler.get("commandStack");
    for (const [name, can] of [["undo", !this.simulation && stack.canUndo()], ["redo", !this.simulation && stack.canRedo()]]) {
      document.querySelector(`[data-do="${name}"]`).disabled = !can;
    }
  }

  // --- checks: the drawing's own at once, the server's with each keeping

  async check() {
    const own = await lint(this.modeler.getDefinitions()).catch(() => []);
    const told = new Set(this.server.map(({ element }) => element));
    this.problems = [...this.server, ...own.filter(({ element }) => !told.has(element))];
    this.outline.show(this.problems);
    this.badges();
    this.list();
  }

  badges() {
    const overlays = this.modeler.get("overlays");
    const registry = this.modeler.get("elementRegistry");
    overlays.remove({ type: "flaw" });
    const counts = new Map();
    for (const { element, severity } of this.problems) {
      if (severity === "note") continue;
      const mark = counts.get(element) || { severity, count: 0 };
      counts.set(element, { severity: severity === "error" ? "error" : mark.severity, count: mark.count + 1 });
    }
    for (const [id, { severity, count }] of counts) {
      const element = registry.get(id);
      if (!element || element.waypoints || !element.parent) continue;
      overlays.add(id, "flaw", { position: { top: -10, right: 12 }, html: h("span", { class: `flaw flaw--${severity}` }, String(count)) });
    }
  }

  list() {
    const errors = this.problems.filter(({ severity }) => severity === "error").length;
    const host = this.querySelector("[data-problems]");
    host.replaceChildren(...(this.problems.length ? this.problems.map((each) => this.problem(each)) : [h("p", { class: "dock__fine" }, shape("done"), t("No problem found."))]));
    this.querySelector("[data-count]").textContent = this.problems.length;
    const verdict = this.querySelector("[data-verdict]");
    verdict.textContent = errors ? t("{count} must be fixed before it can be published", { count: errors }) : t("Nothing stands in the way of publishing");
    verdict.classList.toggle("outline__bad", errors > 0);
  }

  problem({ element, severity, message, hint }) {
    const found = this.modeler.get("elementRegistry").get(element);
    const name = found?.businessObject.name || element || t("Process");
    const fix = this.fixFor(found, message);
    return h(
      "div",
      { class: `problem problem--${severity === "error" ? "must" : "may"}` },
      shape(severity === "error" ? "must" : "soon"),
      h("button", { type: "button", class: "problem__name", "data-find": element }, name),
      h("span", {}, message, hint ? h("span", { class: "problem__hint" }, hint) : null),
      fix ? h("button", { type: "button", class: "btn btn--s", onclick: fix.act }, fix.label) : null,
    );
  }

  // Only what can't do harm is offered as a button; the rest one decides in the panel.
  fixFor(element) {
    if (!element || !element.businessObject.$instanceOf) return null;
    const model = element.businessObject;
    const modeling = this.modeler.get("modeling");
    if (model.$instanceOf("bpmn:Gateway") && element.outgoing.length > 1 && /Exclusive|Inclusive/.test(model.$type) && !model.default) {
      const last = element.outgoing.find((flow) => !flow.businessObject.conditionExpression);
      if (last) return { label: t("Take “{name}” when no other fits", { name: last.businessObject.name || last.target.businessObject.name || last.id }), act: () => modeling.updateProperties(element, { default: last.businessObject }) };
    }
    const isEnd = model.$instanceOf("bpmn:FlowNode") && !element.outgoing.length && model.$type !== "bpmn:EndEvent" && !element.parent.businessObject.$instanceOf("bpmn:AdHocSubProcess");
    if (isEnd && model.$type !== "bpmn:BoundaryEvent" && !model.isForCompensation) return { label: t("Add an end"), act: () => this.append(element, "bpmn:EndEvent") };
    return null;
  }

  append(element, type, values = {}) {
    const made = this.modeler.get("autoPlace").append(element, this.modeler.get("elementFactory").createShape({ type }));
    this.modeler.get("modeling").updateProperties(made, values);
    return made;
  }

  // The limit as a timer at the step, with a step of the duty desk behind it.
  addWayOut(chosen) {
    const { element } = chosen;
    const factory = this.modeler.get("elementFactory");
    const made = factory.createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:TimerEventDefinition" });
    const at = { x: element.x + element.width * 0.75, y: element.y + element.height };
    const placed = this.modeler.get("modeling").createShape(made, at, element, { attach: true });
    this.modeler.get("modeling").updateModdleProperties(placed, placed.businessObject.eventDefinitions[0], { timeDuration: chosen.expression(asDuration(chosen.setting("limit"))) });
    this.modeler.get("modeling").updateProperties(placed, { cancelActivity: false, name: t("Overdue") });
    this.append(this.append(placed, "bpmn:UserTask", { name: t("Supervise"), "cw:level": "town", "cw:stage": "处置" }), "bpmn:EndEvent", { name: t("Supervised") });
    this.modeler.get("selection").select(placed);
  }

  async ask(kind, text) {
    const answer = await fetch(this.dataset.ask, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.dataset.csrf, Accept: "application/json" },
      body: JSON.stringify({ kind, text, names: this.known.names }),
    });
    return answer.ok ? answer.json() : null;
  }

  // --- keeping

  said({ state, saved_at: at, problems, who, message }) {
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
    if (problems) {
      this.server = problems;
      this.check();
    }
    if (state === "conflict") this.conflict(who);
  }

  conflict(who) {
    const box = this.querySelector("[data-conflict]");
    box.querySelector("[data-who]").textContent = who || "";
    box.hidden = false;
    box.querySelector("button").focus();
  }

  // Theirs stays the draft; mine is set aside before the page shows it.
  async giveWay() {
    const answer = await fetch(this.dataset.aside, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.dataset.csrf, Accept: "application/json" },
      body: JSON.stringify({ bpmn: await this.xml() }),
    }).catch(() => null);
    if (!answer?.ok) {
      document.querySelector("[data-kept]").textContent = t("Yours could not be set aside. Export it, and try again.");
      return;
    }
    this.draft.state = "kept";
    location.reload();
  }

  press(event) {
    const found = event.target.closest("[data-find]");
    if (found) this.find(found.dataset.find);
  }

  find(id) {
    const element = this.modeler.get("elementRegistry").get(id);
    if (!element) return;
    this.modeler.get("selection").select(element);
    this.modeler.get("canvas").scrollToElement(element, { top: 80, right: 80, bottom: 80, left: 80 });
  }

  // --- tokens on a copy of the drawing, which nothing can change; their code comes when they are asked for

  async play() {
    const layer = this.querySelector("[data-play]");
    const button = document.querySelector('[data-do="play"]');
    if (this.simulation) {
      this.simulation.close();
      this.simulation = null;
    } else {
      button.disabled = true;
      const { Simulation } = await import("../studio/simulation.js").finally(() => (button.disabled = false));
      layer.hidden = false;
      this.simulation = new Simulation(layer);
      await this.simulation.open(await this.xml());
    }
    const isOn = Boolean(this.simulation);
    layer.hidden = !isOn;
    button.setAttribute("aria-pressed", String(isOn));
    for (const part of this.children) if (part !== layer) part.inert = isOn;
    this.tools();
  }

  // --- the bar above

  do(what) {
    const acts = {
      play: () => this.play(),
      undo: () => this.modeler.get("commandStack").undo(),
      redo: () => this.modeler.get("commandStack").redo(),
      larger: () => this.modeler.get("zoomScroll").stepZoom(1),
      smaller: () => this.modeler.get("zoomScroll").stepZoom(-1),
      whole: () => this.modeler.get("canvas").zoom(FIT, "auto"),
      bpmn: async () => save(`${this.dataset.key}.bpmn`, "application/xml", await this.xml()),
      svg: async () => save(`${this.dataset.key}.svg`, "image/svg+xml", (await this.modeler.saveSVG()).svg),
      png: async () => save(`${this.dataset.key}.png`, "image/png", await asPicture((await this.modeler.saveSVG()).svg)),
      theirs: () => this.giveWay(),
      mine: () => {
        this.querySelector("[data-conflict]").hidden = true;
        this.draft.save({ over: true }).then(() => this.company.look());
      },
    };
    acts[what]?.();
  }
}

// A diagram made by a script says where nothing stands; then it is laid out here.
async function withPositions(xml) {
  if (/<(\w+:)?BPMNShape\b/.test(xml)) return xml;
  const { layoutProcess } = await import("bpmn-auto-layout");
  return layoutProcess(xml);
}

function asDuration(limit) {
  const [, amount, unit] = limit.match(/^(\d+)(m|h|wh|wd|d)$/) || [];
  const made = { m: `PT${amount}M`, h: `PT${amount}H`, d: `P${amount}D`, wh: `工作时(${amount})`, wd: `工作日(${amount})` };
  return made[unit] || "P1D";
}

function told(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function save(name, type, content) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function asPicture(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = h("canvas", { width: image.width * 2, height: image.height * 2 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

customElements.define("process-editor", ProcessEditor);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) document.querySelector("process-editor").do(button.dataset.do);
});
