// Reading by keyboard and pointer: the arrow keys go from message to message, and the bar of actions follows.

import { theField } from "./field.js";

/** @import { createActions } from "./actions.js" */

/** @type {Record<string, import("./actions.js").Action>} */
const LETTERS = { r: "reply", e: "edit", "+": "react", c: "copy", Delete: "remove" };

/** @param {HTMLElement} scroller @param {HTMLElement} log @param {ReturnType<typeof createActions>} actions */
export function createReader(scroller, log, actions) {
  /** @type {HTMLElement|null} the message that the Tab key comes to */
  let stop = null;

  const messages = () => /** @type {HTMLElement[]} */ ([...log.querySelectorAll(":scope > .message")]);
  /** @param {EventTarget|null} target */
  const lineOf = (target) => (target instanceof Element ? target.closest(".message") : null);

  /** @param {HTMLElement|null} line */
  function setStop(line) {
    if (line === stop) return;
    if (stop) stop.tabIndex = -1;
    stop = line;
    if (stop) stop.tabIndex = 0;
  }

  /** @param {HTMLElement} line */
  function focus(line) {
    setStop(line);
    line.focus({ preventScroll: true });
    actions.show(line);
  }

  log.addEventListener("pointerover", (event) => {
    const line = lineOf(event.target);
    // While one goes about by keyboard, a mouse that happens to lie there does not take the bar away.
    if (line && !actions.element.contains(document.activeElement)) actions.show(line);
  });
  scroller.addEventListener("pointerleave", () => {
    if (!log.contains(document.activeElement)) actions.hide();
  });
  log.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    if (!(line instanceof HTMLElement)) return;
    setStop(line);
    actions.show(line);
  });
  log.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && log.contains(event.relatedTarget)) && !log.matches(":hover")) actions.hide();
  });

  log.addEventListener("keydown", (event) => {
    const line = lineOf(event.target);
    if (!(line instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (event.target === line) theField().focus();
      else focus(line);
      return;
    }
    if (event.target !== line) return;
    const all = messages();
    const at = all.indexOf(line);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    const action = LETTERS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = all[to];
      if (next) {
        focus(next);
        next.scrollIntoView({ block: "nearest", behavior: "instant" });
      } else if (event.key === "ArrowDown") {
        theField().focus();
      }
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (actions.show(line)) actions.focus();
    } else if (action) {
      event.preventDefault();
      actions.act(line, action);
    }
  });

  return {
    focus,

    /** The lines have changed. */
    refresh() {
      // One's own, just sent, under a mouse that lies still: now there is something to do with it.
      const under = actions.element.isConnected || log.contains(document.activeElement) ? null : log.querySelector(":scope > .message:hover");
      if (under) actions.show(under);
      if (stop?.isConnected && stop.contains(document.activeElement)) return;
      const last = log.lastElementChild;
      const newest = last?.matches(".message") ? last : messages().at(-1);
      setStop(newest instanceof HTMLElement ? newest : null);
    },
  };
}
