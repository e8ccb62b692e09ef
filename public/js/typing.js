// "Ada is typing": when to say it of oneself, and how long to believe it of others.

/**
 * @import { Person } from "./events.js"
 * @import { Whisper } from "./connection.js"
 * @typedef {{id: string, typing: Map<string, Person>}} Room
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
  /** @type {WeakMap<Room, Map<string, ReturnType<typeof setTimeout>>>} */
  const timers = new WeakMap();

  /** @param {Room} room @param {string} id */
  function forget(room, id) {
    const ofRoom = timers.get(room);
    clearTimeout(ofRoom?.get(id));
    ofRoom?.delete(id);
    if (room.typing.delete(id)) changed();
  }

  return {
    forget,

    /** @param {Room} room @param {Person} who @param {boolean} typing */
    heard(room, who, typing) {
      if (!typing) return forget(room, who.id);
      const ofRoom = timers.get(room) ?? new Map();
      timers.set(room, ofRoom);
      clearTimeout(ofRoom.get(who.id));
      ofRoom.set(who.id, setTimeout(() => forget(room, who.id), BELIEVE_MS));
      if (!room.typing.has(who.id)) changed();
      room.typing.set(who.id, who);
    },

    /** @param {Room} room */
    forgetAll(room) {
      for (const id of [...room.typing.keys()]) forget(room, id);
    },
  };
}
