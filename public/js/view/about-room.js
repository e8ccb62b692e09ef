// About a room: its topic, its link, whom to invite, and how to leave it.

import { words } from "../words.js";
import { copy } from "./copying.js";
import { openDialog } from "./dialog.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Parlor, Room } from "../types.js" */

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
