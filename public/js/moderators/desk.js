// What a moderator does, and what is told them. Between the connection and the store; knows nothing of how it looks.

import { lasting, tab } from "../surroundings.js";
import { createConnection } from "./connection.js";
import { withNewest, withOlder, withOne, noPages, oldest } from "./pages.js";
import { moment } from "./times.js";
import { words } from "./words.js";

/**
 * @import { Did } from "../moderator-events.js"
 * @import { Answer, Event, Question } from "./connection.js"
 * @import { State, Store } from "./store.js"
 * @typedef {ReturnType<typeof createDesk>} Desk
 */

const KEY = "moderator key"; // in the tab's storage: it is not kept for longer
const AGAIN_MS = 10_000;
const BURST_MS = 400; // of several things that are done at once, one overview
const SETTLED_MS = 1_500; // by then those who were sent away are gone from the overview
const NOTICE_MS = 6_000;

/** @param {Store} store */
export function createDesk(store) {
  let noticeTimer = 0;
  let burstTimer = 0;
  let isAsking = false;
  let askAgain = false;

  const token = () => {
    const token = lasting.get("token");
    return typeof token === "string" ? token : "";
  };

  const connection = createConnection({ token, state: stateIs, online, refused, did });

  // ── Coming in ──────────────────────────────────────────────────────────────────────────────

  /** @param {State} state */
  function stateIs(state) {
    store.connection = { state, words: wordsFor(state) };
    store.changed();
  }

  /** @param {State} state */
  function wordsFor(state) {
    if (state === "online") return words.online;
    if (state === "refused") return store.gateWords;
    if (state === "offline") return words.offline;
    const { everOnline, isSentAway, tries } = connection.story;
    if (isSentAway) return words.sentAway;
    if (everOnline) return words.lost(store.overviewAt ? moment(store.overviewAt, Date.now()) : null);
    return tries > 1 ? words.noAnswer : words.connecting;
  }

  function online() {
    store.gate = null;
    store.gateWords = "";
    store.entering = false;
    refresh();
    newestOfLog();
    store.changed();
  }

  /** @param {{code: string, message: string}} why */
  function refused({ code, message }) {
    store.entering = false;
    store.gate = code === "bad token" ? "token" : "key";
    store.gateWords = words.refused[code] ?? (message || words.notLetIn);
    if (code === "wrong key") tab.set(KEY, null);
    forget();
    store.changed();
  }

  /** What was shown is not for those who stand before the door. */
  function forget() {
    store.overview = null;
    store.overviewAt = 0;
    store.stale = "";
    store.log = noPages();
    store.logKnown = false;
  }

  /** @param {string} key */
  function enter(key) {
    if (token() === "") {
      store.gate = "token";
      store.gateWords = words.noToken;
    } else if (key === "") {
      store.gate = "key";
      store.gateWords = words.emptyKey;
    } else {
      tab.set(KEY, key);
      store.gateWords = "";
      store.entering = true;
      connection.enter(key);
    }
    store.changed();
  }

  /** At the start, and when another tab has come in by the chat. */
  function begin() {
    const key = tab.get(KEY);
    store.gate = token() === "" ? "token" : "key";
    store.gateWords = store.gate === "token" ? words.noToken : "";
    if (store.gate === "key" && typeof key === "string") enter(key);
    store.changed();
  }

  /** The key is put away: this tab does not moderate any more. */
  function leave() {
    tab.set(KEY, null);
    connection.leave();
    forget();
    begin();
  }

  // ── What is shown ──────────────────────────────────────────────────────────────────────────

  async function refresh() {
    if (isAsking) {
      askAgain = true;
      return;
    }
    isAsking = true;
    try {
      const overview = await connection.request("overview");
      store.overview = overview;
      store.overviewAt = Date.now();
      store.stale = "";
    } catch (failure) {
      store.stale = failure.code === "offline" ? "" : words.stale(failure.message);
    }
    isAsking = false;
    store.changed();
    if (askAgain) {
      askAgain = false;
      soon();
    }
  }

  function soon() {
    clearTimeout(burstTimer);
    burstTimer = window.setTimeout(refresh, BURST_MS);
  }

  /** @param {Did} done */
  function did(done) {
    store.log = withOne(store.log, done);
    store.changed();
    soon();
    setTimeout(refreshIfSeen, SETTLED_MS);
  }

  function refreshIfSeen() {
    if (!document.hidden && connection.online) refresh();
  }

  async function newestOfLog() {
    try {
      const { entries, more } = await connection.request("log", {});
      store.log = withNewest(store.log, { items: entries, more });
      store.logKnown = true;
    } catch (failure) {
      if (failure.code !== "offline") notice(failure.message); // else it is asked again once we are back
    }
    store.changed();
  }

  async function olderLog() {
    if (store.logBusy) return;
    store.logBusy = true;
    store.changed();
    try {
      const { entries, more } = await connection.request("log", { before: oldest(store.log) });
      store.log = withOlder(store.log, { items: entries, more });
    } catch (failure) {
      notice(failure.message);
    }
    store.logBusy = false;
    store.changed();
  }

  /** @param {string} text */
  function notice(text) {
    store.notice = text;
    store.changed();
    clearTimeout(noticeTimer);
    noticeTimer = window.setTimeout(() => {
      store.notice = "";
      store.changed();
    }, NOTICE_MS);
  }

  /** Looks again every ten seconds while somebody looks, and at once when they look again. */
  function watch() {
    setInterval(refreshIfSeen, AGAIN_MS);
    document.addEventListener("visibilitychange", refreshIfSeen);
    window.addEventListener("storage", () => {
      if (store.gate === "token" && token() !== "") begin();
    });
  }

  return {
    begin,
    enter,
    leave,
    watch,
    olderLog,
    notice,
    again: connection.again,

    /**
     * Asks the server; fails with words for the person.
     * @template {Event} E
     * @param {E} event
     * @param {Question<E>} args
     * @returns {Promise<Answer<E>>}
     */
    ask: (event, ...args) => connection.request(event, ...args),
  };
}
