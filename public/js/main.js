// Starts the page: the store, the chat, the views, and the address.

import { Manager } from "/socket.io/socket.io.esm.min.js";
import { createParlor } from "./parlor.js";
import { createStore } from "./store.js";
import { browserSurroundings, createRoute } from "./surroundings.js";
import { views } from "./view/house.js";

const store = createStore();
const parlor = createParlor(store, {
  manager: new Manager({ autoConnect: false }),
  around: browserSurroundings(),
  route: createRoute((room) => parlor.shown(room), (room) => parlor.show(room)),
});

for (const view of views) store.subscribe(view(parlor, store));
parlor.start();
