// The frame of the talk: its heading, who types, and the words that stand where nothing is said yet.

import { typingWords } from "../typing.js";
import { linkTo } from "../route.js";
import { setText } from "./dom.js";

const COPIED_MS = 2_000;

export function talkView(parlor, store) {
  const get = (id) => document.getElementById(id);
  const talk = get("talk");
  const heading = get("current-room");
  const headCount = get("head-count");
  const typing = get("typing");
  const empty = get("empty");
  const [emptyTitle, emptyWords] = empty.children;

  get("leave-room").addEventListener("click", () => parlor.leave(store.current));
  get("copy-link").addEventListener("click", async () => {
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
    const inRoom = room !== null;
    talk.dataset.inRoom = inRoom;
    get("welcome").hidden = inRoom;
    get("scroller").hidden = !inRoom;
    get("leave-room").hidden = !inRoom;
    get("copy-link").hidden = !inRoom;
    get("open-people").hidden = !inRoom;
    setText(heading, current ?? "");
    if (!inRoom) {
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

function countWords({ joined, here }, connection) {
  if (!joined) return connection.state === "online" ? "Joining…" : "Not connected";
  return here.size === 1 ? "Only you" : `${here.size} people`;
}
