// The address says which room is shown: #/room-name. So a room can be linked, shared, and gone back to.

export function roomInAddress() {
  const [, room] = location.hash.match(/^#\/(.+)$/) ?? [];
  if (!room) return null;
  try {
    return decodeURIComponent(room).trim();
  } catch {
    return room; // Not well encoded; it will be told that it is no room's name.
  }
}

/** @param {string|null|undefined} room */
export const addressOf = (room) => `#/${room ? encodeURIComponent(room) : ""}`;

/** @param {string|null} room */
export const linkTo = (room) => new URL(addressOf(room), location.href).href;

/** @param {(room: string|null) => void} show */
export function onAddress(show) {
  window.addEventListener("hashchange", () => show(roomInAddress()));
}
