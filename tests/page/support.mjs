// What the page's core needs of a browser and of a server, made up.

import { remembered } from "../../public/js/surroundings.js";

/** @returns {Storage} */
export function memory() {
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    key: (place) => [...items.keys()][place] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, String(value)),
    removeItem: (key) => items.delete(key),
    clear: () => items.clear(),
  };
}

/**
 * One browser: what is kept is shared by its tabs, and so is what they say to each other. `tab()` is one tab's surroundings, with
 * `looks(bool)`, `network(bool)` and `close()` to make things happen, and in `shown` the browser's notifications.
 */
export function browser() {
  const lasting = memory();
  const held = new Set();
  const tabs = new Set();
  return {
    lasting: remembered(() => lasting),
    held,
    tab(session = memory()) {
      const [looking, network, leaving] = [[], [], []];
      const state = { looked: true, onLine: true, permission: "default", chance: 0 };
      const self = {
        lasting: remembered(() => lasting),
        tab: remembered(() => session),
        looked: () => state.looked,
        onLook: (tell) => looking.push(tell),
        onLine: () => state.onLine,
        onNetwork: (tell) => network.push(tell),
        onLeave: (tell) => leaving.push(tell),
        channel(hear) {
          const me = { hear };
          tabs.add(me);
          self.leaveChannel = () => tabs.delete(me);
          return (message) => {
            for (const other of tabs) if (other !== me) other.hear(structuredClone(message));
          };
        },
        hold: (name) => held.add((self.name = name)),
        held: async () => [...held],
        permission: () => state.permission,
        askPermission: async () => (state.permission = "granted"),
        notify: (notice) => self.shown.push(notice),
        badge: (count) => (self.badgeCount = count),
        chance: () => state.chance,
        urlOf: (blob) => {
          const url = `blob:${self.urls.size}`;
          self.urls.set(url, blob);
          return url;
        },
        dropUrl: (url) => self.urls.delete(url),

        shown: [],
        urls: new Map(),
        session,
        state,
        looks(now) {
          state.looked = now;
          for (const tell of looking) tell();
        },
        network(now) {
          state.onLine = now;
          for (const tell of network) tell();
        },
        close() {
          for (const tell of leaving) tell();
          held.delete(self.name);
          self.leaveChannel?.();
        },
      };
      return self;
    },
  };
}

export const ADA = { id: "ada-ada-ada-ada-", name: "Ada" };
export const BO = { id: "bo-bo-bo-bo-bo-b", name: "Bo" };

/** A stored message. */
export const told = (seq, from = BO, data = {}) => ({
  seq,
  data: { room: "tea", id: `${from.name} ${seq}`, from, at: 1_000 * seq, text: `message ${seq}`, files: [], mentions: [], reactions: [], ...data },
});

/** Lets promises go on. */
export async function settled(turns = 20) {
  for (let i = 0; i < turns; i += 1) await Promise.resolve();
}

/**
 * A connection whose answers the test gives: `await server.next("say")` is the question that waits, or comes, with `args`, `answer(value)`
 * and `refuse(failure)`.
 */
export function fakeRequests() {
  const asked = [];
  const waiters = [];
  const request = (event, ...args) => new Promise((answer, refuse) => {
    const question = { event, args, answer, refuse };
    const waiter = waiters.findIndex((each) => each.event === event);
    if (waiter >= 0) waiters.splice(waiter, 1)[0].resolve(question);
    else asked.push(question);
  });
  return {
    request,
    asked,
    next(event) {
      const place = asked.findIndex((each) => each.event === event);
      if (place >= 0) return Promise.resolve(asked.splice(place, 1)[0]);
      return new Promise((resolve) => waiters.push({ event, resolve }));
    },
  };
}
