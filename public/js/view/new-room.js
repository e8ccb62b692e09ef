// To open a room of one's own: its name, what it is for, and who may come in.

import { idOf } from "../names.js";
import { words } from "../words.js";
import { openDialog } from "./dialog.js";
import { el, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Parlor } from "../types.js" */

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
