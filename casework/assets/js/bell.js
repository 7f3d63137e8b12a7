// The phone's bell: asks once a minute while somebody looks, with a cursor, so that most answers are empty.

const EVERY = 60_000;

class PhoneBell extends HTMLElement {
  connectedCallback() {
    this.cursor = "";
    this.ask = () => this.look();
    this.timer = setInterval(this.ask, EVERY);
    document.addEventListener("visibilitychange", this.ask);
    this.look();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.ask);
  }

  async look() {
    if (document.hidden || navigator.onLine === false) return;
    try {
      const answer = await fetch(`${this.dataset.href}?cursor=${this.cursor}`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (answer.status !== 200) return;
      const known = await answer.json();
      this.cursor = known.cursor;
      this.show(known.unread);
    } catch (error) {
      // Without a net the number stays as it was.
    }
  }

  show(unread) {
    const count = this.querySelector(".phone-bell__count");
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.hidden = !unread;
    this.querySelector("a").setAttribute("aria-label", this.dataset.label.replace("#", unread));
  }
}

export function startBell() {
  customElements.define("phone-bell", PhoneBell);
}
