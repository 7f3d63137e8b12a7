// <process-view>: a diagram to look at, painted with where a case has been, where it stands, and what is to come.

import "./polyfills.js";

import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const ZOOM_STEP = 1.25;

class ProcessView extends HTMLElement {
  async connectedCallback() {
    const canvas = document.createElement("div");
    canvas.className = "process__canvas";
    this.append(canvas);
    this.viewer = new NavigatedViewer({ container: canvas });
    try {
      await this.viewer.importXML(await this.source());
    } catch (error) {
      canvas.remove();
      this.fail(error);
      return;
    }
    this.querySelector(".process__wait")?.remove();
    this.paint(this.marks());
    this.fit();
    this.addTools();
    this.dispatchEvent(new CustomEvent("process:shown", { bubbles: true }));
  }

  disconnectedCallback() {
    this.viewer?.destroy();
  }

  async source() {
    const inline = this.dataset.xml && document.getElementById(this.dataset.xml);
    if (inline) return JSON.parse(inline.textContent);
    const answer = await fetch(this.dataset.url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  marks() {
    const script = this.dataset.marks && document.getElementById(this.dataset.marks);
    return script ? JSON.parse(script.textContent) : null;
  }

  // done: {element: times} or [elements]; now: [elements]; the rest of the flow is still to come.
  paint(marks) {
    if (!marks) return;
    const canvas = this.viewer.get("canvas");
    const done = new Set(Array.isArray(marks.done) ? marks.done : Object.keys(marks.done || {}));
    const now = new Set(marks.now || []);
    const registry = this.viewer.get("elementRegistry");
    for (const element of registry.getAll()) {
      const state = now.has(element.id) ? "now" : done.has(element.id) ? "done" : "later";
      if (isPainted(element)) canvas.addMarker(element.id, `is-${state}`);
    }
    this.now = [...now].map((id) => registry.get(id)).filter(Boolean);
  }

  fit() {
    const canvas = this.viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    // A long diagram would be too small to read: then show where the case stands, in a size one can read.
    if (this.now?.length && canvas.zoom() < 0.5) {
      canvas.zoom(0.7);
      canvas.scrollToElement(this.now[0]);
    }
  }

  addTools() {
    const tools = document.createElement("div");
    tools.className = "process__tools";
    const words = this.dataset;
    tools.append(
      this.tool("plus", words.larger, () => this.zoom(ZOOM_STEP)),
      this.tool("minus", words.smaller, () => this.zoom(1 / ZOOM_STEP)),
      this.tool("aim", words.whole, () => this.viewer.get("canvas").zoom("fit-viewport", "auto")),
    );
    this.append(tools);
  }

  tool(icon, label, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn--icon" });
    if (label) button.setAttribute("aria-label", label);
    button.innerHTML = `<svg class="icon icon--s" aria-hidden="true"><use href="#i-${icon}"/></svg>`;
    button.addEventListener("click", act);
    return button;
  }

  zoom(by) {
    const canvas = this.viewer.get("canvas");
    canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * by)));
  }

  fail(error) {
    console.warn("the diagram could not be shown", error);
    const said = this.querySelector(".process__wait") || this.appendChild(document.createElement("p"));
    said.className = "process__wait small soft";
    said.textContent = this.dataset.failed || "";
  }
}

function isPainted(element) {
  const kind = element.businessObject?.$type || "";
  return !/Participant|Lane|Process|Collaboration|TextAnnotation|Group|DataObject|DataStore|Association/.test(kind);
}

customElements.define("process-view", ProcessView);
