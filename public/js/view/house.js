// All views, in the order in which they are told of changes; and those of the house around the talk: drawers on a narrow screen,
// the title, the state of the connection, announcements, notices.

import { words } from "../words.js";
import { composerView } from "./composer.js";
import { popup } from "./dialog.js";
import { arrows, el, goTo, keep, setText, the } from "./dom.js";
import { avatar, furnish, icon } from "./icons.js";
import { doorView, meView, peopleView, shutOutView } from "./people.js";
import { roomsView, welcomeView } from "./rooms.js";
import { searchView, shortcutsView } from "./search.js";
import { messagesView, talkView } from "./talk.js";

/**
 * @import { Connection, NoticeItem, Parlor, Store, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 */

/** @type {View} */
const furnished = () => {
  furnish();
  return () => {};
};

/** @type {View[]} */
export const views = [
  furnished, doorView, shutOutView, statusView, roomsView, meView, noticesView, welcomeView, talkView, announcementsView,
  composerView, messagesView, peopleView, searchView, titleView, drawers, shortcutsView,
];

// ── Drawers ──
// Where the screen is too narrow, the rooms (left) and the people (right) are drawers over the talk.
// A closed drawer is inert: the Tab key does not wander into what cannot be seen.

/**
 * @typedef {{panel: HTMLElement, opener: HTMLElement, narrow: MediaQueryList}} Side
 */

/** @type {View} */
function drawers(_parlor, store) {
  const house = the("#house");
  const veil = the("#veil");
  const sides = [
    side("#rooms", "#open-rooms", "(max-width: 760px)"),
    side("#people", "#open-people", "(max-width: 1040px)"),
  ];
  /** @type {Side|null} */
  let open = null;
  let shown = store.current;

  /** @param {string} panel @param {string} opener @param {string} narrow @returns {Side} */
  function side(panel, opener, narrow) {
    const found = { panel: the(panel), opener: the(opener), narrow: matchMedia(narrow) };
    found.opener.addEventListener("click", () => set(open === found ? null : found));
    the("[data-close]", found.panel).addEventListener("click", () => set(null));
    found.narrow.addEventListener("change", () => set(null));
    return found;
  }

  /** @param {Side|null} next */
  function set(next) {
    const before = open;
    open = next;
    for (const one of sides) {
      const isOpen = one === open;
      one.panel.classList.toggle("open", isOpen);
      one.panel.inert = one.narrow.matches && !isOpen;
      one.opener.setAttribute("aria-expanded", String(isOpen));
    }
    house.classList.toggle("drawer-open", open !== null);
    if (open) the("[data-close]", open.panel).focus({ preventScroll: true });
    else before?.opener.focus({ preventScroll: true });
  }

  veil.addEventListener("click", () => set(null));
  house.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) set(null);
  });
  // A room was chosen, even the one already shown: the drawer has done its work.
  the("#rooms").addEventListener("click", (event) => {
    if (open && event.target instanceof Element && event.target.closest("a")) set(null);
  });
  set(null);

  return ({ current }) => {
    if (current !== shown && open) set(null);
    shown = current;
  };
}

// ── Title ──
// The tab's title: the room, and how much was said that one has not read.

/** @type {View} */
function titleView() {
  return ({ room, unread, atDoor, shutOut }) => {
    const inside = !atDoor && shutOut === null;
    const title = words.title(inside ? (room && words.roomName(room.card)) : null, unread.messages, unread.forMe > 0);
    if (document.title !== title) document.title = title;
  };
}

// ── Status ──
// The state of the connection, in words; and what did not work just now. Quiet while all is well.

const WORTH_A_WORD = 2; // tries that failed

/** @type {View} */
function statusView(parlor) {
  const app = the("#app");
  const status = the("#status");
  const [said, again] = [the("span", status), the("button", status)];
  const notice = the("#notice");

  again.addEventListener("click", () => parlor.again());
  the("button", notice).addEventListener("click", () => parlor.dismiss());

  return (now) => {
    const { connection, atDoor, shutOut, flash } = now;
    app.dataset.connection = connection.state;
    status.dataset.state = connection.state;
    status.dataset.slow = String(connection.slow);
    const saidElsewhere = connection.state === "refused" && (atDoor || shutOut !== null);
    const fine = (connection.state === "online" && !connection.slow) || connection.state === "idle";
    status.dataset.quiet = String(fine || saidElsewhere);
    setText(said, saidElsewhere ? "" : connectionWords(connection));
    const mayAsk = connection.state === "refused" || (connection.tries >= WORTH_A_WORD && connection.state !== "offline");
    again.hidden = fine || saidElsewhere || !mayAsk;

    setText(the("span", notice), flash ? words.flash(flash) : "");
    notice.hidden = flash === null;
  };
}

/** @param {Connection} connection */
function connectionWords({ state, tries, slow, problem }) {
  if (state === "idle") return "";
  if (state === "online") return slow ? words.slow : words.connected;
  if (state === "offline") return words.offline;
  if (state === "refused") return problem ? words.problem(problem) : words.refusedConnection;
  if (state === "reconnecting") return words.reconnecting;
  return tries > 1 ? words.noAnswer : words.connecting;
}

// ── Announcements ──
// What moderators tell everyone: at the head of the talk, until it is put away.

const MOST = 2;

/** @type {View} */
function announcementsView(parlor) {
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

// ── Notices ──
// What concerns one, from all rooms: the bell, and the list behind it.

/** @type {View} */
function noticesView(parlor, store) {
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
