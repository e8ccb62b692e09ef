// Addresses in a message become links. Only http and https: a "javascript:" address stays text.

import { el } from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"']+/giu;
const AFTER = /[.,:;!?…]+$/u; // belongs to the sentence, not to the address

/** @param {string} text */
export function withLinks(text) {
  /** @type {(string|HTMLElement)[]} */
  const parts = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    if (!URL.canParse?.(address)) continue;
    parts.push(text.slice(done, index));
    parts.push(el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address));
    done = index + address.length;
  }
  parts.push(text.slice(done));
  return parts.filter((part) => part !== "");
}

/**
 * "(see https://a.b/c)." is the address https://a.b/c, but https://a.b/c_(d) keeps its bracket.
 * @param {string} address
 */
function trimmed(address) {
  let cut = address.replace(AFTER, "");
  while (cut.endsWith(")") && cut.split(")").length > cut.split("(").length) {
    cut = cut.slice(0, -1).replace(AFTER, "");
  }
  return cut;
}
