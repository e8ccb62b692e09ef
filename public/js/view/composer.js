// Where one writes. Enter sends, Shift+Enter makes a new line, Esc leaves the field.
// Each room keeps its own draft.

import { setText, the } from "./dom.js";

/** @import { View } from "./dom.js" */

const MAX = 4000;
const WARN_LEFT = 300;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

/** @type {View} */
export function composerView(parlor, store) {
  const form = the("#composer");
  const field = the("textarea", form);
  const send = the("button", form);
  const left = the("#room-left");
  /** @type {string|null} */
  let room = null;

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const rest = MAX - field.value.length;
    setText(left, rest <= WARN_LEFT ? String(rest) : "");
    send.disabled = field.value.trim() === "";
  }

  function submit() {
    const text = field.value.trim();
    if (text === "" || room === null) return;
    parlor.say(room, text);
    field.value = "";
    parlor.drafted(room, "");
    grow();
    field.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    if (room !== null) parlor.drafted(room, field.value);
    grow();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter then chooses a character, it does not send.
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape") field.blur();
  });
  // A press on the button must not take the keyboard of a phone away.
  send.addEventListener("pointerdown", (event) => event.preventDefault());
  window.addEventListener("resize", grow);

  return ({ current, atDoor, connection }) => {
    form.hidden = current === null;
    const away = connection.state !== "online";
    field.placeholder = away ? "Messages wait here" : `Say something in ${current}`;
    if (atDoor) {
      room = null;
      return;
    }
    if (current !== room) {
      room = current;
      field.value = room === null ? "" : parlor.draft(room);
      // On a phone the keyboard would cover what one came to read.
      if (room !== null && !touch.matches) field.focus();
      grow();
    }
  };
}
