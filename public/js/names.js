// Names of people and of rooms: what is allowed, and how they are shown; and who one is oneself, as the browser keeps it.
// The server has the last word; these checks only save a round trip.

import { problem } from "./problem.js";
import { randomText } from "./surroundings.js";

/**
 * @import { Auth, Card, Person } from "./events.js"
 * @import { Memory } from "./surroundings.js"
 * @import { Problem } from "./types.js"
 */

const NAME_MAX = 24;
const ROOM_MAX = 32;
const PUBLIC = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]*$/u;
const PRIVATE = /^~[A-Za-z0-9_-]{22}$/;
const DIRECT = /^@[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{16}$/;
const TINTS = 8;

/** @param {string} text */
const length = (text) => [...text].length;

/** What is wrong with a person's name. @param {string} name @returns {Problem|null} */
export function nameProblem(name) {
  const said = name.trim();
  if (said === "") return problem("no name");
  if (length(said) > NAME_MAX) return problem("name too long");
  return null;
}

/** What is wrong with the name of a public room; private ones may be called anything. @param {string} room @returns {Problem|null} */
export function roomProblem(room) {
  const said = room.trim();
  if (said === "") return problem("no room name");
  if (length(said) > ROOM_MAX) return problem("room name too long");
  if (!PUBLIC.test(said)) return problem("bad room name");
  return null;
}

/** The id of the public room with this name. @param {string} name */
export const idOf = (name) => name.trim().toLowerCase();

/** What kind of room has this id. @param {string} id @returns {Card["kind"]|null} null: it is none */
export function kindOf(id) {
  if (PRIVATE.test(id)) return "private";
  if (DIRECT.test(id)) return "direct";
  return roomProblem(id) ? null : "public";
}

/** What is known of a room before the server has told more. @param {string} id @returns {Card} */
export function cardOf(id) {
  const kind = kindOf(id) ?? "public";
  return { id, name: kind === "public" ? id : "", topic: "", kind };
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

/**
 * Who could be meant by what was typed after an "@": those whose name begins so, then those who have a word that does.
 * @template {{name: string}} Someone
 * @param {Iterable<Someone>} people
 * @param {string} typed
 * @param {number} most
 */
export function completions(people, typed, most) {
  const start = typed.toLocaleLowerCase();
  const ranked = [...people].flatMap((who) => {
    const name = who.name.toLocaleLowerCase();
    if (name.startsWith(start)) return [{ who, rank: 0 }];
    return name.split(/[\s._-]+/u).some((word) => word.startsWith(start)) ? [{ who, rank: 1 }] : [];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.who.name.localeCompare(b.who.name));
  return ranked.slice(0, most).map(({ who }) => who);
}

// ── Identity ──
// Who we are for the server: a token that it signed. Until one has come, a name and a seed, by which the server
// knows us again when its first answer got lost.

const SEED_LENGTH = 32;

/** @param {Memory} lasting  shared by all tabs: they are one person */
export function createIdentity(lasting) {
  /** @type {string|null} */
  let wanted = null; // a name that the server has not given us yet

  return {
    get token() {
      const token = lasting.get("token");
      return typeof token === "string" ? token : null;
    },
    /** @returns {string|null} */
    get id() {
      return this.token === null ? null : lasting.get("id");
    },
    /** @returns {string} */
    get name() {
      const name = lasting.get("name");
      return typeof name === "string" ? name : "";
    },

    get wanted() {
      return wanted;
    },
    /** @param {string} name */
    want(name) {
      wanted = name;
    },
    /** The name that was wanted is not to be had, or not wanted any more. */
    unwant() {
      wanted = null;
    },

    /** What to connect with. @returns {Auth} */
    auth() {
      const { token } = this;
      if (token !== null) return wanted === null ? { token } : { token, name: wanted };
      let seed = lasting.get("seed");
      if (typeof seed !== "string") {
        seed = randomText(SEED_LENGTH);
        lasting.set("seed", seed);
      }
      return { name: wanted ?? this.name, seed };
    },

    /** The server has said who we are. @param {Person} me @param {string} token */
    known(me, token) {
      if (wanted === me.name) wanted = null;
      lasting.set("token", token);
      lasting.set("id", me.id);
      lasting.set("name", me.name);
      lasting.set("seed", null);
    },

    /** The token is not taken any more; the name may be. */
    forget() {
      lasting.set("token", null);
      lasting.set("id", null);
      lasting.set("seed", null);
    },
  };
}

/** @typedef {ReturnType<typeof createIdentity>} Identity */
