// Puts words and drawings into the page's HTML, which has neither: `data-word="key"` is a text,
// `data-label`, `data-title` and `data-hint` (placeholder) are attributes, `data-icon` a drawing.

import { LANGUAGE, words } from "../words.js";
import { icon, lamp } from "./icons.js";

/** @typedef {import("./icons.js").IconName} IconName */

/** @param {string} key */
function word(key) {
  const found = /** @type {Record<string, unknown>} */ (words)[key];
  if (typeof found !== "string") throw new Error(`There is no word “${key}”.`);
  return found;
}

/** Once, before the views. */
export function furnish() {
  document.documentElement.lang = LANGUAGE;
  document.getElementById("loading")?.remove();
  for (const element of document.querySelectorAll("[data-word], [data-label], [data-hint], [data-icon], [data-lamp]")) {
    if (!(element instanceof HTMLElement)) continue;
    const { word: text, label, hint, icon: drawing, title } = element.dataset;
    if (drawing) element.prepend(icon(/** @type {IconName} */ (drawing)));
    if (element.dataset.lamp !== undefined) element.append(lamp());
    if (text) element.append(word(text));
    if (label) {
      element.setAttribute("aria-label", word(label));
      if (element instanceof HTMLButtonElement) element.title = word(title ?? label);
    }
    if (hint) element.setAttribute("placeholder", word(hint));
  }
}
