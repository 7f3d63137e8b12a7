// A rule table as a grid: rows are added, copied, moved and removed; what is wrong and what differs is asked of the
// server 400 ms after the last key; a made-up case is tried without leaving the page.

const QUIET = 400;

class RuleGrid extends HTMLElement {
  connectedCallback() {
    this.body = this.querySelector(".rulegrid tbody");
    this.state = this.querySelector("[data-state]");
    this.putForm = this.querySelector("[data-put]");
    this.token = this.querySelector("[name=csrfmiddlewaretoken]").value;
    this.body.addEventListener("input", (event) => this.changed(event.target));
    this.body.addEventListener("click", (event) => this.pressed(event));
    this.body.addEventListener("keydown", (event) => this.keyed(event));
    this.querySelector("[data-add]").addEventListener("click", () => this.add());
    this.putForm.addEventListener("submit", () => this.sending());
    this.querySelector("[data-case]").addEventListener("submit", (event) => this.tryCase(event));
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
    for (const cell of this.body.querySelectorAll("textarea")) this.fit(cell);
    this.number();
    this.check();
  }

  get rows() {
    return [...this.body.rows].map((row) => [...row.querySelectorAll("textarea")].map((cell) => cell.value));
  }

  fit(cell) {
    cell.style.height = "auto";
    if (cell.scrollHeight) cell.style.height = `${cell.scrollHeight + 2}px`;
  }

  changed(cell) {
    if (cell) this.fit(cell);
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), QUIET);
  }

  number() {
    const names = [...this.querySelectorAll(".rulegrid thead th")].map((head) => head.textContent.trim());
    [...this.body.rows].forEach((row, place) => {
      row.cells[0].textContent = String(place + 1);
      row.querySelectorAll("textarea").forEach((cell, column) => {
        cell.setAttribute("aria-label", `${place + 1} ${names[column + 1]}`);
      });
    });
  }

  add() {
    const row = this.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
    this.body.append(row);
    this.number();
    row.querySelector("textarea").focus();
    this.changed();
  }

  pressed(event) {
    const button = event.target.closest("[data-row-do]");
    if (button) this.moveRow(button.closest("tr"), button.dataset.rowDo, button);
  }

  keyed(event) {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    this.moveRow(event.target.closest("tr"), event.key === "ArrowUp" ? "up" : "down", event.target);
  }

  moveRow(row, how, focus) {
    const near = row.nextElementSibling || row.previousElementSibling;
    if (how === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
    if (how === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
    if (how === "remove") row.remove();
    if (how === "copy") {
      const twin = row.cloneNode(true);
      row.querySelectorAll("textarea").forEach((cell, place) => {
        twin.querySelectorAll("textarea")[place].value = cell.value;
      });
      row.after(twin);
    }
    this.number();
    (row.isConnected ? focus : near?.querySelector("textarea"))?.focus();
    this.changed();
  }

  asForm(more = {}) {
    const body = new FormData();
    body.set("table", JSON.stringify(this.rows));
    body.set("after", this.putForm.elements.after.value);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    return body;
  }

  send(address, body) {
    return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": this.token } });
  }

  async check() {
    const asked = (this.asked = (this.asked || 0) + 1);
    try {
      const answer = await this.send(this.dataset.check, this.asForm());
      if (!answer.ok || asked !== this.asked) return;
      this.show(await answer.json());
    } catch {
      // The line is down: what was shown stays, and putting it in force checks again anyway.
    }
  }

  show({ faults, compared }) {
    const list = this.querySelector("[data-faults]");
    for (const cell of this.body.querySelectorAll("[aria-invalid]")) cell.removeAttribute("aria-invalid");
    list.replaceChildren(...(faults.length ? faults.map((one) => this.fault(one)) : [item(this.dataset.fine, "soft small")]));
    this.querySelector("[data-put-button]").disabled = faults.some((one) => one.severity === "error");
    if (compared !== undefined) this.querySelector("[data-compared]").innerHTML = compared;
  }

  fault(one) {
    const row = this.body.rows[one.row - 1];
    const cells = row ? [...row.querySelectorAll("textarea")] : [];
    const cell = cells[one.column - 1];
    if (cell && one.severity === "error") cell.setAttribute("aria-invalid", "true");
    const line = item(row ? `${this.dataset.row.replace("0", one.row)}：${one.text}` : one.text, `rulefault rulefault--${one.severity}`);
    if (!row) return line;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = line.textContent;
    button.addEventListener("click", () => (cell || cells[0]).focus());
    line.replaceChildren(button);
    return line;
  }

  sending() {
    this.putForm.elements.table.value = JSON.stringify(this.rows);
    this.dirty = false;
  }

  async tryCase(event) {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(event.target));
    const place = this.querySelector("[data-tried]");
    const answer = await this.send(this.dataset.try, this.asForm(said)).catch(() => null);
    if (answer?.ok) place.innerHTML = await answer.text();
  }
}

function item(text, classes) {
  const line = document.createElement("li");
  line.className = classes;
  line.textContent = text;
  return line;
}

export function startRuleGrid() {
  customElements.define("rule-grid", RuleGrid);
}
