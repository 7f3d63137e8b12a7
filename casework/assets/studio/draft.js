// The draft is kept as one draws. Who saves over another's work is told, and nothing of either is lost.

const PAUSE = 400; // ms after the last change
const AGAIN = 5000; // ms until the next try while there is no net

export class Draft extends EventTarget {
  // `body` gives what is kept, beside the base: the diagram, a form or a table.
  constructor({ url, base, csrf, body }) {
    super();
    Object.assign(this, { url, base, csrf, body });
    this.state = "kept";
    addEventListener("beforeunload", (event) => {
      if (this.state !== "kept") event.preventDefault();
    });
  }

  changed() {
    this.say("changed");
    this.dirty = true;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.save(), PAUSE);
  }

  // One at a time: what changes meanwhile goes with the next.
  async save({ over = false } = {}) {
    if (this.isBusy || (this.state === "conflict" && !over)) return;
    clearTimeout(this.later);
    this.isBusy = true;
    this.dirty = false;
    this.say("saving");
    try {
      await this.put(over);
    } catch (error) {
      console.info("the draft will be kept as soon as the server is reached", error);
      this.say("waiting");
      this.later = setTimeout(() => this.save(), AGAIN);
    } finally {
      this.isBusy = false;
    }
    if (this.dirty && this.state === "kept") this.changed();
  }

  async put(over) {
    const answer = await fetch(this.url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf, Accept: "application/json" },
      body: JSON.stringify({ ...(await this.body()), base: over ? null : this.base }),
    });
    const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 409) this.say("conflict", said);
    else if (answer.status === 422) this.say("refused", said);
    else if (!answer.ok) throw new Error(String(answer.status));
    else {
      this.base = said.sha256;
      this.say("kept", said);
    }
  }

  say(state, detail = {}) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("draft", { detail: { state, ...detail } }));
  }
}
