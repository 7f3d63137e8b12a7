// How far the things of the day are, and taps that say where the phone is. Without a position both do without.

import { locate } from "./position.js";

const WAIT = 4_000; // a tap does not wait longer than that for a position that nobody insists on
const METRES = 111_320; // a degree of latitude

let here = null;

function metres(lat, lon) {
  const east = (lon - here.lon) * Math.cos((here.lat * Math.PI) / 180);
  return Math.hypot(lat - here.lat, east) * METRES;
}

class ByDistance extends HTMLElement {
  async connectedCallback() {
    // Nobody is asked for his position just because he looks at the list.
    const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (allowed?.state !== "granted") return;
    await locate((reading) => {
      here = reading;
      this.show();
    });
  }

  show() {
    for (const part of this.querySelectorAll("[data-lat]")) {
      const far = metres(Number(part.dataset.lat), Number(part.dataset.lon));
      part.metres = far;
      const near = far < 950;
      const amount = near ? Math.max(10, Math.round(far / 10) * 10) : (far / 1000).toFixed(1);
      for (const box of part.querySelectorAll("[data-far]")) {
        box.textContent = (near ? this.dataset.word : this.dataset.longWord).replace("#", amount);
      }
    }
    for (const list of this.querySelectorAll("[data-sorted]")) this.sort(list);
  }

  // By the hour in which it is due, then by the way there; what has no place keeps its turn.
  sort(list) {
    if (list.contains(document.activeElement)) return;
    const hour = (row) => Math.floor(Number(row.dataset.due || Infinity) / 3600);
    const rows = [...list.children];
    const sorted = rows.slice().sort((a, b) => hour(a) - hour(b) || (a.metres ?? Infinity) - (b.metres ?? Infinity) || 0);
    if (sorted.some((row, place) => row !== rows[place])) list.append(...sorted);
  }
}

function put(form) {
  for (const part of ["lat", "lon", "accuracy"]) {
    const name = `here.${part}`;
    const box = form.querySelector(`[name="${name}"]`) || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    box.value = here[part];
  }
}

const soon = () => new Promise((done) => setTimeout(done, WAIT));

function startTaps() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-here]");
    if (!form || form.dataset.located) return;
    form.dataset.located = "1";
    if (here) {
      put(form);
      return;
    }
    if (form.dataset.here !== "must") return;
    event.preventDefault();
    event.submitter?.classList.add("is-busy");
    const found = locate((reading) => (here = reading));
    Promise.race([found, soon()]).then(() => {
      if (here) put(form);
      form.requestSubmit(event.submitter);
    });
  }, true);
  // Who comes back to the page taps anew.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-located]").forEach((form) => delete form.dataset.located));
}

export function startDistance() {
  customElements.define("by-distance", ByDistance);
  startTaps();
}
