// A list that lives: its rows keep their elements, and whoever is in one of them with the keyboard stays there.

import { el, keep, setText, the } from "../../view/dom.js";
import { words } from "../words.js";

/** @import { Keeping } from "../../view/dom.js" */

const PAGE = 100;

/**
 * @template Item
 * @param {HTMLElement} list
 * @param {Item[]} items
 * @param {Keeping<Item>} how
 */
export function keepFocus(list, items, how) {
  const focused = document.activeElement;
  const isHere = focused instanceof HTMLElement && list.contains(focused);
  keep(list, items, how);
  if (!isHere || document.activeElement === focused) return;
  // Its row has moved, which takes the focus away; or it is gone, and the next best place is the heading above.
  if (focused.isConnected) focused.focus({ preventScroll: true });
  else list.closest("section")?.querySelector("h2")?.focus({ preventScroll: true });
}

/**
 * A part of the page with a list of many rows: at first a page of them, and more on demand.
 * @template Item
 * @param {HTMLElement} part
 * @param {Keeping<Item>} how
 */
export function longList(part, how) {
  const list = the(".rows", part);
  const more = the(".more", part);
  const none = the(".none", part);
  let most = PAGE;
  /** @type {Item[]} */
  let items = [];
  /** @type {string} */
  let nothing = "";

  more.addEventListener("click", () => {
    most += PAGE;
    draw();
  });

  function draw() {
    keepFocus(list, items.slice(0, most), how);
    const left = items.length - most;
    more.hidden = left <= 0;
    setText(more, words.showMore(Math.min(left, PAGE)));
    none.hidden = items.length > 0;
    setText(none, nothing);
  }

  /** @param {Item[]} now @param {string} ifNone */
  return (now, ifNone) => {
    items = now;
    nothing = ifNone;
    draw();
  };
}

/** What one chooses of a list: words to find, and the order. @param {HTMLElement} part @param {() => void} changed */
export function choice(part, changed) {
  const input = the("input", part);
  const select = the("select", part);
  const found = the(".found", part);
  input.addEventListener("input", changed);
  select.addEventListener("change", changed);
  return {
    get typed() {
      return input.value;
    },
    get by() {
      return select.value;
    },
    /** @param {number} shown @param {number} all */
    tell: (shown, all) => setText(found, shown === all ? "" : words.found(shown, all)),
  };
}

/**
 * A button of a row. Several rows have the same, so its name says whose it is.
 * @param {keyof typeof words.acts} act
 * @param {string} name
 * @param {() => void} onclick
 */
export const actButton = (act, name, onclick) =>
  el("button", { class: "soft", type: "button", onclick, "aria-label": words.actOn(words.acts[act], name), data: { act, testid: `act-${act}` } }, words.acts[act]);

/** A row's `name` in what its buttons are called. @param {HTMLElement} row @param {string} name */
export function nameButtons(row, name) {
  if (row.dataset.named === name) return;
  row.dataset.named = name;
  for (const button of row.querySelectorAll("button")) {
    const act = /** @type {keyof typeof words.acts} */ (button.dataset.act);
    if (act) button.setAttribute("aria-label", words.actOn(words.acts[act], name));
  }
}
