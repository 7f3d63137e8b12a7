// A voice memo of at most a minute, for those who would rather say it than type it.

import { sha256 } from "../photos.js";

const LONGEST = 60; // seconds
const BITS = 24_000; // a second; speech needs no more, and a minute is 180 kB
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

const isPossible = () => Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia && window.crypto?.subtle);

// `part` is the section of the page; `changed` is called when there is a memo or none any more.
export class Memo {
  constructor(part, changed) {
    this.part = part;
    this.changed = changed;
    this.kept = []; // as the outbox keeps it: {blob, hash, seconds, sent}
    this.finished = Promise.resolve();
    part.hidden = !isPossible();
    this.find("[data-record]").addEventListener("click", () => (this.recorder ? this.stop() : this.start()));
    this.find("[data-forget]").addEventListener("click", () => this.forget());
  }

  find(selector) {
    return this.part.querySelector(selector);
  }

  get isRecording() {
    return Boolean(this.recorder);
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.say(this.part.dataset.refused);
      return;
    }
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    this.recorder = new MediaRecorder(this.stream, { audioBitsPerSecond: BITS, ...(type ? { mimeType: type } : {}) });
    const pieces = [];
    this.recorder.ondataavailable = (event) => event.data.size && pieces.push(event.data);
    this.finished = new Promise((done) => {
      this.recorder.onstop = () => this.take(new Blob(pieces, { type: this.recorder.mimeType })).then(done, done);
    });
    this.began = Date.now();
    this.recorder.start(1000);
    this.ticking = setInterval(() => this.tick(), 250);
    this.tick();
  }

  tick() {
    const seconds = Math.floor((Date.now() - this.began) / 1000);
    this.find("[data-record] span").textContent = this.part.dataset.stop.replace("#", seconds);
    this.part.classList.add("memo--on");
    if (seconds >= LONGEST) this.stop();
  }

  // Resolves when the memo is ready to be kept.
  stop() {
    if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
    return this.finished;
  }

  async take(blob) {
    clearInterval(this.ticking);
    this.stream.getTracks().forEach((track) => track.stop());
    const seconds = Math.min(LONGEST, Math.max(1, Math.round((Date.now() - this.began) / 1000)));
    this.recorder = null;
    this.kept = blob.size ? [{ blob, hash: await sha256(blob), seconds, sent: false }] : [];
    this.draw();
    this.changed();
  }

  restore(memos) {
    this.kept = memos;
    this.draw();
  }

  forget() {
    this.kept = [];
    this.draw();
    this.changed();
  }

  draw() {
    const [memo] = this.kept;
    this.part.classList.remove("memo--on");
    this.find("[data-record] span").textContent = memo ? this.part.dataset.again : this.part.dataset.begin;
    this.find("[data-memo-kept]").hidden = !memo;
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = memo ? URL.createObjectURL(memo.blob) : "";
    if (memo) this.find("audio").src = this.url;
    this.say(memo ? this.part.dataset.length.replace("#", memo.seconds) : "");
  }

  say(text) {
    this.find("[data-memo-say]").textContent = text;
  }
}
