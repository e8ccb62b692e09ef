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
