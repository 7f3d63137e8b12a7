// Fields that are asked only under a condition: the server decides, the page follows the typing.
// A condition is nested lists, like ["==", ["name", "结论"], ["value", "纳入"]].

const COMPARE = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a !== null && b !== null && a < b,
  "<=": (a, b) => a !== null && b !== null && a <= b,
  ">": (a, b) => a !== null && b !== null && a > b,
  ">=": (a, b) => a !== null && b !== null && a >= b,
  in: (a, b) => (b ? b.includes(a) : false),
  "not in": (a, b) => !(b ? b.includes(a) : false),
};

export function holds([sign, ...parts], answer) {
  switch (sign) {
    case "name":
      return answer(parts[0]);
    case "value":
      return parts[0];
    case "list":
      return parts.map((part) => holds(part, answer));
    case "and":
      return parts.every((part) => holds(part, answer));
    case "or":
      return parts.some((part) => holds(part, answer));
    case "not":
      return !holds(parts[0], answer);
    default:
      return COMPARE[sign](holds(parts[0], answer), holds(parts[1], answer));
  }
}

function typed(text, input) {
  if (text === "" || text === undefined) return null;
  if (input.inputMode === "decimal") return Number.isNaN(Number(text)) ? null : Number(text);
  if (input.type === "radio" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function answers(form) {
  const data = new FormData(form);
  return (name) => {
    const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (field && field.hidden) return null;
    const input = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!input) return null;
    return input.type === "checkbox" ? data.getAll(name) : typed(data.get(name), input);
  };
}

export function follow(form) {
  for (const field of form.querySelectorAll("[data-show-if]")) {
    let shown = true;
    try {
      shown = Boolean(holds(JSON.parse(field.dataset.showIf), answers(form)));
    } catch (error) {
      console.warn("a condition could not be read", error);
    }
    field.hidden = !shown;
    // What isn't asked isn't sent: the server refuses answers to questions that weren't shown.
    for (const input of field.querySelectorAll("input, select, textarea")) input.disabled = !shown;
  }
}

export function startConditions(root = document) {
  for (const form of root.querySelectorAll("form")) {
    if (!form.querySelector("[data-show-if]")) continue;
    follow(form);
    form.addEventListener("input", () => follow(form));
    form.addEventListener("change", () => follow(form));
  }
}
