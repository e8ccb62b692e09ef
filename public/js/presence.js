// Who is here, whether they look, and who types: what is heard of others in a room, and what is said of oneself.

/**
 * @import { Whisper } from "./connection.js"
 * @import { Person, Present } from "./events.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Note } from "./types.js"
 */

/**
 * @typedef {{people: Map<string, Present>}} Room
 * @typedef {Pick<Note, "what"|"name"|"newName">} News
 */

const AWAY_MS = 30_000;
/** In a crowd nobody wants to know who comes and goes. */
const CROWD = 25;

/**
 * Says that this tab is not looked at, a while after that began, and at once that it is looked at again.
 * @param {(away: boolean) => void} say
 * @param {Pick<Surroundings, "looked"|"onLook">} around
 */
export function createAway(say, around) {
  let away = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @param {boolean} now */
  function set(now) {
    if (away === now) return;
    away = now;
    say(now);
  }

  function look() {
    clearTimeout(timer);
    if (around.looked()) set(false);
    else timer = setTimeout(() => set(true), AWAY_MS);
  }

  around.onLook(look);
  look();

  return {
    /** A new connection is taken for somebody who looks. */
    again() {
      if (away) say(true);
    },
  };
}

/** Somebody came in. @param {Room} room @param {Present} who @returns {News|null} what is worth a note */
export function joined(room, who) {
  const isNew = !room.people.has(who.id);
  room.people.set(who.id, who);
  return isNew && room.people.size <= CROWD ? { what: "joined", name: who.name, newName: "" } : null;
}

/** @param {Room} room @param {Person} who @returns {News|null} */
export function left(room, who) {
  const wasCrowd = room.people.size > CROWD;
  const was = room.people.delete(who.id);
  return was && !wasCrowd ? { what: "left", name: who.name, newName: "" } : null;
}

/** Somebody is away, or here again. @param {Room} room @param {Present} who @returns {boolean} whether that is news */
export function looked(room, who) {
  const known = room.people.get(who.id);
  if (!known || known.away === who.away) return false;
  room.people.set(who.id, { ...known, away: who.away });
  return true;
}

/** Somebody has a new name. @param {Room} room @param {Person} who @returns {News|null} */
export function renamed(room, who) {
  const known = room.people.get(who.id);
  if (!known || known.name === who.name) return null;
  room.people.set(who.id, { ...known, name: who.name });
  return { what: "renamed", name: known.name, newName: who.name };
}

// ── Typing ──
// "Ada is typing": when to say it of oneself, and how long to believe it of others.

/**
 * @typedef {{id: string, typing: Map<string, Person>}} WithTyping
 */

const SAY_EVERY_MS = 2_000;
const BELIEVE_MS = 4_500;

/**
 * Says of oneself, room by room, at most every two seconds, that one is typing, and once that one stopped.
 * @param {Whisper} whisper
 */
export function createTypist(whisper) {
  /** @type {Map<string, number>} */
  const said = new Map(); // room → when last said
  return {
    /** @param {string} room */
    typing(room) {
      const now = Date.now();
      const last = said.get(room);
      if (last !== undefined && now - last < SAY_EVERY_MS) return;
      said.set(room, now);
      whisper("typing", { room, typing: true });
    },
    /** The draft was emptied, or given up. @param {string} room */
    stopped(room) {
      if (said.delete(room)) whisper("typing", { room, typing: false });
    },
    /** The message went out, which says as much. @param {string} room */
    sent(room) {
      said.delete(room);
    },
  };
}

/**
 * Who types, as far as one hears; forgotten by itself, because the word that they stopped may get lost.
 * @param {() => void} changed
 */
export function createListener(changed) {
  /** @type {WeakMap<WithTyping, Map<string, ReturnType<typeof setTimeout>>>} */
  const timers = new WeakMap();

  /** @param {WithTyping} room @param {string} id */
  function forget(room, id) {
    const ofRoom = timers.get(room);
    clearTimeout(ofRoom?.get(id));
    ofRoom?.delete(id);
    if (room.typing.delete(id)) changed();
  }

  return {
    forget,

    /** @param {WithTyping} room @param {Person} who @param {boolean} typing */
    heard(room, who, typing) {
      if (!typing) return forget(room, who.id);
      const ofRoom = timers.get(room) ?? new Map();
      timers.set(room, ofRoom);
      clearTimeout(ofRoom.get(who.id));
      ofRoom.set(who.id, setTimeout(() => forget(room, who.id), BELIEVE_MS));
      if (!room.typing.has(who.id)) changed();
      room.typing.set(who.id, who);
    },

    /** @param {WithTyping} room */
    forgetAll(room) {
      for (const id of [...room.typing.keys()]) forget(room, id);
    },
  };
}
