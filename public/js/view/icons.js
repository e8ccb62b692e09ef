// Drawings: strokes of 24 by 24, each one path; the initials of a person; and what the page's HTML names of both, with its words.

import { initials, tint } from "../names.js";
import { LANGUAGE, words } from "../words.js";
import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  attach: "M19.500 11.200l-7.600 7.600a4.700 4.700 0 0 1-6.700-6.700l7.900-7.800a3.100 3.100 0 0 1 4.400 4.400l-7.700 7.700a1.500 1.500 0 0 1-2.200-2.200l6.900-6.800",
  away: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  back: "M14.500 5.500L8 12l6.500 6.500",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500a2.200 2.200 0 0 0 4 0",
  check: "M5 12.500l4.500 4.500L19 7.500",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9V5.500a1 1 0 0 1 1-1h8.500a1 1 0 0 1 1 1V14a1 1 0 0 1-1 1H15M5.500 9H14a1 1 0 0 1 1 1v8.500a1 1 0 0 1-1 1H5.500a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z",
  door: "M7 20V5a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v15M4 20h16M13.500 12.200v.1",
  down: "M6 10l6 6 6-6",
  download: "M12 4.500V15M7 10.500l5 5 5-5M5 19.500h14",
  edit: "M4.500 19.500l1-4L16 5a1.800 1.800 0 0 1 2.500 0l.5.5a1.800 1.800 0 0 1 0 2.500L8.500 18.500z",
  file: "M7 3.500h6.500L18.500 8.500V19.500a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4.500a1 1 0 0 1 1-1zM13 4v5h5",
  key: "M14.500 9.500m-4.500 0a4.500 4.500 0 1 0 9 0a4.500 4.500 0 1 0-9 0M11.200 12.800L4.500 19.500M7 17l2.500 2.500",
  keyboard: "M4.500 6.500h15a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM7 10.500v.1M10.300 10.500v.1M13.700 10.500v.1M17 10.500v.1M8.500 14h7",
  leave: "M13 4.500H6.500a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1H13M10.500 12H20M16.500 8.500L20 12l-3.500 3.500",
  link: "M10 14a4 4 0 0 0 5.700 0l3.100-3.100a4 4 0 0 0-5.700-5.700L12 6.300M14 10a4 4 0 0 0-5.700 0l-3.100 3.100a4 4 0 0 0 5.700 5.700l1.100-1.100",
  lock: "M7.500 11V8a4.500 4.500 0 0 1 9 0v3M6.500 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z",
  mention: "M12 12m-3.500 0a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0M15.500 8.500V13.500a2.300 2.300 0 0 0 4.500 0V12a8 8 0 1 0-3 6.200",
  menu: "M4 7h16M4 12h16M4 17h10",
  people: "M9 8.500m-3.500 0a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0M2.500 19.500c.6-3.700 3.200-5.500 6.500-5.500s5.900 1.800 6.500 5.500M15.500 5.300a3.500 3.500 0 0 1 0 6.400M18 14.500c2 .8 3.200 2.500 3.500 5",
  plus: "M12 5v14M5 12h14",
  reply: "M9.500 6L4.500 11l5 5M5 11h8a6 6 0 0 1 6 6v1.500",
  retry: "M19 12a7 7 0 1 1-2.300-5.200M19.200 4v4h-4",
  search: "M10.800 10.800m-6.300 0a6.300 6.300 0 1 0 12.600 0a6.300 6.300 0 1 0-12.600 0M15.500 15.500l4.500 4.500",
  send: "M12 19V5.500M6 11l6-6 6 6",
  settings: "M4.500 7.500H13M18.500 7.500h1M4.500 16.500h1M11 16.500h8.500M13.300 7.500a2.600 2.600 0 1 0 5.200 0a2.600 2.600 0 1 0-5.200 0M5.700 16.500a2.600 2.600 0 1 0 5.200 0a2.600 2.600 0 1 0-5.200 0",
  smile: "M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M8.500 14c.9 1.300 2 2 3.500 2s2.600-.7 3.500-2M9.300 9.800v.1M14.700 9.800v.1",
  trash: "M5 7h14M10 7V4.500h4V7M6.800 7l.7 12a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1l.7-12M10.300 11v5M13.700 11v5",
  wait: "M12 12m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 7.500V12l3 2",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "drawing");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", PATHS[name]);
  svg.append(line);
  return svg;
}

/** @param {string} path @param {string} name */
const part = (path, name) => {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("class", name);
  line.setAttribute("d", path);
  return line;
};

/** The lamp of the house: it burns while one is connected. */
export function lamp() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "lamp");
  svg.append(
    part("M5 16.500L1.500 32h29L27 16.500z", "shine"),
    part("M12.400 5.500h7.200a1 1 0 0 1 .9.600l4.300 9a1 1 0 0 1-.9 1.400H8.100a1 1 0 0 1-.9-1.400l4.300-9a1 1 0 0 1 .9-.600z", "shade"),
    part("M16 16.500v8.600M11.500 26.300h9", "stand"),
  );
  return svg;
}

// ── Avatar ──
// A round with someone's initials, in a colour that goes with the name.

/** @param {string} name */
export function avatar(name) {
  return el("span", { class: "avatar", "aria-hidden": "true", data: { tint: tint(name) } }, initials(name));
}

// ── Furnish ──
// Puts words and drawings into the page's HTML, which has neither: `data-word="key"` is a text,
// `data-label`, `data-title` and `data-hint` (placeholder) are attributes, `data-icon` a drawing.

/** @param {string} key */
function word(key) {
  const found = /** @type {Record<string, unknown>} */ (words)[key];
  if (typeof found !== "string") throw new Error(`There is no word “${key}”.`);
  return found;
}

/** Once, before the views. */
export function furnish() {
  document.documentElement.lang = LANGUAGE;
  document.getElementById("loading")?.remove();
  for (const element of document.querySelectorAll("[data-word], [data-label], [data-hint], [data-icon], [data-lamp]")) {
    if (!(element instanceof HTMLElement)) continue;
    const { word: text, label, hint, icon: drawing, title } = element.dataset;
    if (drawing) element.prepend(icon(/** @type {IconName} */ (drawing)));
    if (element.dataset.lamp !== undefined) element.append(lamp());
    if (text) element.append(word(text));
    if (label) {
      element.setAttribute("aria-label", word(label));
      if (element instanceof HTMLButtonElement) element.title = word(title ?? label);
    }
    if (hint) element.setAttribute("placeholder", word(hint));
  }
}
