// While one writes: people after an "@", emoji after a ":". The focus stays in the field; the arrow keys choose.

import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el, the } from "./dom.js";
import { findEmoji } from "./emoji.js";
import { insert } from "./field.js";

/**
 * @import { Parlor, Store } from "../types.js"
 * @typedef {{says: string, puts: string, mark: Node}} Choice
 */

const PERSON = /(?:^|[\s(])@([^@\n]{0,24})$/u;
const EMOJI = /(?:^|\s):([a-z+][a-z_]+)$/iu;
const MOST = 6;

/** @param {Parlor} parlor @param {Store} store @param {HTMLTextAreaElement} field */
export function createCompletion(parlor, store, field) {
  const list = el("ul", { class: "completion", id: "completion", role: "listbox", hidden: true, data: { testid: "completion" } });
  the(".foot").append(list);
  /** @type {Choice[]} */
  let choices = [];
  let chosen = 0;
  let from = 0; // where what is replaced begins

  function look() {
    const before = field.value.slice(0, field.selectionStart);
    const person = field.selectionStart === field.selectionEnd && store.current !== null ? PERSON.exec(before) : null;
    const emoji = EMOJI.exec(before);
    const typed = person?.[1] ?? "";
    // What is a name already, and a space after it, wants no completion.
    const people = person && store.current !== null && !/\s$/.test(typed) ? parlor.complete(store.current, typed) : [];
    if (people.length > 0) {
      from = before.length - typed.length - 1;
      open(people.slice(0, MOST).map(({ name }) => ({ says: name, puts: `@${name} `, mark: avatar(name) })), words.completion);
    } else if (emoji) {
      from = before.length - (emoji[1] ?? "").length - 1;
      const found = findEmoji(emoji[1] ?? "", MOST);
      open(found.map(({ emoji, name }) => ({ says: name, puts: `${emoji} `, mark: el("span", { class: "emoji" }, emoji) })), words.emojiCompletion);
    } else {
      close();
    }
  }

  /** @param {Choice[]} next @param {string} label */
  function open(next, label) {
    choices = next;
    chosen = 0;
    if (choices.length === 0) {
      close();
      return;
    }
    list.setAttribute("aria-label", label);
    list.replaceChildren(...choices.map(({ says, mark }, at) =>
      el("li", { role: "option", id: `completion-${at}` }, mark, el("span", { class: "name", dir: "auto" }, says))));
    list.hidden = false;
    field.setAttribute("aria-controls", list.id);
    draw();
  }

  function close() {
    if (list.hidden) return;
    list.hidden = true;
    choices = [];
    field.removeAttribute("aria-controls");
    field.removeAttribute("aria-activedescendant");
  }

  function draw() {
    for (const [at, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(at === chosen));
    field.setAttribute("aria-activedescendant", `completion-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** What is chosen stands there already. */
  const isWritten = () => choices[chosen]?.puts.trim() === field.value.slice(from, field.selectionStart);

  /** @param {number} at */
  function take(at) {
    const choice = choices[at];
    close();
    if (!choice) return;
    insert(field, choice.puts, from, field.selectionStart);
    close();
  }

  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // The focus stays in the field.
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    if (option) take([...list.children].indexOf(option));
  });
  field.addEventListener("blur", close);

  return {
    look,
    close,

    /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
    key(event) {
      if (list.hidden) return false;
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) {
        chosen = (chosen + by + choices.length) % choices.length;
        draw();
      } else if (event.key === "Enter" && !event.shiftKey && isWritten()) {
        close();
        return false; // There is nothing to complete: then Enter sends.
      } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
        take(chosen);
      } else if (event.key === "Escape") {
        close();
      } else {
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}
