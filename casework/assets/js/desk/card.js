// The card of the next step: who gets it next follows the answers.

const PAUSE = 350;

function onKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form");
  const button = form?.querySelector("[data-send]") || form?.querySelector(".verbs .btn--primary, .btn");
  if (!button) return;
  button.click();
  event.preventDefault();
}

// Ask the server again who would get it with the answers given so far; an answer that was overtaken is dropped.
let asked = 0;
let later = 0;

async function lookAhead(fields) {
  const then = document.getElementById(`then-${fields.dataset.verb}`);
  if (!then) return;
  const mine = ++asked;
  const form = new FormData(fields.closest("form"));
  for (const [name, value] of [...form]) if (value instanceof File) form.delete(name);
  form.set("act.verb", fields.dataset.verb);
  try {
    const answer = await fetch(fields.dataset.ahead, { method: "POST", body: form, credentials: "same-origin" });
    if (mine !== asked || answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".then");
    if (fresh && then.isConnected) then.replaceWith(document.importNode(fresh, true));
    const [ruler, drawn] = [page.querySelector("[data-ruler]"), document.querySelector("[data-ruler]")];
    if (ruler && drawn) drawn.replaceWith(document.importNode(ruler, true));
  } catch (error) {
    console.info("no forecast while there is no net");
  }
}

function onAnswer(event) {
  const fields = event.target.closest("desk-form");
  if (!fields) return;
  clearTimeout(later);
  later = setTimeout(() => lookAhead(fields), PAUSE);
}

export function startCard() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onAnswer);
  document.addEventListener("change", onAnswer);
}
