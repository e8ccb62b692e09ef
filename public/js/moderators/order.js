// In which order rooms and people are shown, and which of them.

/**
 * @import { Guest, Seen } from "../moderator-events.js"
 */

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Equal names stay in one order, or rows would change places under the pointer. @param {{name: string, id: string}} a @param {{name: string, id: string}} b */
const byName = (a, b) => names.compare(a.name, b.name) || (a.id < b.id ? -1 : Number(a.id > b.id));

/** @type {Record<string, (a: Seen, b: Seen) => number>} */
const ROOMS = {
  people: (a, b) => b.people - a.people,
  name: () => 0,
  closed: (a, b) => Number(b.closed !== null) - Number(a.closed !== null),
};

/** @type {Record<string, (a: Guest, b: Guest) => number>} */
const PEOPLE = {
  name: () => 0,
  connections: (a, b) => b.connections - a.connections,
  rooms: (a, b) => b.rooms.length - a.rooms.length,
  muted: (a, b) => Number(b.muted !== null) - Number(a.muted !== null),
};

/** @param {Seen[]} rooms @param {string} by */
export const sortedRooms = (rooms, by) => [...rooms].sort((a, b) => (ROOMS[by] ?? ROOMS.people)(a, b) || byName(a.room, b.room));

/** @param {Guest[]} people @param {string} by */
export const sortedPeople = (people, by) => [...people].sort((a, b) => (PEOPLE[by] ?? PEOPLE.name)(a, b) || byName(a, b));

/** @param {string} text */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/**
 * Those that have all the words somewhere, in any order.
 * @template Item
 * @param {Item[]} items
 * @param {string} typed
 * @param {(item: Item) => string} textOf
 */
export function matching(items, typed, textOf) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items.filter((item) => {
    const text = folded(textOf(item));
    return wanted.every((word) => text.includes(word));
  });
}
