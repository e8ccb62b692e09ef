// What this page knows of one room: a card, its people, what was read of it, and its log. No DOM, no network.

import { cardOf } from "./names.js";
import { parseText } from "./text.js";

/**
 * @import { Card, File, Joined, Message as Data, Person, Quote as Reply, Reacted, Reaction, Told } from "./events.js"
 * @import { Attachment, Draft, Item, Message, Note, Problem, ReactionGroup, Room as Shown } from "./types.js"
 */

/**
 * @typedef {Shown & Inside} Room
 * @typedef {object} Inside   what is the core's own
 * @property {Log} log
 * @property {boolean} member    the server has said that we are in it, at least once
 * @property {boolean} readKnown `read` is what the server said, or what we read
 */

/** @param {string} id @param {() => string|null} me @param {Draft} draft @returns {Room} */
export function createRoom(id, me, draft) {
  return {
    id,
    card: cardOf(id),
    known: false,
    state: "waiting",
    problem: null,
    people: new Map(),
    typing: new Map(),
    items: [],
    loaded: false,
    more: false,
    older: "idle",
    newest: 0,
    read: 0,
    unread: 0,
    mentions: 0,
    newAfter: null,
    draft,
    log: createLog(me),
    member: false,
    readKnown: false,
  };
}

/** @param {Room} room @param {Card} card */
export function setCard(room, card) {
  room.card = card;
  room.known = true;
}

/** After any change of its log: what follows from it. @param {Room} room */
export function refresh(room) {
  const { log } = room;
  room.newest = Math.max(room.newest, log.newest);
  room.items = log.items();
  const unread = log.stored.filter(({ seq, mine, removed }) => seq > room.read && !mine && !removed);
  // What was not loaded is counted as it is numbered: who wrote it cannot be known.
  const unseen = room.readKnown && room.newest > 0 ? Math.max(0, (log.oldest || room.newest + 1) - 1 - room.read) : 0;
  room.unread = room.readKnown ? unread.length + unseen : 0;
  if (room.card.kind === "direct") room.mentions = room.unread;
  else room.mentions = room.readKnown ? unread.filter(({ forMe }) => forMe).length : 0;
}

/** Read up to there, on this device or another. @param {Room} room @param {number} seq @returns {boolean} whether that is news */
export function readTo(room, seq) {
  if (room.readKnown && seq <= room.read) return false;
  room.read = Math.max(seq, room.read);
  room.readKnown = true;
  refresh(room);
  return true;
}

/** The answer to `join`. @param {Room} room @param {Joined} joined */
export function cameIn(room, { room: card, people, newest }) {
  setCard(room, card);
  room.state = "in";
  room.problem = null;
  room.member = true;
  room.people = new Map(people.map((who) => [who.id, who]));
  room.newest = Math.max(newest, room.log.newest);
  // Somebody new to a room has nothing to catch up with.
  if (!room.readKnown) {
    room.read = newest;
    room.readKnown = true;
  }
}

// ── Log ──
// The messages of one room: stored ones by seq, which is the room's one order, then those on their way. Between
// them notes, which only this page has: who came and went.

/**
 * @typedef {Note & {after: number}} Placed
 * @typedef {object} Own   a message that was written here
 * @property {string} id
 * @property {string} text
 * @property {number} at
 * @property {Reply|null} reply
 * @property {File[]} files
 * @property {Attachment[]} attachments
 */

const NOTES_MAX = 50;

/** A stored message as it is shown. @param {Told} told @param {string|null} me @returns {Message} */
export function messageOf({ seq, data }, me) {
  const mine = data.from.id === me;
  const message = /** @type {Message} */ ({
    kind: "message",
    // Others may have chosen any id: only one's own are known by it.
    key: mine ? data.id : `#${seq}`,
    seq,
    mine,
    attachments: /** @type {Attachment[]} */ ([]),
    state: "stored",
    problem: null,
    changing: null,
    version: 0,
    reactions: groups(data.reactions ?? [], me),
  });
  fill(message, data, me);
  return message;
}

/** @param {Message} message @param {Data} data @param {string|null} me */
function fill(message, data, me) {
  const { from, at, text, reply, files, mentions, edited, removed } = data;
  Object.assign(message, {
    from,
    at,
    text,
    tokens: parseText(text, { mentions, me }),
    reply: reply ?? null,
    files,
    mentions,
    forMe: mentions.some(({ id }) => id === me),
    edited: edited ?? null,
    removed: removed ?? null,
  });
  message.version += 1;
}

/** @param {Reaction[]} reactions @param {string|null} me @returns {ReactionGroup[]} */
function groups(reactions, me) {
  /** @type {Map<string, ReactionGroup>} */
  const byEmoji = new Map();
  for (const { by, name, emoji } of reactions) {
    const group = byEmoji.get(emoji) ?? { emoji, by: [], mine: false };
    byEmoji.set(emoji, group);
    group.by.push({ id: by, name });
    group.mine ||= by === me;
  }
  return [...byEmoji.values()];
}

/** @param {() => string|null} me  our id */
export function createLog(me) {
  /** @type {Message[]} */
  let stored = []; // by seq
  /** @type {Map<number, Message>} */
  const bySeq = new Map();
  /** @type {Set<number>} */
  const bare = new Set(); // seqs of own messages of which only the receipt has come
  /** @type {Map<string, Message>} */
  const pending = new Map(); // by id, in the order in which they go out
  /** @type {Placed[]} */
  let notes = [];
  let version = 0;

  /** @param {Message} message */
  function insert(message) {
    const place = stored.findLastIndex(({ seq }) => seq < message.seq) + 1;
    stored.splice(place, 0, message);
    bySeq.set(message.seq, message);
  }

  /** One's own comes back: what was on its way is stored, and stays the same item. @param {Told} told */
  function settle({ seq, data }) {
    const message = data.from.id === me() ? pending.get(data.id) : undefined;
    if (!message) return null;
    pending.delete(data.id);
    Object.assign(message, { seq, state: "stored", problem: null, attachments: [] });
    fill(message, data, me());
    insert(message);
    return message;
  }

  const log = {
    get oldest() {
      return stored[0]?.seq ?? 0;
    },
    get newest() {
      return stored.at(-1)?.seq ?? 0;
    },
    get size() {
      return stored.length;
    },
    get pending() {
      return [...pending.values()];
    },
    get stored() {
      return stored;
    },
    /** @param {number} seq */
    get: (seq) => bySeq.get(seq) ?? null,
    /** @param {string} key */
    find: (key) => pending.get(key) ?? stored.findLast((message) => message.key === key) ?? null,

    /** Everything in order. @returns {Item[]} */
    items() {
      /** @type {Item[]} */
      const items = [];
      let next = 0;
      for (const message of stored) {
        for (; next < notes.length && notes[next].after < message.seq; next += 1) items.push(notes[next]);
        items.push(message);
      }
      return [...items, ...notes.slice(next), ...pending.values()];
    },

    /** A live message. What a page of messages brought is newer than that, or as new. @param {Told} told @returns {Message|null} if it is a new one */
    said(told) {
      const known = bySeq.get(told.seq);
      if (known) {
        if (bare.delete(told.seq)) fill(known, told.data, me());
        return null;
      }
      const settled = settle(told);
      if (settled) return settled;
      const message = messageOf(told, me());
      insert(message);
      return message;
    },

    /** Messages as they are stored now. @param {Told[]} page */
    merge(page) {
      for (const told of page) {
        const known = bySeq.get(told.seq);
        bare.delete(told.seq);
        if (!known) {
          if (settle(told)) log.get(told.seq)?.reactions.push(...groups(told.data.reactions ?? [], me()));
          else insert(messageOf(told, me()));
          continue;
        }
        const reactions = groups(told.data.reactions ?? [], me());
        if (same(known, told.data, reactions)) continue;
        known.reactions = reactions;
        fill(known, told.data, me());
      }
    },

    /**
     * The newest hole in what there is: the seqs on both its sides.
     * @returns {{after: number, before: number}|null}
     */
    hole() {
      for (let place = stored.length - 1; place > 0; place -= 1) {
        const [older, newer] = [stored[place - 1].seq, stored[place].seq];
        if (newer - older > 1) return { after: older, before: newer };
      }
      return null;
    },

    /** Forgets what is older. @param {number} seq */
    dropBefore(seq) {
      const gone = stored.filter((message) => message.seq < seq);
      for (const message of gone) bySeq.delete(message.seq);
      stored = stored.slice(gone.length);
      notes = notes.filter(({ after }) => after + 1 >= seq);
      return gone.length;
    },

    /** A message that was written here goes out. @param {Own} own @param {Person} from */
    pend({ id, text, at, reply, files, attachments }, from) {
      const message = /** @type {Message} */ ({ kind: "message", key: id, mine: true, state: "sending", problem: null, changing: null, version: 0 });
      fill(message, { room: "", id, from, at, text, reply: reply ?? undefined, files, mentions: [], reactions: [] }, me());
      Object.assign(message, { seq: 0, attachments, reactions: [] });
      pending.set(id, message);
      return message;
    },

    /** It is stored: this is its place. @param {string} id @param {number} seq @param {number} at @param {File[]} files */
    confirm(id, seq, at, files) {
      const message = pending.get(id);
      if (!message) return;
      pending.delete(id);
      if (bySeq.has(seq)) return;
      Object.assign(message, { seq, at, files, attachments: [], state: "stored", problem: null });
      message.version += 1;
      bare.add(seq);
      insert(message);
    },

    /** @param {string} id @param {Problem} problem */
    fail(id, problem) {
      const message = pending.get(id);
      if (!message) return;
      Object.assign(message, { state: "failed", problem });
      message.version += 1;
    },

    /** Takes one that failed out, to be sent again at the end or thrown away. @param {string} id */
    take(id) {
      const message = pending.get(id) ?? null;
      pending.delete(id);
      return message;
    },

    /** It was edited or removed. @param {number} seq @param {Data} data */
    changed(seq, data) {
      const message = bySeq.get(seq);
      if (!message) return;
      bare.delete(seq);
      if (data.removed) message.reactions = [];
      message.changing = null;
      message.problem = null;
      fill(message, data, me());
    },

    /** @param {Pick<Reacted, "seq"|"by"|"name"|"emoji"|"on">} reacted @returns {boolean} whether that changed anything */
    reacted({ seq, by, name, emoji, on }) {
      const message = bySeq.get(seq);
      if (!message) return false;
      const group = message.reactions.find((group) => group.emoji === emoji);
      const was = group?.by.some(({ id }) => id === by) ?? false;
      if (was === on) return false;
      const others = group?.by.filter(({ id }) => id !== by) ?? [];
      const now = on ? [...others, { id: by, name }] : others;
      const next = { emoji, by: now, mine: now.some(({ id }) => id === me()) };
      message.reactions = group
        ? message.reactions.map((each) => (each === group ? next : each)).filter((each) => each.by.length > 0)
        : [...message.reactions, next];
      message.version += 1;
      return true;
    },

    /** Something about a message that is not in its data. @param {number} seq @param {Partial<Pick<Message, "changing"|"problem">>} change */
    mark(seq, change) {
      const message = bySeq.get(seq);
      if (message) Object.assign(message, change, { version: message.version + 1 });
    },

    /**
     * "Ada came in", "Ada left". Someone whose connection blinks is not worth a line each time.
     * @param {Pick<Note, "what"|"name"> & {newName?: string}} note
     */
    note({ what, name, newName = "" }) {
      const last = notes.at(-1);
      if (last && last.after === log.newest && last.name === name && last.what !== "renamed" && what !== "renamed") {
        // A note is replaced, not changed: so a view sees that it is another one.
        notes[notes.length - 1] = { ...last, what: what === "joined" ? "back" : "left", at: Date.now() };
        return;
      }
      version += 1;
      notes.push({ kind: "note", key: `note ${version}`, what, name, newName, at: Date.now(), after: log.newest });
      if (notes.length > NOTES_MAX) notes.shift();
    },
  };
  return log;
}

/** A page that brings what is there already must not make the views work. @param {Message} known @param {Data} data @param {ReactionGroup[]} reactions */
function same(known, data, reactions) {
  return known.text === data.text
    && known.edited === (data.edited ?? null)
    && known.removed === (data.removed ?? null)
    && known.from.name === data.from.name
    && JSON.stringify(known.mentions) === JSON.stringify(data.mentions)
    && JSON.stringify(known.files) === JSON.stringify(data.files)
    && JSON.stringify(known.reactions) === JSON.stringify(reactions);
}

/** @typedef {ReturnType<typeof createLog>} Log */
