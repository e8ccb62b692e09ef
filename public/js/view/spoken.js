// What is read out to those who listen: only what others say now, and not what was fetched or has changed.

import { words } from "../words.js";
import { el, the } from "./dom.js";

/** @import { Room } from "../types.js" */

const AT_ONCE = 4; // more than that are counted, not read
const KEPT = 8;

export function createSpoken() {
  const place = the("#spoken");
  let heard = 0;

  /** @param {string} text */
  function say(text) {
    place.append(el("p", { dir: "auto" }, text));
    while (place.children.length > KEPT) place.firstElementChild?.remove();
  }

  return {
    /** A room is shown: what stands in it is not news. @param {Room} room */
    begin(room) {
      heard = room.newest;
    },

    /** @param {Room} room */
    tell({ items, newest }) {
      if (newest <= heard) return;
      const fresh = [];
      for (let at = items.length - 1; at >= 0; at -= 1) {
        const item = items[at];
        if (item?.kind !== "message") continue;
        if (item.seq > 0 && item.seq <= heard) break;
        if (item.seq > heard && !item.mine && !item.removed) fresh.unshift(item);
      }
      heard = newest;
      if (fresh.length > AT_ONCE) say(words.newMessages(fresh.length));
      else for (const { from, text } of fresh) say(text ? words.spoken(from.name, text) : words.spokenFile(from.name));
    },
  };
}
