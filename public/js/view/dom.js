// Making and keeping elements; the field where one writes; keys in lists; the clipboard; going to a message. All text goes in
// as text: nothing here, or anywhere on the page, turns a string into HTML.

/**
 * @import { Parlor } from "../types.js"
 */

/**
 * How to draw items, one element each.
 * @template Item
 * @typedef {object} Keeping
 * @property {(item: Item) => string} key
 * @property {(item: Item) => HTMLElement} make
 * @property {(element: HTMLElement, item: Item) => void} [update]
 */

/**
 * The element that a selector stands for, which is there.
 * @template {string} Selector
 * @param {Selector} selector
 * @param {ParentNode} [inside]
 * @returns {Selector extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Selector] : HTMLElement}
 */
export function the(selector, inside = document) {
  const found = inside.querySelector(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return /** @type {any} */ (found);
}

/**
 * el("li", {class: "message", data: {state: "sent"}, onclick}, "text", child)
 * Properties that are undefined, null or false are left out, and so are such children.
 * @template {string} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} props
 * @param {(string|Node|null|undefined|false)[]} children
 * @returns {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "data") for (const [name, says] of Object.entries(value)) says === undefined || (node.dataset[name] = says);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child || child === "") node.append(child);
  return /** @type {any} */ (node);
}

/**
 * Makes the children of `parent` those of `items`, one each, keeping the elements of items that
 * are still there (and with them focus, selection and scroll position).
 * @template Item
 * @param {HTMLElement} parent
 * @param {Item[]} items
 * @param {Keeping<Item>} how
 */
export function keep(parent, items, { key, make, update }) {
  const wanted = new Set(items.map(key));
  /** @type {Map<string|undefined, HTMLElement>} */
  const old = new Map();
  // What is gone goes first: else all that stands after it would be moved, one by one.
  for (const child of elements(parent)) {
    if (wanted.has(child.dataset.key ?? "")) old.set(child.dataset.key, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = old.get(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    update?.(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

/** @param {HTMLElement} parent */
const elements = (parent) => /** @type {HTMLElement[]} */ ([...parent.children]);

/**
 * Sets text only when it differs, so that live regions do not speak for nothing.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Sets an attribute only when it differs; null takes it away.
 * @param {Element} node
 * @param {string} name
 * @param {string|null} value
 */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** The person wants little movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
/** There is a finger, and no mouse. */
export const touch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

// ── Field ──
// The field where one writes, for others who put something into it.

/** Puts text where one writes, as if it had been typed. @param {HTMLTextAreaElement} field @param {string} text */
export function insert(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {string} name */
export function mentionInField(name) {
  const field = theField();
  const before = field.value.slice(0, field.selectionStart);
  insert(field, `${before === "" || /\s$/.test(before) ? "" : " "}@${name} `);
}

export const theField = () => the("textarea", the("#composer"));

// ── Keys ──
// Keys: the arrows among things that belong together, and how keys are called on this machine.

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** @param {KeyboardEvent} event */
export const withMod = (event) => (mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);

/** "Mod+K" → "Ctrl+K". @param {string} keys */
export const keyNames = (keys) => keys.replaceAll("Mod+", mac ? "⌘" : "Ctrl+").replaceAll("Alt+", mac ? "⌥" : "Alt+");

/**
 * The arrow keys, Home and End move the focus among the elements of `selector` in `area`.
 * @param {HTMLElement} area
 * @param {string} selector
 * @param {number | (() => number)} columns  in a grid, left and right move by one; in a list (1) they do nothing; 0: only left and right
 */
export function arrows(area, selector, columns = 1) {
  area.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const all = /** @type {HTMLElement[]} */ ([...area.querySelectorAll(selector)]).filter((one) => one.offsetParent !== null);
    const at = all.findIndex((one) => one === document.activeElement);
    if (at < 0) return;
    const to = step(event.key, at, all.length - 1, typeof columns === "number" ? columns : columns());
    if (to === null) return;
    event.preventDefault();
    all[to]?.focus();
  });
}

/** @param {string} key @param {number} at @param {number} last @param {number} columns */
function step(key, at, last, columns) {
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (columns !== 1 && key === "ArrowLeft") return Math.max(at - 1, 0);
  if (columns !== 1 && key === "ArrowRight") return Math.min(at + 1, last);
  if (columns > 0 && key === "ArrowUp") return at - columns < 0 ? (columns === 1 ? 0 : at) : at - columns;
  if (columns > 0 && key === "ArrowDown") return at + columns > last ? (columns === 1 ? last : at) : at + columns;
  return null;
}

// ── Copying ──
// To the clipboard, where the browser allows it.

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // An insecure origin, or not allowed.
  }
}

/** Copies, and tells of it in the line of news. @param {Parlor} parlor @param {string} text @param {string} news its code */
export async function copyAndTell(parlor, text, news) {
  if (await copy(text)) parlor.flash("said", { code: news });
  else parlor.flash("said", { code: "no clipboard" }, text);
}

// ── Going ──
// To go to one message, from wherever: a search, a notice, a reply. The view of the messages hears it and goes there.

/** @typedef {{room: string, seq: number}} Place */

/** @param {string} room @param {number} seq */
export function goTo(room, seq) {
  the("#log").dispatchEvent(new CustomEvent("go", { detail: { room, seq } }));
}

/** @param {(place: Place) => void} go */
export function onGo(go) {
  the("#log").addEventListener("go", (event) => go(/** @type {CustomEvent<Place>} */ (event).detail));
}
