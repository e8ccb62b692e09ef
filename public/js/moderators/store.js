// All that the moderators' page shows, in one place. Whoever changes it says so with `changed()`; the views are called
// once per turn, however many changes there were.

import { telling } from "../store.js";
import { noPages } from "./pages.js";

/**
 * @import { Did, Overview } from "../moderator-events.js"
 * @import { Pages } from "./pages.js"
 * @typedef {"connecting" | "online" | "offline" | "refused"} State
 * @typedef {ReturnType<typeof empty> & {changed(): void, subscribe(listener: (now: Store) => void): () => void}} Store
 */

function empty() {
  return {
    connection: { state: /** @type {State} */ ("connecting"), words: "" },
    /** Why we stand before the door: who has no token has to come in by the chat first. @type {"key" | "token" | null} */
    gate: /** @type {"key" | "token" | null} */ (null),
    gateWords: "",
    entering: false, // has given a key, and waits to be let in

    overview: /** @type {Overview | null} */ (null),
    overviewAt: 0, // when it was answered
    stale: "", // why it could not be brought up to date

    log: /** @type {Pages<Did>} */ (noPages()),
    logKnown: false,
    logBusy: false,
    notice: "",
  };
}

export function createStore() {
  /** @type {Store} */
  const store = { ...empty(), ...telling(() => store) };
  return store;
}
