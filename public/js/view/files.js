// Files in messages, and pictures, large. Pictures fetch themselves when they come into sight, if they are not large; other files
// when they are asked for.

import { isPicture } from "../files.js";
import { words } from "../words.js";
import { present } from "./dialog.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @import { Attachment, Download, File, Item, Parlor, Store } from "../types.js"
 */

const BY_ITSELF_BYTES = 3_000_000;
const AHEAD = "600px";

/**
 * @param {Parlor} parlor
 * @param {Store} store
 * @param {HTMLElement} scroller
 * @param {(file: File) => void} look  at a picture
 */
export function createFiles(parlor, store, scroller, look) {
  /** @type {Map<HTMLElement, File>} what stands on the page, or did */
  const shown = new Map();

  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const file = isIntersecting && shown.get(/** @type {HTMLElement} */ (target));
      if (!file) continue;
      sight.unobserve(target);
      if (file.size <= BY_ITSELF_BYTES && !sparing()) parlor.download(file);
    }
  }, { root: scroller, rootMargin: AHEAD });

  /** @param {File} file */
  function make(file) {
    const element = isPicture(file) ? picture(file) : line(file);
    shown.set(element, file);
    if (isPicture(file)) sight.observe(element);
    refresh(element, file);
    return element;
  }

  /** @param {File} file */
  function picture(file) {
    const element = el("button", { class: "picture", type: "button", "aria-label": words.openPicture(file.name), title: file.name, data: { testid: "picture" } });
    element.addEventListener("click", () => {
      if (element.dataset.broken) void save(parlor, file);
      else if (store.downloads.get(file.id)?.state === "ready") look(file);
      else parlor.download(file);
    });
    return element;
  }

  /** @param {File} file */
  function line(file) {
    const element = el("button", { class: "file", type: "button", title: words.saveFile(file.name), data: { testid: "file" } },
      icon("file"),
      el("span", { class: "unseen" }, words.save, " "),
      el("span", { class: "name" }, el("bdi", {}, file.name)),
      el("span", { class: "size" }, words.size(file.size)),
      icon("download"));
    element.addEventListener("click", () => void save(parlor, file));
    return element;
  }

  /** @param {HTMLElement} element @param {File} file */
  function refresh(element, file) {
    const download = store.downloads.get(file.id);
    if (download?.state === "failed") lookAgain(element, download);
    const state = `${download?.state ?? "none"} ${download?.progress ?? 0}`;
    if (element.dataset.shows === state) return;
    element.dataset.shows = state;
    if (element.classList.contains("picture")) fillPicture(element, file, download);
    else fillLine(element, file, download);
  }

  /** What did not come over a lost connection is fetched over the next one, once. @param {HTMLElement} element @param {Download} download */
  function lookAgain(element, { problem }) {
    const { state, since } = store.connection;
    const lost = problem?.code === "offline" || problem?.code === "timeout";
    if (!lost || state !== "online" || element.dataset.again === String(since) || !element.classList.contains("picture")) return;
    element.dataset.again = String(since);
    sight.observe(element);
  }

  return {
    make,

    /** One's own, on its way. @param {Attachment} attachment */
    makeOwn(attachment) {
      const { preview, name, size } = attachment;
      return preview
        ? el("div", { class: "picture" }, el("img", { src: preview, alt: name }), bar(0))
        : el("div", { class: "file" }, icon("file"), el("span", { class: "name" }, el("bdi", {}, name)), el("span", { class: "size" }, words.size(size)), bar(0));
    },

    /** @param {HTMLElement} element @param {Attachment} attachment */
    updateOwn(element, { progress, state }) {
      const found = element.querySelector("progress");
      if (!found) return;
      found.value = progress;
      found.hidden = state === "ready" || state === "failed";
    },

    refresh() {
      for (const [element, file] of shown) {
        if (element.isConnected) refresh(element, file);
        else if (!element.parentNode) shown.delete(element);
      }
    },
  };
}

/** @param {HTMLElement} element @param {File} file @param {Download} [download] */
function fillPicture(element, file, download) {
  /** @param {string} says what stands there instead of the picture */
  const tell = (says) => {
    element.replaceChildren(el("span", {}, says));
    element.setAttribute("aria-label", `${says} · ${file.name}`);
  };
  element.setAttribute("aria-label", words.openPicture(file.name));
  if (download?.state === "ready" && download.url) {
    const broken = () => {
      element.dataset.broken = "true";
      tell(words.noPicture);
    };
    element.replaceChildren(el("img", { src: download.url, alt: file.name, decoding: "async", onerror: broken }));
  } else if (download?.state === "loading") {
    element.replaceChildren(bar(download.progress));
  } else {
    tell(download?.state === "failed" ? words.problem(download.problem) : `${words.loadPicture} · ${words.size(file.size)}`);
  }
}

/** @param {HTMLElement} element @param {File} file @param {Download} [download] */
function fillLine(element, file, download) {
  element.querySelector("progress")?.remove();
  if (download?.state === "loading") element.append(bar(download.progress));
  const size = element.querySelector(".size");
  if (size) setText(size, download?.state === "failed" ? words.problem(download.problem) : words.size(file.size));
}

/** @param {number} value */
export function bar(value) {
  return el("progress", { class: "progress", max: "1", value: String(value), "aria-label": words.fetching });
}

/** Has the browser save a file. @param {Parlor} parlor @param {File} file */
export async function save(parlor, file) {
  const url = await parlor.fileUrl(file);
  if (typeof url !== "string") {
    parlor.flash("download", url, file.name);
    return;
  }
  el("a", { href: url, download: file.name }).click();
}

/** The person pays for every byte, and said so. */
function sparing() {
  const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
  return connection?.saveData === true;
}

/** All pictures of a talk, in order. @param {Item[]} items */
export const picturesOf = (items) => items.flatMap((item) => (item.kind === "message" && !item.removed ? item.files.filter((file) => isPicture(file)) : []));

// ── Viewer ──
// A picture, as large as the screen lets it be. The arrow keys go to the others of the talk.

/** @param {Parlor} parlor @param {Store} store @param {File[]} pictures @param {File} first */
export function openViewer(parlor, store, pictures, first) {
  let at = Math.max(0, pictures.findIndex(({ id }) => id === first.id));
  let shown = "";
  const file = () => pictures[at] ?? first;

  const name = el("span", { class: "name", id: "viewer-name", dir: "auto" });
  const frame = el("div", { class: "frame" });
  const back = step("back", words.previous, -1);
  const on = step("on", words.next, 1);
  const close = el("button", { class: "icon", type: "button", "aria-label": words.close, title: words.close, autofocus: true, onclick: () => dialog.close() }, icon("close"));
  const keepIt = el("button", { class: "icon", type: "button", onclick: () => void save(parlor, file()) }, icon("download"));
  const dialog = el("dialog", { class: "viewer", "aria-labelledby": "viewer-name", data: { testid: "viewer" } },
    el("header", {}, name, keepIt, close), frame);

  /** @param {"back" | "on"} which @param {string} label @param {number} by */
  function step(which, label, by) {
    return el("button", { class: `icon step ${which}`, type: "button", "aria-label": label, title: label, onclick: () => go(by) }, icon("back"));
  }

  /** @param {number} by */
  function go(by) {
    const to = at + by;
    if (to < 0 || to >= pictures.length) return;
    at = to;
    draw();
  }

  function draw() {
    const now = file();
    const download = store.downloads.get(now.id);
    if (!download) parlor.download(now);
    const state = `${now.id} ${download?.state} ${download?.progress}`;
    if (state === shown) return;
    shown = state;
    setText(name, now.name);
    keepIt.setAttribute("aria-label", words.saveFile(now.name));
    keepIt.title = words.saveFile(now.name);
    back.disabled = at === 0;
    on.disabled = at === pictures.length - 1;
    back.hidden = on.hidden = pictures.length < 2;
    const inside = download?.state === "ready" && download.url
      ? el("img", { src: download.url, alt: now.name })
      : download?.state === "failed" ? el("p", {}, words.problem(download.problem)) : bar(download?.progress ?? 0);
    frame.replaceChildren(inside, back, on);
  }

  draw();
  const stop = store.subscribe(draw);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") go(-1);
    if (event.key === "ArrowRight") go(1);
  });
  frame.addEventListener("click", (event) => {
    if (event.target === frame) dialog.close();
  });
  present(dialog, stop);
}
