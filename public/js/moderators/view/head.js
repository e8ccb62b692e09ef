// Above all: how the connection is, how many there are, what was just done, and what concerns everyone.

import { el, keep, setText, the } from "../../view/dom.js";
import { words } from "../words.js";
import { ask } from "./ask.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 */

const ANNOUNCEMENT_MAX = 1000;

/** @param {Desk} desk @returns {(now: Store) => void} */
export function headView(desk) {
  const root = the("#desk");
  const line = the("#line");
  const notice = the("#notice");
  const sheet = /** @type {HTMLDialogElement} */ (the("#messages"));

  the("#leave").addEventListener("click", () => desk.leave());
  the("#announce").addEventListener("click", () => {
    ask(desk, words.ask.announce, {}, {
      text: { label: words.ask.announce.field, max: ANNOUNCEMENT_MAX, empty: words.ask.announce.empty },
      act: ({ text }) => desk.ask("announce", text),
      done: words.done.announce,
    });
  });

  return ({ connection, gate, overview, stale, notice: said }) => {
    root.dataset.connection = connection.state;
    line.dataset.state = stale && connection.state === "online" ? "stale" : connection.state;
    setText(line, gate === null ? (connection.state === "online" && stale) || connection.words : "");
    // While the messages of a room are open, all that is not in them is neither seen nor heard.
    const host = sheet.open ? sheet : root;
    if (notice.parentElement !== host) host.append(notice);
    setText(notice, said);
    notice.toggleAttribute("data-empty", said === "");

    const { people = [], rooms = [], connections = 0, notifications = 0, moderators = 0 } = overview ?? {};
    const away = people.filter((person) => person.away).length;
    const numbers = { people: people.length, away, rooms: rooms.length, connections, notifications, moderators };
    const counts = /** @type {[keyof typeof numbers, number][]} */ (Object.entries(overview ? numbers : {}));
    keep(the("#counts"), counts, {
      key: ([what]) => what,
      make: ([what]) => el("div", { data: { testid: `count-${what}` } }, el("dt"), el("dd")),
      update: (item, [what, count]) => {
        setText(the("dt", item), words.counts[what](count));
        setText(the("dd", item), count.toLocaleString(words.language));
      },
    });
  };
}
