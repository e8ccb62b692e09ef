// Who is banned, until when, and why.

import { avatar } from "../../view/icons.js";
import { el, setText, the } from "../../view/dom.js";
import { moment } from "../times.js";
import { words } from "../words.js";
import { undo } from "./acts.js";
import { actButton, keepFocus } from "./rows.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 */

/** @param {Desk} desk @returns {(now: Store) => void} */
export function bansView(desk) {
  const part = the("#bans");
  const none = the(".none", part);

  return ({ overview }) => {
    const now = Date.now();
    const bans = [...(overview?.bans ?? [])].sort((a, b) => a.until - b.until);
    none.hidden = bans.length > 0;
    setText(none, overview ? words.noBans : words.connecting);
    keepFocus(the(".rows", part), bans, {
      key: ({ id }) => id,
      make: ({ id, name }) =>
        el("li", { class: "ban", data: { testid: "banned", id, name } },
          avatar(name),
          el("div", { class: "about" },
            el("p", {}, el("bdi", { class: "name" }, name), " ", el("span", { class: "until" })),
            el("p", { class: "why", dir: "auto" })),
          actButton("unban", name, () => undo(desk, "unban", { id, name }))),
      update: (row, { until, why }) => {
        setText(the(".until", row), words.bannedUntil(moment(until, now)));
        setText(the(".why", row), why ? `“${why}”` : words.noReason);
      },
    });
  };
}
