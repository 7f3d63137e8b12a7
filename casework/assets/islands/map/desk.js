// <case-map>: the desk's map. List and map are one query: what is in view stands in the list, what is pointed at on one
// side is marked on the other, and a line drawn round cases makes the list exactly those.

import { layerGroup } from "leaflet";

import { bounds, boxOf, bunch, ground, Outlines, person, ringOf, sign } from "./ground.js";
import { Lasso } from "./lasso.js";

const CALM = 250; // ms without movement before anything is asked
const NOWHERE = [30.75, 108.4];

class CaseMap extends HTMLElement {
  connectedCallback() {
    this.page = this.closest(".mapview");
    this.list = this.page.querySelector("[data-map-list]");
    this.said = this.page.querySelector("[data-map-said]");
    this.asked = {};
    this.signs = new Map();
    this.map = ground(this, this.dataset);
    this.outlines = new Outlines(this.map, this.dataset);
    this.points = layerGroup().addTo(this.map);
    this.people = layerGroup().addTo(this.map);
    this.lasso = new Lasso(this.map, (ring) => this.encircle(ring));
    this.listen();
    this.show();
  }

  disconnectedCallback() {
    this.map?.remove();
  }

  listen() {
    this.map.on("moveend", () => this.moved());
    this.page.querySelector(".map__tools").addEventListener("click", (event) => this.use(event.target.closest("[data-map-tool]")));
    for (const name of ["pointerover", "focusin"]) this.list.addEventListener(name, (event) => this.point(event.target.closest(".row")));
    for (const name of ["pointerleave", "focusout"]) this.list.addEventListener(name, () => this.point(null));
    this.list.addEventListener("click", (event) => event.target.closest("[data-map-loose]") && this.loosen());
    this.list.addEventListener("change", () => this.count());
    document.addEventListener("keydown", (event) => event.key === "Escape" && (this.ring || this.lasso.isOn) && this.loosen());
  }

  // Where one was when the page was left, else where one's work lies.
  show() {
    const at = new URLSearchParams(location.search).get("at")?.split(",").map(Number);
    if (at?.length === 3 && at.every(Number.isFinite)) this.map.setView([at[1], at[2]], at[0]);
    else if (this.dataset.extent) this.map.fitBounds(bounds(this.dataset.extent));
    else this.map.setView(NOWHERE, 13);
  }

  use(tool) {
    const act = tool?.dataset.mapTool;
    if (act === "in") this.map.zoomIn();
    if (act === "out") this.map.zoomOut();
    if (act === "whole" && this.dataset.extent) this.map.fitBounds(bounds(this.dataset.extent));
    if (act === "lasso") this.arm(!this.lasso.isOn);
    if (act === "people") this.findPeople(this.map.getCenter());
  }

  arm(isOn) {
    this.lasso.arm(isOn);
    const tool = this.page.querySelector("[data-map-tool=lasso]");
    tool.setAttribute("aria-pressed", isOn);
    tool.classList.toggle("map__tool--on", isOn || Boolean(this.ring));
  }

  encircle(ring) {
    this.ring = ring;
    this.arm(false);
    this.fillList();
  }

  loosen() {
    this.lasso.clear();
    this.people.clearLayers();
    this.page.querySelector("[data-map-people]").replaceChildren();
    this.encircle(null);
  }

  moved() {
    const { lat, lng } = this.map.getCenter();
    const at = [this.map.getZoom(), lat.toFixed(5), lng.toFixed(5)].join(",");
    const query = this.query({ at });
    history.replaceState(history.state, "", `?${query}`);
    this.page.querySelector("input[name=at]").value = at;
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.fetchAll(), CALM);
  }

  query(more = {}) {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return query;
  }

  fetchAll() {
    const view = { box: boxOf(this.map, 0.25), zoom: this.map.getZoom() };
    this.ask("outlines", view, (told) => this.drawOutlines(told));
    this.ask("points", view, (told) => this.drawPoints(told.features));
    if (!this.ring) this.fillList();
  }

  // The answer to an older question must never overwrite the answer to a newer one.
  async ask(what, more, use, read = "json") {
    this.asked[what]?.abort();
    const control = (this.asked[what] = new AbortController());
    try {
      const answer = await fetch(`${this.dataset[what]}?${this.query(more)}`, { credentials: "same-origin", signal: control.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const told = await answer[read]();
      if (!control.signal.aborted) this.say("");
      if (!control.signal.aborted) use(told);
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.dataset.failed);
    }
  }

  say(words) {
    this.said.textContent = words || "";
  }

  drawOutlines({ unit, areas }) {
    this.outlines.draw(areas.map(([code, name, rings]) => [code, name, rings.map((ring) => ringOf(ring, unit))]));
  }

  drawPoints(features) {
    this.points.clearLayers();
    this.signs.clear();
    for (const { geometry, properties } of features) {
      const [lng, lat] = geometry.coordinates;
      if (properties.count) this.drawBunch([lat, lng], properties);
      else this.drawCase([lat, lng], properties);
    }
    this.dataset.drawn = features.length;
  }

  drawBunch(place, { count, over }) {
    const words = over ? this.dataset.bunchOver.replace("##", over) : this.dataset.bunch;
    const drawn = bunch(place, { count, isOver: over > 0, said: words.replace("#", count) });
    drawn.on("click", () => this.map.setView(place, Math.min(this.map.getZoom() + 2, this.map.getMaxZoom())));
    drawn.addTo(this.points);
  }

  drawCase(place, { number, title, state }) {
    const words = this.dataset[`sign${state[0].toUpperCase()}${state.slice(1)}`];
    const drawn = sign(place, { state, said: `${words} · ${title}` });
    drawn.on("click", () => this.choose(number));
    drawn.on("mouseover focus", () => this.mark(number));
    drawn.on("mouseout blur", () => this.mark(""));
    drawn.addTo(this.points);
    this.signs.set(number, drawn);
  }

  fillList() {
    const view = this.ring ? { ring: this.ring.map((corner) => corner.map((each) => each.toFixed(5)).join(",")).join(";") } : { box: boxOf(this.map) };
    this.ask("list", view, (html) => this.putList(html), "text");
  }

  putList(html) {
    const ticked = new Set([...this.list.querySelectorAll("input[name=row]:checked")].map((input) => input.value));
    this.list.innerHTML = html;
    if (!this.ring) for (const input of this.list.querySelectorAll("input[name=row]")) input.checked = ticked.has(input.value);
    this.count();
    const centre = this.list.querySelector("[data-centre]")?.dataset.centre;
    if (this.ring && centre) this.findPeople(place(centre));
  }

  count() {
    const chosen = this.list.querySelectorAll("input[name=row]:checked").length;
    for (const button of this.page.querySelectorAll("[data-map-chosen]")) {
      button.disabled = !chosen;
      if (button.dataset.words) {
        button.dataset.plain ||= button.textContent;
        button.textContent = chosen ? button.dataset.words.replace("#", chosen) : button.dataset.plain;
      }
    }
  }

  // From the list to the map: the sign of the row one is at, or the bunch it is in, is lifted.
  point(row) {
    this.lifted?.getElement()?.classList.remove("is-lifted");
    this.lifted = row ? this.signs.get(row.dataset.number) : null;
    this.lifted?.getElement()?.classList.add("is-lifted");
  }

  // From the map to the list.
  mark(number) {
    for (const row of this.list.querySelectorAll(".row")) {
      if (row.dataset.number === number) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  choose(number) {
    const row = [...this.list.querySelectorAll(".row")].find((each) => each.dataset.number === number);
    if (!row) {
      location.assign(this.dataset.case.replace("NUMBER", number));
      return;
    }
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a").focus();
    this.mark(number);
    if (row.dataset.at) this.findPeople(place(row.dataset.at));
  }

  findPeople({ lat, lng }) {
    if (!this.dataset.people) return;
    this.ask("people", { at: `${lng.toFixed(5)},${lat.toFixed(5)}` }, (html) => this.putPeople(html), "text");
  }

  putPeople(html) {
    const shown = this.page.querySelector("[data-map-people]");
    shown.innerHTML = html;
    this.people.clearLayers();
    for (const one of shown.querySelectorAll("[data-person]")) person(place(one.dataset.at), one.dataset.person).addTo(this.people);
  }
}

function place(text) {
  const [lng, lat] = text.split(",").map(Number);
  return { lat, lng };
}

customElements.define("case-map", CaseMap);
