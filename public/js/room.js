// What this page knows of one room: a card, its people, its log, and what was read of it. No DOM, no network.

import { createLog } from "./log.js";
import { cardOf } from "./names.js";

/**
 * @import { Card, Joined } from "./events.js"
 * @import { Log } from "./log.js"
 * @import { Draft, Room as Shown } from "./types.js"
 * @typedef {Shown & Inside} Room
 * @typedef {object} Inside   what is the core's own
 * @property {Log} log
 * @property {boolean} member    the server has said that we are in it, at least once
 * @property {boolean} readKnown `read` is what the server said, or what we read
 */

/** @param {string} id @param {() => string|null} me @param {Draft} draft @returns {Room} */
export function createRoom(id, me, draft) {
  return {
    id,
    card: cardOf(id),
    known: false,
    state: "waiting",
    problem: null,
    people: new Map(),
    typing: new Map(),
    items: [],
    loaded: false,
    more: false,
    older: "idle",
    newest: 0,
    read: 0,
    unread: 0,
    mentions: 0,
    newAfter: null,
    draft,
    log: createLog(me),
    member: false,
    readKnown: false,
  };
}

/** @param {Room} room @param {Card} card */
export function setCard(room, card) {
  room.card = card;
  room.known = true;
}

/** After any change of its log: what follows from it. @param {Room} room */
export function refresh(room) {
  const { log } = room;
  room.newest = Math.max(room.newest, log.newest);
  room.items = log.items();
  const unread = log.stored.filter(({ seq, mine, removed }) => seq > room.read && !mine && !removed);
  // What was not loaded is counted as it is numbered: who wrote it cannot be known.
  const unseen = room.readKnown && room.newest > 0 ? Math.max(0, (log.oldest || room.newest + 1) - 1 - room.read) : 0;
  room.unread = room.readKnown ? unread.length + unseen : 0;
  if (room.card.kind === "direct") room.mentions = room.unread;
  else room.mentions = room.readKnown ? unread.filter(({ forMe }) => forMe).length : 0;
}

/** Read up to there, on this device or another. @param {Room} room @param {number} seq @returns {boolean} whether that is news */
export function readTo(room, seq) {
  if (room.readKnown && seq <= room.read) return false;
  room.read = Math.max(seq, room.read);
  room.readKnown = true;
  refresh(room);
  return true;
}

/** The answer to `join`. @param {Room} room @param {Joined} joined */
export function cameIn(room, { room: card, people, newest }) {
  setCard(room, card);
  room.state = "in";
  room.problem = null;
  room.member = true;
  room.people = new Map(people.map((who) => [who.id, who]));
  room.newest = Math.max(newest, room.log.newest);
  // Somebody new to a room has nothing to catch up with.
  if (!room.readKnown) {
    room.read = newest;
    room.readKnown = true;
  }
}
