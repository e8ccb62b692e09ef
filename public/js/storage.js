// What the browser remembers. A browser may refuse storage altogether (private windows, policies):
// then nothing is remembered, and nothing else breaks.

/** @param {() => Storage} area */
function remembered(area) {
  return {
    /** @param {string} key @returns {any} null if nothing is there */
    get(key) {
      try {
        return JSON.parse(area().getItem(`parlor.${key}`) ?? "null");
      } catch {
        return null;
      }
    },
    /** @param {string} key @param {unknown} value */
    set(key, value) {
      try {
        if (value === null || value === "") area().removeItem(`parlor.${key}`);
        else area().setItem(`parlor.${key}`, JSON.stringify(value));
      } catch {
        // Not remembered, then.
      }
    },
  };
}

/** Kept for the next visit: the name. */
export const lasting = remembered(() => localStorage);

/** Kept for this tab and its reloads: the rooms one is in, drafts, messages not yet sent. */
export const tab = remembered(() => sessionStorage);
