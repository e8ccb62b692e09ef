// What the browser remembers. A browser may refuse storage altogether (private windows, policies):
// then nothing is remembered, and nothing else breaks.

const PREFIX = "parlor.";

/** @typedef {ReturnType<typeof remembered>} Memory */

/** @param {() => Storage} area */
export function remembered(area) {
  return {
    /** @param {string} key @returns {any} null if nothing is there */
    get(key) {
      try {
        return JSON.parse(area().getItem(PREFIX + key) ?? "null");
      } catch {
        return null;
      }
    },
    /** @param {string} key @param {unknown} value  null or "": forgotten */
    set(key, value) {
      try {
        if (value === null || value === "") area().removeItem(PREFIX + key);
        else area().setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Not remembered, then.
      }
    },
    /** The keys that begin so. @param {string} start @returns {string[]} */
    keys(start) {
      try {
        const all = Array.from({ length: area().length }, (_, place) => area().key(place) ?? "");
        return all.filter((key) => key.startsWith(PREFIX + start)).map((key) => key.slice(PREFIX.length));
      } catch {
        return [];
      }
    },
  };
}

/** Kept for the next visit, and shared by all tabs. */
export const lasting = remembered(() => localStorage);

/** Kept for this tab and its reloads. */
export const tab = remembered(() => sessionStorage);
