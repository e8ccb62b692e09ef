// The frame of the talk: its heading, who types, and the words that stand where nothing is said yet.

import { typingWords } from "../typing.js";
import { linkTo } from "../route.js";
import { setText, the } from "./dom.js";

/**
 * @import { Room } from "../room.js"
 * @import { Store } from "../store.js"
 * @import { View } from "./dom.js"
 */

const COPIED_MS = 2_000;

/** @type {View} */
export function talkView(parlor, store) {
  const talk = the("#talk");
  const heading = the("#current-room");
  const headCount = the("#head-count");
  const typing = the("#typing");
  const empty = the("#empty");
  const [emptyTitle, emptyWords] = [the("h2", empty), the("p", empty)];

  the("#leave-room").addEventListener("click", () => store.current && parlor.leave(store.current));
  the("#copy-link").addEventListener("click", async () => {
    const link = linkTo(store.current);
    try {
      await navigator.clipboard.writeText(link);
      headCount.dataset.copied = "Link copied";
      setTimeout(() => delete headCount.dataset.copied, COPIED_MS);
    } catch {
      parlor.notice(link); // No clipboard (an insecure origin, say): then the link is shown.
    }
  });

  return ({ current, room, connection }) => {
    talk.dataset.inRoom = String(room !== null);
    the("#welcome").hidden = room !== null;
    the("#scroller").hidden = room === null;
    the("#leave-room").hidden = room === null;
    the("#copy-link").hidden = room === null;
    the("#open-people").hidden = room === null;
    setText(heading, current ?? "");
    if (room === null) {
      setText(headCount, "");
      setText(typing, "");
      return;
    }
    setText(headCount, countWords(room, connection));
    setText(typing, typingWords([...room.typing.values()].map(({ name }) => name)));

    empty.hidden = room.items.length > 0;
    if (!empty.hidden) {
      const alone = room.joined && room.here.size === 1;
      setText(emptyTitle, !room.joined ? "Opening the door…" : alone ? "You are the first here" : "Come in, sit down");
      setText(emptyWords, !room.joined ? "" : alone
        ? "Copy the link above and send it to someone, or say something into the quiet."
        : "What is said from now on appears here. Say hello.");
    }
  };
}

/** @param {Room} room @param {Store["connection"]} connection */
function countWords({ joined, here }, connection) {
  if (!joined) return connection.state === "online" ? "Joining…" : "Not connected";
  return here.size === 1 ? "Only you" : `${here.size} people`;
}
