// Dialogs over the house. The browser's own: it keeps the focus inside, closes on Escape, and gives the focus back.

import { words } from "../words.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @param {object} what
 * @param {string} what.title
 * @param {string} what.testid
 * @param {(close: () => void) => (Node|null|false)[]} what.inside
 * @param {() => void} [what.onclose]
 */
export function openDialog({ title, testid, inside, onclose }) {
  const heading = el("h2", { id: `${testid}-title`, dir: "auto" }, title);
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": heading.id, data: { testid } },
    el("header", {}, heading,
      el("button", { class: "icon", type: "button", "aria-label": words.close, title: words.close, onclick: () => dialog.close() }, icon("close"))));
  dialog.append(el("div", { class: "inside" }, ...inside(() => dialog.close())));
  return present(dialog, onclose);
}

/**
 * Shows a dialog, and takes it away when it is closed.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} [onclose]
 */
export function present(dialog, onclose) {
  // A press beside it closes it, if it also began there: not a text that was marked beyond the edge.
  let beganBeside = false;
  dialog.addEventListener("pointerdown", (event) => {
    beganBeside = event.target === dialog && isBeside(dialog, event);
  });
  dialog.addEventListener("click", (event) => {
    if (beganBeside && event.target === dialog && isBeside(dialog, event)) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {HTMLElement} dialog @param {MouseEvent} event */
function isBeside(dialog, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return x < left || x > right || y < top || y > bottom;
}

/**
 * Asks before something that cannot be taken back.
 * @param {{title: string, lead: string, yes: string, testid: string, then: () => void}} what
 */
export function confirm({ title, lead, yes, testid, then }) {
  openDialog({
    title,
    testid,
    inside: (close) => [
      el("p", { class: "lead" }, lead),
      el("div", { class: "buttons" },
        el("button", { class: "plain", type: "button", autofocus: true, onclick: close }, words.cancel),
        el("button", {
          class: "grave",
          type: "button",
          data: { testid: `${testid}-yes` },
          onclick: () => {
            close();
            then();
          },
        }, yes)),
    ],
  });
}
