// Starts the moderators' page: the store, the desk, the views.

import { createDesk } from "./desk.js";
import { createStore } from "./store.js";
import { words } from "./words.js";
import { speak } from "./view/speak.js";
import { bansView } from "./view/bans.js";
import { gateView } from "./view/gate.js";
import { headView } from "./view/head.js";
import { logView } from "./view/log.js";
import { messagesView } from "./view/messages.js";
import { peopleView } from "./view/people.js";
import { roomsView } from "./view/rooms.js";
import { the } from "../view/dom.js";

const store = createStore();
const desk = createDesk(store);

const messages = messagesView(desk);
const views = [
  gateView(desk),
  headView(desk),
  roomsView(desk, store, messages.open),
  peopleView(desk, store),
  bansView(desk),
  logView(desk),
  messages.update,
];
for (const view of views) store.subscribe(view);

document.title = words.title;
speak(document);
the("#loading").remove();
desk.watch();
desk.begin();
