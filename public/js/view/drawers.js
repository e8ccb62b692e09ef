// Where the screen is too narrow, the rooms (left) and the people (right) are drawers over the talk.
// A closed drawer is inert: the Tab key does not wander into what cannot be seen.

import { the } from "./dom.js";

/**
 * @import { View } from "../types.js"
 * @typedef {{panel: HTMLElement, opener: HTMLElement, narrow: MediaQueryList}} Side
 */

/** @type {View} */
export function drawers(_parlor, store) {
  const house = the("#house");
  const veil = the("#veil");
  const sides = [
    side("#rooms", "#open-rooms", "(max-width: 760px)"),
    side("#people", "#open-people", "(max-width: 1040px)"),
  ];
  /** @type {Side|null} */
  let open = null;
  let shown = store.current;

  /** @param {string} panel @param {string} opener @param {string} narrow @returns {Side} */
  function side(panel, opener, narrow) {
    const found = { panel: the(panel), opener: the(opener), narrow: matchMedia(narrow) };
    found.opener.addEventListener("click", () => set(open === found ? null : found));
    the("[data-close]", found.panel).addEventListener("click", () => set(null));
    found.narrow.addEventListener("change", () => set(null));
    return found;
  }

  /** @param {Side|null} next */
  function set(next) {
    const before = open;
    open = next;
    for (const one of sides) {
      const isOpen = one === open;
      one.panel.classList.toggle("open", isOpen);
      one.panel.inert = one.narrow.matches && !isOpen;
      one.opener.setAttribute("aria-expanded", String(isOpen));
    }
    house.classList.toggle("drawer-open", open !== null);
    if (open) the("[data-close]", open.panel).focus({ preventScroll: true });
    else before?.opener.focus({ preventScroll: true });
  }

  veil.addEventListener("click", () => set(null));
  house.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) set(null);
  });
  // A room was chosen, even the one already shown: the drawer has done its work.
  the("#rooms").addEventListener("click", (event) => {
    if (open && event.target instanceof Element && event.target.closest("a")) set(null);
  });
  set(null);

  return ({ current }) => {
    if (current !== shown && open) set(null);
    shown = current;
  };
}
