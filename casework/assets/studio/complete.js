// Names and functions offered while an expression is written: a list one walks with the arrow keys.

import { h } from "./dom.js";

const MOST = 8;
const WORD = /[\p{L}_][\p{L}\p{N}_]*$/u;
let counted = 0;

// `offers` gives [{ name, says }]; what is chosen replaces the word before the caret.
export function complete(input, offers) {
  counted += 1;
  const list = h("ul", { class: "offers", id: `offers-${counted}`, role: "listbox", hidden: true });
  let found = [];
  let at = 0;
  let isTaken = false;
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const draw = () => {
    const rows = found.map(({ name, says }, place) =>
      h(
        "li",
        { id: `${list.id}-${place}`, class: "offers__item", role: "option", "aria-selected": String(place === at), onmousedown: (event) => take(event, place) },
        h("code", {}, name),
        says ? h("span", { class: "small faint" }, says) : null,
      ),
    );
    list.replaceChildren(...rows);
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    if (rows.length) input.setAttribute("aria-activedescendant", rows[at].id);
  };
  const word = () => input.value.slice(0, input.selectionStart ?? 0).match(WORD)?.[0] || "";
  const look = () => {
    const begun = word();
    at = 0;
    found = begun ? matching(offers(), begun) : [];
    draw();
    if (!found.length) close();
  };
  const take = (event, place = at) => {
    event.preventDefault();
    const end = input.selectionStart;
    input.setRangeText(found[place].name, end - word().length, end, "end");
    isTaken = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("input", look);
  input.addEventListener("blur", () => {
    close();
    // What a script wrote is no change to the browser.
    if (isTaken) input.dispatchEvent(new Event("change", { bubbles: true }));
    isTaken = false;
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at = (at + step + found.length) % found.length;
      draw();
    } else if (event.key === "Enter" || event.key === "Tab") take(event);
    else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
  return list;
}

function matching(offers, begun) {
  const low = begun.toLowerCase();
  const fits = offers.filter(({ name }) => name !== begun && name.toLowerCase().includes(low));
  const rank = ({ name }) => (name.toLowerCase().startsWith(low) ? 0 : 1);
  return fits.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}
