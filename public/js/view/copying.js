// To the clipboard, where the browser allows it.

/** @import { Parlor } from "../types.js" */

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // An insecure origin, or not allowed.
  }
}

/** Copies, and tells of it in the line of news. @param {Parlor} parlor @param {string} text @param {string} news its code */
export async function copyAndTell(parlor, text, news) {
  if (await copy(text)) parlor.flash("said", { code: news });
  else parlor.flash("said", { code: "no clipboard" }, text);
}
