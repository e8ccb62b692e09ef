// The rooms: those one is in, the talks between two, and those whose doors stand open, in the list and on the first view; how a
// room is opened, and what it is about. Each is a link, so it can be opened in another tab, copied, and gone back to.

import { idOf } from "../names.js";
import { addressOf } from "../surroundings.js";
import { words } from "../words.js";
import { openDialog } from "./dialog.js";
import { arrows, copy, el, keep, setAttribute, setText, the } from "./dom.js";
import { avatar, icon } from "./icons.js";

/**
 * @import { Card, Parlor, Room, Store, View } from "../types.js"
 * @import { Keeping } from "./dom.js"
 * @typedef {{id: string, card: Card, people: number, room: Room|null, current: boolean}} Entry
 */

/** @param {Entry} a @param {Entry} b */
const byName = (a, b) => words.roomName(a.card).localeCompare(words.roomName(b.card));

/** The rooms that we are in, in the order in which they stand. @param {Store} now @returns {Entry[]} */
export function inside({ rooms, list, current }) {
  return [...rooms.values()]
    .map((room) => ({
      id: room.id,
      card: room.card,
      people: room.state === "in" ? room.people.size : (list.get(room.id)?.people ?? 0),
      room,
      current: room.id === current,
    }))
    .sort(byName)
    .sort((a, b) => Number(a.card.kind === "direct") - Number(b.card.kind === "direct"));
}

/** Public rooms that we are not in. @param {Store} now @returns {Entry[]} */
export function outside({ rooms, list }) {
  return [...list.values()]
    .filter(({ card }) => !rooms.has(card.id))
    .map(({ card, people }) => ({ id: card.id, card, people, room: null, current: false }))
    .sort(byName);
}

/** @type {View} */
export function roomsView() {
  const sections = ["#mine", "#direct", "#others"].map((id) => the(id));
  const lists = the("#lists");
  arrows(lists, ".room");

  /** @type {Keeping<Entry>} */
  const links = {
    key: ({ id }) => id,
    make: ({ id }) => el("li", {},
      el("a", { class: "room", href: addressOf(id), data: { testid: `room-${id}` } })),
    update: (item, entry) => updateLink(the("a", item), entry),
  };

  return (now) => {
    const mine = inside(now);
    const groups = [mine.filter(({ card }) => card.kind !== "direct"), mine.filter(({ card }) => card.kind === "direct"), outside(now)];
    for (const [at, section] of sections.entries()) {
      keep(the("ul", section), groups[at] ?? [], links);
      section.hidden = groups[at]?.length === 0;
    }
  };
}

/** @param {HTMLElement} link @param {Entry} entry */
function updateLink(link, { card, people, room, current }) {
  const unread = room?.unread ?? 0;
  const forMe = room?.mentions ?? 0;
  const draft = room !== null && !current && room.draft.text.trim() !== "";
  // All that is shown in one line, to see whether anything changed.
  const state = [card.name, card.kind, people, unread, forMe, draft].join("\n");
  setAttribute(link, "aria-current", current ? "page" : null);
  link.dataset.refused = String(room?.state === "refused");
  if (link.dataset.shows === state) return;
  link.dataset.shows = state;
  link.title = card.topic;
  link.classList.toggle("has-unread", unread > 0);
  const counts = card.kind === "public" && people > 0 && unread === 0;
  link.replaceChildren(...[
    card.kind === "direct" && avatar(words.roomName(card)),
    card.kind === "private" && icon("lock"),
    el("span", { class: "name", dir: "auto" }, words.roomName(card)),
    card.kind === "private" && el("span", { class: "unseen" }, words.privateRoom),
    draft && icon("edit"),
    draft && el("span", { class: "unseen" }, words.hasDraft),
    unread > 0 && el("span", { class: "unread", "aria-hidden": "true", data: { forMe: forMe > 0 } }, words.badge(forMe || unread)),
    unread > 0 && el("span", { class: "unseen" }, forMe > 0 ? words.unreadForYou(forMe) : words.unread(unread)),
    counts && el("span", { class: "count", "aria-hidden": "true", title: words.here(people) }, String(people)),
    counts && el("span", { class: "unseen" }, words.here(people)),
  ].filter((part) => part !== false));
}

// ── Welcome ──
// In the house, but in no room: the doors that stand open.

/**
 * @typedef {{id: string, name: string, topic: string, count: string, lit: boolean} | {id: "", name: string}} Door
 */

/** @type {View} */
export function welcomeView(parlor) {
  const welcome = the("#welcome");
  const lead = the("p", welcome);
  const doors = the("#doors");

  /** @type {Keeping<Door>} */
  const keeping = {
    key: ({ id }) => id,
    make: ({ id }) => id === ""
      ? el("li", { class: "own" },
        el("button", { class: "door-card", type: "button", data: { testid: "open-own" }, onclick: () => openRoomDialog(parlor) },
          el("span", { class: "name" }, words.openOwn),
          el("span", { class: "topic" }, words.openOwnLead)))
      : el("li", {},
        el("a", { class: "door-card", href: addressOf(id), data: { testid: `door-${id}` } },
          el("span", { class: "name", dir: "auto" }), el("span", { class: "topic", dir: "auto" }), el("span", { class: "count" }))),
    update: (item, door) => {
      if (!("topic" in door)) return;
      setText(the(".name", item), door.name);
      setText(the(".topic", item), door.topic);
      setText(the(".count", item), door.count);
      item.classList.toggle("lit", door.lit);
    },
  };

  return (now) => {
    welcome.hidden = now.current !== null;
    if (welcome.hidden) return;
    setText(lead, now.listed || now.connection.state === "online" ? words.welcomeLead : words.noDoors);
    const entries = [...inside(now), ...outside(now)].filter(({ card }) => card.kind !== "direct");
    keep(doors, [
      ...entries.map(({ id, card, people, room }) => ({
        id,
        name: words.roomName(card),
        topic: card.topic,
        count: room && room.unread > 0 ? words.unread(room.unread) : people > 0 || card.kind === "public" ? words.here(people) : "",
        lit: people > 0,
      })),
      /** @type {const} */ ({ id: "", name: "" }),
    ], keeping);
  };
}

// ── New room ──
// To open a room of one's own: its name, what it is for, and who may come in.

/** @param {Parlor} parlor @param {string} [wanted] a name to begin with */
export function openRoomDialog(parlor, wanted = "") {
  openDialog({ title: words.newRoom, testid: "new-room-dialog", inside: (close) => [form(parlor, wanted, close)] });
}

/** @param {Parlor} parlor @param {string} wanted @param {() => void} close */
function form(parlor, wanted, close) {
  const name = el("input", {
    class: "field", id: "room-name", type: "text", dir: "auto", maxlength: "64", autocomplete: "off", spellcheck: "false", autofocus: true,
    "aria-describedby": "room-name-problem room-name-hint", value: wanted, data: { testid: "room-name" },
  });
  const topic = el("input", { class: "field", id: "room-topic-field", type: "text", dir: "auto", maxlength: "200", autocomplete: "off", placeholder: words.roomTopicHint, data: { testid: "room-topic-field" } });
  const problem = el("p", { class: "problem", id: "room-name-problem", role: "alert", data: { testid: "room-problem" } });
  const instead = el("button", { class: "plain", type: "button", hidden: true, data: { testid: "join-instead" } });
  const submit = el("button", { class: "primary", type: "submit", data: { testid: "open-room" } }, words.openIt);
  const everyone = choice("public", true, "door", words.everyone, words.everyoneLead);
  const invited = choice("private", false, "lock", words.invitedOnly, words.invitedOnlyLead);
  let busy = false;

  /** @param {string} wrong */
  function tell(wrong) {
    setText(problem, wrong);
    setAttribute(name, "aria-invalid", wrong ? "true" : null);
  }

  async function open() {
    if (busy) return;
    busy = true;
    submit.setAttribute("aria-disabled", "true");
    setText(submit, words.opening);
    const room = { name: name.value.trim(), topic: topic.value.trim(), private: invited.input.checked };
    const failed = await parlor.open(room);
    if (!failed) return close();
    busy = false;
    submit.removeAttribute("aria-disabled");
    setText(submit, words.openIt);
    tell(words.problem(failed));
    name.focus();
    instead.hidden = failed.code !== "taken";
    setText(instead, words.joinInstead(room.name));
    instead.onclick = () => {
      close();
      parlor.show(idOf(room.name));
    };
  }

  name.addEventListener("input", () => {
    tell("");
    instead.hidden = true;
  });
  return el("form", {
    class: "form",
    novalidate: true,
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void open();
    },
  },
    el("div", {}, el("label", { for: "room-name" }, words.newRoomName), name,
      el("p", { class: "note-line", id: "room-name-hint" }, words.roomNameHint), problem),
    el("div", {}, el("label", { for: "room-topic-field" }, words.roomTopic), topic),
    el("fieldset", {}, el("legend", {}, words.whoMayCome), el("div", { class: "choices" }, everyone.label, invited.label)),
    el("div", { class: "buttons" }, instead, submit));
}

/** @param {string} value @param {boolean} checked @param {"door" | "lock"} drawing @param {string} title @param {string} lead */
function choice(value, checked, drawing, title, lead) {
  const input = el("input", { type: "radio", name: "who", value, checked, data: { testid: `who-${value}` } });
  return { input, label: el("label", { class: "choice" }, input, icon(drawing), title, el("span", {}, lead)) };
}

// ── About room ──
// About a room: its topic, its link, whom to invite, and how to leave it.

const TOLD_MS = 2_500;

/** @param {Parlor} parlor @param {Room} room */
export function openAboutRoom(parlor, room) {
  const direct = room.card.kind === "direct";
  openDialog({
    title: words.roomName(room.card),
    testid: "about-room-dialog",
    inside: (close) => [
      !direct && topicPart(parlor, room),
      !direct && linkPart(parlor, room),
      !direct && invitePart(parlor, room),
      direct && el("p", { class: "lead" }, words.talkForTwo),
      el("div", { class: "end" },
        el("div", { class: "beside" },
          el("p", { class: "note-line" }, words.leaveLead(room.card.kind)),
          el("button", {
            class: "grave",
            type: "button",
            data: { testid: "leave-room" },
            onclick: () => {
              close();
              parlor.leave(room.id);
            },
          }, icon("leave"), words.leave))),
    ],
  });
}

/** @param {Parlor} parlor @param {Room} room */
function topicPart(parlor, room) {
  const field = el("input", { class: "field", id: "about-topic", type: "text", dir: "auto", maxlength: "200", autocomplete: "off", placeholder: words.noTopic, value: room.card.topic, data: { testid: "topic" } });
  const { form, tell, busy } = asking("topic", words.topicLabel, field, words.save, words.saving, async () => {
    const failed = await parlor.topic(room.id, field.value.trim());
    return failed ? { wrong: words.problem(failed) } : { good: words.saved };
  });
  field.addEventListener("input", () => busy() || tell({}));
  return form;
}

/** @param {Parlor} parlor @param {Room} room */
function linkPart(parlor, room) {
  const link = parlor.linkTo(room.id);
  const field = el("input", { class: "field", id: "about-link", type: "text", readonly: true, value: link, data: { testid: "link" } });
  field.addEventListener("focus", () => field.select());
  const button = el("button", { class: "plain", type: "button", data: { testid: "copy-link-here" } }, words.copy);
  button.addEventListener("click", async () => {
    if (!(await copy(link))) {
      field.focus();
      return;
    }
    setText(button, words.copied);
    setTimeout(() => setText(button, words.copy), TOLD_MS);
  });
  return el("div", {},
    el("label", { for: "about-link" }, words.linkLabel),
    el("div", { class: "beside" }, field, button),
    el("p", { class: "note-line" }, room.card.kind === "private" ? words.linkPrivate : words.linkPublic));
}

/** @param {Parlor} parlor @param {Room} room */
function invitePart(parlor, room) {
  const field = el("input", { class: "field", id: "about-invite", type: "text", dir: "auto", maxlength: "64", autocomplete: "off", spellcheck: "false", placeholder: words.inviteHint, data: { testid: "invite-name" } });
  const { form, tell, busy } = asking("invite", words.inviteLabel, field, words.invite, words.inviting, async () => {
    const name = field.value.trim();
    if (name === "") return { wrong: words.problem({ code: "no name", message: "" }) };
    const found = await parlor.find(name);
    if ("code" in found) return { wrong: words.problem(found) };
    const failed = await parlor.invite(room.id, found.id);
    if (failed) return { wrong: words.problem(failed) };
    field.value = "";
    return { good: words.inviteSent(found.name) };
  });
  field.addEventListener("input", () => busy() || tell({}));
  return form;
}

/**
 * A field with a button, and what became of it.
 * @typedef {{wrong?: string, good?: string}} Outcome
 * @param {string} testid
 * @param {string} label
 * @param {HTMLInputElement} field
 * @param {string} does
 * @param {string} doing
 * @param {() => Promise<Outcome>} act
 */
function asking(testid, label, field, does, doing, act) {
  const button = el("button", { class: "plain", type: "submit", data: { testid: `${testid}-submit` } }, does);
  const wrong = el("p", { class: "problem", role: "alert", data: { testid: `${testid}-problem` } });
  const good = el("p", { class: "note-line good", role: "status", hidden: true, data: { testid: `${testid}-done` } });
  let busy = false;

  /** @param {Outcome} outcome */
  function tell(outcome) {
    setText(wrong, outcome.wrong ?? "");
    setText(good, outcome.good ?? "");
    good.hidden = !outcome.good;
  }

  const form = el("form", {
    novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      setText(button, doing);
      tell(await act());
      setText(button, does);
      busy = false;
    },
  },
    el("label", { for: field.id }, label),
    el("div", { class: "beside" }, field, button), wrong, good);
  return { form, tell, busy: () => busy };
}
