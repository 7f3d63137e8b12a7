// The process as drawn is fetched when somebody wants to see it: the viewer is large, and most look at the line alone.

async function show(details) {
  const template = details.querySelector("template");
  if (!template) return;
  await import(details.dataset.viewer);
  details.append(template.content.cloneNode(true));
  template.remove();
}

export function startDrawing() {
  for (const details of document.querySelectorAll("details[data-viewer]")) {
    details.addEventListener("toggle", () => details.open && show(details));
  }
}
