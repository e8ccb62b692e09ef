// Dialogs over the house, and what pops up beside a button. The browser's own: it keeps the focus inside, closes on Escape, and
// gives the focus back.

import { words } from "../words.js";
import { el, touch } from "./dom.js";
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

// ── Popup ──
// What pops up beside a button, in the browser's own way: Escape or a press elsewhere closes it.

const GAP = 6;
const EDGE = 8;
const SAME_PRESS_MS = 400;

/** @type {WeakMap<HTMLElement, number>} when the popup of a button was closed by a press on it */
const closed = new WeakMap();

/**
 * @param {HTMLElement} anchor
 * @param {{label: string, testid: string, class?: string, onclose?: () => void}} props
 * @param {(string|Node|null|false)[]} children
 * @returns {{element: HTMLElement, close: () => void, place: () => void} | null} null if this press has just closed it
 */
export function popup(anchor, props, ...children) {
  // The press on the button has already closed its popup, as a press elsewhere does.
  if (performance.now() - (closed.get(anchor) ?? -SAME_PRESS_MS) < SAME_PRESS_MS) return null;

  const element = el("div", {
    class: `popup ${props.class ?? ""}`,
    popover: "auto",
    role: "dialog",
    "aria-label": props.label,
    tabindex: "-1",
    data: { testid: props.testid },
  }, ...children);
  const close = () => element.isConnected && element.hidePopover();
  const place = () => put(element, anchor);
  let pressed = false;
  const press = () => {
    pressed = true;
  };
  // By the event before: what hides it may take the focus along, and the one after comes late.
  element.addEventListener("beforetoggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") return;
    if (pressed) closed.set(anchor, performance.now());
    anchor.setAttribute("aria-expanded", "false");
    anchor.removeEventListener("pointerdown", press);
    window.removeEventListener("resize", close);
  });
  element.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") return;
    element.remove();
    props.onclose?.();
  });

  document.body.append(element);
  element.showPopover();
  place();
  anchor.setAttribute("aria-expanded", "true");
  anchor.addEventListener("pointerdown", press);
  window.addEventListener("resize", close);
  // With a finger, the focus would only bring up the keyboard.
  const first = element.querySelector("[autofocus]") ?? (touch() ? null : element.querySelector("button:not(:disabled), input, a"));
  (first instanceof HTMLElement ? first : element).focus({ preventScroll: true });
  return { element, close, place };
}

/** Below the button or above it, wherever there is room, and never beyond the edge. @param {HTMLElement} element @param {HTMLElement} anchor */
function put(element, anchor) {
  const by = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = by.bottom + GAP;
  const above = by.top - GAP - height;
  const top = below + height <= innerHeight - EDGE || above < EDGE ? below : above;
  const left = by.left + width <= innerWidth - EDGE ? by.left : by.right - width;
  const within = (/** @type {number} */ at, /** @type {number} */ most) => Math.round(Math.max(EDGE, Math.min(at, most)));
  element.style.top = `${within(top, innerHeight - EDGE - height)}px`;
  element.style.left = `${within(left, innerWidth - EDGE - width)}px`;
}
