// What is half written stays in this browser until the server has taken it: a refusal, a closed window or a log-in
// in between loses nothing. Kept for this tab alone, under the person's own name, and gone with the log-out.

const SKIPPED = "[type=hidden], [type=file], [type=password], [type=search], [type=submit], button";

function keyOf(form) {
  return `kept:${document.body.dataset.person || ""}:${form.dataset.keep}`;
}

function boxes(form) {
  return [...form.elements].filter((box) => box.name && !box.matches(SKIPPED));
}

function isSwitch(box) {
  return box.type === "radio" || box.type === "checkbox";
}

function state(form) {
  return boxes(form).map((box) => [box.name, box.value, isSwitch(box) ? box.checked : null]);
}

function keep(form) {
  sessionStorage.setItem(keyOf(form), JSON.stringify(state(form)));
}

function put(form, kept) {
  let changed = false;
  const seen = {};
  for (const [name, value, on] of kept) {
    const same = boxes(form).filter((box) => box.name === name);
    const box = on === null ? same[(seen[name] = (seen[name] ?? -1) + 1)] : same.find((one) => one.value === value);
    if (!box) continue;
    if (on !== null && box.checked !== on) {
      box.checked = on;
      changed = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (on === null && !box.value && value) {
      box.value = value;
      changed = true;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  return changed;
}

function restore(form) {
  const text = sessionStorage.getItem(keyOf(form));
  if (!text || form.querySelector(".field--bad, .refused")) return;
  if (put(form, JSON.parse(text))) tell(form);
}

// A line says that something was put back, and takes it away again.
function tell(form) {
  const template = document.getElementById("kept-note");
  const place = form.querySelector(".next__body, .asked__body, .view__body, .stack");
  if (!template || !place || place.querySelector(".kept")) return;
  place.prepend(template.content.cloneNode(true));
  place.querySelector("[data-forget]").addEventListener("click", () => {
    sessionStorage.removeItem(keyOf(form));
    form.reset();
    place.querySelector(".kept").remove();
  });
}

export function restoreDrafts(root) {
  for (const form of root.querySelectorAll("form[data-keep]")) restore(form);
}

function forget(names) {
  for (const name of names) sessionStorage.removeItem(`kept:${document.body.dataset.person || ""}:${name}`);
}

// What has been done names its draft in the answer; only then is the draft thrown away.
function forgetDone(root) {
  for (const done of root.querySelectorAll?.("[data-done]") || []) forget(done.dataset.done.split(" "));
}

export function startDrafts() {
  forgetDone(document);
  restoreDrafts(document);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (form) keep(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (form) keep(form);
  });
  document.addEventListener("htmx:load", (event) => {
    forgetDone(event.target.parentElement || event.target);
    if (event.target.matches?.("form[data-keep]")) restore(event.target);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.action?.endsWith("/logout/")) return;
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("kept:")) sessionStorage.removeItem(key);
  });
}
