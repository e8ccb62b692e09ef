// "Ada is typing": when to say it of oneself, and how long to believe it of others.

/**
 * @import { Person, Typing } from "./events.js"
 * @import { Room } from "./room.js"
 */

const SAY_EVERY_MS = 2_000;
const BELIEVE_MS = 4_000;

/**
 * Says of oneself, room by room, at most every two seconds, that one is typing, and once that one stopped.
 * @param {(event: "typing", data: Typing) => void} whisper
 */
export function createTypist(whisper) {
  /** @type {Map<string, number>} */
  const said = new Map(); // room → when last said
  return {
    /** @param {string} room */
    typing(room) {
      const now = Date.now();
      if (now - (said.get(room) ?? 0) < SAY_EVERY_MS) return;
      said.set(room, now);
      whisper("typing", { room, typing: true });
    },
    /** The draft was emptied. @param {string} room */
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
 * Notes that someone types; forgotten by itself, because the word that they stopped may get lost.
 * @param {Room} room
 * @param {Person} who
 * @param {boolean} typing
 * @param {() => void} changed
 */
export function hearTyping(room, who, typing, changed) {
  forgetTyping(room, who.id);
  if (typing) {
    const timer = setTimeout(() => {
      room.typing.delete(who.id);
      changed();
    }, BELIEVE_MS);
    room.typing.set(who.id, { name: who.name, timer });
  }
  changed();
}

/** @param {Room} room @param {string} id */
export function forgetTyping(room, id) {
  clearTimeout(room.typing.get(id)?.timer);
  room.typing.delete(id);
}

/** @param {Room} room */
export function forgetAllTyping(room) {
  for (const id of [...room.typing.keys()]) forgetTyping(room, id);
}

/** @param {string[]} names */
export function typingWords(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return "Several people are typing";
}
