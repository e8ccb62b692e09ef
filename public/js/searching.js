// Searching the messages of a room, as one types.

import { problemOf } from "./problem.js";
import { messageOf } from "./room.js";

/**
 * @import { Request } from "./connection.js"
 * @import { Store } from "./store.js"
 */

const WAIT_MS = 250;
const SHORTEST = 2;

/**
 * @param {Store} store
 * @param {object} how
 * @param {Request} how.request   one that waits where it is told to slow down
 */
export function createSearching(store, { request }) {
  let turn = 0; // answers to an earlier question are not wanted any more
  /** @type {number|null} */
  let next = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @param {number} [before] */
  async function ask(before) {
    const { search } = store;
    if (!search) return;
    turn += 1;
    const mine = turn;
    const { room, words } = search;
    Object.assign(search, { state: "searching", problem: null });
    store.changed();
    try {
      const answer = await request("search", before === undefined ? { room, words } : { room, words, before });
      if (mine !== turn || store.search !== search) return;
      const found = answer.messages.map((told) => messageOf(told, store.me.id));
      next = answer.next;
      Object.assign(search, {
        state: "found",
        found: before === undefined ? found : [...search.found, ...found],
        more: next !== null,
      });
    } catch (failure) {
      const problem = problemOf(failure);
      if (mine !== turn) return;
      Object.assign(search, { state: "failed", problem });
    }
    store.changed();
  }

  return {
    /** @param {string} room */
    open(room) {
      turn += 1;
      clearTimeout(timer);
      store.search = { room, words: "", state: "empty", found: [], more: false, problem: null };
      store.changed();
    },

    /** @param {string} words */
    searchFor(words) {
      const { search } = store;
      if (!search || search.words === words) return;
      turn += 1;
      clearTimeout(timer);
      search.words = words;
      if (words.trim().length < SHORTEST) Object.assign(search, { state: "empty", found: [], more: false, problem: null });
      else {
        search.state = "searching";
        timer = setTimeout(ask, WAIT_MS);
      }
      store.changed();
    },

    /** What comes after, or, if that failed, again. */
    more() {
      const { search } = store;
      if (!search || search.state === "searching" || search.words.trim().length < SHORTEST) return;
      if (search.found.length === 0) ask();
      else if (search.more && next !== null) ask(next);
    },

    close() {
      turn += 1;
      clearTimeout(timer);
      store.search = null;
      store.changed();
    },
  };
}
