// Units and posts are dragged onto a unit, units onto an area as well. What is dropped is asked for once more in a
// dialog; who uses no mouse finds the same under "Move".

let dragged = null;

function takes(target) {
  if (!dragged || target === dragged) return false;
  if (target.dataset.dropUnit) return target.dataset.dropUnit !== dragged.dataset.code;
  return Boolean(target.dataset.dropArea) && dragged.dataset.drag === "unit";
}

function ask(dialog, target) {
  const form = dialog.querySelector("form");
  const fields = form.elements;
  const isPost = dragged.dataset.drag === "post";
  fields.act.value = isPost ? "move_post" : "move_unit";
  fields.code.value = dragged.dataset.code;
  fields.unit.value = isPost ? target.dataset.dropUnit : "";
  fields.parent.value = isPost ? "" : target.dataset.dropUnit || "";
  fields.area.value = target.dataset.dropArea || target.dataset.area || "";
  dialog.querySelector("[data-moved]").textContent = dragged.dataset.name;
  dialog.querySelector("[data-target]").textContent = target.dataset.name || target.textContent.trim();
  dialog.showModal();
}

function startTargets(dialog) {
  for (const target of document.querySelectorAll("[data-drop-unit], [data-drop-area]")) {
    target.addEventListener("dragover", (event) => {
      if (!takes(target)) return;
      event.preventDefault();
      target.classList.add("is-target");
    });
    target.addEventListener("dragleave", () => target.classList.remove("is-target"));
    target.addEventListener("drop", (event) => {
      target.classList.remove("is-target");
      if (!takes(target)) return;
      event.preventDefault();
      ask(dialog, target);
    });
  }
}

function startClosers() {
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

export function startTree() {
  const tree = document.querySelector("[data-tree]");
  startClosers();
  if (!tree) return;
  for (const item of tree.querySelectorAll("[data-drag]")) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      dragged = item;
      item.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.name);
    });
    item.addEventListener("dragend", () => {
      item.classList.remove("is-dragged");
      dragged = null;
    });
  }
  document.querySelector("[data-drag-hint]").hidden = false;
  startTargets(document.getElementById("move"));
}
