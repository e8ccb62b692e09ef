// All views, in the order in which they are told of changes.

import { announcementsView } from "./announcements.js";
import { composerView } from "./composer.js";
import { doorView, shutOutView } from "./door.js";
import { drawers } from "./drawers.js";
import { furnish } from "./furnish.js";
import { meView } from "./me.js";
import { messagesView } from "./messages.js";
import { noticesView } from "./notices.js";
import { peopleView } from "./people.js";
import { roomsView } from "./rooms.js";
import { searchView } from "./search.js";
import { shortcutsView } from "./shortcuts.js";
import { statusView } from "./status.js";
import { talkView } from "./talk.js";
import { titleView } from "./title.js";
import { welcomeView } from "./welcome.js";

/** @import { View } from "../types.js" */

/** @type {View} */
const furnished = () => {
  furnish();
  return () => {};
};

/** @type {View[]} */
export const views = [
  furnished, doorView, shutOutView, statusView, roomsView, meView, noticesView, welcomeView, talkView, announcementsView,
  composerView, messagesView, peopleView, searchView, titleView, drawers, shortcutsView,
];
