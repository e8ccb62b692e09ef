// What a person writes: drafts with their files, messages on their way, edits, reactions.

import { completions } from "./names.js";
import { Failure, outcome, problem, problemOf } from "./problem.js";
import { refresh } from "./room.js";
import { randomText } from "./surroundings.js";

/**
 * @import { Request } from "./connection.js"
 * @import { File, Person, Quote as Reply, Receipt } from "./events.js"
 * @import { Outbox, Outgoing } from "./outbox.js"
 * @import { Room } from "./room.js"
 * @import { Rooms } from "./rooms.js"
 * @import { Store } from "./store.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Attachment, Draft, Message, Problem } from "./types.js"
 */

const TEXT_MAX = 4000;
const FILES_MAX = 10;
const REPLY_SHOWN = 200;
const COMPLETIONS = 8;

/**
 * @param {Store} store
 * @param {object} how
 * @param {Request} how.request   one that waits where it is told to slow down
 * @param {() => boolean} how.online
 * @param {Rooms} how.rooms
 * @param {Drafts} how.drafts
 * @param {Outbox} how.outbox
 * @param {import("./files.js").Uploads} how.uploads
 * @param {{typing: (room: string) => void, stopped: (room: string) => void, sent: (room: string) => void}} how.typist
 * @param {(what: string, problem: Problem) => void} how.flash
 */
export function createWriting(store, { request, online, rooms, drafts, outbox, uploads, typist, flash }) {
  const me = () => /** @type {Person} */ ({ id: store.me.id ?? "", name: store.me.name });

  /** @param {string} id @param {(room: Room) => void} change */
  function inRoom(id, change) {
    const room = store.rooms.get(id);
    if (!room) return;
    change(room);
    refresh(room);
    store.changed();
  }

  /** @param {Room} room @param {Outgoing} message */
  function pend(room, { id, text, at, reply, files, uploads: keys, problem }) {
    room.log.pend({ id, text, at, reply, files, attachments: uploads.list(keys) }, me());
    if (problem) room.log.fail(id, problem);
  }

  /** @param {Room} room */
  function send(room) {
    const { draft } = room;
    const text = draft.text.trim();
    if ([...text].length > TEXT_MAX) {
      flash("send", problem("too long"));
      return false;
    }
    if (draft.editing !== null) return sendEdit(room, draft.editing, text);
    const going = draft.attachments.filter(({ state }) => state !== "failed");
    const staying = draft.attachments.filter(({ state }) => state === "failed");
    if (text === "" && going.length === 0) return false;
    const ready = going.filter(({ file }) => file);
    /** @type {Outgoing} */
    const message = {
      id: randomText(22),
      room: room.id,
      text,
      at: Date.now(),
      reply: draft.reply,
      files: ready.flatMap(({ file }) => file ?? []),
      uploads: going.filter(({ file }) => !file).map(({ key }) => key),
      problem: null,
    };
    for (const attachment of ready) keepPreview(attachment);
    pend(room, message);
    drafts.empty(room.id);
    room.draft.attachments = staying;
    room.newAfter = null;
    typist.sent(room.id);
    refresh(room);
    outbox.put(message);
    store.changed();
    return true;
  }

  /** One's own picture is not fetched to be shown. @param {Attachment} attachment */
  function keepPreview({ key, file, preview }) {
    if (file && preview) {
      store.downloads.set(file.id, { state: "ready", progress: 1, url: preview, problem: null });
      uploads.release(key);
    }
  }

  /** @param {Room} room @param {number} seq @param {string} text */
  function sendEdit(room, seq, text) {
    const message = room.log.get(seq);
    if (!message || (text === "" && message.files.length === 0)) return false;
    if (!online()) {
      flash("edit", problem("offline"));
      return false;
    }
    drafts.endEdit(room.id);
    typist.stopped(room.id);
    if (text !== message.text) change(room, seq, "edit", request("edit", { room: room.id, seq, text }), text);
    store.changed();
    return true;
  }

  /**
   * @param {Room} room @param {number} seq @param {"edit"|"remove"} what @param {Promise<unknown>} work
   * @param {string} [text]  what would be lost if it fails
   */
  async function change(room, seq, what, work, text) {
    mark(room, seq, { changing: what, problem: null });
    const why = await outcome(work);
    mark(room, seq, { changing: null, problem: why });
    if (why) flash(what, why);
    if (why && text !== undefined && room.draft.editing === null) drafts.beginEdit(room.id, seq, text);
    store.changed();
    return why;
  }

  /** @param {Room} room @param {number} seq @param {Partial<Pick<Message, "changing"|"problem">>} change */
  function mark(room, seq, change) {
    room.log.mark(seq, change);
    refresh(room);
    store.changed();
  }

  return {
    /** One that was written before this page was loaded. @param {Room} room @param {Outgoing} message */
    found(room, message) {
      pend(room, message);
      refresh(room);
      store.changed();
    },

    // ── What the outbox tells ──

    /** @param {Outgoing} message @param {Receipt} receipt */
    sent({ room: id, id: key, files, uploads: keys }, { seq, at }) {
      for (const attachment of uploads.list(keys)) keepPreview(attachment);
      store.muted = null;
      inRoom(id, (room) => {
        room.log.confirm(key, seq, at, files);
        refresh(room);
        if (room.loaded) rooms.markRead(room, seq);
      });
    },

    /** @param {Outgoing} message @param {Problem} why */
    failed({ room: id, id: key }, why) {
      if (why.code === "muted") store.muted = why.message;
      inRoom(id, ({ log }) => log.fail(key, why));
    },

    /** An attachment is further: drafts and messages that have it change with it. */
    uploaded() {
      for (const room of store.rooms.values()) {
        if (room.draft.attachments.length > 0) drafts.changed(room.id);
        for (const message of room.log.pending) if (message.attachments.length > 0) message.version += 1;
      }
      outbox.flush();
      store.changed();
    },

    // ── What the person does ──

    /** @param {string} id @param {string} text */
    type(id, text) {
      const draft = drafts.of(id);
      if (draft.text === text) return;
      draft.text = text;
      drafts.changed(id);
      if (text.trim() === "") typist.stopped(id);
      else if (draft.editing === null) typist.typing(id);
    },

    /** @param {string} id */
    send(id) {
      const room = store.rooms.get(id);
      return room ? send(room) : false;
    },

    /** @param {string} id @param {number|null} seq */
    reply(id, seq) {
      inRoom(id, ({ log, draft }) => {
        if (draft.editing !== null) drafts.endEdit(id);
        const message = seq === null ? null : log.get(seq);
        draft.reply = message && { seq: message.seq, from: message.from, text: [...message.text].slice(0, REPLY_SHOWN).join("") };
        drafts.changed(id);
      });
    },

    /** @param {string} id @param {number|null} seq */
    edit(id, seq) {
      inRoom(id, ({ log }) => {
        const message = seq === null ? null : log.get(seq);
        if (message?.mine && !message.removed) drafts.beginEdit(id, message.seq, message.text);
        else drafts.endEdit(id);
      });
    },

    /** @param {string} id */
    editLast(id) {
      const last = store.rooms.get(id)?.log.stored.findLast(({ mine, removed }) => mine && !removed);
      if (last) this.edit(id, last.seq);
      return last !== undefined;
    },

    /** @param {string} id @param {Iterable<globalThis.File>} files */
    attach(id, files) {
      inRoom(id, ({ draft }) => {
        for (const file of files) {
          if (draft.attachments.length >= FILES_MAX) {
            flash("attach", problem("too many files"));
            break;
          }
          draft.attachments.push(uploads.add(file));
        }
        drafts.changed(id);
      });
    },

    /** @param {string} id @param {string} key */
    detach(id, key) {
      inRoom(id, ({ draft }) => {
        draft.attachments = draft.attachments.filter((attachment) => attachment.key !== key);
        uploads.remove(key);
        drafts.changed(id);
      });
    },

    /** A message that failed goes to the end of the talk and out again, under its old id. @param {string} id @param {string} key */
    retry(id, key) {
      const message = outbox.get(key);
      const room = store.rooms.get(id);
      if (!message?.problem || !room) return;
      for (const upload of message.uploads) uploads.retry(upload);
      // Files that are lost stay so; what was written goes.
      const uploadsLeft = message.uploads.filter((upload) => uploads.list([upload]).some(({ state }) => state !== "failed"));
      if (message.text === "" && message.files.length === 0 && uploadsLeft.length === 0) return;
      room.log.take(key);
      const again = { ...message, at: Date.now(), problem: null, uploads: uploadsLeft };
      pend(room, again);
      outbox.put(again);
      refresh(room);
      store.changed();
    },

    /** @param {string} id @param {string} key */
    discard(id, key) {
      const message = outbox.get(key);
      if (!message?.problem) return;
      for (const upload of message.uploads) uploads.remove(upload);
      outbox.discard(key);
      inRoom(id, ({ log }) => log.take(key));
    },

    /** @param {string} id @param {number} seq @returns {Promise<Problem|null>} */
    async remove(id, seq) {
      const room = store.rooms.get(id);
      if (!room?.log.get(seq)) return problem("nothing there");
      if (room.draft.editing === seq) drafts.endEdit(id);
      return change(room, seq, "remove", request("remove", { room: id, seq }));
    },

    /** Shown at once, and taken back if it did not work. @param {string} id @param {number} seq @param {string} emoji @param {boolean} on */
    async react(id, seq, emoji, on) {
      const { id: by, name } = me();
      if (!online()) return flash("react", problem("offline"));
      let isNew = false;
      inRoom(id, ({ log }) => {
        isNew = log.reacted({ seq, by, name, emoji, on });
      });
      if (!isNew) return;
      try {
        await request("react", { room: id, seq, emoji, on });
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        inRoom(id, ({ log }) => log.reacted({ seq, by, name, emoji, on: !on }));
        flash("react", problemOf(failure));
      }
    },

    /** @param {string} id @param {string} typed @returns {Person[]} */
    complete(id, typed) {
      const room = store.rooms.get(id);
      if (!room) return [];
      /** @type {Map<string, Person>} */
      const people = new Map();
      for (const { from } of room.log.stored) people.set(from.id, from);
      for (const { id, name } of room.people.values()) people.set(id, { id, name });
      people.delete(store.me.id ?? "");
      return completions(people.values(), typed, COMPLETIONS);
    },
  };
}

/** @typedef {ReturnType<typeof createWriting>} Writing */

// ── Drafts ──
// What stands in the field of each room, and is not sent yet. Kept in this tab, and for the next visit as well.

/**
 * @typedef {{text?: string, reply?: Reply|null, files?: File[]}} Kept
 */

const SAVE_MS = 300;

/**
 * @param {Pick<Surroundings, "lasting"|"tab"|"onLeave">} around
 * @param {(file: File) => Attachment} attachmentOf   a file that the server has already
 */
export function createDrafts({ lasting, tab, onLeave }, attachmentOf) {
  /** @type {Map<string, Draft>} */
  const drafts = new Map();
  /** @type {Map<string, {text: string, reply: Reply|null}>} */
  const setAside = new Map(); // while a message is edited in the same field
  /** @type {Set<string>} */
  const unsaved = new Set();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  function save() {
    for (const room of unsaved) {
      const draft = drafts.get(room);
      const { text, reply } = setAside.get(room) ?? draft ?? { text: "", reply: null };
      const files = draft?.attachments.flatMap(({ file }) => file ?? []) ?? [];
      const kept = text.trim() === "" && !reply && files.length === 0 ? null : { text, reply, files };
      tab.set(`draft.${room}`, kept);
      lasting.set(`draft.${room}`, kept);
    }
    unsaved.clear();
  }
  onLeave(save);

  /** @param {string} room */
  function changed(room) {
    unsaved.add(room);
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  }

  return {
    changed,
    save,

    /** @param {string} room @returns {Draft} */
    of(room) {
      const known = drafts.get(room);
      if (known) return known;
      const kept = /** @type {Kept} */ (tab.get(`draft.${room}`) ?? lasting.get(`draft.${room}`) ?? {});
      /** @type {Draft} */
      const draft = {
        text: typeof kept.text === "string" ? kept.text : "",
        reply: kept.reply ?? null,
        editing: null,
        attachments: (kept.files ?? []).map(attachmentOf),
        version: 1,
      };
      drafts.set(room, draft);
      return draft;
    },

    /** It went out: nothing is left of it. @param {string} room */
    empty(room) {
      const draft = this.of(room);
      Object.assign(draft, { text: "", reply: null, attachments: [], version: draft.version + 1 });
      unsaved.add(room);
      save();
    },

    /** The field is wanted to edit a message; what was in it comes back afterwards. @param {string} room @param {number} seq @param {string} text */
    beginEdit(room, seq, text) {
      const draft = this.of(room);
      if (draft.editing === null) setAside.set(room, { text: draft.text, reply: draft.reply });
      Object.assign(draft, { text, reply: null, editing: seq, version: draft.version + 1 });
    },

    /** @param {string} room */
    endEdit(room) {
      const draft = this.of(room);
      if (draft.editing === null) return;
      const { text, reply } = setAside.get(room) ?? { text: "", reply: null };
      setAside.delete(room);
      Object.assign(draft, { text, reply, editing: null, version: draft.version + 1 });
      changed(room);
    },

    /** Forgets all of them. */
    clear() {
      clearTimeout(timer);
      unsaved.clear();
      drafts.clear();
      setAside.clear();
      for (const memory of [tab, lasting]) for (const key of memory.keys("draft.")) memory.set(key, null);
    },
  };
}

/** @typedef {ReturnType<typeof createDrafts>} Drafts */
