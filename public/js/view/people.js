// Who is here: oneself first, then the others by name; those who do not look are paler.

import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el, keep, setText, the } from "./dom.js";
import { arrows } from "./keys.js";
import { showPerson } from "./person.js";

/**
 * @import { Present, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 * @typedef {Present & {self: boolean, typing: boolean}} Here
 */

/** @type {View} */
export function peopleView(parlor, store) {
  const panel = the("#people");
  const roster = the("#roster");
  arrows(roster, ".person");

  /** @type {Keeping<Here>} */
  const keeping = {
    key: ({ id, name }) => `${id} ${name}`,
    make: ({ id, name }) => {
      const button = el("button", { class: "person", type: "button", "aria-haspopup": "dialog", data: { testid: "person", name } },
        avatar(name), el("span", { class: "name", dir: "auto" }, name), el("span", { class: "hint" }));
      button.addEventListener("click", () => showPerson(button, { id, name }, parlor, store));
      return el("li", {}, button);
    },
    update: (item, { self, away, typing }) => {
      const button = the("button", item);
      button.classList.toggle("away", away);
      button.classList.toggle("writes", typing);
      setText(the(".hint", button), typing ? words.isTyping : self ? words.yourself : away ? words.isAway : "");
    },
  };

  return ({ room, me }) => {
    panel.hidden = !room || (room.state === "refused" && room.people.size === 0);
    if (!room) return;
    const here = [...room.people.values()]
      .map((who) => ({ ...who, self: who.id === me.id, typing: room.typing.has(who.id) }))
      .sort((a, b) => Number(b.self) - Number(a.self) || a.name.localeCompare(b.name));
    keep(roster, here, keeping);
  };
}
