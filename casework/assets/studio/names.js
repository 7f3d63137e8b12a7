// A name is what expressions call the field: letters of any script, digits, no signs.
export function asName(text) {
  const name = text.normalize("NFKC").replace(/[^\p{L}\p{N}_]+/gu, "").slice(0, 40);
  return /^\p{N}/u.test(name) ? `_${name}`.replace(/^_/, "第") : name;
}

export function freeName(wanted, taken) {
  const base = asName(wanted) || "字段";
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}${number}`)) number += 1;
  return `${base}${number}`;
}
