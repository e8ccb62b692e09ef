// What the server tells of rooms, people and messages, and what becomes of it in the store.

import * as presence from "./presence.js";
import { createListener } from "./presence.js";
import { problem } from "./problem.js";
import { readTo, refresh, setCard } from "./room.js";

/**
 * @import { Card, Person, ServerToClientEvents } from "./events.js"
 * @import { Identity } from "./names.js"
 * @import { Outbox } from "./outbox.js"
 * @import { Room } from "./room.js"
 * @import { Rooms } from "./rooms.js"
 * @import { Store } from "./store.js"
 * @import { Surroundings } from "./surroundings.js"
 */

/**
 * @typedef {Omit<ServerToClientEvents, "welcome" | "sent away">} Heard
 */

/**
 * @param {Store} store
 * @param {object} how
 * @param {Rooms} how.rooms
 * @param {Outbox} how.outbox
 * @param {Surroundings} how.around
 * @param {() => void} how.listStale   the public list has to be asked for again
 * @param {(room: Room) => void} how.read   it was read, as far as `room.read`
 */
export function createHearing(store, { rooms, outbox, around, listStale, read }) {
  const typists = createListener(store.changed);

  /** @param {string} id @param {(room: Room) => void} change */
  function inRoom(id, change) {
    const room = store.rooms.get(id);
    if (!room) return;
    change(room);
    refresh(room);
    store.changed();
  }

  /** @param {Room} room @param {presence.News|null} news */
  function note(room, news) {
    if (news && room.loaded) room.log.note(news);
  }

  /** The name of a direct room is that of the other one, which what is told to both does not know. @param {Room} room @param {Card} card */
  function newCard(room, card) {
    setCard(room, card.kind === "direct" && room.known ? { ...card, name: room.card.name } : card);
  }

  /** @type {Heard} */
  const events = {
    said(told) {
      const { seq, data } = told;
      const room = store.rooms.get(data.room);
      if (!room) return;
      const { newest } = room.log;
      const allRead = room.unread === 0;
      const message = room.log.said(told);
      typists.forget(room, data.from.id);
      refresh(room);
      if (message?.mine) {
        outbox.arrived(data.id, { seq, at: data.at });
        if (room.loaded) rooms.markRead(room, seq);
      } else if (message && allRead && room.id === store.current && !around.looked()) {
        room.newAfter = seq - 1;
      }
      if (room.loaded && seq > newest + 1 && newest > 0) rooms.mendHole(room);
      rooms.shrink(room);
      rooms.readIfSeen();
      store.changed();
    },

    changed(event) {
      rooms.remember({ kind: "changed", at: Date.now(), event });
      inRoom(event.room, ({ log }) => log.changed(event.seq, event.data));
    },

    reacted(event) {
      rooms.remember({ kind: "reacted", at: Date.now(), event });
      inRoom(event.room, ({ log }) => log.reacted(event));
    },

    joined({ room: id, who }) {
      inRoom(id, (room) => {
        const news = presence.joined(room, who);
        if (who.id !== store.me.id) note(room, news);
      });
    },

    left({ room: id, who }) {
      inRoom(id, (room) => {
        // Of ourselves the server means an earlier connection.
        if (who.id === store.me.id) return;
        note(room, presence.left(room, who));
        typists.forget(room, who.id);
      });
    },

    presence({ who }) {
      for (const room of store.rooms.values()) if (presence.looked(room, who)) store.changed();
    },

    person({ who }) {
      if (who.id === store.me.id) store.me = { ...who };
      for (const room of store.rooms.values()) {
        const news = presence.renamed(room, who);
        if (who.id !== store.me.id) note(room, news);
        if (room.card.kind === "direct" && isWith(room, who)) setCard(room, { ...room.card, name: who.name });
        refresh(room);
      }
      store.changed();
    },

    typing({ room: id, who, typing }) {
      const room = store.rooms.get(id);
      if (room && who.id !== store.me.id) typists.heard(room, who, typing);
    },

    room({ room: card }) {
      inRoom(card.id, (room) => newCard(room, card));
      const listed = store.list.get(card.id);
      if (listed) store.list.set(card.id, { ...listed, card });
      store.changed();
    },

    people({ room: id, people }) {
      const listed = store.list.get(id);
      if (listed) store.list.set(id, { ...listed, people });
      // What a new room is called, and whether an empty one stays on the list, only the list itself tells.
      if (!listed || people === 0) listStale();
      store.changed();
    },

    closed({ room: id, why }) {
      inRoom(id, (room) => {
        Object.assign(room, { state: "refused", problem: problem("closed", why), people: new Map() });
        typists.forgetAll(room);
      });
      listStale();
    },

    muted({ why }) {
      store.muted = why;
      store.changed();
    },

    read({ room: id, seq }) {
      inRoom(id, (room) => {
        if (readTo(room, seq)) read(room);
      });
    },

    mine({ room: card, read: seq }) {
      const room = rooms.take(card, seq);
      if (room.state === "waiting") rooms.join(room);
      store.changed();
    },

    "not mine"({ room: id }) {
      rooms.forget(id);
    },
  };

  /** @param {Room} room @param {Person} who */
  const isWith = (room, who) => who.id !== store.me.id && room.id.includes(who.id);

  return {
    events,
    lost() {
      for (const room of store.rooms.values()) typists.forgetAll(room);
    },
  };
}
