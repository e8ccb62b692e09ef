// To choose an emoji: all of them, or those whose name one types.

import { words } from "../words.js";
import { el, setText, touch } from "./dom.js";
import { findEmoji } from "./emoji.js";
import { arrows } from "./keys.js";
import { popup } from "./popup.js";

const COLUMNS = 8; // as in overlays.css

/** @param {HTMLElement} anchor @param {(emoji: string) => void} chosen @param {() => void} [onclose] */
export function pickEmoji(anchor, chosen, onclose) {
  const field = el("input", {
    class: "field", type: "text", role: "searchbox", placeholder: words.findEmoji, "aria-label": words.findEmoji,
    autocomplete: "off", spellcheck: "false", autofocus: !touch(), data: { testid: "find-emoji" },
  });
  const grid = el("div", { class: "emoji-grid" });
  const called = el("p", { class: "called", role: "status" });

  /** @param {string} typed */
  function fill(typed) {
    const found = findEmoji(typed);
    grid.replaceChildren(...found.map(({ emoji, name }) =>
      el("button", { type: "button", "aria-label": name, tabindex: "-1", data: { emoji } }, emoji)));
    const first = grid.querySelector("button");
    if (first) first.tabIndex = 0;
    setText(called, found.length === 0 ? words.noEmoji : "");
  }

  /** @param {Event} event */
  const emojiOf = ({ target }) => (target instanceof Element ? target.closest("button")?.dataset.emoji : undefined);
  /** @param {Event} event */
  const tell = ({ target }) => {
    if (emojiOf(/** @type {any} */ ({ target }))) setText(called, /** @type {Element} */ (target).getAttribute("aria-label") ?? "");
  };
  /** @param {string|undefined} emoji */
  const choose = (emoji) => {
    if (!emoji) return;
    picker?.close();
    chosen(emoji);
  };

  fill("");
  arrows(grid, "button", COLUMNS);
  grid.addEventListener("click", (event) => choose(emojiOf(event)));
  grid.addEventListener("pointerover", tell);
  grid.addEventListener("focusin", tell);
  field.addEventListener("input", () => fill(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      grid.querySelector("button")?.focus();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      choose(grid.querySelector("button")?.dataset.emoji);
    }
  });
  const picker = popup(anchor, { label: words.emojiPicker, testid: "emoji-picker", class: "emoji-picker", onclose },
    el("div", { class: "find" }, field), grid, called);
  return picker;
}
