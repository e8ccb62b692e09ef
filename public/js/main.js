// Starts the page: the store, the chat, the views, and the address.

import { createStore } from "./store.js";
import { createParlor } from "./parlor.js";
import { nameProblem } from "./names.js";
import { onAddress, roomInAddress } from "./route.js";
import { lasting } from "./storage.js";
import { doorView } from "./view/door.js";
import { statusView } from "./view/status.js";
import { roomsView } from "./view/rooms.js";
import { talkView } from "./view/talk.js";
import { messagesView } from "./view/messages.js";
import { composerView } from "./view/composer.js";
import { peopleView } from "./view/people.js";
import { titleView } from "./view/title.js";
import { drawers } from "./view/drawers.js";
import { the } from "./view/dom.js";

const store = createStore();
const parlor = createParlor(store);

const views = [doorView, statusView, roomsView, talkView, messagesView, composerView, peopleView, titleView, drawers];
for (const view of views) store.subscribe(view(parlor, store));

onAddress(parlor.show);
document.addEventListener("visibilitychange", () => document.hidden || parlor.looked());

the("#loading").remove();

// Someone we know goes right in, unless the name is not allowed any more.
const name = lasting.get("name");
if (typeof name === "string") {
  store.me.name = name;
  store.doorWords = nameProblem(name) ?? "";
  store.atDoor = store.doorWords !== "";
  if (!store.atDoor) parlor.enter(name);
}
parlor.restore();
parlor.show(roomInAddress());
