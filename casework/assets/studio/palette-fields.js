// The kinds of field an office asks with: what each is called, and what a new one begins with.

import { freeName } from "./names.js";

const ONE_CHOICE = () => [choice("是"), choice("否")];

function choice(text) {
  return { value: text, label: { zh: text } };
}

export const FIELD_KINDS = [
  ["text", "Line of text"],
  ["long_text", "Long text"],
  ["number", "Number"],
  ["money", "Money"],
  ["date", "Date"],
  ["datetime", "Date and time"],
  ["yes_no", "Yes or no"],
  ["choice", "One of several"],
  ["choices", "Some of several"],
  ["rating", "Stars"],
  ["person", "Person"],
  ["phone", "Telephone"],
  ["id_number", "Identity card"],
  ["credit_code", "Credit code"],
  ["plate", "Number plate"],
  ["post", "Post"],
  ["area", "Area"],
  ["place", "Place"],
  ["position", "Position"],
  ["address", "Address"],
  ["photo", "Photos"],
  ["one_photo", "One photo", { type: "photo", max: 1 }],
  ["table", "Rows"],
  ["section", "Heading"],
  ["note", "Note"],
];

export const ACCESS = [
  ["hidden", "Hidden"],
  ["read", "Read only"],
  ["write", "May be filled in"],
  ["required", "Must be filled in"],
];

export function begin(kind, words, taken) {
  const [, english, more = {}] = FIELD_KINDS.find(([key]) => key === kind);
  const name = freeName(words(english), taken);
  const made = { name, type: kind, label: { zh: name, en: "" }, ...more };
  if (made.type === "choice" || made.type === "choices") made.choices = ONE_CHOICE();
  if (made.type === "table") made.columns = [{ name: freeName(words("Column"), []), type: "text", label: { zh: words("Column") } }];
  return made;
}

export function accessOf(field) {
  if (field.hidden) return "hidden";
  if (field.read_only) return "read";
  return field.required ? "required" : "write";
}

export function setAccess(field, wanted) {
  for (const key of ["hidden", "read_only", "required"]) delete field[key];
  const flag = { hidden: "hidden", read: "read_only", required: "required" }[wanted];
  if (flag) field[flag] = true;
}
