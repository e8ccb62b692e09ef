// The log: who did what, newest first, as it happens.

import { el, setText, the } from "../../view/dom.js";
import { fill, shown } from "../fill.js";
import { ago, full, moment } from "../times.js";
import { titlesOf } from "../titles.js";
import { words } from "../words.js";
import { keepFocus } from "./rows.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 * @import { Did, Entry } from "../../moderator-events.js"
 */

/** @param {Desk} desk @returns {(now: Store) => void} */
export function logView(desk) {
  const part = the("#log");
  const none = the(".none", part);
  const more = the(".more", part);
  const heard = the("#heard");
  let newest = -1;

  more.addEventListener("click", () => desk.olderLog());

  return ({ log, logKnown, logBusy, overview }) => {
    const now = Date.now();
    const titleOf = titlesOf(overview);
    none.hidden = log.items.length > 0;
    setText(none, logKnown ? words.noLog : words.connecting);
    more.hidden = !log.more;
    setText(more, logBusy ? words.looking : words.older);
    keepFocus(the(".rows", part), log.items.toReversed(), {
      key: ({ seq }) => String(seq),
      make: ({ data }) =>
        el("li", { class: "entry", data: { testid: "entry", what: data.what } },
          el("p", { class: "deed" }),
          ...(data.why ? [el("p", { class: "why", dir: "auto" }, `“${data.why}”`)] : []),
          el("time", { datetime: new Date(data.at).toISOString(), title: full(data.at) })),
      update: (row, { data }) => {
        // The name of a room may come to be known, or become another.
        const { template, values } = sentence(data, titleOf, now);
        const whole = fill(template, values);
        if (row.dataset.said !== whole) {
          row.dataset.said = whole;
          the(".deed", row).replaceChildren(...shown(template, values, ({ slot, text }) => el("bdi", { class: slot }, text)));
        }
        setText(the("time", row), ago(data.at, now));
      },
    });

    // For those who listen: what others do while one is here; not the history.
    const last = log.items.at(-1);
    if (last && logKnown && newest >= 0 && last.seq > newest) {
      const { template, values } = sentence(last.data, titleOf, now);
      setText(heard, fill(template, values));
    }
    newest = logKnown ? (last?.seq ?? 0) : -1;
  };
}

/** @param {Entry} entry @param {(id: string) => string} titleOf @param {number} now */
function sentence({ by, at, what, whom, room, until }, titleOf, now) {
  const template = words.did[what] ?? words.didOther;
  const values = {
    by: by.name,
    what,
    whom: whom?.name ?? words.unknown.whom,
    room: room ? titleOf(room) : words.unknown.room,
    // Long ago, a time alone would be today's.
    until: until ? moment(until, Math.abs(now - at) < Math.abs(now - until) ? now : at) : words.unknown.until,
  };
  return { template, values };
}
