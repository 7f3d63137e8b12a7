// Nudging a position: the sketch of the grids moves under a fixed crosshair, so that the thumb never covers the point.
// Dragging, the four arrows and the arrow keys do the same.

import { gridAt } from "./outlines.js";

const SVG = "http://www.w3.org/2000/svg";
const METRES = 111_320; // of a degree of latitude
const STEP = 5; // metres, of an arrow
const SPANS = [60, 120, 240, 480, 960]; // metres across the picture

function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export class Crosshair {
  constructor(dialog, chosen) {
    this.dialog = dialog;
    this.chosen = chosen;
    this.picture = dialog.querySelector(".cross__map svg");
    this.zoom = 3;
    dialog.addEventListener("click", (event) => this.press(event.target.closest("button")));
    dialog.addEventListener("keydown", (event) => this.key(event));
    this.picture.addEventListener("pointerdown", (event) => this.grab(event));
    this.picture.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.picture.addEventListener(name, () => (this.from = null));
  }

  // `fix` is {lat, lon, accuracy} as measured, or null; `at` where the crosshair begins.
  open(at, fix, grids) {
    Object.assign(this, { at: { ...at }, fix, grids });
    this.dialog.showModal();
    this.show();
  }

  press(button) {
    const act = button?.dataset.cross;
    if (!act) return;
    if (act === "in") this.zoom = Math.max(0, this.zoom - 1);
    if (act === "out") this.zoom = Math.min(SPANS.length - 1, this.zoom + 1);
    if (act === "back" && this.fix) this.at = { lat: this.fix.lat, lon: this.fix.lon };
    const [east, north] = { east: [1, 0], west: [-1, 0], north: [0, 1], south: [0, -1] }[act] || [0, 0];
    this.move(east * STEP, north * STEP);
    if (act === "take") this.chosen({ ...this.at }, this.metresFromFix());
    if (act === "take" || act === "leave") this.dialog.close();
  }

  key(event) {
    const side = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!side) return;
    event.preventDefault();
    this.move(side[0] * STEP, side[1] * STEP);
  }

  grab(event) {
    this.from = [event.clientX, event.clientY];
    this.picture.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.from) return;
    const metres = SPANS[this.zoom] / this.picture.clientWidth;
    const [x, y] = this.from;
    this.from = [event.clientX, event.clientY];
    this.move((x - event.clientX) * metres, (event.clientY - y) * metres);
  }

  move(east, north) {
    this.at.lat += north / METRES;
    this.at.lon += east / this.metresOfLongitude();
    this.show();
  }

  metresOfLongitude() {
    return METRES * Math.cos((this.at.lat * Math.PI) / 180);
  }

  metresFromFix() {
    if (!this.fix) return null;
    return Math.hypot((this.at.lat - this.fix.lat) * METRES, (this.at.lon - this.fix.lon) * this.metresOfLongitude());
  }

  // The picture is in metres around the crosshair; what is below the centre is south.
  show() {
    const span = SPANS[this.zoom];
    const high = (span * this.picture.clientHeight) / (this.picture.clientWidth || 1) || span;
    this.picture.setAttribute("viewBox", `${-span / 2} ${-high / 2} ${span} ${high}`);
    const here = gridAt(this.grids, this.at.lat, this.at.lon);
    const areas = this.grids.map((grid) => draw("path", { d: this.path(grid), class: `map__area${grid === here ? " map__area--mine" : ""}` }));
    this.picture.replaceChildren(...areas, ...this.me());
    this.dialog.querySelector("[data-cross-name]").textContent = here ? here.name : this.dialog.dataset.nowhere;
    const metres = this.metresFromFix();
    this.dialog.querySelector("[data-cross-far]").textContent = metres === null ? "" : this.dialog.dataset.far.replace("#", Math.round(metres));
  }

  path(grid) {
    const wide = this.metresOfLongitude();
    const place = ([lon, lat]) => `${((lon - this.at.lon) * wide).toFixed(1)} ${((this.at.lat - lat) * METRES).toFixed(1)}`;
    return grid.rings.map((ring) => `M${ring.map(place).join("L")}z`).join("");
  }

  me() {
    if (!this.fix) return [];
    const cx = (this.fix.lon - this.at.lon) * this.metresOfLongitude();
    const cy = (this.at.lat - this.fix.lat) * METRES;
    const dot = SPANS[this.zoom] / 60;
    return [draw("circle", { cx, cy, r: this.fix.accuracy || dot, class: "map__ring" }), draw("circle", { cx, cy, r: dot, class: "map__me" })];
  }
}
