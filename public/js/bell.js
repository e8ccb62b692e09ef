// What was addressed to us, wherever we are: mentions, direct messages, invitations. One tab gets each; the others hear
// it from that one. And whether the browser may tell it, and the count in the icon.

/**
 * @import { Announcement, Waiting } from "./notification-events.js"
 * @import { Store } from "./store.js"
 * @import { Surroundings, Tabs, Word } from "./surroundings.js"
 * @import { NoticeItem } from "./types.js"
 */

const NOTICES_MAX = 50;
const ANNOUNCEMENTS_MAX = 5;

/**
 * @param {Store} store
 * @param {object} how
 * @param {Surroundings} how.around
 * @param {() => Tabs} how.tabs
 * @param {() => void} how.sayQuiet   to the server, that it is another now
 * @param {(item: NoticeItem) => void} how.follow   the person wants to see where it happened
 * @param {(item: NoticeItem) => boolean} how.isInSight   the person is looking at it already
 */
export function createBell(store, { around, tabs, sayQuiet, follow, isInSight }) {
  const { lasting } = around;
  store.notices = (lasting.get("notices") ?? []).slice(0, NOTICES_MAX);
  store.bell.wanted = lasting.get("notify") === true;
  store.bell.quiet = lasting.get("quiet") === true;
  store.bell.permission = around.permission();

  function update() {
    store.bell.unseen = store.notices.filter(({ seen }) => !seen).length;
    lasting.set("notices", store.notices.length > 0 ? store.notices : null);
    store.changed();
  }
  update();

  /** @param {NoticeItem} item @returns {boolean} whether it is a new one */
  function add(item) {
    if (store.notices.some(({ id }) => id === item.id)) return false;
    store.notices = [item, ...store.notices].sort((a, b) => b.at - a.at).slice(0, NOTICES_MAX);
    update();
    return true;
  }

  /** @param {(item: NoticeItem) => boolean} which */
  function see(which) {
    const now = store.notices.filter((item) => !item.seen && which(item));
    if (now.length === 0) return;
    for (const item of now) item.seen = true;
    update();
    tabs().say({ kind: "seen", ids: now.map(({ id }) => id) });
  }

  /** @param {NoticeItem} item */
  function show(item) {
    if (!store.bell.wanted || around.permission() !== "granted" || tabs().anyLooked) return;
    const { id, from, room, text } = item;
    const title = room.kind === "direct" || room.name === "" ? from.name : `${from.name} · ${room.name}`;
    around.notify({ title, body: text, tag: id, chosen: () => follow(item) });
  }

  return {
    /** From the server: acknowledged, as it is in the list, or was. @param {Waiting} waiting @param {() => void} [ack] */
    notice({ id: number, data }, ack) {
      const id = String(number);
      const item = { ...data, id, seen: false };
      if (add(item)) {
        tabs().say({ kind: "notice", item });
        if (isInSight(item)) see((each) => each.id === id);
        else show(item);
      }
      ack?.();
    },

    /** @param {Announcement} announcement */
    announcement(announcement) {
      if (store.announcements.some(({ id }) => id === announcement.id)) return;
      store.announcements = [announcement, ...store.announcements].slice(0, ANNOUNCEMENTS_MAX);
      store.changed();
    },

    /** Said by another tab. @param {Word} word */
    heard(word) {
      if (word.kind === "notice") {
        add({ ...word.item });
        if (isInSight(word.item)) see(({ id }) => id === word.item.id);
      }
      if (word.kind === "seen") {
        for (const item of store.notices) if (word.ids.includes(item.id)) item.seen = true;
        update();
      }
      if (word.kind === "dismissed") {
        store.notices = store.notices.filter(({ id }) => id !== word.id);
        update();
      }
      if (word.kind === "quiet") {
        store.bell.quiet = word.quiet;
        sayQuiet(); // Each tab has a connection of its own.
      }
      if (word.kind === "wanted") store.bell.wanted = word.wanted;
      store.bell.permission = around.permission();
      store.changed();
    },

    /** What was read in the room needs no notice any more. @param {string} room @param {number} seq */
    read(room, seq) {
      see((item) => item.room.id === room && (item.seq <= seq || item.kind === "invitation"));
    },

    saw: () => see(() => true),

    /** @param {string} id */
    dismiss(id) {
      store.notices = store.notices.filter((item) => item.id !== id);
      update();
      tabs().say({ kind: "dismissed", id });
    },

    /** @param {string} id */
    dismissAnnouncement(id) {
      store.announcements = store.announcements.filter((each) => each.id !== id);
      store.changed();
    },

    /** Whether the browser is to tell. Asks for its permission: only in a click. @param {boolean} wanted */
    async want(wanted) {
      if (wanted && around.permission() === "default") await around.askPermission();
      store.bell.permission = around.permission();
      store.bell.wanted = wanted && store.bell.permission === "granted";
      lasting.set("notify", store.bell.wanted || null);
      tabs().say({ kind: "wanted", wanted: store.bell.wanted });
      store.changed();
    },

    /** @param {boolean} quiet */
    quiet(quiet) {
      store.bell.quiet = quiet;
      lasting.set("quiet", quiet || null);
      sayQuiet();
      tabs().say({ kind: "quiet", quiet });
      store.changed();
    },

    clear() {
      store.notices = [];
      store.announcements = [];
      update();
    },
  };
}

/** @typedef {ReturnType<typeof createBell>} Bell */
