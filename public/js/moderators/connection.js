// The Socket.IO connection of the moderators, and what it means to the person, in words.

import { io } from "/socket.io/socket.io.esm.min.js";
import { words } from "./words.js";

/**
 * @import { Socket } from "socket.io-client"
 * @import { Auth, ClientToServerEvents, Did, Failed, Refusal, ServerToClientEvents } from "../moderator-events.js"
 * @import { State } from "./store.js"
 * @typedef {keyof ClientToServerEvents} Event
 */
/**
 * What an event takes.
 * @template {Event} E
 * @typedef {Parameters<ClientToServerEvents[E]> extends [...infer Data, Function] ? Data : never} Question
 */
/**
 * What it is answered, if it does not fail.
 * @template {Event} E
 * @typedef {Parameters<ClientToServerEvents[E]> extends [...any, (answer: infer Given) => void]
 *   ? Exclude<Given, Failed> : never} Answer
 */

const ANSWER_MS = 10_000;
const SENT_AWAY_MS = 2_000;
const PROBE_MS = 1_500;

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
 * @param {() => string} on.token   the person's, at each connection: another tab may have got a new one
 * @param {(state: State) => void} on.state   `connecting` and `offline` may come several times
 * @param {() => void} on.online    connected (again)
 * @param {(error: {code: string, message: string}) => void} on.refused
 * @param {(done: Did) => void} on.did
 */
export function createConnection(on) {
  /** @type {Socket<ServerToClientEvents, ClientToServerEvents> | null} */
  let socket = null;
  let key = "";
  let everOnline = false;
  let tries = 0;
  let isRefused = false;
  let isSentAway = false;
  let comeBack = 0;

  function tell() {
    on.state(state());
  }

  /** @returns {State} */
  function state() {
    if (isRefused) return "refused";
    if (socket?.connected) return "online";
    return navigator.onLine ? "connecting" : "offline";
  }

  function open() {
    /** @param {(auth: Auth) => void} give */
    const auth = (give) => give({ token: on.token(), key });
    /** @type {Socket<ServerToClientEvents, ClientToServerEvents>} */
    const socket = io("/moderators", { auth: /** @type {any} */ (auth) });

    socket.on("connect", () => {
      everOnline = true;
      isSentAway = false;
      tries = 0;
      tell();
      on.online();
    });

    socket.on("disconnect", (reason) => {
      // The client comes back by itself, except when the server closed the connection on purpose.
      isSentAway = reason === "io server disconnect";
      if (isSentAway) comeBack = window.setTimeout(() => socket.active || socket.connect(), SENT_AWAY_MS);
      tell();
    });

    socket.on("connect_error", (error) => {
      tries += 1;
      // Still active: it could not get through and will try again. Not active: it was told no.
      if (!socket.active) {
        isRefused = true;
        /** @type {Refusal | undefined} */
        const data = /** @type {any} */ (error).data;
        on.refused({ code: data?.code ?? "", message: error.message });
      }
      tell();
    });

    socket.on("did", on.did);
    return socket;
  }

  /** Starts over at once, without waiting for the client's own back-off. */
  function again() {
    isRefused = false;
    clearTimeout(comeBack);
    socket?.disconnect().connect();
    tell();
  }

  /**
   * The browser lost its network. The client then hangs up, but not on localhost, where the server may be within reach
   * all the same: so we ask it, and hang up if it does not answer.
   */
  async function networkLost() {
    tell();
    if (!socket?.connected) return;
    try {
      await socket.timeout(PROBE_MS).emitWithAck("overview");
    } catch {
      if (!navigator.onLine) socket.io.engine?.close();
    }
  }

  window.addEventListener("offline", networkLost);
  window.addEventListener("online", () => {
    if (socket && !socket.connected && !isRefused) again();
    tell();
  });

  return {
    again,

    /** @param {string} newKey */
    enter(newKey) {
      key = newKey;
      if (socket) return again();
      socket = open();
      tell();
    },

    /** Hangs up, and does not come back. */
    leave() {
      clearTimeout(comeBack);
      key = "";
      everOnline = false;
      socket?.disconnect();
    },

    get online() {
      return socket?.connected ?? false;
    },

    /** How it stands, for the words. */
    get story() {
      return { everOnline, tries, isSentAway };
    },

    /**
     * Asks and waits for the answer. Never lets the client buffer: an action must not happen later than it was wanted.
     * @template {Event} E
     * @param {E} event
     * @param {Question<E>} args
     * @returns {Promise<Answer<E>>}
     */
    async request(event, ...args) {
      if (!socket?.connected) throw new Failure("offline", words.notConnected);
      let answer;
      try {
        // Which event it is only the caller knows, whom the types above hold to it.
        answer = await /** @type {Socket} */ (socket).timeout(ANSWER_MS).emitWithAck(event, ...args);
      } catch {
        throw new Failure("timeout", words.timeout);
      }
      if (answer?.error) throw new Failure(answer.error, answer.message ?? words.failed);
      return answer;
    },
  };
}
