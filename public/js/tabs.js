// A person's tabs in this browser are one person: what one of them got, or did, the others know.

/**
 * @import { NoticeItem } from "./types.js"
 * @import { Surroundings } from "./surroundings.js"
 *
 * @typedef {{kind: "notice", item: NoticeItem}
 *   | {kind: "seen", ids: string[]}
 *   | {kind: "dismissed", id: string}
 *   | {kind: "quiet", quiet: boolean}
 *   | {kind: "wanted", wanted: boolean}
 *   | {kind: "forget me"}
 *   | {kind: "looked at", tab: string, looked: boolean}
 *   | {kind: "who looks?"}} Word
 */

/**
 * @param {Pick<Surroundings, "channel"|"looked"|"onLook"|"onLeave">} around
 * @param {string} self
 * @param {(word: Word) => void} hear
 */
export function createTabs(around, self, hear) {
  /** @type {Set<string>} */
  const looking = new Set(); // other tabs that somebody may see

  const say = /** @type {(word: Word) => void} */ (around.channel((/** @type {Word} */ word) => {
    if (word.kind === "who looks?") tellLook();
    else if (word.kind === "looked at") word.looked ? looking.add(word.tab) : looking.delete(word.tab);
    else hear(word);
  }));

  function tellLook(looked = around.looked()) {
    say({ kind: "looked at", tab: self, looked });
  }

  around.onLook(() => tellLook());
  around.onLeave(() => tellLook(false));
  tellLook();
  say({ kind: "who looks?" });

  return {
    say,
    /** Somebody sees one of the tabs, this one or another. */
    get anyLooked() {
      return around.looked() || looking.size > 0;
    },
  };
}

/** @typedef {ReturnType<typeof createTabs>} Tabs */
