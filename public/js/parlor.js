// The chat itself: what the person can do, and what happens in the rooms. Between the connection
// and the store; knows nothing of how it looks.

import { createConnection } from "./connection.js";
import { createOutbox } from "./outbox.js";
import { createTypist, forgetAllTyping, forgetTyping, hearTyping } from "./typing.js";
import { addNote, addOwn, addReceived, confirm, createRoom, fail, remove } from "./room.js";
import { roomProblem } from "./names.js";
import { addressOf } from "./route.js";
import { lasting, tab } from "./storage.js";

/**
 * @import { IsTyping, Listed, Move, Said } from "./events.js"
 * @import { Room } from "./room.js"
 * @import { Store } from "./store.js"
 * @typedef {ReturnType<typeof createParlor>} Parlor
 */

const LIST_AGAIN_MS = 400;
const JOIN_AGAIN_MS = 3_000;
const NOTICE_MS = 6_000;

/** @param {Store} store */
export function createParlor(store) {
  /** @type {Set<string>} */
  const pastIds = new Set(); // our own earlier sockets, which the server may not have missed yet
  let noticeTimer = 0;
  let listTimer = 0;

  const connection = createConnection({
    state(now) {
      store.connection = now;
      store.changed();
    },
    online() {
      store.me.id = connection.id;
      store.atDoor = false;
      store.entering = false;
      lasting.set("name", store.me.name);
      refreshList();
      for (const room of store.rooms.values()) join(room);
      store.changed();
    },
    lost() {
      if (store.me.id) pastIds.add(store.me.id);
      for (const room of store.rooms.values()) {
        room.joined = false;
        forgetAllTyping(room);
      }
    },
    refused({ code, message }) {
      store.entering = false;
      // Someone in the middle of a talk is not sent to the door, unless it is about the name.
      const neverIn = store.me.id === null;
      if (neverIn || code?.includes("name")) atDoor(message);
    },
    events: { said, joined, left, typing, room: counted },
  });

  const outbox = createOutbox({
    send: (message) => connection.request("say", message),
    ready: (name) => store.rooms.get(name)?.joined ?? false,
    sent: (message, at) => inRoom(message.room, (room) => confirm(room, message.id, at)),
    failed: (message, why) => inRoom(message.room, (room) => fail(room, message.id, why)),
  });

  const typist = createTypist(connection.whisper);

  /** @param {string} name @param {(room: Room) => void} change */
  function inRoom(name, change) {
    const room = store.rooms.get(name);
    if (!room) return;
    change(room);
    store.changed();
  }

  // ── What the server tells ──────────────────────────────────────────────────────────────────

  /** @param {Said} message */
  function said(message) {
    inRoom(message.room, (room) => {
      forgetTyping(room, message.from.id);
      const shown = room.name === store.current && !document.hidden;
      if (addReceived(room, message) && !shown) room.unread += 1;
    });
  }

  /** @param {Move} move */
  function joined({ room: name, who }) {
    inRoom(name, (room) => {
      if (!pastIds.has(who.id) && who.id !== store.me.id) addNote(room, who.name, "joined");
      room.here.set(who.id, who.name);
    });
  }

  /** @param {Move} move */
  function left({ room: name, who }) {
    inRoom(name, (room) => {
      const wasHere = room.here.delete(who.id);
      forgetTyping(room, who.id);
      if (wasHere && !pastIds.has(who.id)) addNote(room, who.name, "left");
    });
  }

  /** @param {IsTyping} typist */
  function typing({ room: name, who, typing }) {
    inRoom(name, (room) => hearTyping(room, who, typing, store.changed));
  }

  /** @param {Listed} listed */
  function counted({ name, people }) {
    store.list.set(name, people);
    // Whether an empty room stays on the list (the default ones do) only the list itself tells.
    if (people === 0) {
      clearTimeout(listTimer);
      listTimer = setTimeout(refreshList, LIST_AGAIN_MS);
    }
    store.changed();
  }

  async function refreshList() {
    try {
      const list = await connection.request("rooms");
      store.list = new Map(list.map(({ name, people }) => [name, people]));
      store.changed();
    } catch {
      // The list is asked for again on the next connection.
    }
  }

  // ── Rooms ──────────────────────────────────────────────────────────────────────────────────

  /** @param {Room} room */
  async function join(room) {
    try {
      const { here } = await connection.request("join", room.name);
      if (store.rooms.get(room.name) !== room) return; // Left in the meantime.
      room.here = new Map(here.filter(({ id }) => !pastIds.has(id)).map(({ id, name }) => [id, name]));
      room.joined = true;
      outbox.flush();
      store.changed();
    } catch (failure) {
      if (store.rooms.get(room.name) !== room || failure.code === "offline") return;
      if (failure.code === "timeout") {
        setTimeout(() => connection.online && !room.joined && join(room), JOIN_AGAIN_MS);
        return;
      }
      notice(`${room.name}: ${failure.message}`);
      outbox.abandon(room.name, failure.message);
      if (room.items.length === 0) forgetRoom(room.name);
    }
  }

  /** Being in a room begins here, whether or not the server can hear it yet. @param {string} name */
  function enterRoom(name) {
    if (store.rooms.has(name)) return;
    const room = createRoom(name);
    store.rooms.set(name, room);
    tab.set("rooms", [...store.rooms.keys()]);
    if (connection.online) join(room);
  }

  /** @param {string} name */
  function forgetRoom(name) {
    store.rooms.delete(name);
    tab.set("rooms", [...store.rooms.keys()]);
    tab.set(`draft.${name}`, null);
    if (store.current === name) location.hash = addressOf([...store.rooms.keys()].at(-1));
    store.changed();
  }

  /** @param {string} words */
  function notice(words) {
    store.notice = words;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => notice(""), NOTICE_MS);
    store.changed();
  }

  function atDoor(words = "") {
    store.atDoor = true;
    store.doorWords = words;
    store.entering = false;
    store.changed();
  }

  // ── What the person does ───────────────────────────────────────────────────────────────────

  return {
    atDoor,
    notice,
    again: connection.again,

    /** Comes in under this name; with the same name, simply back from the door. @param {string} name */
    enter(name) {
      store.me.name = name;
      store.doorWords = "";
      store.entering = true;
      if (connection.online) store.atDoor = false;
      connection.enter(name);
      store.changed();
    },

    /** Back from the door as one was. */
    stay() {
      store.atDoor = false;
      store.changed();
    },

    /** The rooms and unsent messages this tab had before a reload. */
    restore() {
      for (const name of tab.get("rooms") ?? []) if (!roomProblem(name)) enterRoom(name);
      for (const message of outbox.messages) {
        inRoom(message.room, (room) => addOwn(room, { ...message, from: { id: null, name: store.me.name } }));
      }
    },

    /** Shows a room, joining it first if need be; null shows the list of rooms. @param {string|null} name */
    show(name) {
      const problem = name === null ? null : roomProblem(name);
      if (problem) {
        notice(problem);
        location.hash = addressOf(store.current);
        return;
      }
      if (name !== null) enterRoom(name);
      store.current = name;
      if (store.room) store.room.unread = 0;
      store.changed();
    },

    /** @param {string} name */
    leave(name) {
      outbox.abandon(name, "You left the room.");
      forgetRoom(name);
      connection.request("leave", name).catch(() => {
        // Not connected: then we are in no room, and this one is not joined again.
      });
    },

    /** @param {string} name @param {string} text */
    say(name, text) {
      const from = { id: store.me.id, name: store.me.name };
      const message = { room: name, id: crypto.randomUUID(), text, at: Date.now() };
      inRoom(name, (room) => addOwn(room, { ...message, from }));
      typist.sent(name);
      outbox.put(message);
    },

    /**
     * A message that failed goes to the end of the talk and out again, under its old id.
     * @param {string} name
     * @param {string} id
     */
    retry(name, id) {
      const room = store.rooms.get(name);
      const item = room && remove(room, id);
      if (!item) return;
      const message = { room: name, id, text: item.text, at: Date.now() };
      addOwn(room, { ...message, from: item.from });
      outbox.put(message);
      store.changed();
    },

    /** @param {string} name @param {string} id */
    discard(name, id) {
      inRoom(name, (room) => remove(room, id));
    },

    /** @param {string} name @param {string} text */
    drafted(name, text) {
      tab.set(`draft.${name}`, text);
      if (text.trim()) typist.typing(name);
      else typist.stopped(name);
    },

    /** @param {string} name @returns {string} */
    draft: (name) => tab.get(`draft.${name}`) ?? "",

    /** The person looks at the page again: what is shown is read. */
    looked() {
      if (store.room) store.room.unread = 0;
      store.changed();
    },
  };
}
