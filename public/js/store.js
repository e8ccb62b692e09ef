// All that the views show, in one place. Whoever changes it says so with `changed()`;
// the views are called once per turn, however many changes there were.

/**
 * @import { Room } from "./room.js"
 * @import { State, Store as Shown } from "./types.js"
 */

/**
 * @typedef {Omit<Shown, "rooms" | "room"> & {rooms: Map<string, Room>, readonly room: Room|null}} Store  as the core sees it
 */

/**
 * How a store tells of its changes: once per turn, however many there were.
 * @template Now
 * @param {() => Now} now
 */
export function telling(now) {
  /** @type {Set<(now: Now) => void>} */
  const listeners = new Set();
  let queued = false;
  return {
    changed() {
      if (queued) return;
      queued = true;
      queueMicrotask(() => {
        queued = false;
        for (const listener of listeners) listener(now());
      });
    },

    /** @param {(now: Now) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @returns {Store} */
export function createStore() {
  /** @type {Store} */
  const store = {
    me: { id: null, name: "" },
    atDoor: true,
    door: { problem: null, entering: false, mayStay: false },
    connection: { state: "idle", since: 0, tries: 0, slow: false, problem: null },
    shutOut: null,
    muted: null,
    list: new Map(),
    listed: false,
    rooms: new Map(),
    current: null,
    search: null,
    notices: [],
    bell: { permission: "default", wanted: false, quiet: false, unseen: 0 },
    announcements: [],
    downloads: new Map(),
    flash: null,

    get room() {
      return store.rooms.get(store.current ?? "") ?? null;
    },
    get unread() {
      const rooms = [...store.rooms.values()];
      return {
        messages: rooms.reduce((sum, { unread }) => sum + unread, 0),
        forMe: rooms.reduce((sum, { mentions }) => sum + mentions, 0),
      };
    },

    ...telling(() => store),
  };
  return store;
}
