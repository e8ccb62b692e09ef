// Everybody who is here: their rooms and connections, the notices that wait for them, and what can be done.

import { avatar } from "../../view/icons.js";
import { el, setText, the } from "../../view/dom.js";
import { matching, sortedPeople } from "../order.js";
import { moment } from "../times.js";
import { titlesOf } from "../titles.js";
import { words } from "../words.js";
import * as acts from "./acts.js";
import { actButton, choice, longList, nameButtons } from "./rows.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 * @import { Guest } from "../../moderator-events.js"
 * @typedef {Guest & {titles: string[], now: number}} Row
 */

/** @param {Desk} desk @param {Store} store @returns {(now: Store) => void} */
export function peopleView(desk, store) {
  const part = the("#people");
  const choose = choice(part, () => store.changed());
  const show = longList(part, { key: ({ id }) => id, make: (row) => makeRow(row, desk), update: updateRow });

  return ({ overview }) => {
    const titleOf = titlesOf(overview);
    const now = Date.now();
    const all = overview?.people ?? [];
    const found = matching(all, choose.typed, ({ name, id }) => `${name} ${id}`);
    const rows = sortedPeople(found, choose.by).map((person) => ({ ...person, titles: person.rooms.map(titleOf), now }));
    choose.tell(found.length, all.length);
    show(rows, overview ? (all.length > 0 ? words.noMatch : words.nobodyHere) : words.connecting);
  };
}

/** @param {Row} row @param {Desk} desk */
function makeRow({ id, name }, desk) {
  // The name of the latest overview: one may take another, and keeps the row.
  const row = el("li", { data: { testid: "person", id, name } });
  const person = () => ({ id, name: row.dataset.name ?? name });
  const queue = el("p", { class: "queue", "aria-live": "polite", data: { testid: "queue" } });
  const details = el("details", {},
    el("summary", {},
      avatar(name),
      el("bdi", { class: "name" }, name),
      el("span", { class: "marks" }, el("span", { class: "mark warn muted", hidden: "" }), el("span", { class: "mark away", hidden: "" }, words.away)),
      el("span", { class: "sum" })),
    el("div", { class: "inner" },
      el("p", { class: "rooms-of", dir: "auto" }),
      el("p", { class: "id" }, id),
      el("div", { class: "acts" },
        actButton("mute", name, () => acts.mute(desk, person())),
        actButton("unmute", name, () => acts.undo(desk, "unmute", person())),
        actButton("kick", name, () => acts.kick(desk, person())),
        actButton("ban", name, () => acts.ban(desk, person())),
        el("button", { class: "soft", type: "button", onclick: look, data: { testid: "look-at-queue" } }, words.lookAtQueue)),
      queue));

  async function look() {
    setText(queue, words.looking);
    try {
      const waiting = await desk.ask("queue", id);
      queue.replaceChildren(words.queue(waiting), " ");
      if (waiting.ready + waiting.held + waiting.dead === 0) return;
      const empty = () => {
        acts.emptyQueue(desk, person());
        setText(queue, ""); // it is another then
      };
      queue.append(el("button", { class: "soft", type: "button", onclick: empty, data: { testid: "empty-queue" } }, words.emptyQueue));
    } catch (failure) {
      setText(queue, failure.message);
    }
  }

  row.append(details);
  return row;
}

/** @param {HTMLElement} row @param {Row} person */
function updateRow(row, { name, away, muted, connections, rooms, titles, now }) {
  if (row.dataset.name !== name) {
    row.dataset.name = name;
    setText(the(".name", row), name);
    the(".avatar", row).replaceWith(avatar(name));
  }
  nameButtons(row, name);
  setText(the(".sum", row), `${words.rooms(rooms.length)}, ${words.connections(connections)}`);
  setText(the(".rooms-of", row), titles.length > 0 ? words.inRooms(titles.join(", ")) : words.inNoRoom);
  the(".away", row).hidden = !away;
  the(".muted", row).hidden = muted === null;
  if (muted !== null) setText(the(".muted", row), words.mutedUntil(moment(muted, now)));
  the("[data-act=mute]", row).hidden = muted !== null;
  the("[data-act=unmute]", row).hidden = muted === null;
}
