// The talk: its frame (heading, who types, why one is kept out), its lines, and how they are arranged.

import { words } from "../words.js";
import { calm, copyAndTell, el, keep, onGo, setText, the, theField } from "./dom.js";
import { createFiles, openViewer, picturesOf } from "./files.js";
import { avatar, icon } from "./icons.js";
import { createActions, createLines, createReader, createSpoken } from "./message.js";
import { openAboutRoom, openRoomDialog } from "./rooms.js";

/**
 * @import { Message, Room, Store, View } from "../types.js"
 * @import { Place } from "./dom.js"
 * @import { Line, MessageLine } from "./message.js"
 */

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

// ── Messages ──
// The talk of the room that is shown. Stays at the end while one is at the end; when one has
// scrolled up to read, nothing moves, and a pill says what came meanwhile.

const NEAR_PX = 48;
const AHEAD_PX = 800; // older messages are fetched before one gets there
const FOUND_MS = 2_400;
const SHOWN = 150; // lines that stand on the page at least; when one scrolls up there are more
const STEP = 150;

/** @type {View} */
export function messagesView(parlor, store) {
  const scroller = the("#scroller");
  const log = the("#log");
  const pill = the("#pill");
  const before = the("#before");
  const [olderButton, beginning] = [the("button", before), the("p", before)];
  const pillWords = document.createElement("span");
  pill.append(pillWords, icon("down"));

  /** @type {Room|null} */
  let shown = null; // the room that was drawn last
  let placed = false; // it has been scrolled to where one begins to read
  let atEnd = true;
  let seen = 0; // the newest message when one was at the end
  let many = SHOWN; // how many of the room's items are drawn, from the end
  /** @type {Map<string, {key: string, top: number, many: number}>} where one was in other rooms, unless at their end */
  const places = new Map();
  /** @type {Place|null} */
  let wanted = null;

  /** @type {Map<string, Message>} */
  const byKey = new Map();
  /** @param {Element} line */
  const messageOf = (line) => byKey.get(/** @type {HTMLElement} */ (line).dataset.id ?? "");
  const files = createFiles(parlor, store, scroller, (file) => openViewer(parlor, store, picturesOf(shown?.items ?? []), file));
  const lines = createLines(parlor, store, files);
  const actions = createActions(parlor, store, messageOf);
  const reader = createReader(scroller, log, actions);
  const spoken = createSpoken();

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
  };
  const farFromEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight > scroller.clientHeight;

  /** @param {boolean} now */
  function setAtEnd(now) {
    if (now === atEnd) return;
    atEnd = now;
    parlor.atEnd(atEnd);
  }

  function drawPill() {
    const missed = atEnd || !shown ? 0 : shown.items.filter((item) => item.kind === "message" && !item.mine && item.seq > seen).length;
    pill.hidden = missed === 0 && (atEnd || !farFromEnd());
    pill.dataset.missed = String(missed > 0);
    setText(pillWords, missed > 0 ? words.newMessages(missed) : words.toEnd);
  }

  /** Near the upper end: draws more of what is there, and then asks for more. */
  function goFurther() {
    if (!shown || !placed || scroller.scrollTop >= AHEAD_PX) return;
    if (many < shown.items.length) {
      many += STEP;
      draw();
      return;
    }
    if (shown.more && shown.older === "idle" && shown.state === "in") parlor.older(shown.id);
  }

  scroller.addEventListener("scroll", () => {
    if (!placed || scroller.hidden) return;
    setAtEnd(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX);
    if (atEnd) seen = shown?.newest ?? seen;
    drawPill();
    goFurther();
  }, { passive: true });
  pill.addEventListener("click", () => {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: calm() || farFromEnd() ? "instant" : "smooth" });
    theField().focus({ preventScroll: true });
  });
  olderButton.addEventListener("click", () => shown && parlor.older(shown.id));
  // The composer grows, the keyboard of a phone comes up, a picture gets its size: the end stays the end.
  const sizes = new ResizeObserver(() => atEnd && placed && toEnd());
  sizes.observe(scroller);
  sizes.observe(log);

  // ── Going to one message ───────────────────────────────────────────────────────────────────

  onGo((place) => {
    wanted = place;
    if (store.current !== place.room) parlor.show(place.room);
    else void reveal();
  });

  async function reveal() {
    const place = wanted;
    if (!place) return;
    wanted = null;
    const found = await parlor.reveal(place.room, place.seq);
    if (store.current !== place.room) return;
    showUpTo(place.seq);
    const line = found && log.querySelector(`[data-seq="${place.seq}"]`);
    if (!(line instanceof HTMLElement)) {
      parlor.flash("said", { code: "out of reach" });
      return;
    }
    line.scrollIntoView({ block: "center", behavior: "instant" });
    reader.focus(line);
    line.classList.add("found");
    setTimeout(() => line.classList.remove("found"), FOUND_MS);
  }

  /** What was fetched may not be drawn yet. @param {number} seq */
  function showUpTo(seq) {
    const items = shown?.items ?? [];
    const at = items.findIndex((item) => item.kind === "message" && item.seq === seq);
    if (at >= 0) many = Math.max(many, items.length - at + STEP);
    draw();
  }

  // ── Keeping one's place ────────────────────────────────────────────────────────────────────

  /** The first line in sight, and how far it is below the upper edge. */
  function placeNow() {
    const all = log.children;
    const top = scroller.getBoundingClientRect().top;
    let [low, high] = [0, all.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle]?.getBoundingClientRect().bottom ?? 0) > top) high = middle;
      else low = middle + 1;
    }
    /** @type {Element|null|undefined} */
    let line = all[low];
    while (line && !line.matches(".message")) line = line.nextElementSibling;
    if (!(line instanceof HTMLElement)) return null;
    return { key: line.dataset.key ?? "", top: line.getBoundingClientRect().top - top, many };
  }

  /** @param {{key: string, top: number}|null|undefined} place */
  function backTo(place) {
    if (!place) return false;
    const line = log.querySelector(`[data-key="${CSS.escape(place.key)}"]`);
    if (!line) return false;
    scroller.scrollTop += line.getBoundingClientRect().top - scroller.getBoundingClientRect().top - place.top;
    return true;
  }

  /** Where one begins to read: where one was, or where the new ones begin, or at the end. @param {Room} room */
  function begin(room) {
    if (!backTo(places.get(room.id))) {
      toEnd();
      const fresh = log.querySelector(".new-since");
      const top = scroller.getBoundingClientRect().top;
      if (fresh && fresh.getBoundingClientRect().top < top) scroller.scrollTop += fresh.getBoundingClientRect().top - top - scroller.clientHeight / 5;
    }
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    parlor.atEnd(atEnd);
    placed = true;
  }

  // ── Drawing ────────────────────────────────────────────────────────────────────────────────

  /** @param {Room} room */
  function drawBefore(room) {
    const failed = typeof room.older === "object";
    before.hidden = !room.loaded || many < room.items.length;
    olderButton.hidden = !room.more;
    setText(olderButton, room.older === "loading" ? words.loadingOlder : failed ? `${words.olderFailed} ${words.again}` : words.older);
    setText(beginning, room.more ? "" : room.card.kind === "direct" ? words.beginningDirect : words.beginning(words.roomName(room.card)));
  }

  function draw() {
    const { room, atDoor } = store;
    const changed = room !== shown;
    if (changed && shown) {
      const place = placed && !atEnd ? placeNow() : null;
      if (place) places.set(shown.id, place);
      else places.delete(shown.id);
    }
    shown = room;
    if (changed) {
      log.replaceChildren();
      actions.hide();
      byKey.clear();
      placed = false;
      many = places.get(room?.id ?? "")?.many ?? SHOWN;
    }
    if (!room || atDoor) {
      drawPill();
      return;
    }

    const was = placed && !atEnd ? placeNow() : null;
    const newest = lastKey(room);
    const wroteNow = placed && newest.mine && !byKey.has(newest.key);
    if (placed && (atEnd || wroteNow) && many > 3 * SHOWN) many = SHOWN;
    if (!placed) many = Math.max(many, unreadOf(room) + STEP);
    const items = room.items.slice(-many);
    byKey.clear();
    for (const item of items) if (item.kind === "message") byKey.set(item.key, item);
    drawBefore(room);
    keep(log, arranged(items, room.newAfter), lines);
    files.refresh();
    reader.refresh();

    if (!placed && (room.loaded || room.items.length > 0)) {
      spoken.begin(room);
      seen = room.newest;
      begin(room);
      if (!room.loaded) placed = false; // only what is one's own so far
    } else if (placed && (atEnd || wroteNow)) {
      toEnd();
      setAtEnd(true);
      seen = room.newest;
    } else {
      backTo(was);
    }
    if (placed) spoken.tell(room);
    drawPill();
    if (wanted?.room === room.id && room.loaded) void reveal();
    else goFurther();
  }

  return draw;
}

/** How many items stand after the line "new since". @param {Room} room */
function unreadOf({ items, newAfter }) {
  if (newAfter === null) return 0;
  const at = items.findIndex((item) => item.kind === "message" && item.seq > newAfter);
  return at < 0 ? 0 : items.length - at;
}

/** @param {Room} room */
function lastKey({ items }) {
  const last = items.findLast((item) => item.kind === "message");
  return { key: last?.key ?? "", mine: last?.kind === "message" && last.mine };
}

// ── Arranging ──
// The lines of a talk: its messages and notes, with the days between them, where the new ones begin, and which
// messages stand together.

const TOGETHER_MS = 5 * 60_000;

/** @param {Room["items"]} items @param {number|null} newAfter @returns {Line[]} */
function arranged(items, newAfter) {
  /** @type {Line[]} */
  const lines = [];
  const today = dayOf(Date.now());
  let day = { from: 0, to: 0 };
  /** @type {MessageLine|null} */
  let before = null;
  let isNew = newAfter === null;
  for (const item of items) {
    if (item.kind === "note") {
      lines.push({ kind: "note", key: item.key, item });
      before = null;
      continue;
    }
    if (item.at < day.from || item.at >= day.to) {
      const first = day.from === 0;
      day = dayOf(item.at);
      // That the talk is of today goes without saying.
      if (!first || day.from !== today.from) {
        // Clocks differ: a day may come twice.
        lines.push({ kind: "day", key: `day before ${item.key}`, says: words.day(item.at) });
        before = null;
      }
    }
    if (!isNew && newAfter !== null && item.seq > newAfter && !item.mine) {
      lines.push({ kind: "new", key: `new ${newAfter}`, says: words.newSince });
      before = null;
      isNew = true;
    }
    /** @type {MessageLine} */
    const line = { kind: "message", key: item.key, item, first: !(before && together(before.item, item)), last: true };
    if (before && !line.first) before.last = false;
    before = line;
    lines.push(line);
  }
  return lines;
}

/** @param {number} ms */
function dayOf(ms) {
  const from = new Date(ms).setHours(0, 0, 0, 0);
  const next = new Date(from);
  return { from, to: next.setDate(next.getDate() + 1) };
}

/** @param {Message} a @param {Message} b */
function together(a, b) {
  const sameAuthor = a.mine === b.mine && (a.mine || a.from.id === b.from.id) && a.from.name === b.from.name;
  return sameAuthor && b.at - a.at < TOGETHER_MS && b.reply === null;
}
