// The rooms: those one is in, the talks between two, and those whose doors stand open. Each is a link, so it can be
// opened in another tab, copied, and gone back to.

import { addressOf } from "../route.js";
import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el, keep, setAttribute, the } from "./dom.js";
import { icon } from "./icons.js";
import { arrows } from "./keys.js";

/**
 * @import { Card, Room, Store, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 * @typedef {{id: string, card: Card, people: number, room: Room|null, current: boolean}} Entry
 */

/** @param {Entry} a @param {Entry} b */
const byName = (a, b) => words.roomName(a.card).localeCompare(words.roomName(b.card));

/** The rooms that we are in, in the order in which they stand. @param {Store} now @returns {Entry[]} */
export function inside({ rooms, list, current }) {
  return [...rooms.values()]
    .map((room) => ({
      id: room.id,
      card: room.card,
      people: room.state === "in" ? room.people.size : (list.get(room.id)?.people ?? 0),
      room,
      current: room.id === current,
    }))
    .sort(byName)
    .sort((a, b) => Number(a.card.kind === "direct") - Number(b.card.kind === "direct"));
}

/** Public rooms that we are not in. @param {Store} now @returns {Entry[]} */
export function outside({ rooms, list }) {
  return [...list.values()]
    .filter(({ card }) => !rooms.has(card.id))
    .map(({ card, people }) => ({ id: card.id, card, people, room: null, current: false }))
    .sort(byName);
}

/** @type {View} */
export function roomsView() {
  const sections = ["#mine", "#direct", "#others"].map((id) => the(id));
  const lists = the("#lists");
  arrows(lists, ".room");

  /** @type {Keeping<Entry>} */
  const links = {
    key: ({ id }) => id,
    make: ({ id }) => el("li", {},
      el("a", { class: "room", href: addressOf(id), data: { testid: `room-${id}` } })),
    update: (item, entry) => updateLink(the("a", item), entry),
  };

  return (now) => {
    const mine = inside(now);
    const groups = [mine.filter(({ card }) => card.kind !== "direct"), mine.filter(({ card }) => card.kind === "direct"), outside(now)];
    for (const [at, section] of sections.entries()) {
      keep(the("ul", section), groups[at] ?? [], links);
      section.hidden = groups[at]?.length === 0;
    }
  };
}

/** @param {HTMLElement} link @param {Entry} entry */
function updateLink(link, { card, people, room, current }) {
  const unread = room?.unread ?? 0;
  const forMe = room?.mentions ?? 0;
  const draft = room !== null && !current && room.draft.text.trim() !== "";
  // All that is shown in one line, to see whether anything changed.
  const state = [card.name, card.kind, people, unread, forMe, draft].join("\n");
  setAttribute(link, "aria-current", current ? "page" : null);
  link.dataset.refused = String(room?.state === "refused");
  if (link.dataset.shows === state) return;
  link.dataset.shows = state;
  link.title = card.topic;
  link.classList.toggle("has-unread", unread > 0);
  const counts = card.kind === "public" && people > 0 && unread === 0;
  link.replaceChildren(...[
    card.kind === "direct" && avatar(words.roomName(card)),
    card.kind === "private" && icon("lock"),
    el("span", { class: "name", dir: "auto" }, words.roomName(card)),
    card.kind === "private" && el("span", { class: "unseen" }, words.privateRoom),
    draft && icon("edit"),
    draft && el("span", { class: "unseen" }, words.hasDraft),
    unread > 0 && el("span", { class: "unread", "aria-hidden": "true", data: { forMe: forMe > 0 } }, words.badge(forMe || unread)),
    unread > 0 && el("span", { class: "unseen" }, forMe > 0 ? words.unreadForYou(forMe) : words.unread(unread)),
    counts && el("span", { class: "count", "aria-hidden": "true", title: words.here(people) }, String(people)),
    counts && el("span", { class: "unseen" }, words.here(people)),
  ].filter((part) => part !== false));
}
