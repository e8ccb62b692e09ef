// What this page knows of one room. Plain data and the few rules for changing it; no DOM, no network.

const KEEP_ITEMS = 500;
const KEEP_IDS = 2000;

/**
 * An item is a message {kind: "message", id, from, mine, text, at, state, why}, where state is
 * sending | sent | failed | received, or a note {kind: "note", id, name, what, at}, where what is
 * joined | left | back.
 */
export function createRoom(name) {
  return {
    name,
    joined: false, // acknowledged by the server on the present connection
    here: new Map(), // id → name
    items: [],
    ids: new Set(), // of every message seen, also of those no longer kept
    typing: new Map(), // id → {name, timer}
    unread: 0,
  };
}

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

export function addOwn(room, { id, from, text, at }) {
  remember(room, id);
  room.items.push({ kind: "message", id, from, mine: true, text, at, state: "sending" });
  trim(room);
}

export function confirm(room, id, at) {
  const item = find(room, id);
  if (!item) return;
  item.state = "sent";
  item.why = undefined;
  if (at) item.at = at;
}

export function fail(room, id, why) {
  const item = find(room, id);
  if (item?.state === "sending") Object.assign(item, { state: "failed", why });
}

/** Takes a message out, to be sent again at the end or thrown away. */
export function remove(room, id) {
  const at = room.items.findIndex((item) => item.id === id);
  return at < 0 ? undefined : room.items.splice(at, 1)[0];
}

export function find(room, id) {
  return room.items.findLast((item) => item.id === id);
}

/**
 * "Ada came in", "Ada left". Someone whose connection blinks is not worth a line each time, and a
 * second socket of the same name (a reload, before the first one has timed out) is worth none.
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

/** What came from the room stands before what the room has not confirmed yet: that is its true order. */
function insert(room, item) {
  let at = room.items.length;
  while (at > 0 && room.items[at - 1].state === "sending") at -= 1;
  room.items.splice(at, 0, item);
  if (item.kind === "message") remember(room, item.id);
  trim(room);
}

function remember(room, id) {
  room.ids.add(id);
  if (room.ids.size > KEEP_IDS) room.ids.delete(room.ids.values().next().value);
}

function trim(room) {
  if (room.items.length > KEEP_ITEMS) room.items.splice(0, room.items.length - KEEP_ITEMS);
}
