// Names of people and of rooms: what is allowed, and how they are shown.
// The server has the last word; these checks only save a round trip.

const NAME_MAX = 24;
const ROOM_MAX = 32;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]*$/u;
const TINTS = 8;

/** @param {string} text */
const length = (text) => [...text].length;

/** @param {string} name @returns {string|null} what is wrong with this name, in words */
export function nameProblem(name) {
  if (name === "") return "Please tell us a name.";
  if (length(name) > NAME_MAX) return `That name is too long: ${NAME_MAX} characters at most.`;
  return null;
}

/** @param {string} room @returns {string|null} what is wrong with this name of a room, in words */
export function roomProblem(room) {
  if (room === "") return "Please give the room a name.";
  if (length(room) > ROOM_MAX) return `That is too long for a room: ${ROOM_MAX} characters at most.`;
  if (!ROOM.test(room)) return "A room's name has letters, digits, spaces, - and _, and starts with a letter or digit.";
  return null;
}

/** "Ada Lovelace" → "AL", "bo" → "B"; @param {string} name */
export function initials(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const [first = "?", ...others] = words;
  return [first, ...others.slice(-1)].map((word) => [...word][0].toLocaleUpperCase()).join("");
}

/** The same name has the same colour on every screen (FNV-1a; the palette is in base.css). @param {string} name */
export function tint(name) {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 15)) >>> 0) % TINTS;
}
