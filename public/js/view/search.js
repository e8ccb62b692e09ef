// Search in a room: words that were said, and where.

import { tint } from "../names.js";
import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { present } from "./dialog.js";
import { el, keep, setText } from "./dom.js";
import { goTo } from "./going.js";
import { icon } from "./icons.js";
import { arrows } from "./keys.js";

/**
 * @import { Message, Search, View } from "../types.js"
 */

/** @type {View} */
export function searchView(parlor, store) {
  /** @type {ReturnType<typeof open>|null} */
  let shown = null;

  function open() {
    const name = store.rooms.get(store.search?.room ?? "")?.card.name ?? "";
    const field = el("input", { type: "text", role: "searchbox", dir: "auto", placeholder: words.searchHint, "aria-label": words.searchIn(name), autocomplete: "off", autofocus: true, enterkeyhint: "search", value: store.search?.words ?? "", data: { testid: "search-field" } });
    const tells = el("p", { class: "tells", role: "status", data: { testid: "search-tells" } });
    const list = el("ul", { role: "list", "aria-label": words.search });
    const more = el("button", { class: "quiet", type: "button", data: { testid: "search-more" }, onclick: () => parlor.searchMore() }, words.moreFound);
    const dialog = el("dialog", { class: "dialog finder", "aria-label": words.searchIn(name), data: { testid: "search" } },
      el("div", { class: "ask" }, icon("search"), field,
        el("button", { class: "icon", type: "button", "aria-label": words.close, title: words.close, onclick: () => dialog.close() }, icon("close"))),
      tells,
      el("div", { class: "results" }, list, more));

    field.addEventListener("input", () => parlor.searchFor(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      list.querySelector("button")?.focus();
    });
    arrows(list, ".result");
    list.addEventListener("keydown", (event) => {
      if (event.key === "ArrowUp" && document.activeElement === list.querySelector("button")) field.focus();
    }, { capture: true });

    /** @param {Search} search */
    function draw(search) {
      setText(tells, tellsOf(search));
      more.hidden = !search.more || search.state === "searching";
      const looked = search.words;
      keep(list, search.found, {
        key: ({ key }) => `${key} ${looked}`,
        make: (message) => el("li", {}, result(message, looked, () => {
          dialog.close();
          goTo(search.room, message.seq);
        })),
      });
    }

    present(dialog, () => {
      shown = null;
      parlor.closeSearch();
    });
    return { dialog, draw };
  }

  return ({ search }) => {
    if (search && !shown) shown = open();
    if (!search && shown) shown.dialog.close();
    if (search) shown?.draw(search);
  };
}

/** @param {Search} search */
function tellsOf({ state, found, more, problem, words: looked }) {
  if (looked.trim() === "" || state === "empty") return "";
  if (state === "searching") return words.searching;
  if (state === "failed") return words.problem(problem);
  return found.length === 0 ? words.nothingFound : words.found(found.length, more);
}

/** @param {Message} message @param {string} looked @param {() => void} go */
function result({ from, at, text, files }, looked, go) {
  return el("button", { class: "result", type: "button", data: { testid: "search-result", tint: tint(from.name) }, onclick: go },
    avatar(from.name),
    el("span", { class: "author", dir: "auto" }, from.name),
    el("time", { datetime: new Date(at).toISOString(), title: words.moment(at) }, words.when(at)),
    el("span", { class: "excerpt", dir: "auto" }, ...marked(text || (files[0]?.name ?? ""), looked)));
}

/** A text with the words in it that were looked for. @param {string} text @param {string} looked */
function marked(text, looked) {
  const wanted = looked.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  if (wanted.length === 0) return [text];
  // Split by what is captured: every second part is a word that was looked for.
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "iu"));
  return parts.map((part, at) => (at % 2 === 1 ? el("mark", {}, part) : part));
}
