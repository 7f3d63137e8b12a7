// A box that leaves of a list only what fits; the list's items say by data-find what finds them.

function fits(item, words) {
  const found = item.dataset.find.toLowerCase();
  return words.every((word) => found.includes(word));
}

export function startFilters() {
  for (const box of document.querySelectorAll("input[data-filter]")) {
    const items = document.querySelectorAll(`${box.dataset.filter} [data-find]`);
    box.hidden = false;
    const show = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const item of items) item.hidden = !fits(item, words);
    };
    box.addEventListener("input", show);
    if (box.value) show();
  }
}
