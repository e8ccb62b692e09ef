// Puts the words where moderators.html wants them.

import { words } from "../words.js";

/** @param {ParentNode} root */
export function speak(root) {
  for (const node of root.querySelectorAll("[data-word]")) {
    node.textContent = words.page[/** @type {HTMLElement} */ (node).dataset.word ?? ""];
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", words.page[/** @type {HTMLElement} */ (node).dataset.label ?? ""]);
  }
}
