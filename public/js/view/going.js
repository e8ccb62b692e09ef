// To go to one message, from wherever: a search, a notice, a reply. The view of the messages hears it and goes there.

import { the } from "./dom.js";

/** @typedef {{room: string, seq: number}} Place */

/** @param {string} room @param {number} seq */
export function goTo(room, seq) {
  the("#log").dispatchEvent(new CustomEvent("go", { detail: { room, seq } }));
}

/** @param {(place: Place) => void} go */
export function onGo(go) {
  the("#log").addEventListener("go", (event) => go(/** @type {CustomEvent<Place>} */ (event).detail));
}
