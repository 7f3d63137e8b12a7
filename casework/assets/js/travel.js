// <case-travel>: a slider through the moments of a case; the diagram shows where it stood, the list says the same.

class CaseTravel extends HTMLElement {
  connectedCallback() {
    this.marks = JSON.parse(this.querySelector("#travel-marks").textContent);
    this.slide = this.querySelector(".travel__slide");
    this.slide.addEventListener("input", () => this.show());
    for (const button of this.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.go(Number(this.slide.value) + Number(button.dataset.go)));
    }
    for (const row of this.querySelectorAll("[data-moment]")) {
      row.querySelector("button").addEventListener("click", () => this.go(Number(row.dataset.moment)));
    }
    this.addEventListener("process:shown", (event) => {
      this.view = event.target;
      this.show();
    });
    this.show();
  }

  go(moment) {
    this.slide.value = moment;
    this.show();
  }

  show() {
    const moment = Number(this.slide.value);
    for (const button of this.querySelectorAll("[data-go]")) {
      const next = moment + Number(button.dataset.go);
      button.disabled = next < 1 || next > this.marks.length;
    }
    for (const row of this.querySelectorAll("[data-moment]")) {
      const isOn = Number(row.dataset.moment) === moment;
      row.classList.toggle("travel__moment--on", isOn);
      if (isOn) this.say(row);
    }
    this.paint(this.marks[moment - 1]);
  }

  say(row) {
    row.setAttribute("aria-current", "true");
    for (const other of this.querySelectorAll("[data-moment][aria-current]")) {
      if (other !== row) other.removeAttribute("aria-current");
    }
    const [at, what, where] = [".travel__at", ".travel__what", ".travel__where"].map((part) => row.querySelector(part));
    this.querySelector(".travel__said").textContent = [at, what, where].map((part) => part.innerText.trim()).join(" · ");
    this.slide.setAttribute("aria-valuetext", `${at.innerText.trim()} ${where.innerText.trim()}`);
  }

  paint(marks) {
    if (!this.view?.viewer || !marks) return;
    const canvas = this.view.viewer.get("canvas");
    for (const [element, marker] of this.painted || []) canvas.removeMarker(element, marker);
    this.painted = [];
    const registry = this.view.viewer.get("elementRegistry");
    const now = new Set(marks.now);
    const done = marks.done.filter((element) => !now.has(element));
    for (const [elements, marker] of [[marks.now, "is-now"], [done, "is-done"]]) {
      for (const element of elements) {
        if (!registry.get(element)) continue;
        canvas.addMarker(element, marker);
        this.painted.push([element, marker]);
      }
    }
  }
}

export function startTravel() {
  customElements.define("case-travel", CaseTravel);
}
