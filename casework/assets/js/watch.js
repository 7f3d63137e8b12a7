// What happened at each element, painted on the diagram: a colour with its number, or an arrow as thick as its share.

function told() {
  const script = document.getElementById("watch-marks");
  return script ? JSON.parse(script.textContent) : {};
}

function middleOf({ waypoints }) {
  if (!waypoints) return null;
  const half = Math.floor((waypoints.length - 1) / 2);
  const [from, to] = [waypoints[half], waypoints[half + 1]];
  const left = Math.min(...waypoints.map((point) => point.x));
  const top = Math.min(...waypoints.map((point) => point.y));
  return { left: (from.x + to.x) / 2 - left - 8, top: (from.y + to.y) / 2 - top - 9 };
}

function badge(mark, isFlow) {
  const shown = document.createElement("span");
  shown.className = isFlow ? "heat heat--flow" : `heat heat--${mark.level}`;
  shown.textContent = mark.text;
  return shown;
}

function paint(view) {
  const marks = told();
  const [canvas, overlays] = [view.viewer.get("canvas"), view.viewer.get("overlays")];
  for (const element of view.viewer.get("elementRegistry").getAll()) {
    const mark = marks[element.id];
    if (!mark) continue;
    const middle = middleOf(element);
    const coloured = middle || view.dataset.paint !== "ways";
    if (mark.level && coloured) canvas.addMarker(element.id, `is-heat-${mark.level}`);
    if (middle || /Task|CallActivity|SubProcess/.test(element.type)) {
      const html = badge(coloured ? mark : { ...mark, level: 0 }, Boolean(middle));
      // A drawing made small to fit keeps numbers that one can read.
      overlays.add(element.id, { position: middle || { top: -10, left: 6 }, html, scale: { min: 0.6 } });
    }
  }
}

export function startWatching() {
  document.addEventListener("process:shown", (event) => paint(event.target));
}
