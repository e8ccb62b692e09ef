// The tab's title: the room, and how much was said that one has not seen.

/** @import { View } from "./dom.js" */

/** @type {View} */
export function titleView() {
  return ({ current, rooms, atDoor }) => {
    const unread = [...rooms.values()].reduce((sum, room) => sum + room.unread, 0);
    const where = current && !atDoor ? `${current} · Parlor` : "Parlor";
    document.title = unread > 0 ? `(${unread}) ${where}` : where;
  };
}
