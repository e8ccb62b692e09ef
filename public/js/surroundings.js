// What the page wants of the browser, in one place, so that everything else runs in a test as well: whether it is looked at and
// has a network, what it remembers, a person's other tabs, the address, and randomness.

import { idOf } from "./names.js";

/**
 * @import { NoticeItem } from "./types.js"
 */

/**
 * @typedef {object} Surroundings
 * @property {Memory} lasting
 * @property {Memory} tab
 * @property {() => boolean} looked            somebody may see the page
 * @property {(tell: () => void) => void} onLook   it is looked at, or not any more
 * @property {() => boolean} onLine            what the browser thinks of its network
 * @property {(tell: () => void) => void} onNetwork
 * @property {(tell: () => void) => void} onLeave  the page is closed or loaded anew: the last chance to keep something
 * @property {(hear: (message: any) => void) => (message: any) => void} channel   to this person's other tabs
 * @property {(id: string) => void} hold       holds a name among the tabs as long as this one lives
 * @property {() => Promise<string[]|null>} held   the names that are held; null: this browser cannot say
 * @property {() => "default"|"granted"|"denied"|"unsupported"} permission
 * @property {() => Promise<unknown>} askPermission
 * @property {(notice: {title: string, body: string, tag: string, chosen: () => void}) => void} notify
 * @property {(count: number) => void} badge   on the icon of an installed page
 * @property {() => number} chance             from 0 up to 1, so that not all pages do the same at the same time
 * @property {(blob: Blob) => string} urlOf
 * @property {(url: string) => void} dropUrl
 */

/** @returns {Surroundings} */
export function browserSurroundings() {
  return {
    lasting,
    tab,
    looked: () => !document.hidden,
    onLook: (tell) => document.addEventListener("visibilitychange", tell),
    onLine: () => navigator.onLine,
    onNetwork(tell) {
      window.addEventListener("online", tell);
      window.addEventListener("offline", tell);
    },
    onLeave(tell) {
      window.addEventListener("pagehide", tell);
      document.addEventListener("visibilitychange", () => document.hidden && tell());
    },
    channel(hear) {
      if (!("BroadcastChannel" in window)) return () => {};
      const channel = new BroadcastChannel("parlor");
      channel.onmessage = ({ data }) => hear(data);
      return (message) => channel.postMessage(message);
    },
    hold(id) {
      // Never resolved: the browser lets go of it when the tab is gone.
      navigator.locks?.request(id, () => new Promise(() => {})).catch(() => {});
    },
    async held() {
      const { held } = (await navigator.locks?.query()) ?? {};
      return held?.map(({ name }) => name ?? "") ?? null;
    },
    permission: () => ("Notification" in window && window.isSecureContext ? Notification.permission : "unsupported"),
    askPermission: () => Notification.requestPermission(),
    notify({ title, body, tag, chosen }) {
      try {
        const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
        shown.onclick = () => {
          window.focus();
          chosen();
          shown.close();
        };
      } catch {
        // Some browsers (on phones) show none for a page: the title and the list of notices tell it too.
      }
    },
    badge(count) {
      if (!("setAppBadge" in navigator)) return;
      (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
    },
    chance: Math.random,
    urlOf: (blob) => URL.createObjectURL(blob),
    dropUrl: (url) => URL.revokeObjectURL(url),
  };
}

// ── Storage ──
// What the browser remembers. A browser may refuse storage altogether (private windows, policies):
// then nothing is remembered, and nothing else breaks.

const PREFIX = "parlor.";

/** @typedef {ReturnType<typeof remembered>} Memory */

/** @param {() => Storage} area */
export function remembered(area) {
  return {
    /** @param {string} key @returns {any} null if nothing is there */
    get(key) {
      try {
        return JSON.parse(area().getItem(PREFIX + key) ?? "null");
      } catch {
        return null;
      }
    },
    /** @param {string} key @param {unknown} value  null or "": forgotten */
    set(key, value) {
      try {
        if (value === null || value === "") area().removeItem(PREFIX + key);
        else area().setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Not remembered, then.
      }
    },
    /** The keys that begin so. @param {string} start @returns {string[]} */
    keys(start) {
      try {
        const all = Array.from({ length: area().length }, (_, place) => area().key(place) ?? "");
        return all.filter((key) => key.startsWith(PREFIX + start)).map((key) => key.slice(PREFIX.length));
      } catch {
        return [];
      }
    },
  };
}

/** Kept for the next visit, and shared by all tabs. */
export const lasting = remembered(() => localStorage);

/** Kept for this tab and its reloads. */
export const tab = remembered(() => sessionStorage);

// ── Tabs ──
// A person's tabs in this browser are one person: what one of them got, or did, the others know.

/**
 *
 * @typedef {{kind: "notice", item: NoticeItem}
 *   | {kind: "seen", ids: string[]}
 *   | {kind: "dismissed", id: string}
 *   | {kind: "quiet", quiet: boolean}
 *   | {kind: "wanted", wanted: boolean}
 *   | {kind: "forget me"}
 *   | {kind: "looked at", tab: string, looked: boolean}
 *   | {kind: "who looks?"}} Word
 */

/**
 * @param {Pick<Surroundings, "channel"|"looked"|"onLook"|"onLeave">} around
 * @param {string} self
 * @param {(word: Word) => void} hear
 */
export function createTabs(around, self, hear) {
  /** @type {Set<string>} */
  const looking = new Set(); // other tabs that somebody may see

  const say = /** @type {(word: Word) => void} */ (around.channel((/** @type {Word} */ word) => {
    if (word.kind === "who looks?") tellLook();
    else if (word.kind === "looked at") word.looked ? looking.add(word.tab) : looking.delete(word.tab);
    else hear(word);
  }));

  function tellLook(looked = around.looked()) {
    say({ kind: "looked at", tab: self, looked });
  }

  around.onLook(() => tellLook());
  around.onLeave(() => tellLook(false));
  tellLook();
  say({ kind: "who looks?" });

  return {
    say,
    /** Somebody sees one of the tabs, this one or another. */
    get anyLooked() {
      return around.looked() || looking.size > 0;
    },
  };
}

/** @typedef {ReturnType<typeof createTabs>} Tabs */

// ── Route ──
// The address says which room is shown: /r/ and its id. So a room can be linked, shared, and gone back to.

const ROOM = /^\/r\/([^/]+)\/?$/;

/** @param {string|null|undefined} room  its id */
export const addressOf = (room) => (room ? `/r/${encodeURIComponent(room)}` : "/");

/** The id of the room in an address; null if there is none. @param {string} path */
export function roomIn(path) {
  const [, room] = path.match(ROOM) ?? [];
  if (!room) return null;
  const id = decoded(room);
  return /^[~@]/.test(id) ? id : idOf(id);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not well encoded; it will be told that it is no room.
  }
}

/**
 * Keeps the room that is shown and the address together.
 * @param {(room: string|null) => void} shown   the address is another one now
 * @param {(room: string|null) => void} show    a link to a room was followed
 */
export function createRoute(shown, show) {
  // Addresses of old: #/name.
  const [, old] = location.hash.match(/^#\/(.+)$/) ?? [];
  if (old) history.replaceState(null, "", addressOf(idOf(decoded(old))));

  window.addEventListener("popstate", () => shown(roomIn(location.pathname)));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    const room = roomIn(link.pathname);
    if (room === null && link.pathname !== "/") return;
    event.preventDefault();
    show(room);
  });

  return {
    get room() {
      return roomIn(location.pathname);
    },
    /** @param {string} room */
    linkTo: (room) => new URL(addressOf(room), location.href).href,
    /** @param {string|null} room */
    to(room) {
      const address = addressOf(room);
      if (location.pathname !== address) history.pushState(null, "", address);
    },
  };
}

/** @typedef {ReturnType<typeof createRoute>} Route */

// ── Random ──
// What nobody guesses.

/** So many characters of base64url: letters, digits, `-` and `_`. @param {number} length */
export function randomText(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte & 63]).join("");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
