// The one Socket.IO connection, and what it means to the person, in words.

import { io } from "/socket.io/socket.io.esm.min.js";

/**
 * @import { Socket } from "socket.io-client"
 * @import { Auth, ClientToServerEvents, Failed, Refusal, ServerToClientEvents, Typing } from "./events.js"
 * @typedef {{state: "connecting" | "online" | "offline" | "refused", words: string}} State
 */

/**
 * What an event takes, if it is acknowledged.
 * @template {keyof ClientToServerEvents} Event
 * @typedef {Parameters<ClientToServerEvents[Event]> extends [...infer Data, Function] ? Data : never} Question
 */
/**
 * What it is answered, if it does not fail.
 * @template {keyof ClientToServerEvents} Event
 * @typedef {Parameters<ClientToServerEvents[Event]> extends [...any, (answer: infer Given) => void]
 *   ? Exclude<Given, Failed> : never} Answer
 */

const ANSWER_MS = 10_000;
const SENT_AWAY_MS = 2_000;
const PROBE_MS = 1_500;
const PROBE = "rooms"; // any question that has an answer

/** Why a request came to nothing: `code` for the program, `message` for the person. */
export class Failure extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @param {object} on
 * @param {(connection: State) => void} on.state
 * @param {() => void} on.online      connected (again), with a new id
 * @param {() => void} on.lost        not connected any more
 * @param {(error: {code?: string, message: string}) => void} on.refused
 * @param {ServerToClientEvents} on.events
 */
export function createConnection(on) {
  /** @type {Socket<ServerToClientEvents, ClientToServerEvents> | null} */
  let socket = null;
  /** @type {Auth} */
  let auth = { name: null };
  let everOnline = false;
  let tries = 0;
  /** @type {string|null} */
  let refusal = null;

  function tell() {
    on.state(describe());
  }

  /** @returns {State} */
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

  /** @param {Auth} auth */
  function open(auth) {
    /** @type {Socket<ServerToClientEvents, ClientToServerEvents>} */
    const socket = io({ auth });

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
        /** @type {Refusal | undefined} */
        const data = error.data;
        on.refused({ code: data?.code, message: error.message });
      }
      tell();
    });

    for (const [event, handle] of Object.entries(on.events)) {
      socket.on(/** @type {keyof ServerToClientEvents} */ (event), handle);
    }
    return socket;
  }

  /** Starts over at once, without waiting for the client's own back-off. */
  function again() {
    refusal = null;
    socket?.disconnect().connect();
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

    /** Connects under this name; another name means another connection. @param {string} name */
    enter(name) {
      refusal = null;
      const isKnown = auth.name === name;
      auth = { name };
      if (!socket) {
        socket = open(auth);
        tell();
        return;
      }
      if (socket.connected && isKnown) return;
      socket.auth = auth;
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
     * @template {keyof ClientToServerEvents} Event
     * @param {Event} event
     * @param {Question<Event>} args
     * @returns {Promise<Answer<Event>>}
     */
    async request(event, ...args) {
      const lost = () => new Failure("offline", "You are not connected.");
      if (!socket?.connected) throw lost();
      const id = socket.id;
      let answer;
      try {
        // Which event it is only the caller knows, whom the types above hold to it.
        answer = await /** @type {Socket} */ (socket).timeout(ANSWER_MS).emitWithAck(event, ...args);
      } catch {
        throw socket.id === id ? new Failure("timeout", "No answer came.") : lost();
      }
      if (answer?.error) throw new Failure(answer.error, answer.message ?? "That did not work.");
      return answer;
    },

    /** Says something that may get lost. @param {"typing"} event @param {Typing} data */
    whisper(event, data) {
      if (socket?.connected) socket.volatile.emit(event, data);
    },
  };
}
