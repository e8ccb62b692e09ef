// Ctrl+K: to any room, or to a talk with somebody here, by a few letters of the name.

import { idOf, roomProblem } from "../names.js";
import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { present } from "./dialog.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { inside, outside } from "./rooms.js";

/**
 * @import { Parlor, Store } from "../types.js"
 * @typedef {{name: string, hint: string, mark: Node, go: () => void}} Goal
 */

const MOST = 12;

/** @param {Parlor} parlor @param {Store} store */
export function openGoTo(parlor, store) {
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
