// Finding a category by typing: its name, its pinyin, or the initials of that.

const plain = (text) => text.toLowerCase().replace(/\s+/g, "");

export function startKinds(page) {
  const box = page.querySelector("[data-find-kind]");
  if (!box) return;
  box.closest("[data-find]").hidden = false;
  box.addEventListener("input", () => filter(page, plain(box.value)));
  // Enter would send the report.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

function filter(page, wanted) {
  const all = [...page.querySelectorAll("[data-search]")];
  for (const pick of all) {
    const found = !wanted || pick.dataset.search.split(" ").some((text) => text.includes(wanted));
    pick.classList.toggle("pick--found", Boolean(wanted) && found);
    if (pick.closest("[data-tree]")) pick.hidden = !found;
  }
  for (const group of page.querySelectorAll("[data-tree] [data-group]")) {
    group.hidden = !group.querySelector("[data-search]:not([hidden])");
  }
  page.querySelector("[data-no-kind]").hidden = !wanted || all.some((pick) => pick.classList.contains("pick--found"));
}
