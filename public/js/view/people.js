// Who is here: oneself first, then the others by name.

import { avatar } from "./avatar.js";
import { el, keep, the } from "./dom.js";

/**
 * @import { View } from "./dom.js"
 * @typedef {{id: string, name: string, self: boolean, typing: boolean}} Here
 */

/** @type {View} */
export function peopleView() {
  const panel = the("#people");
  const roster = the("#roster");

  return ({ room, me }) => {
    panel.hidden = room === null;
    if (!room) return;
    const here = [...room.here]
      .map(([id, name]) => ({ id, name, self: id === me.id, typing: room.typing.has(id) }))
      .sort((a, b) => Number(b.self) - Number(a.self) || a.name.localeCompare(b.name));
    keep(roster, here, { key: ({ id, name }) => `${id} ${name}`, make, update });
  };
}

/** @param {Here} here */
function make({ name, self }) {
  return el("li", { class: "person", data: { testid: "person", name } },
    avatar(name),
    el("span", { class: "name" }, name),
    ...(self ? [el("span", { class: "hint" }, "you")] : []));
}

/** @param {HTMLElement} item @param {Here} here */
function update(item, { typing }) {
  item.classList.toggle("writes", typing);
}
