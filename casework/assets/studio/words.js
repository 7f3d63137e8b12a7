// What the drawing tools and the panel say, in the language of the page. English texts are the keys.

import zh from "./zh.json";

const isChinese = document.documentElement.lang.startsWith("zh");

export function t(text, values = {}) {
  const said = (isChinese && zh[text]) || text;
  return said.replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
}

// Replaces the texts of the drawing library.
export const wordsModule = { translate: ["value", t] };
