// One line of the talk: a message, a note that someone came or left, or the day.

import { avatar } from "./avatar.js";
import { el, setText, the } from "./dom.js";
import { withLinks } from "./links.js";

/**
 * @import { Item, Message, Note } from "../room.js"
 * @typedef {Item | {kind: "day", id: string, words: string}} Line
 * @typedef {{retry: (id: string) => void, discard: (id: string) => void}} On
 */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const ONLY_EMOJI = /^(\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*\s*){1,3}$/u;

/** @type {Record<Note["what"], (name: string) => string>} */
const NOTES = {
  joined: (name) => `${name} came in`,
  left: (name) => `${name} left`,
  back: (name) => `${name} stepped out and came back`,
};

/** @param {Line} item */
export function makeLine(item) {
  if (item.kind === "day") return el("li", { class: "day" }, el("span", {}, item.words));
  if (item.kind === "note") return el("li", { class: "note", data: { testid: "note" } });
  return makeMessage(item);
}

/** @param {HTMLElement} line @param {Line} item @param {On} on */
export function updateLine(line, item, on) {
  if (item.kind === "note") setText(line, NOTES[item.what](item.name));
  if (item.kind === "message") updateMessage(line, item, on);
}

/** @param {Message} message */
function makeMessage({ id, from, mine, text }) {
  const body = el("p", { class: "text", dir: "auto", data: { testid: "message-text" } }, ...withLinks(text));
  if (ONLY_EMOJI.test(text)) body.classList.add("only-emoji");
  return el("li", { class: "message", data: { testid: "message", author: from.name, mine, id } },
    el("div", { class: "who" },
      el("span", { class: mine ? "author unseen" : "author" }, mine ? "You" : from.name),
      el("time")),
    avatar(from.name),
    body);
}

/**
 * What becomes of one's own message, while there is something to say about it.
 * @param {Message} message
 * @param {On} on
 */
function makeFate({ id, state, why }, on) {
  if (state === "sending") {
    return el("div", { class: "fate" },
      el("span", { class: "sending" }, "sending"),
      el("span", { class: "waiting" }, "waits to be sent"));
  }
  return el("div", { class: "fate" },
    ...(why ? [el("span", { class: "why" }, why)] : []),
    el("button", { class: "retry", type: "button", data: { testid: "retry" }, onclick: () => on.retry(id) }, "not sent – retry"),
    el("button", { class: "discard", type: "button", data: { testid: "discard" }, onclick: () => on.discard(id) }, "remove"));
}

/** @param {HTMLElement} line @param {Message} item @param {On} on */
function updateMessage(line, item, on) {
  const { state, at, first, last } = item;
  if (line.dataset.state !== state) {
    line.dataset.state = state;
    line.querySelector(".fate")?.remove();
    if (state === "sending" || state === "failed") line.append(makeFate(item, on));
  }
  line.classList.toggle("first", first === true);
  line.classList.toggle("last", last === true);
  const when = new Date(at);
  const time = the("time", line);
  if (time.dateTime !== when.toISOString()) {
    time.dateTime = when.toISOString();
    time.textContent = clock.format(when);
    time.title = full.format(when);
  }
}
