// The rooms that we are in: getting into them, again after each reconnection; having their messages without holes;
// and up to where they were read.

import { kindOf } from "./names.js";
import { Failure, problem, problemOf } from "./problem.js";
import { cameIn, createRoom, readTo, refresh, setCard } from "./room.js";

/**
 * @import { Request } from "./connection.js"
 * @import { Altered, Card, Earlier as Page, Joined, Mine, Reacted } from "./events.js"
 * @import { Room } from "./room.js"
 * @import { Store } from "./store.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Drafts } from "./writing.js"
 */

/**
 * @typedef {{kind: "changed", at: number, event: Altered} | {kind: "reacted", at: number, event: Reacted}} Late
 */

const JOINS_AT_ONCE = 3;
/** A join that failed in passing is tried again after a while, of which the half is left to chance; each time it is twice as long. */
const JOIN_AGAIN_MS = 3_000;
const JOIN_AGAIN_MAX_MS = 120_000;
const PAGES_MAX = 4;
const REVEAL_PAGES_MAX = 20;
const REVEAL_WAIT_MS = 5_000;
const READ_MS = 800;
const SHOWN_MS = 300;
const SIZE_MAX = 400;
const SIZE_KEPT = 300;
/** A page of messages may have been made before a change that came before it. */
const LATE_MS = 30_000;
const PASSING = new Set(["timeout", "busy", "storage"]);

/**
 * @param {Store} store
 * @param {object} how
 * @param {Request} how.request    one that waits where it is told to slow down
 * @param {() => boolean} how.online
 * @param {() => string|null} how.me
 * @param {Drafts} how.drafts
 * @param {Surroundings} how.around
 * @param {(room: Room) => void} how.made   a room is there, empty: what was written for it comes back into it
 * @param {(room: Room) => void} how.entered   we are in it: what waits can go
 * @param {(room: Room) => void} how.read   it was read, as far as `room.read`
 * @param {(room: string) => void} how.gone    it is not there any more
 */
export function createRooms(store, { request, online, me, drafts, around, made, entered, read, gone }) {
  const { lasting } = around;
  /** @type {Room[]} */
  const toJoin = [];
  let joining = 0;
  /** @type {WeakMap<Room, number>} */
  const failed = new WeakMap(); // how often in a row; a new connection does not make the server less busy
  let life = 0; // of the connection: what was asked in an earlier one is not answered
  let atEnd = false;
  /** @type {Map<string, Late[]>} */
  const late = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const readTimers = new Map();
  /** @type {Set<Room>} */
  const mending = new Set();

  /** @param {Room} room */
  const isThere = (room) => store.rooms.get(room.id) === room;

  /** Nobody minds if older messages of it are forgotten. @param {Room} room */
  const mayShrink = (room) => room.id !== store.current || atEnd || !room.loaded;

  function save() {
    // Another tab may have read further.
    const before = new Map((lasting.get("rooms") ?? []).map((/** @type {Mine} */ { room, read }) => [room.id, read]));
    const rooms = [...store.rooms.values()].filter(({ member }) => member)
      .map(({ card, read }) => ({ room: card, read: Math.max(read, before.get(card.id) ?? 0) }));
    lasting.set("rooms", rooms.length > 0 ? rooms : null);
  }

  around.onLeave(save); // with what was read just now, which the server may not know yet

  // ── Being in rooms ─────────────────────────────────────────────────────────────────────────

  /** @param {string} id */
  function make(id) {
    const room = createRoom(id, me, drafts.of(id));
    store.rooms.set(id, room);
    made(room);
    refresh(room);
    return room;
  }

  /** Being in a room begins here, whether or not the server can hear it yet. @param {string} id @returns {Room} */
  function ensure(id) {
    const known = store.rooms.get(id);
    if (known) return known;
    const room = make(id);
    if (kindOf(id) === null) Object.assign(room, { state: "refused", problem: problem("bad room name") });
    else join(room);
    store.changed();
    return room;
  }

  /** @param {Room} room */
  function join(room) {
    if (!online() || toJoin.includes(room) || room.state === "joining") return;
    room.state = "joining";
    if (room.id === store.current) toJoin.unshift(room);
    else toJoin.push(room);
    joinNext();
  }

  function joinNext() {
    while (joining < JOINS_AT_ONCE) {
      const room = toJoin.shift();
      if (!room) return;
      joining += 1;
      const of = life;
      enter(room).finally(() => {
        if (of !== life) return;
        joining -= 1;
        joinNext();
      });
    }
  }

  /** @param {Room} room */
  async function enter(room) {
    const of = life;
    const isStale = () => of !== life || !isThere(room);
    try {
      const answer = await request("join", { room: room.id });
      if (!isStale()) came(room, answer);
    } catch (failure) {
      const why = problemOf(failure);
      if (isStale()) return;
      room.state = "waiting";
      if (PASSING.has(why.code)) {
        setTimeout(() => !isStale() && room.state === "waiting" && join(room), joinAgainIn(room));
      } else if (why.code !== "offline") {
        Object.assign(room, { state: "refused", problem: why });
      }
      store.changed();
    }
  }

  /** How long to wait, ms: many who failed at once must not all come again at once. @param {Room} room */
  function joinAgainIn(room) {
    const times = failed.get(room) ?? 0;
    failed.set(room, times + 1);
    const longest = Math.min(JOIN_AGAIN_MS * 2 ** times, JOIN_AGAIN_MAX_MS);
    return longest * (1 + around.chance()) / 2;
  }

  /** @param {Room} room @param {Joined} answer */
  function came(room, answer) {
    const { log } = room;
    failed.delete(room);
    const first = answer.messages[0]?.seq ?? answer.newest + 1;
    const known = log.stored.findLast(({ seq }) => seq < first)?.seq ?? first - 1;
    // What is older than the answer may have changed while we were away: it is fetched anew, as far as it is wanted.
    const wanted = mayShrink(room) ? Math.min(known + 1, first) : Math.min(log.oldest || first, first);
    cameIn(room, answer);
    log.merge(answer.messages);
    applyLate(room);
    room.loaded = true;
    if (known < first - 1 || wanted < first) {
      mend(room, first, wanted, answer.more);
    } else {
      log.dropBefore(first);
      room.more = answer.more;
      room.older = "idle";
    }
    refresh(room);
    if (room.id === store.current && room.unread > 0) room.newAfter = room.read;
    entered(room);
    readIfSeen();
    save();
    store.changed();
  }

  /** @param {Mine[]} mine  @param {Set<string>} leaving  what was left while the server could not hear it */
  function welcome(mine, leaving) {
    for (const { room: card, read } of mine) if (!leaving.has(card.id)) take(card, read);
    const ids = new Set(mine.map(({ room }) => room.id));
    // Left on another device. The one that is looked at is not taken from under somebody's eyes.
    for (const room of store.rooms.values()) if (room.member && !ids.has(room.id) && room.id !== store.current) forget(room.id);
  }

  /** The server says that we are in this room. @param {Card} card @param {number} read */
  function take(card, read) {
    const room = store.rooms.get(card.id) ?? make(card.id);
    setCard(room, card);
    room.member = true;
    const was = room.read;
    if (room.readKnown && was > read) tellRead(room);
    else readTo(room, read);
    return room;
  }

  /** Connected (again). */
  function joinAll() {
    life += 1;
    joining = 0;
    toJoin.length = 0;
    // The one that is looked at goes first.
    const { room: shown } = store;
    for (const room of new Set([...(shown ? [shown] : []), ...store.rooms.values()])) {
      if (room.state === "refused" && room.problem?.code === "bad room name") continue;
      room.state = "waiting";
      join(room);
    }
  }

  function lost() {
    life += 1;
    late.clear();
    for (const room of store.rooms.values()) if (room.state !== "refused") room.state = "waiting";
  }

  /** @param {string} id */
  function forget(id) {
    if (!store.rooms.delete(id)) return;
    late.delete(id);
    clearTimeout(readTimers.get(id));
    gone(id);
    save();
    store.changed();
  }

  // ── Having all messages ────────────────────────────────────────────────────────────────────

  /**
   * Fetches what is older than `from`, until `wanted` is there; what is older than what was fetched then goes.
   * @param {Room} room @param {number} from @param {number} wanted @param {boolean} more  there is something older
   */
  async function mend(room, from, wanted, more) {
    if (mending.has(room)) return;
    mending.add(room);
    room.older = "loading";
    const of = life;
    try {
      for (let pages = 0; pages < PAGES_MAX && from > wanted && more; pages += 1) {
        const page = await request("older", { room: room.id, before: from });
        if (!isThere(room) || of !== life) return;
        room.log.merge(page.messages);
        applyLate(room);
        more = page.more && page.messages.length > 0;
        from = page.messages[0]?.seq ?? from;
        refresh(room);
        store.changed();
      }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure; // else it is dropped, and can be scrolled back to
    } finally {
      mending.delete(room);
      if (of === life) {
        room.log.dropBefore(from);
        room.more = more;
        room.older = "idle";
        refresh(room);
        store.changed();
      }
    }
  }

  /** A live message that does not follow the last one: something got lost. @param {Room} room */
  function mendHole(room) {
    const hole = room.log.hole();
    if (hole && room.state === "in") mend(room, hole.before, hole.after + 1, true);
  }

  /** @param {Room} room */
  async function olderPage(room) {
    const { log } = room;
    const before = log.oldest;
    room.older = "loading";
    store.changed();
    try {
      const page = await request("older", { room: room.id, before });
      room.older = "idle";
      if (log.oldest === before) addPage(room, page);
    } catch (failure) {
      room.older = problemOf(failure);
    }
    store.changed();
  }

  /** @param {Room} room @param {Page} page */
  function addPage(room, page) {
    room.log.merge(page.messages);
    applyLate(room);
    room.more = page.more && page.messages.length > 0;
    refresh(room);
  }

  /** @param {Late} change */
  function remember(change) {
    const { room } = change.event;
    const recent = (late.get(room) ?? []).filter(({ at }) => Date.now() - at < LATE_MS);
    late.set(room, [...recent, change]);
  }

  /** @param {Room} room */
  function applyLate(room) {
    for (const { kind, at, event } of late.get(room.id) ?? []) {
      if (Date.now() - at >= LATE_MS) continue;
      if (kind === "changed") room.log.changed(event.seq, event.data);
      else room.log.reacted(event);
    }
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────

  /** @param {Room} room */
  function tellRead(room) {
    clearTimeout(readTimers.get(room.id));
    readTimers.set(room.id, setTimeout(() => {
      if (!isThere(room) || room.state !== "in") return; // Then `welcome` compares what is known.
      request("read", { room: room.id, seq: room.read }).catch(() => {
        // Told again with the next message, or after the next connection.
      });
    }, READ_MS));
  }

  /** @param {Room} room @param {number} seq */
  function markRead(room, seq) {
    if (!readTo(room, seq)) return;
    read(room);
    tellRead(room);
    store.changed();
  }

  /** The end of the shown room is in sight, and somebody looks. */
  function readIfSeen() {
    const { room } = store;
    if (room?.loaded && atEnd && around.looked() && !store.atDoor) {
      markRead(room, room.newest);
      read(room);
    }
  }
  around.onLook(readIfSeen);

  return {
    ensure,
    join,
    welcome,
    take,
    joinAll,
    lost,
    forget,
    save,
    remember,
    markRead,
    mendHole,

    /** From the last visit, to be shown until the server has told more. */
    restore() {
      for (const { room: card, read } of lasting.get("rooms") ?? []) {
        if (store.rooms.has(card.id)) continue;
        const room = make(card.id);
        setCard(room, card);
        room.member = true;
        readTo(room, read);
      }
    },

    /** @param {string|null} id */
    show(id) {
      const before = store.room;
      if (before && before.id !== id) {
        before.newAfter = null;
        shrink(before);
        if (before.state === "refused" && !before.member && !before.loaded) forget(before.id);
      }
      store.current = id;
      if (id !== null) {
        const room = ensure(id);
        room.newAfter = room.unread > 0 ? room.read : null;
        // A room that was refused may be open by now.
        if (room.state === "refused" && room.problem?.code !== "bad room name" && before?.id !== id) join(room);
      }
      // The view says meanwhile whether one sees the end.
      setTimeout(readIfSeen, SHOWN_MS);
      store.changed();
    },

    /** @param {string} id */
    rejoin(id) {
      const room = store.rooms.get(id);
      if (!room || kindOf(id) === null) return;
      room.state = "waiting";
      join(room);
      store.changed();
    },

    /** @param {boolean} isAtEnd */
    atEnd(isAtEnd) {
      atEnd = isAtEnd;
      readIfSeen();
    },

    get isAtEnd() {
      return atEnd;
    },

    readIfSeen,
    shrink,

    /** @param {string} id */
    older(id) {
      const room = store.rooms.get(id);
      if (room?.more && room.older !== "loading" && room.state === "in") olderPage(room);
    },

    /** @param {string} id @param {number} seq */
    async reveal(id, seq) {
      const room = store.rooms.get(id);
      if (!room) return false;
      const until = Date.now() + REVEAL_WAIT_MS;
      while (!room.log.get(seq) && (!room.loaded || room.older === "loading") && Date.now() < until) {
        await new Promise((done) => setTimeout(done, 50));
      }
      for (let pages = 0; !room.log.get(seq) && pages < REVEAL_PAGES_MAX; pages += 1) {
        if (!room.more || room.state !== "in" || seq > room.log.oldest) break;
        await olderPage(room);
        if (room.older !== "idle") break;
      }
      return room.log.get(seq) !== null;
    },
  };

  /** A long day's messages are not all kept. @param {Room} room */
  function shrink(room) {
    const { log } = room;
    if (log.size <= SIZE_MAX || !mayShrink(room)) return;
    log.dropBefore(log.stored[log.size - SIZE_KEPT].seq);
    room.more = true;
    refresh(room);
  }
}

/** @typedef {ReturnType<typeof createRooms>} Rooms */
