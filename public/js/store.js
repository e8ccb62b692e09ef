// All that the views show, in one place. Whoever changes it says so with `changed()`;
// the views are called once per turn, however many changes there were.

/**
 * @import { Room } from "./room.js"
 * @typedef {ReturnType<typeof createStore>} Store
 */

export function createStore() {
  /** @type {((now: Store) => void)[]} */
  const listeners = [];
  let queued = false;

  const store = {
    me: { id: /** @type {string|null} */ (null), name: "" },
    atDoor: true, // choosing a name
    doorWords: "", // why we stand at the door (again)
    entering: false, // said a name, and waiting to be let in
    connection: { state: "connecting", words: "" },
    /** @type {Map<string, number>} */
    list: new Map(), // the public list: name → people
    /** @type {Map<string, Room>} */
    rooms: new Map(), // the rooms we are in: name → room (room.js)
    /** @type {string|null} */
    current: null, // the name of the room that is shown
    notice: "",

    get room() {
      return store.rooms.get(store.current ?? "") ?? null;
    },

    changed() {
      if (queued) return;
      queued = true;
      queueMicrotask(() => {
        queued = false;
        for (const listener of listeners) listener(store);
      });
    },

    /** @param {(now: Store) => void} listener */
    subscribe(listener) {
      listeners.push(listener);
    },
  };
  return store;
}
