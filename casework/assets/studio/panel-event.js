// Events: when, on which word, and whether what runs is stopped by it.

import { line, section, select, tick } from "./dom.js";
import { t } from "./words.js";

const TIMES = [["timeDuration", "After a while"], ["timeDate", "At a time"], ["timeCycle", "Again and again"]];
const HINTS = { timeDuration: "PT4H is four hours, P3D three days; or 工作日(3), 工作时(4)", timeDate: "2026-12-01T09:00:00+08:00, or an expression", timeCycle: "R3/PT1H is three times, an hour apart" };
const NAMED = {
  Message: { root: "bpmn:Message", ref: "messageRef", label: "Message" },
  Signal: { root: "bpmn:Signal", ref: "signalRef", label: "Signal" },
  Error: { root: "bpmn:Error", ref: "errorRef", label: "Error", code: "errorCode" },
  Escalation: { root: "bpmn:Escalation", ref: "escalationRef", label: "Escalation", code: "escalationCode" },
};

export function eventParts(chosen, panel) {
  const parts = [];
  if (chosen.eventKind === "Timer") parts.push(timing(chosen, panel));
  const named = NAMED[chosen.eventKind];
  if (named) parts.push(naming(chosen, chosen.event, named));
  if (chosen.is("ReceiveTask")) parts.push(naming(chosen, chosen.model, NAMED.Message));
  if (chosen.eventKind === "Conditional") {
    parts.push(section(t("When it happens"), panel.formula(t("Condition"), { name: "condition", kind: "condition", value: chosen.event.condition?.body, change: (value) => chosen.setPart(chosen.event, { condition: chosen.expression(value) }) })));
  }
  if (chosen.eventKind === "Link") {
    parts.push(section(t("Where it leads"), line(t("Name of the jump"), { name: "link", value: chosen.event.name, change: (value) => chosen.setPart(chosen.event, { name: value || undefined }) })));
  }
  if (chosen.is("BoundaryEvent") && !["Error", "Cancel", "Compensate"].includes(chosen.eventKind)) {
    parts.push(section(t("What it does to the step"), tick(t("The step is stopped"), { name: "cancels", checked: chosen.model.cancelActivity !== false, change: (on) => chosen.set({ cancelActivity: on }) })));
  }
  return parts;
}

function timing(chosen, panel) {
  const { event } = chosen;
  const kind = TIMES.map(([key]) => key).find((key) => event[key]) || "timeDuration";
  const write = (to, body) => {
    const cleared = Object.fromEntries(TIMES.map(([key]) => [key, undefined]));
    chosen.setPart(event, { ...cleared, [to]: chosen.expression(body) });
  };
  return section(
    t("When"),
    select(t("Kind of time"), { name: "time-kind", value: kind, choices: TIMES.map(([key, label]) => [key, t(label)]), change: (to) => write(to, event[kind]?.body || "") }),
    panel.formula(t("Time"), { name: "time", kind: kind.replace("time", "").toLowerCase(), rows: 1, value: event[kind]?.body, change: (value) => write(kind, value), hint: t(HINTS[kind]) }),
  );
}

function naming(chosen, part, { root, ref, label, code }) {
  const held = part[ref];
  const known = chosen.roots(root).map((each) => [each.name || each.id, each.name || each.id]);
  const setName = (value) => {
    const extra = code ? { [code]: value } : {};
    const found = value ? chosen.rootNamed(root, value, extra) : undefined;
    chosen.setPart(part, { [ref]: found });
  };
  return section(
    t("What it is about"),
    line(t(label), { name: "event-name", value: held?.name || held?.[code] || "", change: setName, hint: known.length ? `${t("Used so far:")} ${known.map(([name]) => name).join(" · ")}` : undefined }),
    label === "Message"
      ? line(t("Belongs to the case when"), { name: "correlation", value: chosen.setting("correlation"), placeholder: "案件编号", change: (value) => chosen.setSetting("correlation", value), hint: t("An expression; its value must be the message's key. Empty: any message of this name.") })
      : null,
  );
}
