// What concerns one, from all rooms: the bell, and the list behind it.

import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el, keep, setText, the } from "./dom.js";
import { goTo } from "./going.js";
import { icon } from "./icons.js";
import { arrows } from "./keys.js";
import { popup } from "./popup.js";

/**
 * @import { NoticeItem, Parlor, Store, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 */

/** @type {View} */
export function noticesView(parlor, store) {
  const bell = the("#bell");
  const dot = the(".dot", bell);
  const menu = the("#open-rooms .dot");
  bell.addEventListener("click", () => openList(bell, parlor, store));

  return ({ bell: { unseen, quiet }, unread }) => {
    const label = words.noticesNew(unseen);
    if (bell.title !== label) {
      bell.title = label;
      bell.setAttribute("aria-label", label);
    }
    bell.dataset.quiet = String(quiet);
    setText(dot, words.badge(unseen));
    dot.hidden = unseen === 0;
    menu.hidden = unseen === 0 && unread.forMe === 0;
  };
}

/** @param {HTMLElement} bell @param {Parlor} parlor @param {Store} store */
function openList(bell, parlor, store) {
  const list = el("ul", { class: "notices", role: "list" });
  const nothing = el("p", { class: "nothing" }, words.noNotices);
  // What was new when the list was opened stays marked while it is open.
  const fresh = new Set(store.notices.filter(({ seen }) => !seen).map(({ id }) => id));

  /** @type {Keeping<NoticeItem>} */
  const keeping = {
    key: ({ id }) => id,
    make: (notice) => el("li", { data: { testid: "notice-item", kind: notice.kind } },
      el("button", { class: "follow", type: "button", onclick: () => follow(notice) },
        avatar(notice.from.name),
        el("span", { class: "what", dir: "auto" }, words.notice[notice.kind](notice.from.name, words.roomName(notice.room))),
        notice.text !== "" && el("span", { class: "excerpt", dir: "auto" }, notice.text),
        el("time", { datetime: new Date(notice.at).toISOString(), title: words.moment(notice.at) }, words.when(notice.at))),
      el("button", { class: "icon", type: "button", "aria-label": words.dismiss, title: words.dismiss, onclick: () => parlor.dismissNotice(notice.id) }, icon("close"))),
    update: (item, { id, seen }) => {
      if (!seen) fresh.add(id);
      item.classList.toggle("seen", !fresh.has(id));
    },
  };

  /** @param {NoticeItem} notice */
  function follow(notice) {
    shown?.close();
    parlor.followNotice(notice.id);
    if (notice.seq > 0) goTo(notice.room.id, notice.seq);
  }

  function draw() {
    keep(list, store.notices, keeping);
    nothing.hidden = store.notices.length > 0;
    if (store.bell.unseen > 0 && !document.hidden) parlor.sawNotices();
  }

  const stop = store.subscribe(draw);
  keep(list, store.notices, keeping);
  nothing.hidden = store.notices.length > 0;
  const shown = popup(bell, { label: words.notices, testid: "notices", onclose: stop },
    el("h2", {}, words.notices), nothing, list);
  if (!shown) {
    stop();
    return;
  }
  arrows(shown.element, ".follow");
  parlor.sawNotices();
}
