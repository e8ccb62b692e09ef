// The rooms: those one is in, and those whose doors stand open. Each is a link, so it can be
// opened in another tab, copied, and gone back to.

import { roomProblem } from "../names.js";
import { addressOf } from "../route.js";
import { avatar } from "./avatar.js";
import { el, keep, setText, the } from "./dom.js";

/**
 * @import { Keeping, View } from "./dom.js"
 * @typedef {{name: string, count: number, unread: number, current: boolean}} Entry
 */

/** @param {Entry} a @param {Entry} b */
const byName = (a, b) => a.name.localeCompare(b.name);
/** @param {number} count */
const people = (count) => (count === 1 ? "1 person" : `${count} people`);

/** @type {View} */
export function roomsView(parlor, store) {
  const mine = the("#mine");
  const others = the("#others");
  const doors = the("#doors");
  const form = the("#new-room");
  const input = the("input", form);
  const problem = the("#room-problem");
  const me = the("#me");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const wrong = name === "" ? "" : roomProblem(name);
    setText(problem, wrong ?? "");
    if (name === "" || wrong) {
      input.focus();
      return;
    }
    input.value = "";
    location.hash = addressOf(name);
  });
  input.addEventListener("input", () => setText(problem, ""));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || input.value === "") return;
    event.stopPropagation();
    input.value = "";
    setText(problem, "");
  });
  me.addEventListener("click", () => parlor.atDoor());

  /** @type {Keeping<Entry>} */
  const link = { key: ({ name }) => name, make: makeLink, update: updateLink };
  /** @type {Keeping<Entry>} */
  const door = { key: ({ name }) => name, make: makeDoor, update: updateDoor };

  return ({ list, rooms, current, me: { name } }) => {
    const inside = [...rooms.values()]
      .map((room) => ({
        name: room.name,
        count: room.joined ? room.here.size : (list.get(room.name) ?? 0),
        unread: room.unread,
        current: room.name === current,
      }))
      .sort(byName);
    const outside = [...list]
      .filter(([room]) => !rooms.has(room))
      .map(([room, count]) => ({ name: room, count, unread: 0, current: false }))
      .sort(byName);

    keep(the("ul", mine), inside, link);
    keep(the("ul", others), outside, link);
    mine.hidden = inside.length === 0;
    others.hidden = outside.length === 0;
    keep(doors, [...inside, ...outside], door);

    if (name && me.dataset.name !== name) {
      me.dataset.name = name;
      me.replaceChildren(avatar(name), el("span", { class: "name" }, name), el("span", { class: "hint" }, "Change"));
    }
  };
}

/** @param {Entry} entry */
function makeLink({ name }) {
  return el("li", {},
    el("a", { class: "room", href: addressOf(name), data: { testid: `room-${name}` } },
      el("span", { class: "name" }, name),
      el("span", { class: "unread" }),
      el("span", { class: "count" })));
}

/** @param {HTMLElement} item @param {Entry} entry */
function updateLink(item, { count, unread, current }) {
  const [link, badge, counted] = ["a", ".unread", ".count"].map((part) => the(part, item));
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  link.classList.toggle("has-unread", unread > 0);
  badge.hidden = unread === 0;
  setText(badge, unread > 99 ? "99+" : String(unread));
  badge.setAttribute("aria-label", `${unread} unread`);
  setText(counted, count > 0 && unread === 0 ? String(count) : "");
  counted.title = people(count);
}

/** @param {Entry} entry */
function makeDoor({ name }) {
  return el("li", {},
    el("a", { class: "door-card", href: addressOf(name) },
      el("span", { class: "name" }, name),
      el("span", { class: "count" })));
}

/** @param {HTMLElement} item @param {Entry} entry */
function updateDoor(item, { count }) {
  setText(the(".count", item), count === 0 ? "nobody yet" : people(count));
  item.classList.toggle("lit", count > 0);
}
