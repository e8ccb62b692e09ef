// Pictures and files that go out with the next message: chosen, pasted, or dropped on the talk.

import { words } from "../words.js";
import { el, keep, setText, the } from "./dom.js";
import { bar } from "./files.js";
import { icon } from "./icons.js";

/** @import { Attachment, Draft, Parlor, Store } from "../types.js" */

/** @param {Parlor} parlor @param {Store} store @param {HTMLElement} form */
export function createAttachments(parlor, store, form) {
  const list = the("#attachments");
  const button = the("#attach");
  const chooser = /** @type {HTMLInputElement} */ (the("#files"));
  const talk = the("#talk");
  const drop = the("#drop");
  let over = 0; // elements that something is held over: it enters one before it leaves the other

  /** @param {Iterable<globalThis.File> | undefined} files */
  function attach(files) {
    if (files && store.current !== null && !form.hidden) parlor.attach(store.current, files);
  }
  const mayDrop = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") && !form.hidden;
  /** @param {number} now */
  function setOver(now) {
    over = Math.max(0, now);
    drop.hidden = over === 0;
  }

  button.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    attach(chooser.files ?? undefined);
    chooser.value = ""; // The same file may be chosen again.
    the("textarea", form).focus();
  });
  form.addEventListener("paste", (event) => {
    const { files } = event.clipboardData ?? {};
    if (!files?.length) return;
    event.preventDefault();
    attach(files);
  });
  talk.addEventListener("dragenter", (event) => mayDrop(event) && setOver(over + 1));
  talk.addEventListener("dragleave", (event) => mayDrop(event) && setOver(over - 1));
  talk.addEventListener("dragover", (event) => mayDrop(event) && event.preventDefault());
  talk.addEventListener("drop", (event) => {
    if (!mayDrop(event)) return;
    event.preventDefault();
    setOver(0);
    attach(event.dataTransfer?.files);
    the("textarea", form).focus();
  });

  /** @param {Attachment} attachment */
  function make({ key, name, preview }) {
    /** @param {(room: string) => void} act */
    const here = (act) => () => store.current !== null && act(store.current);
    return el("li", { class: "attachment", data: { testid: "attachment" } },
      preview ? el("img", { src: preview, alt: "" }) : icon("file"),
      el("span", { class: "name", title: name }, el("bdi", {}, name)),
      el("span", { class: "how" }),
      bar(0),
      el("span", { class: "buttons" },
        el("button", { class: "icon again", type: "button", "aria-label": words.again, title: words.again, onclick: here((room) => parlor.retryAttachment(room, key)) }, icon("retry")),
        el("button", {
          class: "icon", type: "button", "aria-label": words.detach(name), title: words.detach(name), data: { testid: "detach" },
          onclick: here((room) => {
            parlor.detach(room, key);
            the("textarea", form).focus();
          }),
        }, icon("close"))));
  }

  /** @param {HTMLElement} item @param {Attachment} attachment */
  function update(item, { state, progress, size, problem }) {
    item.dataset.state = state;
    setText(the(".how", item), state === "failed" ? words.problem(problem) : words.size(size));
    the(".again", item).hidden = state !== "failed";
    const line = the("progress", item);
    line.hidden = state === "ready" || state === "failed";
    line.value = progress;
  }

  return {
    /** @param {Draft} draft */
    draw({ attachments, editing }) {
      list.hidden = attachments.length === 0;
      // A message that is changed keeps the files it has.
      button.hidden = editing !== null;
      keep(list, attachments, { key: ({ key }) => key, make, update });
    },
  };
}
