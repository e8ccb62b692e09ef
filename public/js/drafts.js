// What stands in the field of each room, and is not sent yet. Kept in this tab, and for the next visit as well.

/**
 * @import { File, Quote as Reply } from "./events.js"
 * @import { Attachment, Draft } from "./types.js"
 * @import { Surroundings } from "./surroundings.js"
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
