// What this page knows of one room. Plain data and the few rules for changing it; no DOM, no network.

const KEEP_ITEMS = 500;
const KEEP_IDS = 2000;

/**
 * @import { Said } from "./events.js"
 * @typedef {{id: string|null, name: string}} Author  without an id: oneself, not connected yet
 * @typedef {Message | Note} Item
 *
 * @typedef {object} Message
 * @property {"message"} kind
 * @property {string} id
 * @property {Author} from
 * @property {boolean} mine
 * @property {string} text
 * @property {number} at
 * @property {"sending" | "sent" | "failed" | "received"} state
 * @property {string} [why]    it failed
 * @property {boolean} [first] of those that stand together
 * @property {boolean} [last]
 *
 * @typedef {{kind: "note", id: string, name: string, what: "joined" | "left" | "back", at: number}} Note
 * @typedef {ReturnType<typeof createRoom>} Room
 */

/** @param {string} name */
export function createRoom(name) {
  return {
    name,
    joined: false, // acknowledged by the server on the present connection
    /** @type {Map<string, string>} */
    here: new Map(), // id → name
    /** @type {Item[]} */
    items: [],
    /** @type {Set<string>} */
    ids: new Set(), // of every message seen, also of those no longer kept
    /** @type {Map<string, {name: string, timer: number}>} */
    typing: new Map(), // id → {name, timer}
    unread: 0,
  };
}

/** @param {Room} room @param {Said} said */
export function addReceived(room, { id, from, text, at }) {
  const known = room.ids.has(id);
  if (known) {
    // Our own message coming back, or one that was sent again after a lost answer.
    const own = find(room, id);
    if (own?.mine) confirm(room, id, at);
    return false;
  }
  insert(room, { kind: "message", id, from, mine: false, text, at, state: "received" });
  return true;
}

/** @param {Room} room @param {{id: string, from: Author, text: string, at: number}} message */
export function addOwn(room, { id, from, text, at }) {
  remember(room, id);
  room.items.push({ kind: "message", id, from, mine: true, text, at, state: "sending" });
  trim(room);
}

/** @param {Room} room @param {string} id @param {number} at */
export function confirm(room, id, at) {
  const item = find(room, id);
  if (!item) return;
  item.state = "sent";
  item.why = undefined;
  if (at) item.at = at;
}

/** @param {Room} room @param {string} id @param {string} why */
export function fail(room, id, why) {
  const item = find(room, id);
  if (item?.state === "sending") Object.assign(item, { state: "failed", why });
}

/** Takes a message out, to be sent again at the end or thrown away. @param {Room} room @param {string} id */
export function remove(room, id) {
  const item = find(room, id);
  if (item) room.items.splice(room.items.indexOf(item), 1);
  return item;
}

/** @param {Room} room @param {string} id */
export function find(room, id) {
  return room.items.filter((item) => item.kind === "message").findLast((item) => item.id === id);
}

/**
 * "Ada came in", "Ada left". Someone whose connection blinks is not worth a line each time, and a
 * second socket of the same name (a reload, before the first one has timed out) is worth none.
 * @param {Room} room
 * @param {string} name
 * @param {"joined" | "left"} what
 */
export function addNote(room, name, what) {
  if ([...room.here.values()].includes(name)) return;
  const last = room.items.at(-1);
  if (last?.kind === "note" && last.name === name) {
    last.what = what === "joined" ? "back" : "left";
    last.at = Date.now();
    return;
  }
  insert(room, { kind: "note", id: crypto.randomUUID(), name, what, at: Date.now() });
}

/**
 * What came from the room stands before what the room has not confirmed yet: that is its true order.
 * @param {Room} room
 * @param {Item} item
 */
function insert(room, item) {
  const before = room.items.findLastIndex((item) => !(item.kind === "message" && item.state === "sending"));
  room.items.splice(before + 1, 0, item);
  if (item.kind === "message") remember(room, item.id);
  trim(room);
}

/** @param {Room} room @param {string} id */
function remember(room, id) {
  room.ids.add(id);
  if (room.ids.size > KEEP_IDS) {
    const [oldest] = room.ids;
    room.ids.delete(oldest);
  }
}

/** @param {Room} room */
function trim(room) {
  if (room.items.length > KEEP_ITEMS) room.items.splice(0, room.items.length - KEEP_ITEMS);
}
