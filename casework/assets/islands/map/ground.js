// What every map of ours has: land, tiles if there are any, the outlines of the grids, and signs for points.

import { canvas, Control, divIcon, layerGroup, map, marker, polygon, tileLayer, tooltip } from "leaflet";

import { crsOf } from "./crs.js";

const Scale = Control.Scale.extend({
  _updateScale(line, said, ratio) {
    const words = said.replace(/ ?km$/, this.options.kilometres).replace(/ ?m$/, this.options.metres);
    Control.Scale.prototype._updateScale.call(this, line, words, ratio);
  },
});
const OWN_DIGITS = 12; // whose work is a whole sub-district has no grid of his own
const LETTER = 12; // pixels
const CLOSEST = 20;
const FARTHEST = 4;

// `words` is the element's dataset; tiles are a layer more, never needed.
export function ground(element, words) {
  const made = map(element, {
    crs: crsOf(words.crs),
    attributionControl: false,
    zoomControl: false,
    preferCanvas: true,
    renderer: canvas({ padding: 0.3 }),
    minZoom: FARTHEST,
    maxZoom: CLOSEST,
    zoomSnap: 1,
  });
  new Scale({ imperial: false, position: "bottomright", metres: ` ${words.metres}`, kilometres: ` ${words.kilometres}` }).addTo(made);
  if (words.tiles) tileLayer(words.tiles, { maxZoom: CLOSEST, maxNativeZoom: 18 }).addTo(made);
  return made;
}

// west,south,east,north → what Leaflet calls bounds
export function bounds(text) {
  const [west, south, east, north] = text.split(",").map(Number);
  return [
    [south, west],
    [north, east],
  ];
}

export function boxOf(made, pad = 0) {
  const view = made.getBounds().pad(pad);
  return [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((each) => each.toFixed(5)).join(",");
}

// A ring comes as whole numbers, each point as its difference from the one before, in units of `unit` degrees.
export function ringOf(numbers, unit) {
  const ring = [];
  let [x, y] = [0, 0];
  for (let at = 0; at < numbers.length; at += 2) {
    x += numbers[at];
    y += numbers[at + 1];
    ring.push([y * unit, x * unit]);
  }
  return ring;
}

// Colours come from the tokens, so that sun-light and night need nothing of their own.
export function colours(element) {
  const styles = getComputedStyle(element);
  const token = (name) => styles.getPropertyValue(name).trim();
  return { edge: token("--edge"), blue: token("--blue"), mine: token("--map-mine") };
}

export class Outlines {
  constructor(made, { home }) {
    this.map = made;
    this.home = home?.length >= OWN_DIGITS ? home : "-";
    this.group = layerGroup().addTo(made);
    this.names = layerGroup().addTo(made);
    made.createPane("names").classList.add("map__names"); // below the signs: a name must cover no case
    this.colours = colours(made.getContainer());
  }

  // areas: [[code, name, [ring of [lat, lon]]]]
  draw(areas) {
    this.group.clearLayers();
    this.names.clearLayers();
    for (const [code, name, rings] of areas) {
      const shape = polygon(rings.map((ring) => [ring]), this.style(code.startsWith(this.home)));
      shape.addTo(this.group);
      const fits = [name, name.replace(/^.*?(?=第)/, "")].find((each) => each && this.isRoomy(shape, each));
      if (fits) this.name(shape, fits);
    }
  }

  style(isMine) {
    const { edge, blue, mine } = this.colours;
    return isMine
      ? { color: blue, weight: 2, fillColor: mine, fillOpacity: 0.55, interactive: false }
      : { color: edge, weight: 1, dashArray: "5 3", fill: false, interactive: false };
  }

  // A name that is wider than its area would lie on the neighbour's.
  isRoomy(shape, name) {
    const box = shape.getBounds();
    const [from, to] = [box.getNorthWest(), box.getSouthEast()].map((corner) => this.map.latLngToContainerPoint(corner));
    return to.x - from.x > (name.length + 1) * LETTER && to.y - from.y > 2 * LETTER;
  }

  name(shape, name) {
    const tip = tooltip({ permanent: true, direction: "center", className: "map__label", pane: "names", interactive: false, opacity: 1 });
    tip.setLatLng(shape.getBounds().getCenter()).setContent(text(name));
    tip.addTo(this.names);
  }
}

// Leaflet takes contents as HTML unless they are an element.
function text(said) {
  const element = document.createElement("span");
  element.textContent = said;
  return element;
}

// The same shapes as in lists: colour is never the only sign.
export function sign(place, { state, said, isLarge = false }) {
  const size = isLarge ? 30 : 26;
  const shape = document.createElement("span");
  shape.className = `mark mark--${state} pin--${state}`;
  const drawn = state === "task" ? "i-task" : `s-${state}`;
  shape.innerHTML = `<svg class="${state === "task" ? "icon icon--s" : "shape"}" aria-hidden="true"><use href="#${drawn}"/></svg>`;
  return marker(place, { icon: divIcon({ html: shape, className: "mark__hit", iconSize: [size, size] }), alt: said, title: said, keyboard: true });
}

export function bunch(place, { count, isOver, said }) {
  const size = count < 10 ? 34 : count < 100 ? 38 : 46;
  const drawn = document.createElement("span");
  drawn.className = `bunch${isOver ? " bunch--over" : ""}`;
  drawn.textContent = count > 999 ? "999+" : count;
  return marker(place, { icon: divIcon({ html: drawn, className: "mark__hit", iconSize: [size, size] }), alt: said, title: said, keyboard: true });
}

export function person(place, name) {
  const drawn = document.createElement("span");
  drawn.className = "mark mark--person";
  drawn.textContent = name.slice(0, 1);
  return marker(place, { icon: divIcon({ html: drawn, className: "mark__hit", iconSize: [30, 30] }), alt: name, title: name, keyboard: false });
}
