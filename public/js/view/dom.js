// Making and keeping elements. All text goes in as text: nothing here, or anywhere on the page,
// turns a string into HTML.

/**
 * @import { Parlor } from "../parlor.js"
 * @import { Store } from "../store.js"
 * @typedef {(parlor: Parlor, store: Store) => (now: Store) => void} View
 */
/**
 * How to draw items, one element each.
 * @template Item
 * @typedef {object} Keeping
 * @property {(item: Item) => string} key
 * @property {(item: Item) => HTMLElement} make
 * @property {(element: HTMLElement, item: Item) => void} [update]
 */

const SVG = "http://www.w3.org/2000/svg";

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
 * Properties that are undefined or null are left out.
 * @param {string} tag
 * @param {Record<string, any>} props
 * @param {(string|Node)[]} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (key === "data") Object.assign(node.dataset, value);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** A stroke drawing of 24 by 24. @param {string} path */
export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
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
  const old = new Map(elements(parent).map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = old.get(name);
    old.delete(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    update?.(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** @param {HTMLElement} parent */
const elements = (parent) => [...parent.children].filter((child) => child instanceof HTMLElement);

/**
 * Sets text only when it differs, so that live regions do not speak for nothing.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
