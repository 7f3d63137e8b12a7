// Who else has the draft open: said while the page is, and seen in its head. Beside it what was set aside.

import { h, icon } from "./dom.js";
import { t } from "./words.js";

const AGAIN = 20_000; // ms; the server forgets a page that it hasn't heard of for longer
const CLOCK = { hour: "2-digit", minute: "2-digit" };

export class Company {
  constructor({ url, csrf, draft, line, menu }) {
    Object.assign(this, { url, csrf, draft, line, menu });
    addEventListener("pagehide", () => this.say({ leave: true }, { keepalive: true }).catch(() => {}));
    this.look();
  }

  async look() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.look(), AGAIN);
    const told = await this.say({}).catch(() => null);
    if (told) this.show(told);
  }

  async say(body, more = {}) {
    const answer = await fetch(this.url, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf, Accept: "application/json" }, body: JSON.stringify(body), ...more });
    return answer.ok ? answer.json() : null;
  }

  show({ others, saved, aside }) {
    const said = others.map(({ name, since }) => t("{name} is drawing here, too, since {time}", { name, time: clock(since) }));
    const isNews = saved && saved.sha256 !== this.draft.base && this.draft.state === "kept" && !this.draft.isBusy;
    if (isNews) said.push(t("{name} kept a newer state at {time}", { name: saved.who, time: clock(saved.at) }));
    const text = said.join(t(", "));
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.hidden = !text;
    this.menu.hidden = !aside.length;
    this.menu.querySelector("[data-aside-count]").textContent = aside.length;
    this.menu.querySelector("[data-aside-list]").replaceChildren(...aside.map(({ url, who, at }) => h("a", { class: "menu__item", href: url }, icon("compare"), h("span", {}, who, h("small", {}, clock(at))))));
  }
}

function clock(at) {
  const time = new Date(at);
  return isToday(time) ? time.toLocaleTimeString([], CLOCK) : time.toLocaleString([], { month: "2-digit", day: "2-digit", ...CLOCK });
}

function isToday(time) {
  return time.toDateString() === new Date().toDateString();
}
