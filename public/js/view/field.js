// The field where one writes, for others who put something into it.

import { the } from "./dom.js";

/** Puts text where one writes, as if it had been typed. @param {HTMLTextAreaElement} field @param {string} text */
export function insert(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {string} name */
export function mentionInField(name) {
  const field = theField();
  const before = field.value.slice(0, field.selectionStart);
  insert(field, `${before === "" || /\s$/.test(before) ? "" : " "}@${name} `);
}

export const theField = () => the("textarea", the("#composer"));
