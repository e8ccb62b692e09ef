// The talk of the room that is shown. Stays at the end while one is at the end; when one has
// scrolled up to read, nothing moves, and a pill says what came meanwhile.

import { keep, setText, the } from "./dom.js";
import { makeLine, updateLine } from "./message.js";

/**
 * @import { Item, Message, Room } from "../room.js"
 * @import { Keeping, View } from "./dom.js"
 * @import { Line, On } from "./message.js"
 */

const NEAR_PX = 48;
const TOGETHER_MS = 5 * 60_000;
const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** @type {View} */
export function messagesView(parlor, store) {
  const scroller = the("#scroller");
  const log = the("#log");
  const pill = the("#pill");
  /** @type {Room|null} */
  let shown = null; // the room that was drawn last
  let atEnd = true;
  /** @type {string|null} */
  let newest = null; // the last message that was drawn
  let missed = 0;

  /** @type {On} */
  const on = {
    retry: (id) => shown && parlor.retry(shown.name, id),
    discard: (id) => shown && parlor.discard(shown.name, id),
  };
  /** @type {Keeping<Line>} */
  const lines = { key: ({ id }) => id, make: makeLine, update: (line, item) => updateLine(line, item, on) };

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
  };

  function drawPill() {
    pill.hidden = missed === 0;
    setText(pill, missed === 1 ? "1 new message" : `${missed} new messages`);
  }

  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    if (atEnd && missed > 0) {
      missed = 0;
      drawPill();
    }
  }, { passive: true });
  pill.addEventListener("click", () => {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: calm() ? "instant" : "smooth" });
  });
  // The composer grows, the keyboard of a phone comes up: the end stays the end.
  new ResizeObserver(() => atEnd && toEnd()).observe(scroller);

  return ({ room, atDoor }) => {
    const changedRoom = room !== shown;
    shown = room;
    if (!room) {
      log.replaceChildren();
      missed = 0;
      drawPill();
      return;
    }
    // A whole room put before a reader is not news: only what is said from now on is read out.
    log.setAttribute("aria-busy", String(changedRoom));
    if (changedRoom) log.replaceChildren();
    keep(log, arranged(room.items), lines);

    const messages = room.items.filter((item) => item.kind === "message");
    const said = messages.at(-1);
    if (changedRoom || atEnd || (said?.mine && said.id !== newest)) {
      atEnd = true;
      missed = 0;
      if (!atDoor) toEnd();
    } else {
      const since = messages.findLastIndex(({ id }) => id === newest);
      missed += messages.slice(since + 1).filter(({ mine }) => !mine).length;
    }
    newest = said?.id ?? null;
    drawPill();
  };
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Adds the days, and which messages stand together: of one author, shortly after one another.
 * @param {Item[]} items
 */
function arranged(items) {
  /** @type {Line[]} */
  const out = [];
  let day = null;
  /** @type {Message|null} */
  let before = null;
  for (const item of items) {
    const today = new Date(item.at).toDateString();
    if (today !== day && item.kind === "message") {
      if (day !== null || today !== new Date().toDateString()) {
        out.push({ kind: "day", id: `day ${today}`, words: dayName.format(item.at) });
        before = null;
      }
      day = today;
    }
    if (item.kind === "message") {
      item.first = !(before && together(before, item));
      item.last = true;
      if (before && !item.first) before.last = false;
    }
    before = item.kind === "message" ? item : null;
    out.push(item);
  }
  return out;
}

/** @param {Message} a @param {Message} b */
function together(a, b) {
  const sameAuthor = a.mine === b.mine && (a.mine || a.from.id === b.from.id) && a.from.name === b.from.name;
  return sameAuthor && b.at - a.at < TOGETHER_MS;
}
