// Who is here: oneself first, then the others by name.

import { avatar } from "./avatar.js";
import { el, keep } from "./dom.js";

export function peopleView() {
  const panel = document.getElementById("people");
  const roster = document.getElementById("roster");

  return ({ room, me }) => {
    panel.hidden = room === null;
    if (!room) return;
    const here = [...room.here]
      .map(([id, name]) => ({ id, name, self: id === me.id, typing: room.typing.has(id) }))
      .sort((a, b) => b.self - a.self || a.name.localeCompare(b.name));
    keep(roster, here, { key: ({ id, name }) => `${id} ${name}`, make, update });
  };
}

function make({ name, self }) {
  return el("li", { class: "person", data: { testid: "person", name } },
    avatar(name),
    el("span", { class: "name" }, name),
    ...(self ? [el("span", { class: "hint" }, "you")] : []));
}

function update(item, { typing }) {
  item.classList.toggle("writes", typing);
}
