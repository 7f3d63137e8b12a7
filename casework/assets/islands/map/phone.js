// <grid-map>: the phone's map. My grid and its neighbours from the outlines kept on the phone, the points from the list below.

import { circle, circleMarker, layerGroup } from "leaflet";

import { outlines } from "../../js/report/outlines.js";
import { bunch, colours, ground, Outlines, sign } from "./ground.js";

const NEAR = 16;
const APART = 46; // pixels: signs that lie closer can't be hit apart and become a bunch
const NOWHERE = [30.75, 108.4];

class GridMap extends HTMLElement {
  async connectedCallback() {
    this.said = document.querySelector("[data-map-said]");
    this.map = ground(this, this.dataset);
    this.map.setView(NOWHERE, 13);
    this.me = layerGroup().addTo(this.map);
    document.querySelector(".map__tools").addEventListener("click", (event) => this.use(event.target.closest("[data-map-tool]")));
    this.places = this.drawPoints();
    const { grids } = await outlines(this.dataset.outlines, document.body.dataset.person);
    this.drawOutlines(grids);
    this.dataset.drawn = this.places.length;
  }

  disconnectedCallback() {
    this.map?.remove();
  }

  use(tool) {
    const act = tool?.dataset.mapTool;
    if (act === "in") this.map.zoomIn();
    if (act === "out") this.map.zoomOut();
    if (act === "me") this.find();
  }

  drawOutlines(grids) {
    const areas = grids.map(({ code, name, rings }) => [code, name, rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]))]);
    const mine = areas.filter(([code]) => code.startsWith(this.dataset.home || "-"));
    const corners = (mine.length ? mine : areas).flatMap(([, , rings]) => rings.flat());
    if (corners.length) this.map.fitBounds(corners, { padding: [12, 12], animate: false });
    else if (this.places.length) this.map.fitBounds(this.places, { maxZoom: NEAR, animate: false });
    const drawn = new Outlines(this.map, this.dataset);
    const draw = () => drawn.draw(areas);
    draw();
    this.map.on("zoomend", draw); // which names have room is another thing at each zoom
  }

  drawPoints() {
    this.signs = layerGroup().addTo(this.map);
    const rows = [...document.querySelectorAll("[data-map-rows] [data-lat]")];
    const points = rows.map((row) => ({ row, place: [Number(row.dataset.lat), Number(row.dataset.lon)] }));
    this.gather(points);
    this.map.on("zoomend", () => this.gather(points));
    return points.map(({ place }) => place);
  }

  gather(points) {
    const groups = [];
    for (const each of points) {
      const at = this.map.latLngToLayerPoint(each.place);
      const near = groups.find((group) => group.at.distanceTo(at) < APART);
      if (near) near.points.push(each);
      else groups.push({ at, points: [each] });
    }
    this.signs.clearLayers();
    for (const group of groups) this.drawGroup(group.points);
  }

  // Where looking closer can't part them any more, the first of them is shown in the list.
  drawGroup(points) {
    const [{ row, place }] = points;
    const { state, said } = row.dataset;
    const isOver = points.some((each) => each.row.dataset.state === "over");
    const words = this.dataset.bunch.replace("#", points.length);
    const drawn = points.length > 1 ? bunch(place, { count: points.length, isOver, said: words }) : sign(place, { state, said, isLarge: true });
    const isClosest = () => this.map.getZoom() >= this.map.getMaxZoom();
    drawn.on("click", () => (points.length > 1 && !isClosest() ? this.map.setView(place, this.map.getZoom() + 2) : this.choose(row)));
    drawn.addTo(this.signs);
  }

  choose(row) {
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  }

  find() {
    this.said.textContent = this.dataset.looking;
    if (!navigator.geolocation) this.lose();
    else navigator.geolocation.getCurrentPosition((fix) => this.stand(fix.coords), () => this.lose(), { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 });
  }

  lose() {
    this.said.textContent = this.dataset.lost;
  }

  stand({ latitude, longitude, accuracy }) {
    const { blue } = colours(this);
    const here = [latitude, longitude];
    this.me.clearLayers();
    circle(here, { radius: accuracy, color: blue, weight: 1.5, fillOpacity: 0.15, interactive: false }).addTo(this.me);
    circleMarker(here, { radius: 8, color: "#fff", weight: 3, fillColor: blue, fillOpacity: 1, interactive: false }).addTo(this.me);
    this.map.setView(here, Math.max(this.map.getZoom(), NEAR));
    this.said.textContent = this.dataset.me.replace("#", Math.round(accuracy));
  }
}

customElements.define("grid-map", GridMap);
