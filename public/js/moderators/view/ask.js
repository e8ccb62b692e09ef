// The question before an action: what will happen, why it is done, and for how long. It closes once the server has
// done it; until then what was typed stays, and what went wrong is said in it.

import { el, setText, the } from "../../view/dom.js";
import { fill, shown } from "../fill.js";
import { CHOICES, duration, minutesIn } from "../times.js";
import { words } from "../words.js";

/**
 * @import { Desk } from "../desk.js"
 * @typedef {{why: string, minutes: number, text: string}} Given
 * @typedef {{title: string, words: string, verb: string}} Texts
 */

const REASON_MAX = 200;
const OTHER = "other";
let count = 0; // of questions, for the ids of their parts

/**
 * @param {Desk} desk
 * @param {Texts} texts
 * @param {Record<string, string>} names   what to fill into the texts
 * @param {object} what
 * @param {boolean} [what.reason]   asks why
 * @param {number} [what.minutes]   asks for how long; this many at first
 * @param {{label: string, max: number, empty: string, value?: string, short?: boolean}} [what.text]   asks for a text
 * @param {boolean} [what.danger]
 * @param {(given: Given) => Promise<unknown>} what.act
 * @param {string | ((answer: any, given: Given) => string)} what.done   what to say then
 */
export function ask(desk, texts, names, { reason, minutes, text, danger, act, done }) {
  const id = `ask-${(count += 1)}`;
  const why = reason ? reasonField(id) : null;
  const time = minutes ? timeField(id, minutes) : null;
  const own = text ? textField(id, text) : null;
  const problem = el("p", { class: "trouble", role: "alert", data: { testid: "ask-problem" } });
  const verb = el("button", { class: danger ? "strong danger" : "strong", type: "submit", data: { testid: "ask-do" } }, texts.verb);
  const form = el("form", { novalidate: "" },
    el("h2", { id: `${id}-title` }, ...shown(texts.title, names, name)),
    el("p", { id: `${id}-words`, class: "ask-words" }, ...shown(texts.words, names, name)),
    ...[own, time, why].flatMap((field) => /** @type {HTMLElement[]} */ (field?.parts ?? [])),
    problem,
    el("div", { class: "ask-acts" },
      el("button", { class: "soft", type: "button", onclick: () => dialog.close(), data: { testid: "ask-cancel" } }, words.cancel),
      verb));
  const dialog = /** @type {HTMLDialogElement} */ (
    el("dialog", { class: "ask", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words`, data: { testid: "ask" } }, form));
  let isBusy = false;

  /** @returns {{given?: Given, wrong?: string, field?: HTMLElement}} */
  function given() {
    const written = own?.value() ?? "";
    if (text && written === "") return { wrong: text.empty, field: own?.input };
    const lasts = time ? time.value() : 0;
    if (lasts === null) return { wrong: words.badMinutes, field: time?.input };
    return { given: { why: why?.value() ?? "", minutes: lasts, text: written } };
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const { given: values, wrong, field } = given();
    setText(problem, wrong ?? "");
    if (!values) {
      field?.focus();
      return;
    }
    isBusy = true;
    verb.setAttribute("aria-disabled", "true"); // not `disabled`: the focus would be lost
    setText(verb, words.doing);
    try {
      const answer = await act(values);
      desk.notice(typeof done === "string" ? fill(done, names) : done(answer, values));
      dialog.close();
    } catch (failure) {
      if (dialog.open) setText(problem, failure.message);
      else desk.notice(failure.message);
    }
    isBusy = false;
    verb.removeAttribute("aria-disabled");
    setText(verb, texts.verb);
  });
  dialog.addEventListener("close", () => dialog.remove());

  the("#desk").append(dialog);
  dialog.showModal();
  (own ?? time ?? why)?.input.focus();
}

/** @param {{text: string}} part */
const name = ({ text }) => el("bdi", {}, text);

/** @param {string} id @param {NonNullable<Parameters<typeof ask>[3]["text"]>} text */
function textField(id, { label, max, value = "", short }) {
  const props = { id: `${id}-text`, maxlength: max, dir: "auto", autocomplete: "off", data: { testid: "ask-text" } };
  const input = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
    short ? el("input", { type: "text", ...props }) : el("textarea", { rows: 3, ...props }));
  input.value = value;
  return {
    input,
    parts: [el("label", { for: `${id}-text` }, label), input],
    value: () => input.value.trim(),
  };
}

/** @param {string} id */
function reasonField(id) {
  const input = /** @type {HTMLInputElement} */ (
    el("input", { id: `${id}-why`, type: "text", maxlength: REASON_MAX, dir: "auto", autocomplete: "off",
      list: `${id}-reasons`, "aria-describedby": `${id}-hint`, data: { testid: "ask-reason" } }));
  return {
    input,
    parts: [
      el("label", { for: `${id}-why` }, words.reason),
      input,
      el("datalist", { id: `${id}-reasons` }, ...words.reasons.map((reason) => el("option", { value: reason }))),
      el("p", { class: "hint", id: `${id}-hint` }, words.reasonHint),
    ],
    value: () => input.value.trim(),
  };
}

/** @param {string} id @param {number} first */
function timeField(id, first) {
  const select = /** @type {HTMLSelectElement} */ (
    el("select", { id: `${id}-time`, data: { testid: "ask-time" } },
      ...CHOICES.map((minutes) => el("option", { value: minutes }, duration(minutes))),
      el("option", { value: OTHER }, words.otherTime)));
  select.value = String(first);
  const free = /** @type {HTMLInputElement} */ (
    el("input", { id: `${id}-minutes`, type: "text", inputmode: "numeric", maxlength: 6, autocomplete: "off", data: { testid: "ask-minutes" } }));
  const other = el("div", { class: "other", hidden: "" }, el("label", { for: `${id}-minutes` }, words.minutes), free);
  select.addEventListener("change", () => {
    other.hidden = select.value !== OTHER;
    if (!other.hidden) free.focus();
  });
  return {
    get input() {
      return select.value === OTHER ? free : select;
    },
    parts: [el("label", { for: `${id}-time` }, words.forHowLong), select, other],
    value: () => (select.value === OTHER ? minutesIn(free.value) : Number(select.value)),
  };
}
