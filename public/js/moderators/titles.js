// What rooms and people are called on this page. A room for two has no name of its own here.

import { words } from "./words.js";

/**
 * @import { Card, Overview } from "../moderator-events.js"
 */

/** @param {Overview | null} overview @returns {(id: string) => string} the name of a person */
export function namesOf(overview) {
  const known = new Map([...(overview?.bans ?? []), ...(overview?.people ?? [])].map(({ id, name }) => [id, name]));
  return (id) => known.get(id) ?? words.unknownPerson;
}

/** @param {Card} room @param {(id: string) => string} nameOf */
export function titleOf(room, nameOf) {
  if (room.kind !== "direct") return room.name || room.id;
  const [one = "", other = ""] = room.id.replace(/^@/, "").split(".");
  return words.directOf(nameOf(one), nameOf(other));
}

/** @param {Overview | null} overview @returns {(id: string) => string} the title of a room */
export function titlesOf(overview) {
  const nameOf = namesOf(overview);
  const known = new Map((overview?.rooms ?? []).map(({ room }) => [room.id, room]));
  return (id) => {
    const kind = id.startsWith("@") ? "direct" : id.startsWith("~") ? "private" : "public";
    return titleOf(known.get(id) ?? { id, name: kind === "private" ? words.unknown.room : id, topic: "", kind }, nameOf);
  };
}
