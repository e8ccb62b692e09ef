// Oneself, at the foot of the rooms: one's name, what to be told of, the keys, and how to be forgotten.

import { words } from "../words.js";
import { avatar } from "./avatar.js";
import { confirm, openDialog } from "./dialog.js";
import { el, setText, the } from "./dom.js";
import { icon } from "./icons.js";
import { arrows, keyNames } from "./keys.js";
import { popup } from "./popup.js";

/** @import { Bell, View } from "../types.js" */

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

export function showKeys() {
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
