// One line of the talk: a message, a note that someone came or left, the day, or where the new ones begin; its text; what can be
// done with it, by mouse, finger and keys; and how it is read out.

import { tint } from "../names.js";
import { isOnlyEmoji } from "../text.js";
import { words } from "../words.js";
import { pickEmoji } from "./composer.js";
import { confirm } from "./dialog.js";
import { arrows, copy, copyAndTell, el, goTo, keep, setText, the, theField } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { showPerson } from "./people.js";

/**
 * @import { Message, Note, Parlor, ReactionGroup, Room, Store, Token } from "../types.js"
 * @import { createFiles } from "./files.js"
 * @import { IconName } from "./icons.js"
 */

/**
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

// ── Text ──
// The text of a message, from its pieces: links, code, mentions. What they are, ../text.js has found.

const COPIED_MS = 1_500;

/** @param {Token[]} tokens @returns {(string|HTMLElement)[]} */
export const drawn = (tokens) => tokens.map(draw);

/** @param {Token} token @returns {string|HTMLElement} */
function draw(token) {
  switch (token.kind) {
    // With a direction of its own: what stands before it does not turn it round.
    case "link": return el("a", { dir: "ltr", href: token.href, target: "_blank", rel: "noopener noreferrer nofollow" }, token.text);
    case "code": return el("code", { dir: "ltr" }, token.text);
    case "block": return block(token.text);
    case "mention": return el("span", { class: token.me ? "at self" : "at", data: { testid: "mention" } }, el("bdi", {}, token.text));
    case "strong": return el("strong", {}, ...drawn(token.tokens));
    case "em": return el("em", {}, ...drawn(token.tokens));
    default: return token.text;
  }
}

/** @param {string} text */
function block(text) {
  const button = el("button", { class: "icon copy-code", type: "button", "aria-label": words.copyCode, title: words.copyCode, tabindex: "-1" }, icon("copy"));
  button.addEventListener("click", async () => {
    if (!(await copy(text))) return;
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), COPIED_MS);
  });
  // Wide code is scrolled, also by the keyboard.
  return el("div", { class: "block", dir: "ltr" }, el("pre", { tabindex: "0" }, text), button);
}

// ── Actions ──
// What one can do with a message: one bar for all, which goes to the message that is pointed at or has the focus.

/**
 * @typedef {"react" | "reply" | "copy" | "edit" | "remove"} Action
 */

/** @param {Parlor} parlor @param {Store} store @param {(line: Element) => Message|undefined} messageOf */
export function createActions(parlor, store, messageOf) {
  const time = el("time");
  /** @type {Record<Action, HTMLButtonElement>} */
  const buttons = {
    react: button("react", "smile", words.react),
    reply: button("reply", "reply", words.reply),
    copy: button("copy", "copy", words.copyText),
    edit: button("edit", "edit", words.edit),
    remove: button("remove", "trash", words.remove),
  };
  buttons.remove.classList.add("danger");
  const bar = el("div", { class: "actions", role: "toolbar", "aria-label": words.messageActions, data: { testid: "actions" } }, time, ...Object.values(buttons));
  arrows(bar, "button", 0);
  /** @type {Message|undefined} */
  let message;

  /** @param {Action} action @param {IconName} drawing @param {string} label */
  function button(action, drawing, label) {
    return el("button", { class: "icon", type: "button", "aria-label": label, title: label, data: { testid: `message-${action}` }, onclick: () => act(action) }, icon(drawing));
  }

  /** @param {Action} action */
  function act(action) {
    const room = store.current;
    const about = message;
    if (!about || room === null || buttons[action].hidden) return;
    const { seq } = about;
    if (action === "copy") void copyAndTell(parlor, about.text, "text copied");
    if (action === "react") {
      pickEmoji(buttons.react, (emoji) => parlor.react(room, seq, emoji, true));
      return;
    }
    if (action === "reply") parlor.reply(room, seq);
    if (action === "edit") parlor.edit(room, seq);
    if (action === "reply" || action === "edit") theField().focus();
    if (action === "remove") {
      confirm({
        title: words.reallyRemove,
        lead: words.reallyRemoveLead,
        yes: words.remove,
        testid: "really-remove",
        then: () => void parlor.remove(room, seq).then((failed) => failed && parlor.flash("remove", failed)),
      });
    }
  }

  return {
    /** @param {Element} line @returns {boolean} whether there is anything to do with it */
    show(line) {
      message = messageOf(line);
      if (!message || message.removed || message.seq === 0) {
        bar.remove();
        return false;
      }
      buttons.edit.hidden = buttons.remove.hidden = !message.mine;
      buttons.copy.hidden = message.text === "";
      time.textContent = words.time(message.at);
      time.title = words.moment(message.at);
      const bubble = the(".bubble", line);
      if (bar.parentElement !== bubble) bubble.append(bar);
      return true;
    },

    hide() {
      bar.remove();
    },

    get element() {
      return bar;
    },

    /** From the keyboard. @param {Element} line @param {Action} action */
    act(line, action) {
      if (this.show(line)) act(action);
    },

    focus() {
      buttons.react.focus();
    },
  };
}

// ── Reader ──
// Reading by keyboard and pointer: the arrow keys go from message to message, and the bar of actions follows.

/** @type {Record<string, Action>} */
const LETTERS = { r: "reply", e: "edit", "+": "react", c: "copy", Delete: "remove" };

/** @param {HTMLElement} scroller @param {HTMLElement} log @param {ReturnType<typeof createActions>} actions */
export function createReader(scroller, log, actions) {
  /** @type {HTMLElement|null} the message that the Tab key comes to */
  let stop = null;

  const messages = () => /** @type {HTMLElement[]} */ ([...log.querySelectorAll(":scope > .message")]);
  /** @param {EventTarget|null} target */
  const lineOf = (target) => (target instanceof Element ? target.closest(".message") : null);

  /** @param {HTMLElement|null} line */
  function setStop(line) {
    if (line === stop) return;
    if (stop) stop.tabIndex = -1;
    stop = line;
    if (stop) stop.tabIndex = 0;
  }

  /** @param {HTMLElement} line */
  function focus(line) {
    setStop(line);
    line.focus({ preventScroll: true });
    actions.show(line);
  }

  log.addEventListener("pointerover", (event) => {
    const line = lineOf(event.target);
    // While one goes about by keyboard, a mouse that happens to lie there does not take the bar away.
    if (line && !actions.element.contains(document.activeElement)) actions.show(line);
  });
  scroller.addEventListener("pointerleave", () => {
    if (!log.contains(document.activeElement)) actions.hide();
  });
  log.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    if (!(line instanceof HTMLElement)) return;
    setStop(line);
    actions.show(line);
  });
  log.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && log.contains(event.relatedTarget)) && !log.matches(":hover")) actions.hide();
  });

  log.addEventListener("keydown", (event) => {
    const line = lineOf(event.target);
    if (!(line instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (event.target === line) theField().focus();
      else focus(line);
      return;
    }
    if (event.target !== line) return;
    const all = messages();
    const at = all.indexOf(line);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    const action = LETTERS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = all[to];
      if (next) {
        focus(next);
        next.scrollIntoView({ block: "nearest", behavior: "instant" });
      } else if (event.key === "ArrowDown") {
        theField().focus();
      }
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (actions.show(line)) actions.focus();
    } else if (action) {
      event.preventDefault();
      actions.act(line, action);
    }
  });

  return {
    focus,

    /** The lines have changed. */
    refresh() {
      // One's own, just sent, under a mouse that lies still: now there is something to do with it.
      const under = actions.element.isConnected || log.contains(document.activeElement) ? null : log.querySelector(":scope > .message:hover");
      if (under) actions.show(under);
      if (stop?.isConnected && stop.contains(document.activeElement)) return;
      const last = log.lastElementChild;
      const newest = last?.matches(".message") ? last : messages().at(-1);
      setStop(newest instanceof HTMLElement ? newest : null);
    },
  };
}

// ── Spoken ──
// What is read out to those who listen: only what others say now, and not what was fetched or has changed.

const AT_ONCE = 4; // more than that are counted, not read
const KEPT = 8;

export function createSpoken() {
  const place = the("#spoken");
  let heard = 0;

  /** @param {string} text */
  function say(text) {
    place.append(el("p", { dir: "auto" }, text));
    while (place.children.length > KEPT) place.firstElementChild?.remove();
  }

  return {
    /** A room is shown: what stands in it is not news. @param {Room} room */
    begin(room) {
      heard = room.newest;
    },

    /** @param {Room} room */
    tell({ items, newest }) {
      if (newest <= heard) return;
      const fresh = [];
      for (let at = items.length - 1; at >= 0; at -= 1) {
        const item = items[at];
        if (item?.kind !== "message") continue;
        if (item.seq > 0 && item.seq <= heard) break;
        if (item.seq > heard && !item.mine && !item.removed) fresh.unshift(item);
      }
      heard = newest;
      if (fresh.length > AT_ONCE) say(words.newMessages(fresh.length));
      else for (const { from, text } of fresh) say(text ? words.spoken(from.name, text) : words.spokenFile(from.name));
    },
  };
}
