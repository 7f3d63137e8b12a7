// A choice hides its real input; the page shows which one is chosen by a class on the label.

const KINDS = ["pick", "option", "seg__item"];

function show(input) {
  const label = input.closest(KINDS.map((kind) => `.${kind}`).join(","));
  const kind = label && KINDS.find((name) => label.classList.contains(name));
  if (kind) label.classList.toggle(`${kind}--on`, input.checked);
}

function showGroup(input) {
  const form = input.form || document;
  for (const other of form.querySelectorAll("input[type=radio], input[type=checkbox]")) {
    if (other.name === input.name) show(other);
  }
}

export function startChoices() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=radio], input[type=checkbox]")) showGroup(event.target);
  });
  // A browser that comes back to a page restores what was chosen without telling anybody.
  addEventListener("pageshow", () => document.querySelectorAll("input[type=radio], input[type=checkbox]").forEach(show));
}
