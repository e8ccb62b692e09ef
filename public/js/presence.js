// Who is here, and whether they look: what is heard of others in a room, and what is said of oneself.

/**
 * @import { Person, Present } from "./events.js"
 * @import { Note } from "./types.js"
 * @import { Surroundings } from "./surroundings.js"
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
