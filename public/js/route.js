// The address says which room is shown: /r/ and its id. So a room can be linked, shared, and gone back to.

import { idOf } from "./names.js";

const ROOM = /^\/r\/([^/]+)\/?$/;

/** @param {string|null|undefined} room  its id */
export const addressOf = (room) => (room ? `/r/${encodeURIComponent(room)}` : "/");

/** The id of the room in an address; null if there is none. @param {string} path */
export function roomIn(path) {
  const [, room] = path.match(ROOM) ?? [];
  if (!room) return null;
  const id = decoded(room);
  return /^[~@]/.test(id) ? id : idOf(id);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not well encoded; it will be told that it is no room.
  }
}

/**
 * Keeps the room that is shown and the address together.
 * @param {(room: string|null) => void} shown   the address is another one now
 * @param {(room: string|null) => void} show    a link to a room was followed
 */
export function createRoute(shown, show) {
  // Addresses of old: #/name.
  const [, old] = location.hash.match(/^#\/(.+)$/) ?? [];
  if (old) history.replaceState(null, "", addressOf(idOf(decoded(old))));

  window.addEventListener("popstate", () => shown(roomIn(location.pathname)));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    const room = roomIn(link.pathname);
    if (room === null && link.pathname !== "/") return;
    event.preventDefault();
    show(room);
  });

  return {
    get room() {
      return roomIn(location.pathname);
    },
    /** @param {string} room */
    linkTo: (room) => new URL(addressOf(room), location.href).href,
    /** @param {string|null} room */
    to(room) {
      const address = addressOf(room);
      if (location.pathname !== address) history.pushState(null, "", address);
    },
  };
}

/** @typedef {ReturnType<typeof createRoute>} Route */
