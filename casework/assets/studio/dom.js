// Elements without a framework: h("label", { class: "field" }, "text", child).

export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list" && name !== "form") made[name === "class" ? "className" : name] = value;
    else made.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function icon(name) {
  const holder = document.createElement("span");
  holder.innerHTML = `<svg class="icon icon--s" aria-hidden="true"><use href="#i-${name}"/></svg>`;
  return holder.firstChild;
}

export function shape(name) {
  const holder = document.createElement("span");
  holder.innerHTML = `<svg class="shape" aria-hidden="true"><use href="#s-${name}"/></svg>`;
  return holder.firstChild;
}

let counted = 0;

function labelled(label, control, { hint, bad } = {}) {
  counted += 1;
  control.id ||= `panel-${counted}`;
  const said = bad ? h("p", { class: "field__bad", id: `${control.id}-bad` }, icon("warn"), h("span", {}, bad)) : null;
  if (said) {
    control.setAttribute("aria-describedby", said.id);
    control.setAttribute("aria-invalid", "true");
  }
  return h(
    "div",
    { class: bad ? "field field--bad" : "field" },
    h("label", { class: "field__label", htmlFor: control.id }, label),
    control,
    said,
    hint ? h("p", { class: "field__hint" }, hint) : null,
  );
}

export function line(label, { name, value = "", change, hint, bad, list, placeholder }) {
  const input = h("input", { class: "input", name, value: value ?? "", placeholder, onchange: () => change(input.value.trim()) });
  if (list) input.setAttribute("list", list);
  return labelled(label, input, { hint, bad });
}

export function area(label, { name, value = "", change, hint, bad, rows = 3 }) {
  const input = h("textarea", { class: "input", name, rows, onchange: () => change(input.value.trim()) });
  input.value = value ?? "";
  return labelled(label, input, { hint, bad });
}

// choices: [[value, label], …]; a value that is not among them is offered as it stands, so that nothing is lost.
export function select(label, { name, value = "", choices, change, hint, bad, none }) {
  const known = [...(none === undefined ? [] : [["", none]]), ...choices];
  if (value && !known.some(([key]) => key === value)) known.push([value, value]);
  const input = h(
    "select",
    { class: "input select", name, onchange: () => change(input.value) },
    known.map(([key, text]) => h("option", { value: key }, text)),
  );
  input.value = value ?? "";
  return labelled(label, input, { hint, bad });
}

export function tick(label, { name, checked, change }) {
  const input = h("input", { type: "checkbox", name, checked: Boolean(checked), onchange: () => change(input.checked) });
  return h("label", { class: "check" }, input, label);
}

export function section(title, ...children) {
  return h("section", { class: "stack" }, h("h3", {}, title), ...children);
}
