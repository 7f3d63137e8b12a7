// Where it is: the best reading at the shutter, its grid by the outlines on the phone, and the crosshair to put it right.

import { locate } from "../position.js";
import { Crosshair } from "./crosshair.js";
import { gridAt, outlines } from "./outlines.js";

const VAGUE = 50; // metres; worse than that somebody has to say a house number

export class Place {
  // `changed` is called when there is another position.
  constructor(page, changed) {
    this.page = page;
    this.words = page.dataset;
    this.changed = changed;
    this.grids = [];
    this.fix = null;
    this.isNudged = false;
    const dialog = page.querySelector("dialog[data-crosshair]");
    this.crosshair = dialog.showModal ? new Crosshair(dialog, (at, metres) => this.nudge(at, metres)) : null;
    page.addEventListener("click", (event) => {
      if (event.target.closest("[data-nudge]")) this.openCrosshair();
    });
    this.known = outlines(this.words.outlines, this.words.user).then((told) => {
      this.grids = told.grids;
      this.draw();
    });
  }

  get at() {
    const [lat, lon] = [Number(this.page.value("lat")), Number(this.page.value("lon"))];
    return this.page.value("lat") && this.page.value("lon") ? { lat, lon } : null;
  }

  get name() {
    const grid = this.at && gridAt(this.grids, this.at.lat, this.at.lon);
    return grid ? grid.name : this.page.querySelector("[data-place]").dataset.name || "";
  }

  // At the shutter: a spot that was put right by hand stays.
  async find() {
    if (this.isNudged) return;
    const before = this.fix;
    this.say(this.words.looking);
    const best = await locate((reading) => {
      this.fix = reading;
      this.put(reading, reading.accuracy);
    });
    // No reading now: the one before is still better than none.
    if (!best && before) this.fix = before;
    this.draw();
    if (best && !this.isNudged) this.changed();
  }

  put({ lat, lon }, accuracy) {
    if (this.isNudged) return;
    this.write(lat, lon, accuracy);
    this.draw();
  }

  write(lat, lon, accuracy) {
    const fields = this.page.form.elements;
    fields["r.lat"].value = lat;
    fields["r.lon"].value = lon;
    fields["r.accuracy"].value = accuracy;
  }

  nudge(at, metres) {
    this.isNudged = true;
    this.moved = metres;
    this.write(at.lat.toFixed(6), at.lon.toFixed(6), "");
    this.draw();
    this.changed();
  }

  openCrosshair() {
    if (!this.crosshair) return;
    const start = this.at || this.fix || this.middle();
    if (start) this.crosshair.open(start, this.fix, this.grids);
    else this.find();
  }

  // Of the first grid there is an outline of: better than the middle of nowhere.
  middle() {
    const ring = this.grids[0]?.rings[0];
    if (!ring) return null;
    const mean = (side) => ring.reduce((sum, point) => sum + point[side], 0) / ring.length;
    return { lat: mean(1), lon: mean(0) };
  }

  // The server's word about the place comes a moment later and replaces this; it knows grids that the phone doesn't.
  draw() {
    const grid = this.at && gridAt(this.grids, this.at.lat, this.at.lon);
    if (grid && !this.page.value("area")) this.page.querySelector(".place__name").textContent = grid.name;
    const accuracy = Number(this.page.value("accuracy"));
    if (this.isNudged) this.say(this.words.nudged.replace("#", Math.round(this.moved || 0)));
    else if (this.at && accuracy) this.say(this.words.fix.replace("#", Math.round(accuracy)));
    else if (!this.at) this.say(this.words.nofix);
    const vague = this.page.querySelector("[data-vague]");
    if (!vague) return;
    vague.hidden = this.isNudged || !(accuracy > VAGUE);
    if (!vague.hidden) vague.closest("details").open = true;
  }

  say(text) {
    this.page.querySelector("[data-fix]").textContent = text;
  }
}
