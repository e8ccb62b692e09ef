// In the house, but in no room: the doors that stand open.

import { addressOf } from "../route.js";
import { words } from "../words.js";
import { el, keep, setText, the } from "./dom.js";
import { openRoomDialog } from "./new-room.js";
import { inside, outside } from "./rooms.js";

/**
 * @import { View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 * @typedef {{id: string, name: string, topic: string, count: string, lit: boolean} | {id: "", name: string}} Door
 */

/** @type {View} */
export function welcomeView(parlor) {
  const welcome = the("#welcome");
  const lead = the("p", welcome);
  const doors = the("#doors");

  /** @type {Keeping<Door>} */
  const keeping = {
    key: ({ id }) => id,
    make: ({ id }) => id === ""
      ? el("li", { class: "own" },
        el("button", { class: "door-card", type: "button", data: { testid: "open-own" }, onclick: () => openRoomDialog(parlor) },
          el("span", { class: "name" }, words.openOwn),
          el("span", { class: "topic" }, words.openOwnLead)))
      : el("li", {},
        el("a", { class: "door-card", href: addressOf(id), data: { testid: `door-${id}` } },
          el("span", { class: "name", dir: "auto" }), el("span", { class: "topic", dir: "auto" }), el("span", { class: "count" }))),
    update: (item, door) => {
      if (!("topic" in door)) return;
      setText(the(".name", item), door.name);
      setText(the(".topic", item), door.topic);
      setText(the(".count", item), door.count);
      item.classList.toggle("lit", door.lit);
    },
  };

  return (now) => {
    welcome.hidden = now.current !== null;
    if (welcome.hidden) return;
    setText(lead, now.listed || now.connection.state === "online" ? words.welcomeLead : words.noDoors);
    const entries = [...inside(now), ...outside(now)].filter(({ card }) => card.kind !== "direct");
    keep(doors, [
      ...entries.map(({ id, card, people, room }) => ({
        id,
        name: words.roomName(card),
        topic: card.topic,
        count: room && room.unread > 0 ? words.unread(room.unread) : people > 0 || card.kind === "public" ? words.here(people) : "",
        lit: people > 0,
      })),
      /** @type {const} */ ({ id: "", name: "" }),
    ], keeping);
  };
}
