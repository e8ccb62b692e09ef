// Files go up and come down in parts, so that one sees how far they are, and a lost connection costs a part.

import { Failure, problem, problemOf } from "./problem.js";
import { randomText } from "./surroundings.js";

/**
 * @import { Request } from "./connection.js"
 * @import { File } from "./events.js"
 * @import { Surroundings } from "./surroundings.js"
 * @import { Attachment, Download, Problem } from "./types.js"
 */

export const PART_BYTES = 256 * 1024;
const PARTS_MAX = 40;
const TRIES = 5;
const AGAIN_MS = 2_000;
const AT_ONCE = 3; // parts of a file that come down
const KEPT_BYTES = 96 * 1024 * 1024;
const NAME_MAX = 120;

/** What a name may not have, for the server: some programs put it there. */
const UNSEEN = /[\p{Cc}\u{ad}\u{61c}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}]/gu;

/** What a browser shows as a picture, by the bytes it begins with. An SVG is a document, and none of these. */
const PICTURES = /** @type {[string, RegExp][]} */ ([
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
  ["image/avif", /^[^]{4}ftypavi[fs]/],
]);

/** May it be shown as a picture? That it is one shows when it is there: then the bytes are asked. @param {{type: string}} file */
export const isPicture = ({ type }) => PICTURES.some(([known]) => known === type);

/** @param {Uint8Array} bytes @returns {string|null} */
export function pictureType(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  return PICTURES.find(([, begins]) => begins.test(start))?.[0] ?? null;
}

/** @param {number} size */
const partsOf = (size) => Math.ceil(size / PART_BYTES);

/**
 * @param {object} how
 * @param {Request} how.request    one that waits where it is told to slow down
 * @param {() => string|null} how.me
 * @param {() => boolean} how.online
 * @param {() => void} how.changed   an attachment is further, or at its end
 * @param {Surroundings} how.around
 */
export function createUploads({ request, me, online, changed, around }) {
  /** @type {Map<string, {attachment: Attachment, blob: Blob|null, id: string|null, part: number}>} */
  const all = new Map();
  let busy = false;

  /** One file after another: so the first is there soonest. */
  async function work() {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const next = [...all.values()].find(({ attachment }) => attachment.state === "waiting");
        if (!next || !online() || me() === null) return;
        await upload(next);
      }
    } finally {
      busy = false;
    }
  }

  /** @param {{attachment: Attachment, blob: Blob|null, id: string|null, part: number}} one */
  async function upload(one) {
    const { attachment, blob } = one;
    if (!blob) return;
    one.id ??= `${me()}-${randomText(22)}`;
    const { key, name, type, size } = attachment;
    const parts = partsOf(size);
    attachment.state = "uploading";
    changed();
    let tries = 0;
    while (one.part < parts) {
      try {
        const bytes = await blob.slice(one.part * PART_BYTES, (one.part + 1) * PART_BYTES).arrayBuffer()
          .catch(() => { throw new Failure("file lost"); });
        await request("upload", { file: one.id, part: one.part, bytes });
        one.part += 1;
        tries = 0;
      } catch (failure) {
        const why = problemOf(failure);
        if (!all.has(key)) return;
        if (why.code === "offline") {
          attachment.state = "waiting"; // goes on with this part, see `resume`
          changed();
          return;
        }
        tries += 1;
        if (!["timeout", "busy", "storage"].includes(why.code) || tries === TRIES) {
          Object.assign(attachment, { state: "failed", problem: why });
          changed();
          return;
        }
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
      if (!all.has(key)) return; // Taken away meanwhile.
      attachment.progress = one.part / parts;
      changed();
    }
    attachment.file = { id: one.id, name, type, size, parts };
    attachment.state = "ready";
    one.blob = null;
    changed();
  }

  return {
    /** @param {globalThis.File} blob @returns {Attachment} */
    add(blob) {
      /** @type {Attachment} */
      const attachment = {
        key: randomText(12),
        name: shortened(blob.name.replaceAll(UNSEEN, "") || "file"),
        type: /^[\w.+-]+\/[\w.+-]+$/.test(blob.type) ? blob.type : "application/octet-stream",
        size: blob.size,
        preview: isPicture(blob) ? around.urlOf(blob) : null,
        progress: 0,
        state: "waiting",
        problem: null,
        file: null,
      };
      if (blob.size === 0) Object.assign(attachment, { state: "failed", problem: problem("file empty") });
      if (partsOf(blob.size) > PARTS_MAX) Object.assign(attachment, { state: "failed", problem: problem("file too large") });
      all.set(attachment.key, { attachment, blob, id: null, part: 0 });
      work();
      return attachment;
    },

    /** One that the server has already: of a draft that was kept. @param {File} file @returns {Attachment} */
    known(file) {
      const { name, type, size } = file;
      /** @type {Attachment} */
      const attachment = { key: randomText(12), name, type, size, preview: null, progress: 1, state: "ready", problem: null, file };
      all.set(attachment.key, { attachment, blob: null, id: file.id, part: file.parts });
      return attachment;
    },

    /** @param {string} key */
    retry(key) {
      const one = all.get(key);
      if (one?.attachment.state !== "failed" || !one.blob || partsOf(one.blob.size) > PARTS_MAX || one.blob.size === 0) return;
      Object.assign(one.attachment, { state: "waiting", problem: null });
      changed();
      work();
    },

    /** @param {string} key */
    remove(key) {
      const one = all.get(key);
      all.delete(key);
      if (one?.attachment.preview) around.dropUrl(one.attachment.preview);
    },

    /** It was sent; its preview goes on being shown. @param {string} key */
    release(key) {
      all.delete(key);
    },

    resume: work,

    /**
     * The files of attachments; null while they are on their way, and a problem if one of them will not come.
     * @param {string[]} keys
     * @returns {File[]|Problem|null}
     */
    files(keys) {
      const ones = keys.map((key) => all.get(key)?.attachment);
      const failed = ones.find((one) => !one || one.state === "failed");
      if (failed?.problem) return failed.problem;
      if (ones.includes(undefined)) return problem("file lost");
      const files = ones.flatMap((one) => one?.file ?? []);
      return files.length === keys.length ? files : null;
    },

    /** @param {string[]} keys @returns {Attachment[]} */
    list: (keys) => keys.flatMap((key) => all.get(key)?.attachment ?? []),
  };
}

/** @typedef {ReturnType<typeof createUploads>} Uploads */

/** A name that is too long keeps its ending. @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length <= NAME_MAX ? name : `${letters.slice(0, NAME_MAX - 21).join("")}…${letters.slice(-20).join("")}`;
}

/**
 * @param {object} how
 * @param {Request} how.request
 * @param {Map<string, Download>} how.downloads   in the store
 * @param {() => void} how.changed
 * @param {Surroundings} how.around
 */
export function createDownloads({ request, downloads, changed, around }) {
  /** @type {Map<string, Promise<string>>} */
  const underway = new Map();
  /** @type {Map<string, number>} */
  const sizes = new Map(); // of those that are kept, the oldest first

  /** @param {File} file @returns {Promise<string>} */
  async function fetched(file) {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = new Array(file.parts);
    let [next, done] = [0, 0];
    const fetchParts = async () => {
      while (next < file.parts) {
        const part = next++;
        parts[part] = bytesOf(await again(() => request("download", { file: file.id, part })));
        done += 1;
        Object.assign(downloads.get(file.id) ?? {}, { progress: done / file.parts });
        changed();
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, file.parts) }, fetchParts));
    // A page of ours may open a blob's address as what its type says: so this is a picture, or just bytes.
    const type = (isPicture(file) && pictureType(parts[0])) || "application/octet-stream";
    return around.urlOf(new Blob(parts, { type }));
  }

  /** @param {File} file */
  function keep({ id, size }) {
    sizes.set(id, size);
    let sum = [...sizes.values()].reduce((all, each) => all + each, 0);
    for (const [old, bytes] of sizes) {
      if (sum <= KEPT_BYTES || old === id) return;
      const url = downloads.get(old)?.url;
      if (url) around.dropUrl(url);
      downloads.delete(old);
      sizes.delete(old);
      sum -= bytes;
    }
  }

  /** @param {File} file @returns {Promise<string>} a blob URL */
  function get(file) {
    const known = downloads.get(file.id);
    if (known?.url) return Promise.resolve(known.url);
    const running = underway.get(file.id);
    if (running) return running;
    downloads.set(file.id, { state: "loading", progress: 0, url: null, problem: null });
    changed();
    const work = fetched(file).then(
      (url) => {
        downloads.set(file.id, { state: "ready", progress: 1, url, problem: null });
        keep(file);
        return url;
      },
      (failure) => {
        downloads.set(file.id, { state: "failed", progress: 0, url: null, problem: problemOf(failure) });
        throw failure;
      },
    ).finally(() => {
      underway.delete(file.id);
      changed();
    });
    underway.set(file.id, work);
    return work;
  }

  return { get };
}

/**
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @returns {Promise<Answer>}
 */
async function again(ask) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "timeout" || tries === TRIES) throw failure;
    }
  }
}

/** An answer is an ArrayBuffer in a browser, and a view of one elsewhere. @param {ArrayBuffer|ArrayBufferView} answer */
function bytesOf(answer) {
  return ArrayBuffer.isView(answer)
    ? new Uint8Array(answer.buffer, answer.byteOffset, answer.byteLength).slice()
    : new Uint8Array(answer);
}
