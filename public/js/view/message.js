// One line of the talk: a message, a note that someone came or left, the day, or where the new ones begin.

import { tint } from "../names.js";
import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el, keep, setText, the } from "./dom.js";
import { goTo } from "./going.js";
import { icon } from "./icons.js";
import { showPerson } from "./person.js";
import { drawn, isOnlyEmoji } from "./text.js";

/**
 * @import { Message, Note, Parlor, ReactionGroup, Store } from "../types.js"
 * @import { createFiles } from "./files.js"
 * @typedef {{kind: "message", key: string, item: Message, first: boolean, last: boolean}} MessageLine
 * @typedef {{kind: "note", key: string, item: Note}} NoteLine
 * @typedef {MessageLine | NoteLine | {kind: "day" | "new", key: string, says: string}} Line
 */

/** @param {Parlor} parlor @param {Store} store @param {ReturnType<typeof createFiles>} files */
export function createLines(parlor, store, files) {
  /** @type {WeakMap<HTMLElement, string>} what an element shows, so that one that has not changed is left alone */
  const shows = new WeakMap();

  /** @param {Line} line */
  function make(line) {
    if (line.kind === "message") return makeMessage(line.item);
    if (line.kind === "note") return el("li", { class: "note", data: { testid: "note" } });
    if (line.kind === "new") return el("li", { class: "new-since", data: { testid: "new-since" } }, el("span", {}, line.says));
    return el("li", { class: "day", data: { testid: "day" } }, el("span", {}, line.says));
  }

  /** @param {HTMLElement} element @param {Line} line */
  function update(element, line) {
    if (line.kind === "note") setText(element, words.notes[line.item.what](line.item.name, line.item.newName));
    if (line.kind === "day") setText(the("span", element), line.says);
    if (line.kind !== "message") return;
    const { item, first, last } = line;
    element.classList.toggle("first", first);
    element.classList.toggle("last", last);
    const state = `${item.version} ${item.state} ${item.seq} ${item.from.name}`;
    if (shows.get(element) === state) return;
    shows.set(element, state);
    updateMessage(element, item);
  }

  /** @param {Message} message */
  function makeMessage({ key, mine }) {
    return el("li", { class: "message", tabindex: "-1", data: { testid: "message", mine, id: key } },
      el("span", { class: "avatar" }),
      el("div", { class: "content" },
        el("div", { class: "who" }, mine ? el("span", { class: "author unseen" }, words.you) : el("button", { class: "author", type: "button", tabindex: "-1", dir: "auto" }), el("time")),
        el("div", { class: "bubble" }),
        el("div", { class: "reactions" })));
  }

  /** @param {HTMLElement} element @param {Message} message */
  function updateMessage(element, message) {
    const { from, mine, at, seq, state, changing } = message;
    element.dataset.state = state === "sending" ? "sending" : state === "failed" ? "failed" : mine ? "sent" : "received";
    element.dataset.seq = String(seq);
    if (changing) element.dataset.changing = changing;
    else delete element.dataset.changing;
    element.classList.toggle("removed", message.removed !== null);
    element.classList.toggle("for-me", message.forMe && !mine);

    if (element.dataset.author !== from.name) {
      element.dataset.author = from.name;
      the(".avatar", element).replaceWith(avatar(from.name));
      the(".who", element).dataset.tint = String(tint(from.name));
      const author = the(".author", element);
      if (!mine) {
        author.textContent = from.name;
        author.onclick = () => showPerson(author, from, parlor, store);
      }
    }
    const when = new Date(at);
    const time = the("time", element);
    if (time.dateTime !== when.toISOString()) {
      time.dateTime = when.toISOString();
      time.textContent = words.time(at);
      time.title = words.moment(at);
    }
    updateBubble(the(".bubble", element), message);
    keep(the(".reactions", element), message.removed ? [] : message.reactions, {
      key: ({ emoji }) => emoji,
      make: ({ emoji }) => makeReaction(emoji, element),
      update: updateReaction,
    });
    element.querySelector(".fate")?.remove();
    const fate = makeFate(message);
    if (fate) the(".content", element).append(fate);
  }

  /** What was said. The files stay as they are while the text changes: pictures do not flash. @param {HTMLElement} bubble @param {Message} message */
  function updateBubble(bubble, message) {
    const { text, tokens, reply, removed, edited } = message;
    const said = [text, removed, edited, reply?.seq, reply?.text, message.mentions.length].join("\n");
    bubble.classList.toggle("only-emoji", !removed && !reply && message.files.length === 0 && message.attachments.length === 0 && isOnlyEmoji(text));
    if (bubble.dataset.said !== said) {
      bubble.dataset.said = said;
      for (const part of bubble.querySelectorAll(":scope > .quoted, :scope > .text")) part.remove();
      const parts = removed ? [el("p", { class: "text gone", data: { testid: "message-text" } }, removedWords(message))] : [
        reply && makeQuoted(reply),
        // A block of code cannot stand in a paragraph. That it was edited is no part of the text: see message.css.
        (text !== "" || edited !== null) && el("div", { class: "text", dir: "auto", data: { testid: "message-text", edited: edited === null ? undefined : words.edited } }, ...drawn(tokens)),
      ];
      bubble.prepend(...parts.filter((part) => part instanceof Node));
    }
    const list = bubble.querySelector(":scope > .files") ?? el("div", { class: "files" });
    if (!(list instanceof HTMLElement)) return;
    const stored = message.files.map((file) => ({ key: file.id, file, own: null }));
    const own = message.attachments.map((attachment) => ({ key: attachment.key, file: null, own: attachment }));
    const all = removed ? [] : [...stored, ...own];
    keep(list, all, {
      key: ({ key }) => key,
      make: ({ file, own }) => (file ? files.make(file) : files.makeOwn(own)),
      update: (element, { own }) => own && files.updateOwn(element, own),
    });
    if (all.length === 0) list.remove();
    else if (!list.isConnected || list.parentElement !== bubble) {
      const after = bubble.querySelector(":scope > .text, :scope > .quoted");
      if (after) bubble.querySelector(":scope > .text")?.after(list) ?? after.after(list);
      else bubble.prepend(list);
    }
  }

  /** @param {NonNullable<Message["reply"]>} reply */
  function makeQuoted({ seq, from, text }) {
    return el("button", { class: "quoted", type: "button", tabindex: "-1", title: words.goToReplied, data: { testid: "quoted" }, onclick: () => store.current !== null && goTo(store.current, seq) },
      el("span", { class: "whom", dir: "auto" }, from.name),
      el("span", { dir: "auto" }, text || words.picture));
  }

  /** @param {string} emoji @param {HTMLElement} element */
  function makeReaction(emoji, element) {
    const button = el("button", { class: "reaction", type: "button", data: { testid: "reaction" } }, el("span", { class: "emoji" }, emoji), el("span", { class: "times" }), el("span", { class: "unseen" }));
    button.addEventListener("click", () => {
      if (store.current !== null) parlor.react(store.current, Number(element.dataset.seq), emoji, button.getAttribute("aria-pressed") !== "true");
    });
    return button;
  }

  /** @param {HTMLElement} button @param {ReactionGroup} group */
  function updateReaction(button, { emoji, by, mine }) {
    const others = by.filter(({ id }) => id !== store.me.id).map(({ name }) => name);
    const who = words.reactedBy(others, mine);
    button.setAttribute("aria-pressed", String(mine));
    button.title = `${emoji} ${who}`;
    setText(the(".unseen", button), ` ${who}`);
    setText(the(".times", button), String(by.length));
  }

  /** What becomes of one's own message, while there is something to say about it. @param {Message} message */
  function makeFate({ key, state, problem, changing, mine, removed }) {
    const room = () => store.current ?? "";
    if (changing) return el("div", { class: "fate" }, el("span", {}, changing === "edit" ? words.changing : words.removing));
    if (state === "sending") {
      return el("div", { class: "fate" },
        el("span", { class: "sending" }, words.sending),
        el("span", { class: "waiting" }, words.waits));
    }
    if (state === "failed") {
      return el("div", { class: "fate" },
        el("span", { class: "why" }, words.problem(problem) || words.notSent),
        el("button", { class: "retry", type: "button", data: { testid: "retry" }, onclick: () => parlor.retry(room(), key) }, words.retry),
        el("button", { class: "discard", type: "button", data: { testid: "discard" }, onclick: () => parlor.discard(room(), key) }, words.discard));
    }
    if (mine && !removed) return el("div", { class: "fate tick" }, icon("check"), el("span", {}, words.stored));
    return null;
  }

  return { key: (/** @type {Line} */ { key }) => key, make, update };
}

/** @param {Message} message */
function removedWords({ removed, mine }) {
  if (removed === "moderator") return words.removedByModerator;
  return mine ? words.removedByYou : words.removedByAuthor;
}
