// People: who is here, oneself first, those who do not look paler; a card about one; one's own menu; and the door.

import { words } from "../words.js";
import { confirm, openDialog, popup } from "./dialog.js";
import { arrows, el, keep, keyNames, mentionInField, setAttribute, setText, the } from "./dom.js";
import { avatar, icon } from "./icons.js";

/**
 * @import { Bell, Parlor, Person, Present, Store, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 * @typedef {Present & {self: boolean, typing: boolean}} Here
 */

/** @type {View} */
export function peopleView(parlor, store) {
  const panel = the("#people");
  const roster = the("#roster");
  arrows(roster, ".person");

  /** @type {Keeping<Here>} */
  const keeping = {
    key: ({ id, name }) => `${id} ${name}`,
    make: ({ id, name }) => {
      const button = el("button", { class: "person", type: "button", "aria-haspopup": "dialog", data: { testid: "person", name } },
        avatar(name), el("span", { class: "name", dir: "auto" }, name), el("span", { class: "hint" }));
      button.addEventListener("click", () => showPerson(button, { id, name }, parlor, store));
      return el("li", {}, button);
    },
    update: (item, { self, away, typing }) => {
      const button = the("button", item);
      button.classList.toggle("away", away);
      button.classList.toggle("writes", typing);
      setText(the(".hint", button), typing ? words.isTyping : self ? words.yourself : away ? words.isAway : "");
    },
  };

  return ({ room, me }) => {
    panel.hidden = !room || (room.state === "refused" && room.people.size === 0);
    if (!room) return;
    const here = [...room.people.values()]
      .map((who) => ({ ...who, self: who.id === me.id, typing: room.typing.has(who.id) }))
      .sort((a, b) => Number(b.self) - Number(a.self) || a.name.localeCompare(b.name));
    keep(roster, here, keeping);
  };
}

// ── Person ──
// A card about somebody: who they are, and how to reach them.

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

// ── Me ──
// Oneself, at the foot of the rooms: one's name, what to be told of, the keys, and how to be forgotten.

/** @type {View} */
export function meView(parlor, store) {
  const me = the("#me");
  me.addEventListener("click", () => {
    /** @param {() => void} act */
    const closing = (act) => () => {
      shown?.close();
      act();
    };
    const { switches, stop } = bellSwitches();
    const menu = el("div", { class: "menu" },
      el("button", { class: "item", type: "button", data: { testid: "change-name" }, onclick: closing(() => parlor.toDoor()) }, icon("edit"), words.changeName),
      el("button", { class: "item", type: "button", data: { testid: "show-keys" }, onclick: closing(showKeys) }, icon("keyboard"), words.keys));
    const last = el("div", { class: "menu" },
      el("button", { class: "item danger", type: "button", data: { testid: "forget-me" }, onclick: closing(() => confirm({
        title: words.reallyForget, lead: words.reallyForgetLead, yes: words.forget, testid: "really-forget", then: () => parlor.forgetMe(),
      })) }, icon("leave"), words.forgetMe));
    const shown = popup(me, { label: words.youMenu, testid: "me-menu", onclose: stop }, menu, switches, last);
    if (!shown) stop();
    else arrows(shown.element, "button");
  });

  /** Whether the browser may tell of notices, and whether anybody may. */
  function bellSwitches() {
    const [browser, browserLead] = aSwitch("bell", words.browserNotices, "browser-notices", () => void parlor.wantNotifications(!isOn(store.bell)));
    const [quiet] = aSwitch("away", words.quiet, "quiet", () => parlor.quiet(!store.bell.quiet), words.quietLead);
    const update = () => {
      const { permission } = store.bell;
      browser.setAttribute("aria-checked", String(isOn(store.bell)));
      browser.disabled = permission === "denied" || permission === "unsupported";
      setText(browserLead, permission === "denied" ? words.browserDenied : permission === "unsupported" ? words.browserUnsupported : words.browserNoticesLead);
      quiet.setAttribute("aria-checked", String(store.bell.quiet));
    };
    update();
    return { switches: el("div", { class: "menu" }, browser, quiet), stop: store.subscribe(update) };
  }

  return ({ me: { name } }) => {
    if (!name || me.dataset.name === name) return;
    me.dataset.name = name;
    me.replaceChildren(avatar(name), el("span", { class: "name", dir: "auto" }, name), icon("settings"));
  };
}

/** @param {Bell} bell */
const isOn = ({ wanted, permission }) => wanted && permission === "granted";

/**
 * @param {"bell" | "away"} drawing @param {string} label @param {string} testid @param {() => void} turn @param {string} [says]
 * @returns {[HTMLButtonElement, HTMLElement]}
 */
function aSwitch(drawing, label, testid, turn, says = "") {
  const lead = el("small", {}, says);
  return [el("button", { class: "item", type: "button", role: "switch", data: { testid }, onclick: turn },
    icon(drawing), el("span", { class: "says" }, label, lead)), lead];
}

function showKeys() {
  openDialog({
    title: words.keysTitle,
    testid: "keys",
    inside: () => [
      el("dl", { class: "keys" }, ...words.keyList.flatMap(([keys, does]) => [
        el("dt", {}, ...keys.split(/\s+/).map((key) => el("kbd", {}, keyNames(key))).flatMap((key) => [key, " "])),
        el("dd", {}, does),
      ])),
    ],
  });
}

// ── Door ──
// At the door: choosing a name, the first time or anew. And the door that is shut: sent away, or banned.

/** @type {View} */
export function doorView(parlor) {
  const door = the("#door");
  const house = the("#house");
  const form = the("#name-form");
  const input = the("input", form);
  const submit = the("button", form);
  const cancel = the("#name-cancel");
  const problem = the("#name-problem");
  const invitation = the("#invitation");
  let wasAtDoor = false;
  let told = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    parlor.enter(input.value.trim());
  });
  input.addEventListener("input", () => parlor.clearDoor());
  cancel.addEventListener("click", () => parlor.stay());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !cancel.hidden) parlor.stay();
  });

  return (now) => {
    const atDoor = now.atDoor && !now.shutOut;
    door.hidden = !atDoor;
    house.hidden = now.atDoor || now.shutOut !== null;
    if (atDoor) {
      setText(invitation, invitationWords(now));
      const wrong = words.problem(now.door.problem);
      setText(problem, wrong);
      setAttribute(input, "aria-invalid", wrong ? "true" : null);
      cancel.hidden = !now.door.mayStay;
      setText(submit, now.door.entering ? words.comingIn : now.door.mayStay ? words.takeName : words.comeIn);
      if (wrong && wrong !== told) input.focus();
      told = wrong;
    }
    if (atDoor && !wasAtDoor) {
      input.value = now.me.name;
      input.select();
      input.focus();
    }
    wasAtDoor = atDoor;
  };
}

/** @param {Store} now */
function invitationWords({ current, room, door }) {
  if (current === null || door.mayStay || current.startsWith("@")) return words.tagline;
  return current.startsWith("~") ? words.invitedPrivately : words.seatKept(room?.card.name ?? current);
}

/** @type {View} */
export function shutOutView(parlor) {
  const screen = the("#shut-out");
  const [heading, lead, why, back] = [the("h1", screen), the(".lead", screen), the("blockquote", screen), the("button", screen)];
  back.addEventListener("click", () => parlor.again());

  return ({ shutOut }) => {
    const appears = screen.hidden && shutOut !== null;
    screen.hidden = shutOut === null;
    if (!shutOut) return;
    const banned = shutOut.kind === "banned";
    setText(heading, banned ? words.banned : words.sentAway);
    setText(lead, banned ? words.bannedLead : words.sentAwayLead);
    setText(why, shutOut.why);
    why.hidden = shutOut.why === "";
    setText(back, banned ? words.again : words.comeBackIn);
    if (appears) heading.focus();
  };
}
