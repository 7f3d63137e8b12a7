// What the diagram packages call and Chromium 86 lacks. Loaded before them.

if (!Array.prototype.at) {
  const at = function (index) {
    const place = Math.trunc(index) || 0;
    return this[place < 0 ? this.length + place : place];
  };
  for (const kind of [Array, String, Object.getPrototypeOf(Int8Array)]) {
    Object.defineProperty(kind.prototype, "at", { value: at, writable: true, configurable: true });
  }
}
if (!Object.hasOwn) {
  Object.hasOwn = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
}
if (!window.structuredClone) {
  // The packages clone plain data only.
  window.structuredClone = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
}
if (!Array.prototype.toSorted) {
  Object.defineProperty(Array.prototype, "toSorted", {
    value: function (compare) {
      return [...this].sort(compare);
    },
    writable: true,
    configurable: true,
  });
}
if (!Array.prototype.findLast) {
  Object.defineProperty(Array.prototype, "findLast", {
    value: function (test) {
      for (let index = this.length - 1; index >= 0; index -= 1) if (test(this[index], index, this)) return this[index];
      return undefined;
    },
    writable: true,
    configurable: true,
  });
}
