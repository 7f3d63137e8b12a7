// What may be reported already: my photo beside theirs, metres and hours; “this is the one” adds what I have to it.

export class Same {
  // `join` is called with the address to send to instead of opening a case of its own.
  constructor(page, join) {
    this.page = page;
    this.join = join;
    this.dismissed = new Set();
    page.addEventListener("click", (event) => {
      const yes = event.target.closest("[data-join]");
      const no = event.target.closest("[data-not-same]");
      if (yes) this.join(yes.dataset.join);
      if (no) this.dismiss(no.closest("[data-candidate]"));
    });
  }

  // Asked again whenever kind or place is another; without a net the desk joins them later.
  async look() {
    const asked = new URLSearchParams();
    for (const name of ["kind", "lat", "lon"]) asked.set(name, this.page.value(name));
    if (![...asked.values()].every(Boolean)) return this.show([]);
    const question = asked.toString();
    if (question === this.asked) return undefined;
    this.asked = question;
    try {
      const answer = await fetch(`${this.page.dataset.same}?${question}`, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected || question !== this.asked) return undefined;
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      return this.show([...told.querySelectorAll("[data-candidate]")]);
    } catch (error) {
      this.asked = "";
      return this.show([]);
    }
  }

  show(found) {
    const fresh = found.filter((each) => !this.dismissed.has(each.dataset.candidate));
    this.box.replaceChildren(...fresh.map((each) => document.importNode(each, true)));
    this.showMine();
  }

  get box() {
    return this.page.querySelector("[data-same-box]");
  }

  // My first photo, as soon as there is one.
  showMine() {
    const mine = this.page.shots.photos.find((photo) => photo.preview);
    for (const image of this.box.querySelectorAll("img[data-mine]")) {
      image.hidden = !mine;
      if (mine) image.src = mine.preview;
    }
    for (const hint of this.box.querySelectorAll("[data-no-mine]")) hint.hidden = Boolean(mine);
  }

  dismiss(candidate) {
    this.dismissed.add(candidate.dataset.candidate);
    candidate.remove();
  }
}
