// A round with someone's initials, in a colour that goes with the name.

import { initials, tint } from "../names.js";
import { el } from "./dom.js";

/** @param {string} name */
export function avatar(name) {
  return el("span", { class: "avatar", "aria-hidden": "true", data: { tint: tint(name) } }, initials(name));
}
