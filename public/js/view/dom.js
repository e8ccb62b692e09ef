// Making and keeping elements. All text goes in as text: nothing here, or anywhere on the page,
// turns a string into HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * el("li", {class: "message", data: {state: "sent"}, onclick}, "text", child)
 * Properties that are undefined or null are left out.
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

/** A stroke drawing of 24 by 24. */
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
 */
export function keep(parent, items, { key, make, update }) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
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

/** Sets text only when it differs, so that live regions do not speak for nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
