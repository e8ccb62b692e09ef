// A card about somebody: who they are, and how to reach them.

import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { el } from "./dom.js";
import { mentionInField } from "./field.js";
import { icon } from "./icons.js";
import { arrows } from "./keys.js";
import { popup } from "./popup.js";

/** @import { Parlor, Person, Store } from "../types.js" */

/** @param {HTMLElement} anchor @param {Person} person @param {Parlor} parlor @param {Store} store */
export function showPerson(anchor, person, parlor, store) {
  const self = person.id === store.me.id;
  const present = store.room?.people.get(person.id);
  const state = !present ? words.isGone : present.away ? words.isAway : words.isHere;
  const withThem = store.room?.card.kind === "direct";

  /** @param {() => void} act */
  const closing = (act) => () => {
    card?.close();
    act();
  };
  const menu = el("div", { class: "menu" },
    self && el("button", { class: "item", type: "button", onclick: closing(() => parlor.toDoor()) }, icon("edit"), words.changeName),
    !self && !withThem && el("button", { class: "item", type: "button", data: { testid: "write-to" }, onclick: closing(() => void write()) }, icon("lock"), words.writeTo),
    !self && store.room && el("button", { class: "item", type: "button", data: { testid: "mention-them" }, onclick: closing(() => mentionInField(person.name)) }, icon("mention"), words.mention));
  arrows(menu, "button");

  async function write() {
    const failed = await parlor.direct(person.id);
    if (failed) parlor.flash("direct", failed, person.name);
  }

  const card = popup(anchor, { label: words.aboutPerson(person.name), testid: "person-card" },
    el("div", { class: "person-card" }, avatar(person.name),
      el("div", {}, el("h3", { class: "name", dir: "auto" }, person.name), el("p", {}, self ? words.yourself : state))),
    menu);
}
