// Small behaviours that every page has: dialogs, toasts, drafts, one submit at a time.

const TOAST_LASTS = 10_000;

class ToastNote extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.remove(), TOAST_LASTS);
    this.addEventListener("click", () => this.remove());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
}

function startDialogs() {
  for (const button of document.querySelectorAll("[data-open]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button) document.querySelector(button.dataset.open)?.showModal();
  });
  // A menu closes when one looks elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open], details.clockbox[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// A second press on a slow line must not send twice; the server would know it, but nobody should have to wonder.
function startOneSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.classList.add("is-busy");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
  });
}

// What somebody types is kept for this tab until it is sent: data-draft names whose draft it is.
function startDrafts() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const boxes = [...form.querySelectorAll("textarea, input[type=text]")].filter((box) => box.name);
    const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
    for (const box of boxes) if (!box.value && kept[box.name]) box.value = kept[box.name];
    form.addEventListener("input", () => {
      const now = Object.fromEntries(boxes.filter((box) => box.value).map((box) => [box.name, box.value]));
      sessionStorage.setItem(key, JSON.stringify(now));
    });
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
}

// Who leaves a shared phone leaves no pages behind.
function startForget() {
  document.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/logout/")) navigator.serviceWorker?.controller?.postMessage("forget");
  });
}

function startReveal() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const box = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      box.type = box.type === "password" ? "text" : "password";
      button.setAttribute("aria-pressed", String(box.type === "text"));
      box.focus();
    });
  }
}

function startPhrases() {
  document.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]");
    if (!phrase) return;
    const box = phrase.closest(".field").querySelector("textarea, input[type=text]");
    box.value = box.value ? `${box.value.trimEnd()}${phrase.dataset.between || ""}${phrase.dataset.phrase}` : phrase.dataset.phrase;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}

// After a refusal one lands on the first thing to mend.
function startAtFault() {
  const fault = document.querySelector("main .field--bad");
  if (!fault) return;
  fault.scrollIntoView({ block: "center" });
  fault.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
}

// A link that opens a folded part and shows it.
function startUnfold() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-unfold]");
    const part = link && document.getElementById(link.dataset.unfold);
    if (!part) return;
    event.preventDefault();
    part.open = true;
    part.scrollIntoView({ block: "start" });
    part.querySelector("select, textarea")?.focus({ preventScroll: true });
  });
}

export function startSmall() {
  customElements.define("toast-note", ToastNote);
  startDialogs();
  startDrafts();
  startReveal();
  startPhrases();
  startOneSubmit();
  startUnfold();
  startAtFault();
  startForget();
}
