// The one Socket.IO connection, and what it means to the person, in words.

import { io } from "/socket.io/socket.io.esm.min.js";

const ANSWER_MS = 10_000;
const SENT_AWAY_MS = 2_000;
const PROBE_MS = 1_500;
const PROBE = "rooms"; // any question that has an answer

/** Why a request came to nothing: `code` for the program, `message` for the person. */
export class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @param {object} on
 * @param {(connection: {state: string, words: string}) => void} on.state
 * @param {() => void} on.online      connected (again), with a new id
 * @param {() => void} on.lost        not connected any more
 * @param {(error: {code?: string, message: string}) => void} on.refused
 * @param {Record<string, (data: object) => void>} on.events
 */
export function createConnection(on) {
  let socket = null;
  let everOnline = false;
  let tries = 0;
  let refusal = null;

  function tell() {
    on.state(describe());
  }

  function describe() {
    if (refusal) return { state: "refused", words: refusal };
    if (socket?.connected) return { state: "online", words: "Connected." };
    if (!navigator.onLine) {
      return { state: "offline", words: "You are offline. Messages wait here and are sent when you are back." };
    }
    if (everOnline) {
      return { state: "connecting", words: "Reconnecting… Messages wait here and are sent when the connection is back." };
    }
    return { state: "connecting", words: tries > 1 ? "Parlor does not answer. Trying again…" : "Connecting…" };
  }

  function open(name) {
    socket = io({ auth: { name } });

    socket.on("connect", () => {
      everOnline = true;
      tries = 0;
      tell();
      on.online();
    });

    socket.on("disconnect", (reason) => {
      on.lost();
      tell();
      // The client comes back by itself, except when the server closed the connection on purpose.
      if (reason === "io server disconnect") setTimeout(() => socket.active || socket.connect(), SENT_AWAY_MS);
    });

    socket.on("connect_error", (error) => {
      tries += 1;
      // Still active: it could not get through and will try again. Not active: it was told no.
      if (!socket.active) {
        refusal = error.message;
        on.refused({ code: error.data?.code, message: error.message });
      }
      tell();
    });

    for (const [event, handle] of Object.entries(on.events)) socket.on(event, handle);
  }

  /** Starts over at once, without waiting for the client's own back-off. */
  function again() {
    refusal = null;
    socket.disconnect().connect();
    tell();
  }

  /**
   * The browser lost its network. The client then hangs up, but not on localhost, where the server
   * may be within reach all the same: so we ask it, and hang up ourselves if it does not answer.
   */
  async function networkLost() {
    tell();
    if (!socket?.connected) return;
    try {
      await socket.timeout(PROBE_MS).emitWithAck(PROBE);
    } catch {
      if (!navigator.onLine && socket.connected) socket.disconnect();
    }
  }

  window.addEventListener("offline", networkLost);
  window.addEventListener("online", () => {
    if (socket && !socket.connected && !refusal) again();
    tell();
  });

  return {
    again,

    /** Connects under this name; another name means another connection. */
    enter(name) {
      refusal = null;
      if (!socket) {
        open(name);
        tell();
        return;
      }
      if (socket.connected && socket.auth.name === name) return;
      socket.auth = { name };
      again();
    },

    get id() {
      return socket?.id ?? null;
    },

    get online() {
      return socket?.connected ?? false;
    },

    /**
     * Asks and waits for the answer. Never lets the client buffer: its buffer is flushed as soon as
     * it is connected, which is before we are back in our rooms.
     */
    async request(event, ...args) {
      const lost = () => new Failure("offline", "You are not connected.");
      if (!socket?.connected) throw lost();
      const id = socket.id;
      let answer;
      try {
        answer = await socket.timeout(ANSWER_MS).emitWithAck(event, ...args);
      } catch {
        throw socket.id === id ? new Failure("timeout", "No answer came.") : lost();
      }
      if (answer?.error) throw new Failure(answer.error, answer.message ?? "That did not work.");
      return answer;
    },

    /** Says something that may get lost. */
    whisper(event, data) {
      if (socket?.connected) socket.volatile.emit(event, data);
    },
  };
}
