// The tabs over the timeline narrow it to one kind of entry; without this script all entries show.

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

export function startStory() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-part]");
    if (!tab) return;
    event.preventDefault();
    narrow(tab);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches(".saybox__text")) grow(event.target);
  });
}
