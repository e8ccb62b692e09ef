// The one Socket.IO connection with its two namespaces, and how it goes. That one is connected means here: the
// server has said who we are.

import { Failure } from "./problem.js";

/**
 * @import { Auth, ClientToServerEvents, Code, Failed, ServerToClientEvents, Welcome } from "./events.js"
 * @import { ClientToServerEvents as ToBell, ServerToClientEvents as FromBell } from "./notification-events.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Connection as Told, Problem } from "./types.js"
 * @import { Manager, Socket } from "socket.io-client"
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
/**
 * Asks and waits for the answer; a refusal is thrown, as a Failure.
 * @typedef {<Event extends keyof ClientToServerEvents>(event: Event, ...args: Question<Event>) => Promise<Answer<Event>>} Request
 */
/**
 * Says something that may get lost.
 * @typedef {<Event extends "typing">(event: Event, ...args: Parameters<ClientToServerEvents[Event]>) => void} Whisper
 */

const ANSWER_MS = 15_000;
const SLOW_MS = 3_000;
const SENT_AWAY_MS = 2_000;
const WELCOME_MS = 500;
const PROBE_MS = 3_000;
const PROBE = "rooms"; // any question that has an answer

/**
 * @param {object} how
 * @param {Manager} how.manager   with autoConnect off
 * @param {() => Auth} how.auth   asked anew for each connection: another tab may have got a token
 * @param {() => boolean} how.quiet   notices are to wait
 * @param {Surroundings} how.around
 * @param {object} how.on
 * @param {(connection: Told) => void} how.on.state
 * @param {(welcome: Welcome|null) => void} how.on.online   connected (again); null: the server knew us, and sees no need to say who we are
 * @param {() => void} how.on.lost
 * @param {(refusal: Problem) => void} how.on.refused
 * @param {Omit<ServerToClientEvents, "welcome">} how.on.events
 * @param {FromBell} how.on.notices
 */
export function createConnection({ manager, auth, quiet, around, on }) {
  /** @type {Socket<ServerToClientEvents, ClientToServerEvents>} */
  const chat = manager.socket("/", { auth: (/** @type {(auth: Auth) => void} */ give) => give(auth()) });
  /** @type {Socket<FromBell, ToBell>} */
  const bell = manager.socket("/notifications", {
    auth(/** @type {(auth: object) => void} */ give) {
      toldQuiet = quiet();
      give({ token: auth().token, quiet: toldQuiet });
    },
  });
  let toldQuiet = false;
  let wanted = false;
  let welcomed = false;
  let everOnline = false;
  let tries = 0;
  /** @type {Problem|null} */
  let refusal = null;
  /** @type {Map<object, number>} */
  const unanswered = new Map(); // → since when
  /** @type {Told} */
  let told = { state: "idle", since: 0, tries: 0, slow: false, problem: null };
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let slowTimer;

  function tell() {
    const state = describe();
    const slow = welcomed && isSlow();
    if (state === told.state && tries === told.tries && slow === told.slow && refusal === told.problem) return;
    told = { state, since: state === told.state ? told.since : Date.now(), tries, slow, problem: refusal };
    on.state(told);
  }

  /** @returns {Told["state"]} */
  function describe() {
    if (refusal) return "refused";
    if (welcomed) return "online";
    if (!wanted) return "idle";
    if (!around.onLine()) return "offline";
    return everOnline ? "reconnecting" : "connecting";
  }

  function isSlow() {
    const [oldest] = unanswered.values();
    return oldest !== undefined && Date.now() - oldest >= SLOW_MS;
  }

  /** @param {Welcome|null} welcome */
  function online(welcome) {
    welcomed = true;
    everOnline = true;
    tries = 0;
    refusal = null;
    on.online(welcome);
    if (!bell.active) bell.connect(); // with the token that has just come
    tell();
  }

  chat.on("welcome", online);
  chat.on("connect", () => {
    // Taken up where it broke off, a connection may get no welcome.
    if (chat.recovered && everOnline) setTimeout(() => chat.connected && !welcomed && online(null), WELCOME_MS);
  });
  chat.on("disconnect", (reason) => {
    const was = welcomed;
    welcomed = false;
    if (was) on.lost();
    tell();
    // The client comes back by itself, except when the server closed the connection on purpose.
    if (reason === "io server disconnect") setTimeout(() => wanted && !chat.active && chat.connect(), SENT_AWAY_MS);
  });
  chat.on("connect_error", (error) => {
    tries += 1;
    // Still active: it could not get through and will try again. Not active: it was told no.
    if (!chat.active) {
      const { code } = /** @type {{data?: Code}} */ (error).data ?? {};
      refusal = { code: code ?? "refused", message: error.message };
      on.refused(refusal);
    }
    tell();
  });
  bell.on("connect", () => quiet() !== toldQuiet && sayQuiet());
  bell.on("disconnect", (reason) => {
    if (reason === "io server disconnect") setTimeout(() => welcomed && !bell.active && bell.connect(), SENT_AWAY_MS);
  });
  for (const [event, handle] of Object.entries(on.events)) chat.on(/** @type {keyof ServerToClientEvents} */ (event), handle);
  for (const [event, handle] of Object.entries(on.notices)) bell.on(/** @type {keyof FromBell} */ (event), handle);

  /** Starts over at once, without waiting for the client's own back-off. */
  function again() {
    wanted = true;
    refusal = null;
    if (!welcomed) {
      const withBell = bell.active;
      chat.disconnect();
      bell.disconnect();
      chat.connect();
      if (withBell) bell.connect();
    }
    tell();
  }

  /** Is the server still there? If not, hangs up, so that the client connects anew. */
  async function probe() {
    if (!welcomed) return;
    const { id } = chat;
    try {
      await chat.timeout(PROBE_MS).emitWithAck(PROBE);
    } catch {
      // Not `disconnect`: both namespaces share what is to be closed, and the client is to come back by itself.
      if (welcomed && chat.id === id) manager.engine.close();
    }
  }

  /** Whether notices are to wait has changed. */
  function sayQuiet() {
    if (bell.connected) bell.timeout(ANSWER_MS).emitWithAck("quiet", quiet()).catch(() => {
      // Said again with the next connection.
    });
  }

  around.onNetwork(() => {
    tell();
    if (around.onLine() && wanted && !welcomed && !refusal) again();
    // The client hangs up by itself when the network is gone, but not on localhost, which may be within reach.
    else probe();
  });
  let hiddenSince = 0;
  around.onLook(() => {
    if (!around.looked()) {
      hiddenSince = Date.now();
      return;
    }
    // Awake again, maybe after hours in a pocket: neither the client's patience nor its belief is worth much then.
    if (told.state === "reconnecting" && told.tries > 1) again();
    else if (Date.now() - hiddenSince > 30_000) probe();
  });

  return {
    again,
    probe,

    /** Connects, if that is not done or tried already. */
    connect() {
      if (wanted && !refusal && chat.active) {
        if (!chat.connected) again(); // with what is known now
        return;
      }
      again();
    },

    /** Hangs up, and stays away. @param {Problem|null} why */
    stop(why) {
      wanted = false;
      refusal = why;
      chat.disconnect();
      bell.disconnect();
      tell();
    },

    /** Refused for now; the connection is not tried again by itself. */
    get refused() {
      return refusal !== null;
    },

    get online() {
      return welcomed;
    },

    /**
     * Never lets the client buffer: its buffer is flushed as soon as it is connected, which is before we are back
     * in our rooms.
     * @type {Request}
     */
    async request(event, ...args) {
      const lost = () => new Failure("offline");
      if (!welcomed) throw lost();
      const { id } = chat;
      const mark = {};
      unanswered.set(mark, Date.now());
      clearTimeout(slowTimer);
      slowTimer = setTimeout(tell, SLOW_MS);
      let answer;
      try {
        // Which event it is only the caller knows, whom the types above hold to it.
        answer = await /** @type {Socket} */ (chat).timeout(ANSWER_MS).emitWithAck(event, ...args);
      } catch {
        throw chat.id === id && welcomed ? new Failure("timeout") : lost();
      } finally {
        unanswered.delete(mark);
        tell();
      }
      if (answer?.error) throw new Failure(answer.error, answer.message);
      return answer;
    },

    /** @type {Whisper} */
    whisper(event, ...args) {
      if (welcomed) chat.volatile.emit(event, ...args);
    },

    /** Whether this tab is not looked at. Not volatile: that is dropped while anything else goes out. @param {boolean} away */
    away(away) {
      if (welcomed) chat.emit("away", away);
    },

    sayQuiet,
  };
}

/** @typedef {ReturnType<typeof createConnection>} Connection */

/** How long to wait, time after time, where the server says "slow down". */
export const SLOW_DOWN_MS = [2_000, 4_000, 8_000, 8_000];

/**
 * Asks, and where the server says "slow down", waits and asks again.
 * @param {Request} request
 * @returns {Request}
 */
export function patiently(request) {
  return async (event, ...args) => {
    for (const wait of SLOW_DOWN_MS) {
      try {
        return await request(event, ...args);
      } catch (failure) {
        if (!(failure instanceof Failure) || failure.code !== "slow down") throw failure;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    return request(event, ...args);
  };
}
