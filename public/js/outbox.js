// Messages on their way. Each waits here until its room has acknowledged it: over a lost
// connection, a rejoin, and a reload of the tab. Sent again it keeps its id, so whoever has it
// already drops it.

import { tab } from "./storage.js";

/**
 * @import { Receipt, Say } from "./events.js"
 * @typedef {Say & {at: number}} Outgoing
 */

/**
 * @param {object} on
 * @param {(message: Say) => Promise<Receipt>} on.send
 * @param {(room: string) => boolean} on.ready   connected, and in that room
 * @param {(message: Outgoing, at: number) => void} on.sent
 * @param {(message: Outgoing, why: string) => void} on.failed
 */
export function createOutbox(on) {
  /** @type {Outgoing[]} */
  const before = tab.get("outbox") ?? [];
  const waiting = new Map(before.map((message) => [message.id, message]));
  /** @type {Set<string>} */
  const underway = new Set();

  const save = () => tab.set("outbox", waiting.size ? [...waiting.values()] : null);

  /** @param {string} id */
  function done(id) {
    underway.delete(id);
    waiting.delete(id);
    save();
  }

  /** @param {Outgoing} message */
  async function post(message) {
    underway.add(message.id);
    try {
      const { at } = await on.send({ room: message.room, id: message.id, text: message.text });
      done(message.id);
      on.sent(message, at);
    } catch (failure) {
      if (failure.code === "offline") {
        underway.delete(message.id); // Waits for the next flush.
      } else {
        done(message.id);
        on.failed(message, failure.message);
      }
    }
  }

  return {
    /** What waits, oldest first. */
    get messages() {
      return [...waiting.values()];
    },

    /** @param {Outgoing} message */
    put(message) {
      waiting.set(message.id, message);
      save();
      this.flush();
    },

    /** Sends whatever can go, in the order it was written. */
    flush() {
      for (const message of waiting.values()) {
        if (!underway.has(message.id) && on.ready(message.room)) post(message);
      }
    },

    /** Gives up on all messages for a room. @param {string} room @param {string} why */
    abandon(room, why) {
      for (const message of [...waiting.values()]) {
        if (message.room !== room) continue;
        done(message.id);
        on.failed(message, why);
      }
    },
  };
}
