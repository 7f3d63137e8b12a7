// The dispatch page: rows of who assists come and go, the chosen lead is marked, limits and forecast follow.

function renumber(box) {
  const rows = box.querySelectorAll("[data-aids] [data-aid]");
  box.querySelector("[data-count]").textContent = rows.length;
  box.querySelector(".aids").hidden = rows.length === 0;
  box.querySelector("[data-nobody]").hidden = rows.length > 0;
  const add = box.querySelector("[data-add]");
  add.disabled = rows.length >= Number(add.dataset.most);
}

// Numbers are never used twice, so that a row keeps its name when another goes.
function nextNumber(box) {
  const numbers = [...box.querySelectorAll("[data-aids] select, [data-aids] input")].map((each) => Number(each.name.split("-").slice(-2)[0]));
  return Math.max(0, ...numbers) + 1;
}

function add(box) {
  const row = document.createElement("tbody");
  row.innerHTML = box.querySelector("template[data-row]").innerHTML.replaceAll("__n__", nextNumber(box));
  const fresh = row.firstElementChild;
  box.querySelector("[data-aids]").append(fresh);
  renumber(box);
  fresh.querySelector("select").focus();
}

function drop(box, row) {
  const next = row.nextElementSibling?.querySelector("select") || box.querySelector("[data-add]");
  row.remove();
  renumber(box);
  next.focus();
}

function mark(box) {
  for (const option of box.querySelectorAll(".option")) option.classList.toggle("option--on", option.querySelector("input").checked);
}

class Dispatch extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-add]").hidden = false;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-add], [data-drop]");
      if (!button) return;
      if (button.matches("[data-add]")) add(this);
      else drop(this, button.closest("[data-aid]"));
      this.changed();
    });
    this.addEventListener("change", () => {
      mark(this);
      this.changed();
    });
  }

  // The card asks ahead on a change among its own fields; what changes here counts as one.
  changed() {
    this.closest("form").querySelector("desk-form").dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function startDispatch() {
  customElements.define("desk-dispatch", Dispatch);
}
