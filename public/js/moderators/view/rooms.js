// The rooms: who is in them, what is said there, and what can be done.

import { el, setText, the } from "../../view/dom.js";
import { fill } from "../fill.js";
import { matching, sortedRooms } from "../order.js";
import { namesOf, titleOf } from "../titles.js";
import { words } from "../words.js";
import { ask } from "./ask.js";
import { actButton, choice, longList, nameButtons } from "./rows.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 * @import { Overview, Seen } from "../../moderator-events.js"
 * @typedef {Seen & {title: string, names: string[]}} Row
 * @typedef {(id: string, title: string) => void} LookInto
 */

const ROOM_MAX = 32;
const NAMES = 30; // of those who are in it

/** @param {Desk} desk @param {Store} store @param {LookInto} lookInto @returns {(now: Store) => void} */
export function roomsView(desk, store, lookInto) {
  const part = the("#rooms");
  const choose = choice(part, () => store.changed());
  const show = longList(part, { key: ({ room }) => room.id, make: (row) => makeRow(row, desk, lookInto), update: updateRow });

  return ({ overview }) => {
    const nameOf = namesOf(overview);
    const inside = peopleByRoom(overview);
    const all = overview?.rooms ?? [];
    const found = matching(all, choose.typed, ({ room }) => `${titleOf(room, nameOf)} ${room.topic} ${room.id}`);
    const rows = sortedRooms(found, choose.by).map((room) => ({
      ...room,
      title: titleOf(room.room, nameOf),
      names: inside.get(room.room.id) ?? [],
    }));
    choose.tell(found.length, all.length);
    show(rows, overview ? (all.length > 0 ? words.noMatch : words.noRooms) : words.connecting);
  };
}

/** @param {Overview | null} overview */
function peopleByRoom(overview) {
  /** @type {Map<string, string[]>} */
  const inside = new Map();
  for (const { name, rooms } of overview?.people ?? []) {
    for (const room of rooms) inside.set(room, [...(inside.get(room) ?? []), name]);
  }
  return inside;
}

/** @param {Row} row @param {Desk} desk @param {LookInto} lookInto */
function makeRow({ room: { id, kind }, title }, desk, lookInto) {
  const row = el("li", { data: { testid: "room", id, name: title } });
  const name = () => row.dataset.name ?? title;

  function rename() {
    ask(desk, words.ask.rename, { name: name() }, {
      text: { label: words.ask.rename.field, max: ROOM_MAX, empty: words.ask.rename.empty, value: name(), short: true },
      act: ({ text }) => desk.ask("rename room", { room: id, name: text }),
      done: (_, { text }) => fill(words.done.rename, { name: name(), to: text }),
    });
  }

  function close() {
    ask(desk, words.ask.close, { name: name() }, {
      danger: true,
      reason: true,
      act: ({ why }) => desk.ask("close room", { room: id, why }),
      done: words.done.close,
    });
  }

  async function open() {
    try {
      await desk.ask("open room", { room: id });
      desk.notice(fill(words.done.open, { name: name() }));
    } catch (failure) {
      desk.notice(failure.message);
    }
  }

  row.append(el("details", {},
    el("summary", {},
      el("bdi", { class: "name" }, title),
      el("span", { class: "marks" },
        el("span", { class: "mark warn closed", hidden: "" }, words.closed),
        ...(kind in words.kinds ? [el("span", { class: "mark" }, words.kinds[kind])] : [])),
      el("span", { class: "sum" })),
    el("div", { class: "inner" },
      el("p", { class: "why", dir: "auto" }),
      el("p", { class: "topic", dir: "auto" }),
      el("p", { class: "names", dir: "auto" }),
      el("p", { class: "id" }, id),
      el("div", { class: "acts" },
        actButton("messages", title, () => lookInto(id, name())),
        ...(kind === "direct" ? [] : [actButton("rename", title, rename)]),
        actButton("close", title, close),
        actButton("open", title, open)))));
  return row;
}

/** @param {HTMLElement} row @param {Row} room */
function updateRow(row, { room: { topic }, people, closed, title, names }) {
  row.dataset.name = title;
  nameButtons(row, title);
  setText(the(".name", row), title);
  setText(the(".sum", row), words.people(people));
  setText(the(".topic", row), topic || words.noTopic);
  const more = names.length > NAMES ? ` ${words.andMore(names.length - NAMES)}` : "";
  setText(the(".names", row), names.length > 0 ? words.inIt(names.slice(0, NAMES).join(", ")) + more : words.nobodyHere);
  const isClosed = closed !== null;
  the(".closed", row).hidden = !isClosed;
  the(".why", row).hidden = !isClosed;
  if (isClosed) setText(the(".why", row), closed ? words.closedBecause(closed) : words.closedNoReason);
  the("[data-act=close]", row).hidden = isClosed;
  the("[data-act=open]", row).hidden = !isClosed;
}
