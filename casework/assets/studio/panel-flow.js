// An arrow: under which condition it is taken.

import { h, section, tick } from "./dom.js";
import { t } from "./words.js";

const CHOOSES = ["ExclusiveGateway", "InclusiveGateway", "ComplexGateway"];

export function flowParts(chosen, panel) {
  if (!chosen.is("SequenceFlow")) return [];
  const source = chosen.model.sourceRef;
  const chooses = CHOOSES.some((kind) => source.$type === `bpmn:${kind}`) && source.outgoing.length > 1;
  const isActivity = source.$instanceOf("bpmn:Activity");
  if (!chooses && !isActivity) return [h("p", { class: "soft" }, t("This arrow is always taken."))];
  const isDefault = source.default === chosen.model;
  const from = panel.modeler.get("elementRegistry").get(source.id);
  const setDefault = (on) => {
    if (on && chosen.model.conditionExpression) chosen.set({ conditionExpression: undefined });
    panel.modeler.get("modeling").updateProperties(from, { default: on ? chosen.model : undefined });
  };
  return [
    section(
      t("When this way is taken"),
      isDefault
        ? h("p", { class: "cond" }, t("When no other way fits"))
        : panel.formula(t("Condition"), {
            name: "condition",
            kind: "condition",
            value: chosen.model.conditionExpression?.body,
            change: (value) => chosen.set({ conditionExpression: chosen.expression(value) }),
            hint: t("For example: 结论 == '同意' and 金额 > 1000"),
          }),
      tick(t("The way when no other fits"), { name: "default", checked: isDefault, change: setDefault }),
    ),
  ];
}
