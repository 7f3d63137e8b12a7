// The tabs over the timeline narrow it to one kind of entry; without this script all entries show. The box above it
// grows with what is written, and an @ asks whom to tell.

function narrow(tab) {
  const part = tab.dataset.part;
  for (const other of tab.parentElement.querySelectorAll("[data-part]")) other.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "true");
  for (const entry of document.querySelectorAll("#story .entry")) {
    entry.hidden = !entry.dataset.parts.split(" ").includes(part);
  }
}

function grow(box) {
  box.rows = Math.min(6, Math.max(1, box.value.split("\n").length));
}

// An @ leads to the dialog that asks whom to tell; what was written so far goes along.
let begun = "";

function mention(box) {
  const link = box.form.querySelector("[data-mention]");
  if (!link) return;
  begun = box.value.slice(0, -1);
  box.value = begun;
  link.click();
}

function carryOver(event) {
  const box = event.target.querySelector?.("[name='act.comment.comment']");
  if (!box || !begun || box.value) return;
  box.value = begun;
  begun = "";
}

export function startStory() {
  document.addEventListener("htmx:afterSwap", carryOver);
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-part]");
    if (!tab) return;
    event.preventDefault();
    narrow(tab);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".saybox__text")) return;
    grow(event.target);
    if (event.data === "@") mention(event.target);
  });
}
