// The lines of a talk: its messages and notes, with the days between them, where the new ones begin, and which
// messages stand together.

import { words } from "../words.js";

/**
 * @import { Message, Room } from "../types.js"
 * @import { Line, MessageLine } from "./message.js"
 */

const TOGETHER_MS = 5 * 60_000;

/** @param {Room["items"]} items @param {number|null} newAfter @returns {Line[]} */
export function arranged(items, newAfter) {
  /** @type {Line[]} */
  const lines = [];
  const today = dayOf(Date.now());
  let day = { from: 0, to: 0 };
  /** @type {MessageLine|null} */
  let before = null;
  let isNew = newAfter === null;
  for (const item of items) {
    if (item.kind === "note") {
      lines.push({ kind: "note", key: item.key, item });
      before = null;
      continue;
    }
    if (item.at < day.from || item.at >= day.to) {
      const first = day.from === 0;
      day = dayOf(item.at);
      // That the talk is of today goes without saying.
      if (!first || day.from !== today.from) {
        // Clocks differ: a day may come twice.
        lines.push({ kind: "day", key: `day before ${item.key}`, says: words.day(item.at) });
        before = null;
      }
    }
    if (!isNew && newAfter !== null && item.seq > newAfter && !item.mine) {
      lines.push({ kind: "new", key: `new ${newAfter}`, says: words.newSince });
      before = null;
      isNew = true;
    }
    /** @type {MessageLine} */
    const line = { kind: "message", key: item.key, item, first: !(before && together(before.item, item)), last: true };
    if (before && !line.first) before.last = false;
    before = line;
    lines.push(line);
  }
  return lines;
}

/** @param {number} ms */
function dayOf(ms) {
  const from = new Date(ms).setHours(0, 0, 0, 0);
  const next = new Date(from);
  return { from, to: next.setDate(next.getDate() + 1) };
}

/** @param {Message} a @param {Message} b */
function together(a, b) {
  const sameAuthor = a.mine === b.mine && (a.mine || a.from.id === b.from.id) && a.from.name === b.from.name;
  return sameAuthor && b.at - a.at < TOGETHER_MS && b.reply === null;
}
