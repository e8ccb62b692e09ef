// Keys that work everywhere in the house. They are told in the dialog of keys (me.js).

import { openGoTo } from "./go-to.js";
import { withMod } from "./keys.js";
import { inside } from "./rooms.js";

/** @import { View } from "../types.js" */

/** @type {View} */
export function shortcutsView(parlor, store) {
  const away = () => store.atDoor || store.shutOut !== null || document.querySelector("dialog[open]") !== null;

  document.addEventListener("keydown", (event) => {
    if (away() || event.isComposing) return;
    const key = event.key.toLowerCase();
    if (withMod(event) && !event.altKey && !event.shiftKey && key === "k") {
      event.preventDefault();
      openGoTo(parlor, store);
    } else if (withMod(event) && event.shiftKey && key === "f" && store.current !== null) {
      event.preventDefault();
      parlor.openSearch(store.current);
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && (key === "arrowup" || key === "arrowdown")) {
      event.preventDefault();
      step(key === "arrowup" ? -1 : 1);
    }
  });

  /** @param {number} by */
  function step(by) {
    const rooms = inside(store);
    if (rooms.length === 0) return;
    const at = rooms.findIndex(({ id }) => id === store.current);
    const next = rooms[at < 0 ? 0 : (at + by + rooms.length) % rooms.length];
    if (next) parlor.show(next.id);
  }

  return () => {};
}
