// Making and keeping elements. All text goes in as text: nothing here, or anywhere on the page,
// turns a string into HTML.

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
