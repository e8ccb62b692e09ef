// A picture, as large as the screen lets it be. The arrow keys go to the others of the talk.

import { words } from "../words.js";
import { present } from "./dialog.js";
import { el, setText } from "./dom.js";
import { bar, save } from "./files.js";
import { icon } from "./icons.js";

/** @import { File, Parlor, Store } from "../types.js" */

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
