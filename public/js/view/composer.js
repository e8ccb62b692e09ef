// Where one writes. Enter sends, Shift+Enter makes a new line, Esc leaves off. Each room keeps its own draft.

import { words } from "../words.js";
import { createAttachments } from "./attachments.js";
import { createCompletion } from "./completion.js";
import { el, setText, the, touch } from "./dom.js";
import { pickEmoji } from "./emoji-picker.js";
import { insert } from "./field.js";
import { icon } from "./icons.js";

/** @import { Room, Store, View } from "../types.js" */

const MAX = 4000;
const WARN_LEFT = 300;

/** @type {View} */
export function composerView(parlor, store) {
  const form = the("#composer");
  const field = the("textarea", form);
  const send = the(".send", form);
  const left = the("#room-left");
  const context = the("#context");
  const completion = createCompletion(parlor, store, field);
  const attachments = createAttachments(parlor, store, form);
  /** @type {string|null} */
  let room = null;
  let version = -1;
  let editing = false;

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const rest = MAX - [...field.value].length;
    setText(left, rest <= WARN_LEFT ? String(rest) : "");
    left.dataset.over = String(rest < 0);
    left.title = rest <= WARN_LEFT ? words.charactersLeft(rest) : "";
    const draft = store.room?.draft;
    const nothing = field.value.trim() === "" && (draft?.attachments.length ?? 0) === 0;
    /** @type {HTMLButtonElement} */ (send).disabled = nothing || rest < 0;
  }

  function submit() {
    if (room === null) return;
    completion.close();
    if (parlor.send(room)) field.focus();
  }

  /** Leaves off what was begun. @returns {boolean} whether there was anything */
  function leaveOff() {
    const { draft } = store.room ?? {};
    if (!draft || room === null || (draft.editing === null && !draft.reply)) return false;
    if (draft.editing !== null) parlor.edit(room, null);
    else parlor.reply(room, null);
    field.focus();
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    if (room !== null) parlor.type(room, field.value);
    grow();
    completion.look();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter then chooses a character, it does not send.
    if (completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && field.value === "" && room !== null) {
      if (parlor.editLast(room)) event.preventDefault();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!leaveOff()) field.blur();
    }
  });
  // A press on the button must not take the keyboard of a phone away.
  send.addEventListener("pointerdown", (event) => event.preventDefault());
  const emoji = the("#open-emoji");
  emoji.addEventListener("click", () => pickEmoji(emoji, (chosen) => insert(field, chosen)));
  window.addEventListener("resize", grow);

  /** What it replies to, or that a message is changed. @param {Room} now */
  function drawContext({ draft }) {
    const isEditing = draft.editing !== null;
    const shows = isEditing ? "edit" : draft.reply ? `${draft.reply.seq} ${draft.reply.text}` : "";
    context.hidden = shows === "";
    if (context.dataset.shows === shows) return;
    context.dataset.shows = shows;
    if (!shows) {
      context.replaceChildren();
      return;
    }
    const stop = isEditing ? words.stopEdit : words.stopReply;
    context.replaceChildren(
      icon(isEditing ? "edit" : "reply"),
      el("p", {}, el("strong", {}, isEditing ? words.editing : words.replyingTo(draft.reply?.from.name ?? "")), el("span", { dir: "auto" }, isEditing ? "" : (draft.reply?.text ?? ""))),
      el("button", { class: "icon", type: "button", "aria-label": stop, title: stop, data: { testid: "leave-off" }, onclick: leaveOff }, icon("close")));
  }

  return (now) => {
    const { atDoor } = now;
    form.hidden = now.room === null || now.room.state === "refused" || now.muted !== null;
    if (form.hidden || atDoor || !now.room) {
      room = null;
      completion.close();
      return;
    }
    const { draft } = now.room;
    field.placeholder = placeholder(now.room, now);
    const other = now.room.id !== room;
    if (other || draft.version !== version) {
      room = now.room.id;
      version = draft.version;
      if (field.value !== draft.text) {
        field.value = draft.text;
        field.setSelectionRange(draft.text.length, draft.text.length);
      }
      completion.close();
      // On a phone the keyboard would cover what one came to read.
      if (other && !touch() && mayTakeFocus()) field.focus({ preventScroll: true });
    }
    if (editing !== (draft.editing !== null)) {
      editing = draft.editing !== null;
      send.replaceChildren(icon(editing ? "check" : "send"));
      send.setAttribute("aria-label", editing ? words.saveEdit : words.send);
    }
    drawContext(now.room);
    attachments.draw(draft);
    grow();
  };
}

/** Nobody has put the focus where it should stay: into a dialog, say. */
function mayTakeFocus() {
  return !document.querySelector("dialog[open], :popover-open");
}

/** @param {Room} room @param {Store} now */
function placeholder({ card, state }, { connection }) {
  if (connection.state !== "online" || state === "waiting") return words.waitHere;
  return card.kind === "direct" ? words.sayTo(words.roomName(card)) : words.sayIn(words.roomName(card));
}
