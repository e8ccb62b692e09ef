// Messages on their way. Each waits here until its room has acknowledged it: over a lost
// connection, a rejoin, and a reload of the tab. Sent again it keeps its id, so whoever has it
// already drops it.

import { tab } from "./storage.js";

/**
 * @param {object} on
 * @param {(message: object) => Promise<{at: number}>} on.send
 * @param {(room: string) => boolean} on.ready   connected, and in that room
 * @param {(message: object, at: number) => void} on.sent
 * @param {(message: object, why: string) => void} on.failed
 */
export function createOutbox(on) {
  const waiting = new Map((tab.get("outbox") ?? []).map((message) => [message.id, message]));
  const underway = new Set();

  const save = () => tab.set("outbox", waiting.size ? [...waiting.values()] : null);

  function done(id) {
    underway.delete(id);
    waiting.delete(id);
    save();
  }

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

    /** Gives up on all messages for a room. */
    abandon(room, why) {
      for (const message of [...waiting.values()]) {
        if (message.room !== room) continue;
        done(message.id);
        on.failed(message, why);
      }
    },
  };
}
