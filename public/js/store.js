// All that the views show, in one place. Whoever changes it says so with `changed()`;
// the views are called once per turn, however many changes there were.

export function createStore() {
  const listeners = [];
  let queued = false;

  const store = {
    me: { id: null, name: null },
    atDoor: true, // choosing a name
    doorWords: "", // why we stand at the door (again)
    entering: false, // said a name, and waiting to be let in
    connection: { state: "connecting", words: "" },
    list: new Map(), // the public list: name → people
    rooms: new Map(), // the rooms we are in: name → room (room.js)
    current: null, // the name of the room that is shown
    notice: "",

    get room() {
      return store.rooms.get(store.current) ?? null;
    },

    changed() {
      if (queued) return;
      queued = true;
      queueMicrotask(() => {
        queued = false;
        for (const listener of listeners) listener(store);
      });
    },

    subscribe(listener) {
      listeners.push(listener);
    },
  };
  return store;
}
