// What can be done to a person, asked first: the same from their row, from a message of theirs, and from the bans.

import { fill } from "../fill.js";
import { words } from "../words.js";
import { ask } from "./ask.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Person } from "../../moderator-events.js"
 */

const MUTE_MINUTES = 30;
const BAN_MINUTES = 24 * 60;

/** @param {Desk} desk @param {Person} person */
export function mute(desk, { id, name }) {
  ask(desk, words.ask.mute, { name }, {
    danger: true,
    reason: true,
    minutes: MUTE_MINUTES,
    act: ({ minutes, why }) => desk.ask("mute", { id, name, minutes, why }),
    done: words.done.mute,
  });
}

/** @param {Desk} desk @param {Person} person */
export function kick(desk, { id, name }) {
  ask(desk, words.ask.kick, { name }, {
    danger: true,
    reason: true,
    act: ({ why }) => desk.ask("kick", { id, name, why }),
    done: words.done.kick,
  });
}

/** @param {Desk} desk @param {Person} person */
export function ban(desk, { id, name }) {
  ask(desk, words.ask.ban, { name }, {
    danger: true,
    reason: true,
    minutes: BAN_MINUTES,
    act: ({ minutes, why }) => desk.ask("ban", { id, name, minutes, why }),
    done: words.done.ban,
  });
}

/** @param {Desk} desk @param {Person} person */
export function emptyQueue(desk, { id, name }) {
  return ask(desk, words.ask.emptyQueue, { name }, {
    danger: true,
    act: () => desk.ask("empty queue", id),
    done: (count) => words.emptied(count, name),
  });
}

/**
 * What takes nothing from anybody is done at once.
 * @param {Desk} desk
 * @param {"unmute" | "unban"} event
 * @param {Person} person
 */
export async function undo(desk, event, { id, name }) {
  try {
    await desk.ask(event, { id, name });
    desk.notice(fill(words.done[event], { name }));
  } catch (failure) {
    desk.notice(failure.message);
  }
}
