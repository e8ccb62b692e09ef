// The tab's title: the room, and how much was said that one has not read.

import { words } from "../words.js";

/** @import { View } from "../types.js" */

/** @type {View} */
export function titleView() {
  return ({ room, unread, atDoor, shutOut }) => {
    const inside = !atDoor && shutOut === null;
    const title = words.title(inside ? (room && words.roomName(room.card)) : null, unread.messages, unread.forMe > 0);
    if (document.title !== title) document.title = title;
  };
}
