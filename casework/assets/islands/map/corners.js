// A list of corners as text and as rings of [lat, lng], and the steps back and forth between its states.

const DECIMALS = 7;

export function ringsOf(text) {
  return text
    .split(/\n[ \t\r]*\n/)
    .map((part) => part.split("\n").map(cornerOf).filter(Boolean))
    .filter((ring) => ring.length);
}

function cornerOf(line) {
  const [lng, lat, more] = line.trim().split(/[,，;；\s]+/).map(Number);
  return Number.isFinite(lng) && Number.isFinite(lat) && more === undefined ? [lat, lng] : null;
}

export function textOf(rings) {
  return rings.map((ring) => ring.map(([lat, lng]) => `${lng.toFixed(DECIMALS)}, ${lat.toFixed(DECIMALS)}`).join("\n")).join("\n\n");
}

export class Steps {
  constructor(first) {
    this.states = [first];
    this.at = 0;
  }

  add(state) {
    if (state === this.states[this.at]) return;
    this.states.splice(this.at + 1, Infinity, state);
    this.at += 1;
  }

  // `by` is -1 or 1; null where there is nothing farther.
  go(by) {
    if (!this.may(by)) return null;
    this.at += by;
    return this.states[this.at];
  }

  may(by) {
    return this.at + by >= 0 && this.at + by < this.states.length;
  }
}
