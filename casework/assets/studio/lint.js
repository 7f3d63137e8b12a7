// What is wrong with the drawing as a drawing, said at once; what is wrong with it as a process the server says.

import Linter from "bpmnlint/lib/linter.js";
import labelRequired from "bpmnlint/rules/label-required.js";
import noDisconnected from "bpmnlint/rules/no-disconnected.js";
import noDuplicates from "bpmnlint/rules/no-duplicate-sequence-flows.js";
import noOverlap from "bpmnlint/rules/no-overlapping-elements.js";
import superfluousGateway from "bpmnlint/rules/superfluous-gateway.js";

import { t } from "./words.js";

const RULES = {
  "label-required": labelRequired,
  "no-disconnected": noDisconnected,
  "no-duplicate-sequence-flows": noDuplicates,
  "no-overlapping-elements": noOverlap,
  "superfluous-gateway": superfluousGateway,
};

const SETTINGS = {
  resolver: { resolveRule: (_package, name) => RULES[name], resolveConfig: () => null },
  config: { rules: Object.fromEntries(Object.keys(RULES).map((name) => [name, "warn"])) },
};

// A list like the server's: {element, severity, message, hint, code}.
export async function lint(definitions) {
  // A new one each time: some rules remember what they have seen.
  const found = await new Linter(SETTINGS).lint(definitions);
  return Object.entries(found).flatMap(([code, reports]) =>
    reports.map(({ id, message }) => ({ code: `drawing:${code}`, element: id, severity: "warning", message: t(message), hint: "" })),
  );
}
