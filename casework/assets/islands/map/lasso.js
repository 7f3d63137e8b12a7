// A line drawn round points with mouse, pen or finger. What it says is a ring of [lng, lat] with few corners.

import { DomUtil, polygon } from "leaflet";

const APART = 6; // pixels between corners
const CORNERS = 100; // an address holds no more

export class Lasso {
  constructor(made, chosen) {
    this.map = made;
    this.chosen = chosen;
    this.isOn = false;
    const pane = made.getContainer();
    pane.addEventListener("pointerdown", (event) => this.begin(event), true);
    pane.addEventListener("pointermove", (event) => this.draw(event), true);
    for (const name of ["pointerup", "pointercancel"]) pane.addEventListener(name, (event) => this.end(event), true);
  }

  arm(isOn) {
    this.isOn = isOn;
    const act = isOn ? "disable" : "enable";
    this.map.dragging[act]();
    this.map.getContainer().classList.toggle("is-lasso", isOn);
  }

  clear() {
    this.line?.remove();
    this.line = null;
  }

  begin(event) {
    if (!this.isOn || event.button > 0) return;
    event.stopPropagation();
    event.preventDefault();
    DomUtil.disableTextSelection();
    this.clear();
    this.corners = [[event.clientX, event.clientY]];
    this.line = polygon([this.place(event)], { className: "map__lasso", interactive: false, dashArray: "6 4", weight: 2 }).addTo(this.map);
    this.map.getContainer().setPointerCapture(event.pointerId);
  }

  draw(event) {
    if (!this.corners) return;
    const [x, y] = this.corners[this.corners.length - 1];
    if (Math.hypot(event.clientX - x, event.clientY - y) < APART) return;
    this.corners.push([event.clientX, event.clientY]);
    this.line.addLatLng(this.place(event));
  }

  end() {
    if (!this.corners) return;
    DomUtil.enableTextSelection();
    const places = this.line.getLatLngs()[0];
    this.corners = null;
    this.arm(false);
    const step = Math.max(1, Math.ceil(places.length / CORNERS));
    const ring = places.filter((_place, at) => at % step === 0).map(({ lat, lng }) => [lng, lat]);
    if (ring.length < 3) this.clear();
    this.chosen(ring.length < 3 ? null : ring);
  }

  place(event) {
    return this.map.mouseEventToLatLng(event);
  }
}
