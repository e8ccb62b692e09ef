// Messages on their way. Each waits here until its room has acknowledged it: over a lost connection, a rejoin, and a
// reload or the end of the tab. Sent again it keeps its id, so whoever has it already drops it. In each room one goes
// after another, so that they arrive in the order in which they were written.

import { Failure, problemOf } from "./problem.js";
import { randomText } from "./surroundings.js";

/**
 * @import { File, Quote as Reply, Receipt, Say } from "./events.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Problem } from "./types.js"
 */

/**
 *
 * @typedef {object} Outgoing
 * @property {string} id
 * @property {string} room
 * @property {string} text
 * @property {number} at           when it was written
 * @property {Reply|null} reply
 * @property {File[]} files        those that the server has
 * @property {string[]} uploads    attachments that it has not yet
 * @property {Problem|null} problem  why it waits to be retried by hand
 */

const KEY = "outbox.";
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const SLOW_DOWN_MS = [2_000, 4_000, 8_000];
/** What is over by itself after a while; the message is sent again. */
const PASSING = new Set(["timeout", "busy", "storage"]);
/** Who comes back after longer than that is asked before old words go out. */
const STALE_MS = 24 * 60 * 60_000;

/**
 * @param {object} on
 * @param {(message: Say) => Promise<Receipt>} on.send
 * @param {(room: string) => boolean} on.ready     connected, and in that room
 * @param {(room: string) => void} on.notIn        the server says that we are not in it: join again, and flush
 * @param {(keys: string[]) => File[]|Problem|null} on.uploaded  the files of attachments; null: not all of them are there yet
 * @param {(message: Outgoing, receipt: Receipt) => void} on.sent
 * @param {(message: Outgoing, problem: Problem) => void} on.failed
 * @param {(message: Outgoing) => void} on.found   one that a tab before this one left behind
 * @param {Pick<Surroundings, "lasting"|"tab"|"hold"|"held">} around
 */
export function createOutbox(on, around) {
  const { lasting, tab } = around;
  // Each page keeps its own, under a name that it holds while it lives; a tab that was doubled has its own as well.
  const name = `tab-${randomText(12)}`;
  /** @type {string|null} */
  const before = tab.get("self"); // this tab's last page
  tab.set("self", name);
  around.hold(name);

  /** @type {Map<string, Outgoing>} */
  const waiting = new Map();
  /** @type {Set<string>} */
  const busy = new Set(); // rooms of which a message is under way, or waits a moment
  /** @type {Map<string, number>} */
  const tries = new Map();

  const save = () => lasting.set(KEY + name, waiting.size > 0 ? [...waiting.values()] : null);

  /** @param {string} id */
  function done(id) {
    waiting.delete(id);
    tries.delete(id);
    save();
  }

  /** @param {Outgoing} message @param {Problem} problem */
  function fail(message, problem) {
    message.problem = problem;
    tries.delete(message.id);
    save();
    on.failed(message, problem);
  }

  /** @param {string} room @param {number} ms */
  function later(room, ms) {
    setTimeout(() => {
      busy.delete(room);
      flush(room);
    }, ms);
  }

  /** The first message of a room that may go. @param {string} room */
  function flush(room) {
    if (busy.has(room) || !on.ready(room)) return;
    for (const message of waiting.values()) {
      if (message.room !== room || message.problem) continue;
      if (message.uploads.length > 0) {
        const files = on.uploaded(message.uploads);
        if (files === null) return; // Flushed again once they are there.
        if (!Array.isArray(files)) {
          fail(message, files);
          continue;
        }
        message.files = [...message.files, ...files];
        message.uploads = [];
        save();
      }
      post(message);
      return;
    }
  }

  /** @param {Outgoing} message */
  async function post(message) {
    const { room, id, text, reply, files } = message;
    busy.add(room);
    try {
      const receipt = await on.send({ room, id, text, files, ...(reply && { reply: reply.seq }) });
      busy.delete(room);
      if (waiting.has(id)) {
        done(id);
        on.sent(message, receipt);
      }
      flush(room);
    } catch (failure) {
      if (!(failure instanceof Failure)) busy.delete(room);
      const { code } = problemOf(failure);
      const waits = code === "slow down" ? SLOW_DOWN_MS : PASSING.has(code) ? AGAIN_MS : null;
      if (waits) {
        const before = tries.get(id) ?? 0;
        tries.set(id, before + 1);
        later(room, waits[Math.min(before, waits.length - 1)]);
      } else {
        busy.delete(room);
        if (code === "offline") return; // Waits to be flushed.
        if (code === "not in room") {
          on.notIn(room);
          return;
        }
        if (waiting.has(id)) fail(message, problemOf(failure));
        flush(room);
      }
    }
  }

  /** What a page that is gone left behind, under its name. @param {string} key */
  function take(key) {
    const kept = lasting.get(key);
    if (!Array.isArray(kept)) return;
    for (const message of /** @type {Outgoing[]} */ (kept)) {
      if (waiting.has(message.id)) continue;
      if (message.uploads.length > 0) message.problem ??= { code: "file lost", message: "" };
      if (Date.now() - message.at > STALE_MS) message.problem ??= { code: "written long ago", message: "" };
      waiting.set(message.id, message);
      on.found(message);
    }
    save();
    lasting.set(key, null);
  }

  return {
    /** What waits, oldest first. */
    get messages() {
      return [...waiting.values()];
    },

    /** What this tab, and tabs that are gone, did not get rid of. */
    async restore() {
      if (before !== null) take(KEY + before);
      const alive = await around.held().catch(() => null);
      if (alive === null) return; // Cannot be known: then each tab sends its own only.
      for (const key of lasting.keys(KEY)) if (key !== KEY + name && !alive.includes(key.slice(KEY.length))) take(key);
      this.flush();
    },

    /** @param {Outgoing} message */
    put(message) {
      waiting.delete(message.id);
      waiting.set(message.id, message);
      save();
      flush(message.room);
    },

    /** Sends whatever can go. @param {string} [room] */
    flush(room) {
      if (room !== undefined) return flush(room);
      for (const each of new Set([...waiting.values()].map((message) => message.room))) flush(each);
    },

    /** It came back from the room, before its receipt or without. @param {string} id @param {Receipt} receipt */
    arrived(id, receipt) {
      const message = waiting.get(id);
      if (!message) return;
      done(id);
      on.sent(message, receipt);
    },

    /** @param {string} id */
    get: (id) => waiting.get(id) ?? null,

    /** @param {string} id */
    discard: done,

    /** Forgets everything: it is another person who sits here. */
    clear() {
      waiting.clear();
      for (const key of lasting.keys(KEY)) lasting.set(key, null);
    },

    /** Gives up on all messages for a room. @param {string} room @param {Problem} why */
    abandon(room, why) {
      for (const message of waiting.values()) if (message.room === room && !message.problem) fail(message, why);
    },
  };
}

/** @typedef {ReturnType<typeof createOutbox>} Outbox */
