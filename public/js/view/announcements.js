// What moderators tell everyone: at the head of the talk, until it is put away.

import { words } from "../words.js";
import { el, keep, the } from "./dom.js";
import { icon } from "./icons.js";

/** @import { View } from "../types.js" */

const MOST = 2;

/** @type {View} */
export function announcementsView(parlor) {
  const list = the("#announcements");
  return ({ announcements }) => {
    keep(list, announcements.slice(0, MOST), {
      key: ({ id }) => id,
      make: ({ id, text, by, at }) => el("li", { class: "announcement", data: { testid: "announcement" } },
        el("p", {}, el("span", { dir: "auto" }, text), " ", el("span", { class: "from", title: words.moment(at) }, words.announcementBy(by.name, words.when(at)))),
        el("button", { class: "icon", type: "button", "aria-label": words.dismiss, title: words.dismiss, onclick: () => parlor.dismissAnnouncement(id) }, icon("close"))),
    });
  };
}
