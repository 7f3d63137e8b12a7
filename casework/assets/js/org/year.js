// A year's calendar that is painted: press or drag, arrow keys and space; every stroke can be undone before it is kept.

function isWeekend(day) {
  return day.closest(".day").classList.contains("day--weekend");
}

class YearPaint extends HTMLElement {
  connectedCallback() {
    this.days = [...this.querySelectorAll(".day input")];
    this.strokes = [];
    this.undoButton = this.querySelector("[data-undo]");
    this.undoButton.hidden = false;
    this.undoButton.addEventListener("click", () => this.undo());
    this.addEventListener("change", (event) => {
      if (!event.target.matches(".day input")) return;
      this.strokes.push([event.target]);
      this.told();
    });
    this.addEventListener("keydown", (event) => this.keyed(event));
    this.addEventListener("pointerdown", (event) => this.begin(event));
    this.addEventListener("pointerover", (event) => this.paint(event));
    addEventListener("pointerup", () => this.end());
  }

  day(event) {
    return event.target.closest?.(".day")?.querySelector("input");
  }

  // A mouse paints over several days; a finger scrolls the page and presses single ones.
  begin(event) {
    const day = this.day(event);
    if (day && event.pointerType === "mouse" && event.button === 0) this.from = day;
  }

  // All days from where it began to here become what the first one becomes: a weekend that lies between holidays
  // stays free, it doesn't turn into working days.
  paint(event) {
    const day = this.day(event);
    if (!this.from || !day || (day === this.from && !this.stroke)) return;
    if (!this.stroke) this.free = isWeekend(this.from) === this.from.checked;
    for (const turned of this.stroke || []) turned.checked = !turned.checked;
    const [first, last] = [this.days.indexOf(this.from), this.days.indexOf(day)].sort((a, b) => a - b);
    this.stroke = this.days.slice(first, last + 1).filter((one) => one.checked !== (isWeekend(one) !== this.free));
    for (const turned of this.stroke) turned.checked = !turned.checked;
    getSelection()?.removeAllRanges();
  }

  end() {
    if (this.stroke?.length) {
      this.strokes.push(this.stroke);
      this.told();
    }
    this.from = this.stroke = undefined;
  }

  keyed(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const place = this.days.indexOf(event.target);
    if (place < 0 || !(event.key in steps)) return;
    event.preventDefault();
    this.days[place + steps[event.key]]?.focus();
  }

  undo() {
    for (const day of this.strokes.pop() || []) day.checked = !day.checked;
    this.told();
  }

  told() {
    const changed = this.days.filter((day) => day.checked !== day.defaultChecked).length;
    const place = this.querySelector("[data-changed]");
    place.textContent = changed ? place.dataset.words.replace("0", String(changed)) : "";
    this.undoButton.disabled = !this.strokes.length;
  }
}

function startClearing() {
  for (const button of document.querySelectorAll("[data-clear-row]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const box of button.closest("tr").querySelectorAll("input[type=time]")) box.value = "";
    });
  }
}

export function startYear() {
  customElements.define("year-paint", YearPaint);
  startClearing();
}
