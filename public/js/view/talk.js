// The frame of the talk: its heading, who types, why one is kept out, and the words that stand where nothing is said yet.

import { words } from "../words.js";
import { openAboutRoom } from "./about-room.js";
import { avatar } from "./avatar.js";
import { copyAndTell } from "./copying.js";
import { el, setText, the } from "./dom.js";
import { icon } from "./icons.js";
import { openRoomDialog } from "./new-room.js";

/** @import { Room, Store, View } from "../types.js" */

/** @type {View} */
export function talkView(parlor, store) {
  const talk = the("#talk");
  const where = the(".where", talk);
  const heading = the("#current-room");
  const kind = the("#room-kind");
  const headCount = the("#head-count");
  const topic = the("#room-topic");
  const typing = the("#typing");
  const barred = the("#barred");
  const [rejoin, leave] = [the("[data-testid=rejoin]", barred), the("[data-testid=leave-refused]", barred)];
  const buttons = ["#open-search", "#copy-link", "#about-room", "#open-people"].map((id) => the(id));
  const [search, link, about] = buttons;

  search?.addEventListener("click", () => store.current && parlor.openSearch(store.current));
  link?.addEventListener("click", () => store.current && void copyAndTell(parlor, parlor.linkTo(store.current), "link copied"));
  about?.addEventListener("click", () => store.room && openAboutRoom(parlor, store.room));
  the("#new-room").addEventListener("click", () => openRoomDialog(parlor));
  rejoin.addEventListener("click", () => store.current && parlor.rejoin(store.current));
  leave.addEventListener("click", () => store.current && parlor.leave(store.current));

  return (now) => {
    const { room } = now;
    talk.dataset.inRoom = String(room !== null);
    the("#scroller").hidden = room === null;
    where.hidden = the(".foot").hidden = room === null;
    // Not let in, and nothing to read: then the reason stands in the middle, and there is nothing else.
    const keptOut = room?.state === "refused" && room.items.length === 0;
    talk.dataset.keptOut = String(keptOut);
    for (const button of buttons) button.hidden = room === null || keptOut;
    setText(heading, room ? words.roomName(room.card) : "");
    drawKind(kind, room);
    setText(headCount, room ? countWords(room, now) : "");
    setText(topic, room?.card.topic ?? "");
    topic.title = room?.card.topic ?? "";
    setText(typing, room ? words.typing([...room.typing.values()].map(({ name }) => name)) : "");
    if (room?.card.kind === "direct" && link) link.hidden = true;

    const why = room && barredWords(room, now.muted);
    barred.hidden = !why;
    rejoin.hidden = leave.hidden = room?.state !== "refused";
    if (why) {
      const said = the("p", barred);
      if (said.textContent !== why.join("")) said.replaceChildren(...(why[0] ? [el("strong", {}, why[0])] : []), why[1]);
    }
    if (room) drawEmpty(room, now);
  };
}

/** @param {HTMLElement} place @param {Room|null} room */
function drawKind(place, room) {
  const shows = room ? `${room.card.kind} ${room.card.name}` : "";
  if (place.dataset.shows === shows) return;
  place.dataset.shows = shows;
  const { kind = "public", name = "" } = room?.card ?? {};
  place.replaceChildren(...(kind === "private" ? [icon("lock"), el("span", { class: "unseen" }, words.privateRoom)] : kind === "direct" ? [avatar(name)] : []));
}

/** @param {Room} room @param {Store} now */
function countWords({ card, state, people }, { connection, me }) {
  if (state === "refused") return "";
  if (state !== "in") return connection.state === "online" ? words.joining : words.notConnected;
  if (card.kind === "direct") {
    const other = [...people.values()].find(({ id }) => id !== me.id);
    return other ? (other.away ? words.isAway : words.isHere) : words.isGone;
  }
  return people.size === 1 ? words.onlyYou : words.people(people.size);
}

/** Why one cannot write here: a heading, perhaps, and a sentence. @param {Room} room @param {string|null} muted @returns {[string, string]|null} */
function barredWords({ state, problem }, muted) {
  if (state === "refused") return [problem?.code === "closed" ? "" : words.refused, words.problem(problem)];
  return muted === null ? null : ["", words.muted(muted)];
}

/** @param {Room} room @param {Store} now */
function drawEmpty(room, { me }) {
  const empty = the("#empty");
  const [title, lead] = [the("h2", empty), the("p", empty)];
  const hasMessages = room.items.some(({ kind }) => kind === "message");
  empty.hidden = hasMessages || room.state === "refused";
  if (empty.hidden) return;
  const others = [...room.people.keys()].some((id) => id !== me.id);
  const direct = room.card.kind === "direct";
  setText(title, !room.loaded ? words.loading : direct ? words.emptyDirect(words.roomName(room.card)) : others ? words.empty : words.firstHere);
  setText(lead, !room.loaded ? "" : direct ? words.emptyDirectLead : others ? words.emptyLead : words.firstHereLead);
}
