// What other vendors' files bring and the drawing library would drop between opening and keeping.

const DECLARED = /\sxmlns:([\w.-]+)\s*=\s*("[^"]*"|'[^']*')/g;
const ROOT = /<(?:[\w.-]+:)?definitions\b[^>]*?(?=\/?>)/;

// Names of foreign attributes are known to it only where the root declares their prefix.
export function withNamespacesUp(xml) {
  const root = xml.match(ROOT);
  if (!root) return xml;
  const there = new Set(declared(root[0]).map(([prefix]) => prefix));
  const wanted = new Map();
  for (const [prefix, address] of declared(xml)) {
    if (!there.has(prefix)) wanted.set(prefix, new Set([...(wanted.get(prefix) || []), address]));
  }
  // One prefix that means two things stays where it is.
  const added = [...wanted].filter(([, addresses]) => addresses.size === 1).map(([prefix, [address]]) => ` xmlns:${prefix}=${address}`);
  const at = root.index + root[0].length;
  return xml.slice(0, at) + added.join("") + xml.slice(at);
}

function declared(text) {
  return [...text.matchAll(DECLARED)].map(([, prefix, address]) => [prefix, address]);
}

// A collection such as “委员” is an expression to us and a reference to the library.
export function keepWhatPointsNowhere(warnings) {
  for (const { element, property, value } of warnings) {
    if (!element || !property || !value) continue;
    const held = element.get(property);
    if (Array.isArray(held)) held.push({ id: value });
    else if (!held) element.set(property, { id: value });
  }
}

const RETRIEVAL = /(<((?:[\w.-]+:)?)correlationPropertyRetrievalExpression\b[^>]*>)([\s\S]*?)(<\/\2correlationPropertyRetrievalExpression>)/g;

// The library writes the path of a message's key under a name that only itself reads.
export function withMessagePaths(xml) {
  return xml.replace(RETRIEVAL, (_whole, opens, prefix, inside, closes) => opens + inside.replaceAll(`${prefix}formalExpression`, `${prefix}messagePath`) + closes);
}
