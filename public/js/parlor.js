// The chat itself: what the person can do. Puts the parts together, and knows nothing of how it looks.

import { createBell } from "./bell.js";
import { createConnection, patiently } from "./connection.js";
import { createDownloads, createUploads } from "./files.js";
import { createHearing } from "./hearing.js";
import { createIdentity, kindOf, nameProblem, roomProblem } from "./names.js";
import { createOutbox } from "./outbox.js";
import { createAway, createTypist } from "./presence.js";
import { outcome, problem, problemOf } from "./problem.js";
import { createRooms } from "./rooms.js";
import { createSearching } from "./searching.js";
import { createTabs, randomText } from "./surroundings.js";
import { createDrafts, createWriting } from "./writing.js";

/**
 * @import { Request, Whisper } from "./connection.js"
 * @import { Person, Welcome } from "./events.js"
 * @import { Room } from "./room.js"
 * @import { Store } from "./store.js"
 * @import { Route, Surroundings, Word } from "./surroundings.js"
 * @import { NoticeItem, Parlor, Problem } from "./types.js"
 * @import { Manager } from "socket.io-client"
 */

const LIST_AGAIN_MS = 500;
const FLASH_MS = 6_000;

/**
 * @param {Store} store
 * @param {object} how
 * @param {Manager} how.manager   with autoConnect off
 * @param {Surroundings} how.around
 * @param {Route} how.route
 * @returns {Parlor & {start: () => void, shown: (room: string|null) => void}}   to be started once the views are there
 */
export function createParlor(store, { manager, around, route }) {
  const { lasting } = around;
  const identity = createIdentity(lasting);
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let listTimer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let flashTimer;
  /** @type {Set<string>} */
  const leaving = new Set(lasting.get("leaving") ?? []); // rooms that the server does not know yet that we left
  /** What opens a room anew with the same words is the same try. @type {{of: string, seed: string}|null} */
  let opening = null;

  const me = () => store.me.id;
  const isOnline = () => connection.online;
  /** @type {Request} */
  const ask = (event, ...args) => connection.request(event, ...args);
  const request = patiently(ask);
  /** @type {Whisper} */
  const whisper = (event, ...args) => connection.whisper(event, ...args);

  // ── The parts ──────────────────────────────────────────────────────────────────────────────

  const uploads = createUploads({ request, me: () => store.me.id ?? identity.id, online: isOnline, around, changed: () => writing.uploaded() });
  const downloads = createDownloads({ request, downloads: store.downloads, changed: store.changed, around });
  const drafts = createDrafts(around, uploads.known);
  const typist = createTypist(whisper);
  const outbox = createOutbox({
    send: (message) => connection.request("say", message), // The outbox has its own patience.
    ready: (room) => isOnline() && store.rooms.get(room)?.state === "in",
    notIn: (room) => rooms.rejoin(room),
    uploaded: uploads.files,
    sent: (message, receipt) => writing.sent(message, receipt),
    failed: (message, why) => writing.failed(message, why),
    found(message) {
      const room = store.rooms.get(message.room);
      if (room) writing.found(room, message);
      else rooms.ensure(message.room); // which brings it
    },
  }, around);
  const rooms = createRooms(store, {
    request,
    online: isOnline,
    me,
    drafts,
    around,
    made(room) {
      for (const message of outbox.messages) if (message.room === room.id) writing.found(room, message);
    },
    entered: (room) => outbox.flush(room.id),
    read: wasRead,
    gone(room) {
      if (store.current === room) show(null);
      if (store.search?.room === room) searching.close();
    },
  });
  const writing = createWriting(store, { request, online: isOnline, rooms, drafts, outbox, uploads, typist, flash });
  const searching = createSearching(store, { request });
  const hearing = createHearing(store, { rooms, outbox, around, listStale, read: wasRead });
  const tabId = randomText(12);
  const bell = createBell(store, {
    around,
    tabs: () => tabs,
    sayQuiet: () => connection.sayQuiet(),
    follow,
    isInSight: ({ room }) => room.id === store.current && rooms.isAtEnd && around.looked() && !store.atDoor,
  });
  const tabs = createTabs(around, tabId, heardOfTab);
  const connection = createConnection({
    manager,
    auth: () => identity.auth(),
    quiet: () => store.bell.quiet,
    around,
    on: {
      state(now) {
        store.connection = now;
        store.changed();
      },
      online,
      lost() {
        rooms.lost();
        hearing.lost();
        store.changed();
      },
      refused,
      events: { ...hearing.events, person, "sent away": ({ why }) => shutOut("sent away", why) },
      notices: { notice: bell.notice, announcement: bell.announcement },
    },
  });
  const away = createAway((isAway) => connection.away(isAway), around);

  // ── Coming in ──────────────────────────────────────────────────────────────────────────────

  /** @param {Welcome|null} welcome */
  function online(welcome) {
    if (welcome) {
      const isOther = store.me.id !== null && store.me.id !== welcome.me.id;
      if (isOther) for (const id of [...store.rooms.keys()]) rooms.forget(id);
      identity.known(welcome.me, welcome.token);
      store.me = { ...welcome.me };
      store.muted = welcome.muted ?? null;
    }
    store.shutOut = null;
    const wanted = identity.wanted;
    // Another name was said meanwhile, which the connection did not know.
    if (wanted !== null && wanted !== store.me.name) rename(wanted);
    else if (store.door.entering) comeIn();
    store.door.mayStay = true;
    if (welcome) rooms.welcome(welcome.rooms, leaving);
    for (const room of leaving) {
      request("leave", { room }).then(() => {
        leaving.delete(room);
        saveLeaving();
      }, () => {
        // Left with the next connection.
      });
    }
    rooms.joinAll();
    refreshList();
    uploads.resume();
    away.again();
    store.changed();
  }

  function comeIn() {
    store.atDoor = false;
    store.door = { problem: null, entering: false, mayStay: true };
    rooms.readIfSeen();
    store.changed();
  }

  /** @param {Problem|null} why */
  function toDoor(why) {
    store.atDoor = true;
    store.door = { problem: why, entering: false, mayStay: store.me.id !== null };
    store.changed();
  }

  /** @param {Problem} why */
  function refused(why) {
    if (why.code === "banned") return shutOut("banned", why.message);
    if (why.code === "bad token") {
      identity.forget();
      identity.unwant();
      store.me = { id: null, name: identity.name };
      toDoor(why);
    } else if (["bad name", "name taken"].includes(why.code) || store.me.id === null) {
      identity.unwant();
      toDoor(why);
    }
    store.door.entering = false;
    store.changed();
  }

  /** @param {"sent away"|"banned"} kind @param {string} why */
  function shutOut(kind, why) {
    store.shutOut = { kind, why };
    store.door.entering = false;
    connection.stop(problem(kind, why));
    store.changed();
  }

  /** @param {string} name */
  async function rename(name) {
    try {
      const answer = await request("rename", name);
      identity.known(answer.me, answer.token);
      hearing.events.person({ who: answer.me });
      comeIn();
    } catch (failure) {
      const why = problemOf(failure);
      if (why.code === "offline") return; // Still wanted: the next connection tells it.
      identity.unwant();
      toDoor(why);
    }
  }

  /** Somebody has another name. If it is us, by another tab: what this one says is to be said under it as well. @param {{who: Person}} event */
  async function person({ who }) {
    const isNew = who.id === store.me.id && who.name !== store.me.name;
    hearing.events.person({ who });
    if (!isNew) return;
    try {
      const answer = await request("rename", who.name);
      identity.known(answer.me, answer.token);
    } catch (failure) {
      problemOf(failure); // The next connection is made with the token of the other tab.
    }
  }

  function forgetMe() {
    outbox.clear();
    drafts.clear();
    identity.forget();
    identity.unwant();
    for (const key of ["name", "rooms", "notices", "notify", "quiet", "leaving"]) lasting.set(key, null);
    leaving.clear();
    connection.stop(null);
    for (const { url } of store.downloads.values()) if (url) around.dropUrl(url);
    store.downloads.clear();
    store.rooms.clear();
    bell.clear();
    Object.assign(store, { me: { id: null, name: "" }, muted: null, shutOut: null, list: new Map(), listed: false, search: null });
    show(null);
    toDoor(null);
  }

  /** @param {Word} word */
  function heardOfTab(word) {
    if (word.kind === "forget me") forgetMe();
    else bell.heard(word);
  }

  // ── Rooms ──────────────────────────────────────────────────────────────────────────────────

  /** @param {Room} room */
  function wasRead({ id, read }) {
    bell.read(id, read);
  }

  async function refreshList() {
    try {
      const listed = await request("rooms");
      store.list = new Map(listed.map(({ room, people }) => [room.id, { card: room, people }]));
      store.listed = true;
      store.changed();
    } catch (failure) {
      problemOf(failure); // Asked again on the next connection.
    }
  }

  function listStale() {
    clearTimeout(listTimer);
    listTimer = setTimeout(() => isOnline() && refreshList(), LIST_AGAIN_MS);
  }

  /** The address is another one. @param {string|null} room */
  function shown(room) {
    if (store.current !== null && store.current !== room) {
      typist.stopped(store.current);
      drafts.save();
    }
    if (store.search && store.search.room !== room) searching.close();
    if (room !== null && leaving.delete(room)) saveLeaving();
    rooms.show(room);
  }

  /** @param {string|null} room */
  function show(room) {
    route.to(room);
    shown(room);
  }

  function saveLeaving() {
    lasting.set("leaving", leaving.size > 0 ? [...leaving] : null);
  }

  /** @param {string} room */
  async function leave(room) {
    outbox.abandon(room, problem("left"));
    typist.stopped(room);
    const isMember = store.rooms.get(room)?.member ?? false;
    rooms.forget(room);
    if (!isMember) return;
    leaving.add(room);
    saveLeaving();
    const why = await outcome(request("leave", { room }));
    // Not told: the next welcome is taken with that in mind.
    if (why !== null && ["offline", "timeout"].includes(why.code)) return;
    leaving.delete(room);
    saveLeaving();
    listStale();
  }

  /** @param {NoticeItem} item */
  function follow({ id, room }) {
    show(room.id);
    const item = store.notices.find((each) => each.id === id);
    if (item && !item.seen) bell.read(room.id, item.seq);
  }

  // ── The line of news ───────────────────────────────────────────────────────────────────────

  /** @param {string} what @param {Partial<Problem>} why @param {string} [about] */
  function flash(what, { code = "", message = "" }, about = "") {
    store.flash = { what, code, message, about };
    clearTimeout(flashTimer);
    flashTimer = setTimeout(dismiss, FLASH_MS);
    store.changed();
  }

  function dismiss() {
    clearTimeout(flashTimer);
    store.flash = null;
    store.changed();
  }

  return {
    start() {
      store.me = { id: identity.id, name: identity.name };
      store.door.mayStay = store.me.id !== null;
      rooms.restore();
      outbox.restore();
      shown(route.room);
      let badge = 0;
      store.subscribe(({ unread: { forMe } }) => {
        if (forMe !== badge) around.badge(forMe);
        badge = forMe;
      });
      // Someone we know goes right in, unless the name is not allowed any more.
      const wrong = identity.token === null ? nameProblem(store.me.name) : null;
      if (wrong) return toDoor(store.me.name === "" ? null : wrong);
      store.atDoor = false;
      connection.connect();
      store.changed();
    },
    shown,

    enter(name) {
      const said = name.trim();
      const wrong = nameProblem(said);
      if (wrong) return toDoor(wrong);
      store.door = { ...store.door, problem: null, entering: true };
      if (connection.online && said === store.me.name) comeIn();
      else if (connection.online) {
        identity.want(said);
        rename(said);
      } else {
        if (said !== identity.name || identity.token === null) identity.want(said);
        connection.connect();
      }
      store.changed();
    },
    toDoor: () => toDoor(null),
    stay() {
      identity.unwant();
      comeIn();
      if (connection.refused) connection.again();
    },
    clearDoor() {
      if (!store.door.problem) return;
      store.door.problem = null;
      store.changed();
    },
    forgetMe() {
      forgetMe();
      tabs.say({ kind: "forget me" });
    },
    again() {
      store.shutOut = null;
      connection.again();
      store.changed();
    },

    show,
    async open({ name, topic, private: isPrivate }) {
      const said = name.trim();
      const wrong = isPrivate ? (said === "" ? problem("no room name") : null) : roomProblem(said);
      if (wrong) return wrong;
      const of = JSON.stringify([said, topic, isPrivate]);
      if (opening?.of !== of) opening = { of, seed: randomText(32) };
      try {
        const card = await request("open", { name: said, topic: topic.trim(), private: isPrivate, seed: opening.seed });
        opening = null;
        show(card.id);
        listStale();
        return null;
      } catch (failure) {
        return problemOf(failure);
      }
    },
    leave,
    topic: (room, topic) => outcome(request("topic", { room, topic: topic.trim() }).then((card) => {
      hearing.events.room({ room: card });
    })),
    async direct(person) {
      try {
        const card = await request("direct", { to: person });
        show(card.id);
        const room = store.rooms.get(card.id);
        if (room && !room.known) Object.assign(room, { card, known: true });
        store.changed();
        return null;
      } catch (failure) {
        return problemOf(failure);
      }
    },
    find: (name) => request("find", name.trim()).catch(problemOf),
    invite: (room, to) => outcome(request("invite", { room, to })),
    linkTo: route.linkTo,
    refreshList,
    rejoin: rooms.rejoin,

    atEnd: rooms.atEnd,
    older: rooms.older,
    reveal: rooms.reveal,
    clearNew(id) {
      const room = store.rooms.get(id);
      if (room) room.newAfter = null;
      store.changed();
    },

    type: writing.type,
    send: writing.send,
    reply: writing.reply,
    edit: writing.edit,
    editLast: (room) => writing.editLast(room),
    attach: writing.attach,
    detach: writing.detach,
    retryAttachment: (_room, key) => uploads.retry(key),
    retry: writing.retry,
    discard: writing.discard,
    remove: writing.remove,
    react: writing.react,
    complete: writing.complete,

    download(file) {
      downloads.get(file).catch(problemOf); // told in `downloads`
    },
    fileUrl: (file) => downloads.get(file).catch(problemOf),

    openSearch: searching.open,
    searchFor: searching.searchFor,
    searchMore: searching.more,
    closeSearch: searching.close,

    wantNotifications: bell.want,
    quiet: bell.quiet,
    sawNotices: bell.saw,
    followNotice(id) {
      const item = store.notices.find((each) => each.id === id);
      if (item && kindOf(item.room.id)) follow(item);
    },
    dismissNotice: bell.dismiss,
    dismissAnnouncement: bell.dismissAnnouncement,

    flash,
    dismiss,
  };
}
