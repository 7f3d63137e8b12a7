// What can be put on the drawing: single elements, and patterns of several that offices use again and again.

import { t } from "./words.js";

const GAP = 60;
const STEP = { width: 100, height: 80 };

const SINGLE = {
  start: { type: "bpmn:StartEvent" },
  step: { type: "bpmn:UserTask", name: "Step", settings: { level: "town", stage: "处置" } },
  system: { type: "bpmn:ServiceTask", name: "System" },
  choice: { type: "bpmn:ExclusiveGateway", name: "Which way?" },
  all: { type: "bpmn:ParallelGateway" },
  wait: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition", name: "Wait" },
  sub: { type: "bpmn:SubProcess", isExpanded: true, name: "Part" },
  end: { type: "bpmn:EndEvent", name: "Closed" },
};

// A pattern is a row of elements; `flows` join them by place, with what is written on the arrow.
const PATTERNS = {
  countersign: {
    row: [{ ...SINGLE.step, name: "Countersign", settings: { level: "district", verbs: "approve reject", outcome: "会签意见", vote: "all" }, many: "会签单位" }],
    flows: [],
  },
  return: {
    row: [
      { ...SINGLE.step, name: "Handle", settings: { level: "community", stage: "处置" } },
      { ...SINGLE.step, name: "Check", settings: { level: "town", verbs: "approve return", outcome: "核查意见", stage: "核查" } },
      { type: "bpmn:ExclusiveGateway", name: "Passed?" },
    ],
    flows: [[0, 1], [1, 2], [2, 0, { name: "No", condition: "核查意见 == '退回'" }]],
  },
  supervise: {
    row: [
      { ...SINGLE.step, name: "Handle", settings: { level: "town", limit: "3wd", stage: "处置" }, boundary: { name: "3 working days", duration: "工作日(3)", interrupting: false } },
      { ...SINGLE.step, name: "Supervise", settings: { level: "town", post: "duty_chief", stage: "处置" }, below: true },
      { type: "bpmn:EndEvent", name: "Supervised", below: true },
    ],
    flows: [["boundary", 1], [1, 2]],
  },
  revisit: {
    row: [
      { ...SINGLE.wait, name: "7 days", duration: "P7D" },
      { ...SINGLE.step, name: "Revisit", settings: { level: "grid", post: "grid_worker", verbs: "approve reject", outcome: "回访结论", limit: "2wd", stage: "评价" } },
      { type: "bpmn:ExclusiveGateway", name: "Solved?" },
    ],
    flows: [[0, 1], [1, 2]],
  },
  nearby: {
    row: [
      { ...SINGLE.step, name: "Solve in the grid", settings: { level: "grid", post: "grid_worker", verbs: "complete reject", outcome: "网格结论", limit: "1wd", signFor: "true", stage: "处置" } },
      { type: "bpmn:ExclusiveGateway", name: "Solved nearby?" },
      { ...SINGLE.step, name: "Solve in the community", settings: { level: "community", limit: "2wd", stage: "处置" } },
    ],
    flows: [[0, 1], [1, 2, { name: "No", condition: "网格结论 == '驳回'" }]],
  },
  climb: {
    row: [
      { ...SINGLE.step, name: "Community", settings: { level: "community", verbs: "complete reject", outcome: "社区结论", limit: "2wd", stage: "处置" } },
      { type: "bpmn:ExclusiveGateway", name: "Beyond the community?" },
      { ...SINGLE.step, name: "Sub-district", settings: { level: "town", verbs: "complete reject", outcome: "镇街结论", limit: "3wd", stage: "处置" } },
      { type: "bpmn:ExclusiveGateway", name: "Beyond the sub-district?" },
      { ...SINGLE.step, name: "District", settings: { level: "district", limit: "5wd", stage: "处置" } },
    ],
    flows: [
      [0, 1],
      [1, 2, { name: "Yes", condition: "社区结论 == '驳回'" }],
      [2, 3],
      [3, 4, { name: "Yes", condition: "镇街结论 == '驳回'" }],
    ],
  },
};

export class Palette {
  constructor(host, modeler) {
    this.modeler = modeler;
    const start = (event) => {
      const button = event.target.closest("[data-tool], [data-make]");
      if (!button) return;
      if (button.dataset.tool) this.use(button.dataset.tool, event);
      else this.make(button.dataset.make, event);
    };
    host.addEventListener("click", start);
    host.addEventListener("dragstart", (event) => {
      event.preventDefault();
      start(event);
    });
  }

  use(tool, event) {
    const tools = {
      hand: () => this.modeler.get("handTool").activateHand(event),
      lasso: () => this.modeler.get("lassoTool").activateSelection(event),
      connect: () => this.modeler.get("globalConnect").start(event),
    };
    tools[tool]();
  }

  make(name, event) {
    event.target.closest("details")?.removeAttribute("open");
    const elements = SINGLE[name] ? [this.shape(SINGLE[name])] : this.pattern(PATTERNS[name]);
    this.modeler.get("create").start(event, elements);
  }

  shape({ type, name, settings = {}, many, duration, eventDefinitionType, isExpanded }) {
    const factory = this.modeler.get("bpmnFactory");
    const attributes = { type, isExpanded, eventDefinitionType };
    const shape = this.modeler.get("elementFactory").createShape(attributes);
    const model = shape.businessObject;
    if (name) model.name = t(name);
    for (const [key, value] of Object.entries(settings)) model.set(`cw:${key}`, value);
    if (many) {
      const loop = factory.create("bpmn:MultiInstanceLoopCharacteristics", { inputDataItem: factory.create("bpmn:DataInput", { name: "单位" }) });
      loop.loopDataInputRef = { id: many };
      loop.$parent = model;
      model.loopCharacteristics = loop;
    }
    if (duration) model.eventDefinitions[0].timeDuration = factory.create("bpmn:FormalExpression", { body: duration });
    return shape;
  }

  pattern({ row, flows }) {
    let x = 0;
    const shapes = row.map((part) => {
      const shape = this.shape(part);
      const lower = part.below ? STEP.height + GAP : 0;
      shape.x = part.below ? x - GAP : x;
      shape.y = (STEP.height - shape.height) / 2 + lower;
      x = shape.x + shape.width + GAP;
      return shape;
    });
    const boundaries = row.flatMap((part, n) => (part.boundary ? [this.boundary(part.boundary, shapes[n])] : []));
    const arrows = flows.map(([from, to, said]) => this.arrow(from === "boundary" ? boundaries[0] : shapes[from], shapes[to], said));
    return [...shapes, ...boundaries, ...arrows];
  }

  boundary({ name, duration, interrupting }, host) {
    const shape = this.shape({ type: "bpmn:BoundaryEvent", name, duration, eventDefinitionType: "bpmn:TimerEventDefinition" });
    shape.businessObject.cancelActivity = interrupting;
    shape.businessObject.attachedToRef = host.businessObject;
    shape.host = host;
    shape.x = host.x + host.width / 2 - shape.width / 2;
    shape.y = host.y + host.height - shape.height / 2;
    return shape;
  }

  arrow(source, target, { name, condition } = {}) {
    const goesBack = target.x < source.x;
    const arrow = this.modeler.get("elementFactory").createConnection({ type: "bpmn:SequenceFlow", source, target, waypoints: goesBack ? around(source, target) : straight(source, target) });
    if (name) arrow.businessObject.name = t(name);
    if (condition) arrow.businessObject.conditionExpression = this.modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body: condition });
    return arrow;
  }
}

const middle = (shape) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });

function straight(source, target) {
  const from = middle(source);
  const to = middle(target);
  if (Math.abs(from.y - to.y) < 2) return [{ x: source.x + source.width, y: from.y }, { x: target.x, y: to.y }];
  return [{ x: from.x, y: source.y + source.height }, { x: from.x, y: to.y }, { x: target.x, y: to.y }];
}

function around(source, target) {
  const low = Math.max(source.y + source.height, target.y + target.height) + GAP / 2;
  return [
    { x: middle(source).x, y: source.y + source.height },
    { x: middle(source).x, y: low },
    { x: middle(target).x, y: low },
    { x: middle(target).x, y: target.y + target.height },
  ];
}
