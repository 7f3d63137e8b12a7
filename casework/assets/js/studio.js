// The studio: a step, problem or change that is pressed is shown in the drawing; problems and changes are painted there.

const READABLE = 0.8;

function told(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent) : {};
}

function paint(view) {
  const canvas = view.viewer.get("canvas");
  const registry = view.viewer.get("elementRegistry");
  for (const [element, how] of Object.entries(told("studio-changes"))) {
    if (registry.get(element)) canvas.addMarker(element, `is-${how}`);
  }
  const overlays = view.viewer.get("overlays");
  for (const [element, mark] of Object.entries(told("studio-problems"))) {
    if (!registry.get(element) || registry.get(element).waypoints) continue;
    const badge = document.createElement("span");
    badge.className = `flaw flaw--${mark.severity}`;
    badge.textContent = mark.count;
    overlays.add(element, { position: { top: -10, right: 12 }, html: badge });
  }
}

function pick(view, element) {
  const canvas = view.viewer.get("canvas");
  const found = view.viewer.get("elementRegistry").get(element);
  if (view.picked) canvas.removeMarker(view.picked, "is-picked");
  view.picked = found ? element : null;
  if (!found) return;
  canvas.addMarker(element, "is-picked");
  if (canvas.zoom() < READABLE) canvas.zoom(READABLE, "auto");
  canvas.scrollToElement(found, { top: 80, right: 80, bottom: 80, left: 80 });
}

function mark(element) {
  for (const row of document.querySelectorAll("[data-element]")) {
    const on = row.dataset.element === element;
    row.classList.toggle("problem--on", on && row.classList.contains("problem"));
    if (on) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function startPicking() {
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-element]");
    if (!row) return;
    mark(row.dataset.element);
    for (const view of document.querySelectorAll("process-view")) if (view.viewer) pick(view, row.dataset.element);
  });
  document.addEventListener("process:shown", (event) => {
    const view = event.target;
    paint(view);
    // The other way round: what is pressed in the drawing is found in the lists.
    view.viewer.on("element.click", ({ element }) => {
      if (element.type === "label" || !document.querySelector(`[data-element="${CSS.escape(element.id)}"]`)) return;
      mark(element.id);
      document.querySelector(`.tree [data-element="${CSS.escape(element.id)}"]`)?.scrollIntoView({ block: "nearest" });
    });
  });
}

// The whole box takes a dropped file; what was chosen is named before it is sent.
function startDrops() {
  for (const box of document.querySelectorAll("[data-drop]")) {
    const input = box.querySelector("input[type=file]");
    const name = box.querySelector("[data-drop-name]");
    const show = () => {
      const file = input.files[0];
      if (file) name.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} kB`;
      box.classList.toggle("drop--full", Boolean(file));
    };
    input.addEventListener("change", show);
    for (const kind of ["dragenter", "dragover"]) input.addEventListener(kind, () => box.classList.add("drop--over"));
    for (const kind of ["dragleave", "drop"]) input.addEventListener(kind, () => box.classList.remove("drop--over"));
    show();
  }
}

function startOutline() {
  for (const button of document.querySelectorAll(".outline__open")) {
    button.addEventListener("click", () => {
      const open = button.parentElement.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
}

export function startStudio() {
  startOutline();
  startPicking();
  startDrops();
}
