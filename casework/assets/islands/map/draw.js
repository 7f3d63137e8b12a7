// <outline-board>: the outline of one area with its corners, beside its neighbours. The list of corners in the form is
// the truth; what is done on the map is written there, and the server says what it thinks of it.

import { divIcon, DomEvent, geoJSON, layerGroup, marker, polygon, polyline } from "leaflet";

import { Steps, ringsOf, textOf } from "./corners.js";
import { colours, ground } from "./ground.js";

const CALM = 350; // ms without a change before the server is asked
const NEAR = 12; // pixels within which a corner snaps to a neighbour's
const BETWEEN = 52; // pixels an edge must be long for a handle to have room on it
const MOST_HANDLES = 300; // in view; nearer, all of them can be had
const NOWHERE = [30.75, 108.4];
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

class OutlineBoard extends HTMLElement {
  connectedCallback() {
    this.page = this.closest(".mapview");
    this.list = this.page.querySelector("[data-corners]");
    this.said = this.page.querySelector("[data-map-said]");
    this.map = ground(this, this.dataset);
    this.map.doubleClickZoom.disable();
    this.colours = colours(this);
    this.around = JSON.parse(this.dataset.around);
    this.snaps = this.around.flatMap(([, rings]) => rings.flat());
    this.layers = Object.fromEntries(["around", "theirs", "own", "flaws", "handles"].map((name) => [name, layerGroup().addTo(this.map)]));
    this.rings = ringsOf(this.list.value);
    this.steps = new Steps(this.list.value);
    this.drawAround();
    this.show();
    this.listen();
    this.draw();
    this.drawFlaws();
    this.dataset.drawn = this.rings.length;
  }

  disconnectedCallback() {
    this.map?.remove();
  }

  listen() {
    this.page.querySelector(".map__tools").addEventListener("click", (event) => this.use(event.target.closest("[data-map-tool]")));
    this.list.addEventListener("input", () => this.read());
    this.list.addEventListener("change", () => this.keep());
    this.map.on("moveend", () => this.drawHandles());
    this.map.on("click", (event) => this.add(event.latlng));
    this.map.on("dblclick", () => this.close());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  show() {
    const corners = [...this.rings.flat(), ...(this.rings.length ? [] : this.snaps)];
    if (corners.length) this.map.fitBounds(corners, { padding: [60, 60], animate: false });
    else this.map.setView(NOWHERE, 13);
  }

  use(tool) {
    const act = tool?.dataset.mapTool;
    if (act === "in") this.map.zoomIn();
    if (act === "out") this.map.zoomOut();
    if (act === "undo") this.step(-1);
    if (act === "redo") this.step(1);
    if (act === "remove") this.remove();
    if (act === "anew") this.arm(!this.line);
  }

  key(event) {
    if (event.target.closest("textarea, input")) return;
    const letter = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (letter === "z" || letter === "y")) {
      event.preventDefault();
      this.step(letter === "y" || event.shiftKey ? 1 : -1);
    }
    if (this.line && event.key === "Enter") this.close();
    if (this.line && event.key === "Escape") this.arm(false);
  }

  // What was typed: drawn as far as it can be read, a step as soon as the field is left.
  read() {
    this.rings = ringsOf(this.list.value);
    this.draw();
    this.ask();
  }

  keep() {
    this.steps.add(this.list.value);
    this.tools();
  }

  changed() {
    this.list.value = textOf(this.rings);
    this.keep();
    this.draw();
    this.ask();
  }

  step(by) {
    const text = this.steps.go(by);
    if (text === null) return;
    this.list.value = text;
    this.chosen = null;
    this.read();
    this.tools();
  }

  tools() {
    const able = { undo: this.steps.may(-1), redo: this.steps.may(1), remove: Boolean(this.chosen) };
    for (const [name, is] of Object.entries(able)) this.page.querySelector(`[data-map-tool=${name}]`).disabled = !is;
  }

  drawAround() {
    const { edge } = this.colours;
    for (const [name, rings] of this.around) {
      const shape = polygon(rings.map((ring) => [ring]), { color: edge, weight: 1, dashArray: "5 3", fillOpacity: 0.06, interactive: false }).addTo(this.layers.around);
      const words = document.createElement("span");
      words.textContent = name;
      shape.bindTooltip(words, { permanent: true, direction: "center", className: "map__label", opacity: 1 });
    }
    const theirs = ringsOf(this.dataset.theirs || "");
    if (theirs.length) polygon(theirs.map((ring) => [ring]), { color: this.colours.edge, weight: 3, dashArray: "2 6", fill: false, interactive: false }).addTo(this.layers.theirs);
  }

  // One polygon with all rings: where one lies in another, even-odd leaves it empty.
  draw() {
    const { blue, mine } = this.colours;
    this.layers.own.clearLayers();
    this.shape = polygon(this.rings, { color: blue, weight: 2.5, fillColor: mine, fillOpacity: 0.5, fillRule: "evenodd", interactive: false }).addTo(this.layers.own);
    this.drawHandles();
    this.tools();
  }

  drawHandles() {
    if (this.dragging) return;
    const held = document.activeElement?.dataset?.corner;
    this.layers.handles.clearLayers();
    if (this.line) return;
    const view = this.map.getBounds().pad(0.1);
    const all = this.rings.flatMap((ring, r) => ring.map((corner, c) => ({ corner, r, c }))).filter(({ corner }) => view.contains(corner));
    if (all.length > MOST_HANDLES) return;
    for (const each of all) this.handle(each);
    for (const each of all) this.between(each);
    if (held) this.querySelector(`[data-corner="${held}"]`)?.focus({ preventScroll: true });
  }

  handle({ corner, r, c }) {
    const isChosen = this.chosen?.r === r && this.chosen?.c === c;
    const words = this.dataset.corner.replace("#", c + 1);
    const icon = divIcon({ className: `corner${isChosen ? " corner--on" : ""}`, iconSize: [24, 24] });
    const drawn = marker(corner, { icon, draggable: true, keyboard: true, title: words, alt: words, zIndexOffset: 500 }).addTo(this.layers.handles);
    const element = drawn.getElement();
    element.dataset.corner = `${r}-${c}`;
    element.setAttribute("aria-label", words);
    element.addEventListener("focus", () => this.choose({ r, c }, element));
    element.addEventListener("keydown", (event) => this.nudge(event, { r, c }));
    drawn.on("dragstart", () => {
      this.dragging = true;
    });
    drawn.on("drag", () => {
      this.rings[r][c] = this.snapped(drawn.getLatLng());
      this.shape.setLatLngs(this.rings);
    });
    drawn.on("dragend", () => {
      this.dragging = false;
      this.chosen = { r, c };
      this.changed();
    });
    drawn.on("contextmenu", (event) => {
      DomEvent.preventDefault(event.originalEvent);
      this.chosen = { r, c };
      this.remove();
    });
  }

  between({ corner, r, c }) {
    const ring = this.rings[r];
    const next = ring[(c + 1) % ring.length];
    const [from, to] = [corner, next].map((each) => this.map.latLngToContainerPoint(each));
    if (from.distanceTo(to) < BETWEEN) return;
    const words = this.dataset.between.replace("#", c + 1);
    const place = [(corner[0] + next[0]) / 2, (corner[1] + next[1]) / 2];
    const drawn = marker(place, { icon: divIcon({ className: "corner corner--new", iconSize: [24, 24] }), keyboard: true, title: words, alt: words }).addTo(this.layers.handles);
    drawn.getElement().setAttribute("aria-label", words);
    drawn.on("click", () => {
      ring.splice(c + 1, 0, place);
      this.chosen = { r, c: c + 1 };
      this.changed();
      this.querySelector(`[data-corner="${r}-${c + 1}"]`)?.focus({ preventScroll: true });
    });
  }

  choose(chosen, element) {
    this.chosen = chosen;
    this.querySelector(".corner--on")?.classList.remove("corner--on");
    element.classList.add("corner--on");
    this.tools();
  }

  // Arrows move by a pixel of the map, with Shift by ten.
  nudge(event, { r, c }) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.chosen = { r, c };
      this.remove();
    }
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 10 : 1;
    const point = this.map.latLngToContainerPoint(this.rings[r][c]).add([way[0] * far, way[1] * far]);
    const { lat, lng } = this.map.containerPointToLatLng(point);
    this.rings[r][c] = [lat, lng];
    this.changed();
  }

  remove() {
    const ring = this.chosen && this.rings[this.chosen.r];
    if (!ring) return;
    ring.splice(this.chosen.c, 1);
    if (!ring.length) this.rings.splice(this.chosen.r, 1);
    this.chosen = null;
    this.changed();
  }

  snapped({ lat, lng }) {
    const here = this.map.latLngToContainerPoint([lat, lng]);
    let [best, least] = [[lat, lng], NEAR];
    for (const place of this.snaps) {
      const far = here.distanceTo(this.map.latLngToContainerPoint(place));
      if (far < least) [best, least] = [place, far];
    }
    return [...best];
  }

  arm(isOn) {
    this.line?.remove();
    this.line = isOn ? polyline([], { color: this.colours.blue, weight: 2.5, dashArray: "6 4", interactive: false }).addTo(this.map) : null;
    const tool = this.page.querySelector("[data-map-tool=anew]");
    tool.setAttribute("aria-pressed", isOn);
    tool.classList.toggle("map__tool--on", isOn);
    this.said.textContent = isOn ? this.dataset.drawing : "";
    this.drawHandles();
  }

  add(place) {
    if (this.line) this.line.addLatLng(this.snapped(place));
  }

  close() {
    if (!this.line) return;
    const corners = this.line.getLatLngs().map(({ lat, lng }) => [lat, lng]);
    const ring = corners.filter((corner, at) => !at || String(corner) !== String(corners[at - 1]));
    this.arm(false);
    if (ring.length < 3) return;
    this.rings = [ring];
    this.changed();
  }

  ask() {
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.check(), CALM);
  }

  async check() {
    this.asked?.abort();
    this.asked = new AbortController();
    const form = this.list.form;
    const body = new URLSearchParams({ corners: this.list.value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(this.dataset.check, { method: "POST", body, credentials: "same-origin", signal: this.asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.page.querySelector("[data-drawing-flaws]").innerHTML = await answer.text();
      this.said.textContent = this.line ? this.dataset.drawing : "";
      this.drawFlaws();
    } catch (error) {
      if (error.name !== "AbortError") this.said.textContent = this.dataset.unchecked;
    }
  }

  drawFlaws() {
    this.layers.flaws.clearLayers();
    const styles = getComputedStyle(this);
    for (const [code, shape] of JSON.parse(this.page.querySelector("[data-flaws]").dataset.flaws || "[]")) {
      const color = styles.getPropertyValue(code === "gap" ? "--soon" : "--over").trim();
      const style = { color, weight: 3, fillColor: color, fillOpacity: 0.35, interactive: false };
      const icon = divIcon({ className: "corner corner--wrong", iconSize: [24, 24] });
      geoJSON(shape, { style, pointToLayer: (_feature, place) => marker(place, { icon, interactive: false, keyboard: false }) }).addTo(this.layers.flaws);
    }
  }
}

customElements.define("outline-board", OutlineBoard);
