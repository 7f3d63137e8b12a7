// One chosen element of the drawing: what it is, what it says, and changes to it that can be undone.

const PEOPLE = ["bpmn:UserTask", "bpmn:ManualTask"];

export class Chosen {
  constructor(modeler, element) {
    this.modeler = modeler;
    this.element = element.labelTarget || element;
    this.model = this.element.businessObject;
    this.modeling = modeler.get("modeling");
    this.factory = modeler.get("bpmnFactory");
  }

  get kind() {
    return this.model.$type.replace("bpmn:", "");
  }

  is(...types) {
    return types.some((type) => this.model.$instanceOf?.(`bpmn:${type}`));
  }

  get isForPeople() {
    return PEOPLE.includes(this.model.$type) || this.model.$type === "bpmn:Task";
  }

  get event() {
    return this.model.eventDefinitions?.[0];
  }

  get eventKind() {
    return this.event?.$type.replace("bpmn:", "").replace("EventDefinition", "") || "";
  }

  setting(name) {
    return this.model.get(`cw:${name}`) || "";
  }

  set(values) {
    this.modeling.updateProperties(this.element, values);
  }

  setSetting(name, value) {
    this.set({ [`cw:${name}`]: value || undefined });
  }

  setPart(part, values) {
    this.modeling.updateModdleProperties(this.element, part, values);
  }

  // A formal expression as BPMN's own child element; empty takes it away.
  expression(text) {
    return text ? this.factory.create("bpmn:FormalExpression", { body: text }) : undefined;
  }

  // --- repetition

  get loop() {
    return this.model.loopCharacteristics;
  }

  setLoop(kind) {
    const made = {
      "": () => undefined,
      parallel: () => this.factory.create("bpmn:MultiInstanceLoopCharacteristics"),
      sequential: () => this.factory.create("bpmn:MultiInstanceLoopCharacteristics", { isSequential: true }),
      loop: () => this.factory.create("bpmn:StandardLoopCharacteristics"),
    }[kind]();
    const isMany = made?.$type === "bpmn:MultiInstanceLoopCharacteristics";
    if (isMany && this.loop?.$type === made.$type) {
      this.setPart(this.loop, { isSequential: kind === "sequential" });
      return;
    }
    if (made) made.$parent = this.model;
    this.set({ loopCharacteristics: made, ...(isMany ? {} : { "cw:vote": undefined }) });
  }

  get loopKind() {
    if (!this.loop) return "";
    if (this.loop.$type === "bpmn:StandardLoopCharacteristics") return "loop";
    return this.loop.isSequential ? "sequential" : "parallel";
  }

  // --- what events name: messages, signals, errors and escalations are roots of the diagram

  get definitions() {
    return this.modeler.getDefinitions();
  }

  roots(type) {
    return this.definitions.rootElements.filter((root) => root.$type === type);
  }

  rootNamed(type, name, extra = {}) {
    const found = this.roots(type).find((root) => root.name === name);
    if (found) return found;
    const made = this.factory.create(type, { name, ...extra });
    made.$parent = this.definitions;
    this.modeling.updateModdleProperties(this.element, this.definitions, {
      rootElements: [...this.definitions.rootElements, made],
    });
    return made;
  }

  async xml() {
    const { xml } = await this.modeler.get("moddle").toXML(this.model, { format: true });
    return xml;
  }
}
