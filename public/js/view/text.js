// The text of a message, from its pieces: links, code, mentions. What they are, ../text.js has found.

import { words } from "../words.js";
import { copy } from "./copying.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Token } from "../types.js" */

const COPIED_MS = 1_500;
const ONLY_EMOJI = /^(\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*\s*){1,3}$/u;

/** @param {string} text */
export const isOnlyEmoji = (text) => ONLY_EMOJI.test(text);

/** @param {Token[]} tokens @returns {(string|HTMLElement)[]} */
export const drawn = (tokens) => tokens.map(draw);

/** @param {Token} token @returns {string|HTMLElement} */
function draw(token) {
  switch (token.kind) {
    case "link": return el("a", { href: token.href, target: "_blank", rel: "noopener noreferrer nofollow" }, token.text);
    case "code": return el("code", { dir: "ltr" }, token.text);
    case "block": return block(token.text);
    case "mention": return el("span", { class: token.me ? "at self" : "at", data: { testid: "mention" } }, el("bdi", {}, token.text));
    case "strong": return el("strong", {}, ...drawn(token.tokens));
    case "em": return el("em", {}, ...drawn(token.tokens));
    default: return token.text;
  }
}

/** @param {string} text */
function block(text) {
  const button = el("button", { class: "icon copy-code", type: "button", "aria-label": words.copyCode, title: words.copyCode, tabindex: "-1" }, icon("copy"));
  button.addEventListener("click", async () => {
    if (!(await copy(text))) return;
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), COPIED_MS);
  });
  // Wide code is scrolled, also by the keyboard.
  return el("div", { class: "block", dir: "ltr" }, el("pre", { tabindex: "0" }, text), button);
}
