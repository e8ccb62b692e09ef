// Finding: words that were said in a room; and by Ctrl+K any room, or somebody here.

import { idOf, roomProblem, tint } from "../names.js";
import { words } from "../words.js";
import { present } from "./dialog.js";
import { arrows, el, goTo, keep, setText, withMod } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { inside, outside } from "./rooms.js";

/**
 * @import { Message, Parlor, Search, Store, View } from "../types.js"
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

// ── Go to ──
// Ctrl+K: to any room, or to a talk with somebody here, by a few letters of the name.

/**
 * @typedef {{name: string, hint: string, mark: Node, go: () => void}} Goal
 */

const MOST = 12;

/** @param {Parlor} parlor @param {Store} store */
function openGoTo(parlor, store) {
  const field = el("input", { type: "text", dir: "auto", placeholder: words.goToHint, role: "combobox", "aria-label": words.goTo, "aria-expanded": "true", "aria-controls": "goals", autocomplete: "off", spellcheck: "false", autofocus: true, data: { testid: "go-to-field" } });
  const list = el("ul", { class: "results", id: "goals", role: "listbox", "aria-label": words.goTo });
  const tells = el("p", { class: "tells", role: "status" });
  /** @type {Goal[]} */
  let goals = [];
  let chosen = 0;

  function look() {
    goals = goalsFor(field.value, parlor, store);
    chosen = 0;
    list.replaceChildren(...goals.map(({ name, hint, mark }, at) =>
      el("li", { class: "place", role: "option", id: `goal-${at}` }, mark, el("span", { class: "name", dir: "auto" }, name), el("span", { class: "hint" }, hint))));
    setText(tells, goals.length === 0 ? words.nowhere : "");
    draw();
  }

  function draw() {
    for (const [at, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(at === chosen));
    if (goals.length > 0) field.setAttribute("aria-activedescendant", `goal-${chosen}`);
    else field.removeAttribute("aria-activedescendant");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at */
  function go(at) {
    const goal = goals[at];
    if (!goal) return;
    dialog.close();
    goal.go();
  }

  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && goals.length > 0) {
      event.preventDefault();
      chosen = (chosen + by + goals.length) % goals.length;
      draw();
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      go(chosen);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    if (option) go([...list.children].indexOf(option));
  });

  const dialog = el("dialog", { class: "dialog finder", "aria-label": words.goTo, data: { testid: "go-to" } },
    el("div", { class: "ask" }, icon("door"), field,
      el("button", { class: "icon", type: "button", "aria-label": words.close, title: words.close, onclick: () => dialog.close() }, icon("close"))),
    tells, list);
  look();
  present(dialog);
}

/** @param {string} typed @param {Parlor} parlor @param {Store} store @returns {Goal[]} */
function goalsFor(typed, parlor, store) {
  const wanted = typed.trim().toLocaleLowerCase();
  const rank = (/** @type {string} */ name) => {
    const at = name.toLocaleLowerCase().indexOf(wanted);
    return at < 0 ? Infinity : at === 0 ? 0 : 1;
  };
  const rooms = [...inside(store), ...outside(store)].map(({ id, card, room, people }) => ({
    name: words.roomName(card),
    hint: room && room.unread > 0 ? words.unread(room.unread) : card.kind === "public" ? words.here(people) : "",
    mark: card.kind === "direct" ? avatar(card.name) : icon(card.kind === "private" ? "lock" : "door"),
    go: () => parlor.show(id),
  }));
  const known = new Set(inside(store).filter(({ card }) => card.kind === "direct").map(({ card }) => card.name));
  const people = [...(store.room?.people.values() ?? [])].filter(({ id, name }) => id !== store.me.id && !known.has(name)).map(({ id, name }) => ({
    name,
    hint: words.writeTo,
    mark: avatar(name),
    go: () => void parlor.direct(id).then((failed) => failed && parlor.flash("direct", failed, name)),
  }));
  const found = [...rooms, ...people].filter(({ name }) => rank(name) < Infinity).sort((a, b) => rank(a.name) - rank(b.name)).slice(0, MOST);
  const name = typed.trim();
  const isThere = rooms.some((room) => room.name.toLocaleLowerCase() === wanted);
  if (name !== "" && !isThere && !roomProblem(name)) {
    found.push({ name: words.openNamed(name), hint: "", mark: icon("plus"), go: () => parlor.show(idOf(name)) });
  }
  return found;
}

// ── Shortcuts ──
// Keys that work everywhere in the house. They are told in the dialog of keys (me.js).

/** @type {View} */
export function shortcutsView(parlor, store) {
  const away = () => store.atDoor || store.shutOut !== null || document.querySelector("dialog[open]") !== null;

  document.addEventListener("keydown", (event) => {
    if (away() || event.isComposing) return;
    const key = event.key.toLowerCase();
    if (withMod(event) && !event.altKey && !event.shiftKey && key === "k") {
      event.preventDefault();
      openGoTo(parlor, store);
    } else if (withMod(event) && event.shiftKey && key === "f" && store.current !== null) {
      event.preventDefault();
      parlor.openSearch(store.current);
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && (key === "arrowup" || key === "arrowdown")) {
      event.preventDefault();
      step(key === "arrowup" ? -1 : 1);
    }
  });

  /** @param {number} by */
  function step(by) {
    const rooms = inside(store);
    if (rooms.length === 0) return;
    const at = rooms.findIndex(({ id }) => id === store.current);
    const next = rooms[at < 0 ? 0 : (at + by + rooms.length) % rooms.length];
    if (next) parlor.show(next.id);
  }

  return () => {};
}
