// What one can do with a message: one bar for all, which goes to the message that is pointed at or has the focus.

import { words } from "../words.js";
import { confirm } from "./dialog.js";
import { copyAndTell } from "./copying.js";
import { el, the } from "./dom.js";
import { pickEmoji } from "./emoji-picker.js";
import { theField } from "./field.js";
import { icon } from "./icons.js";
import { arrows } from "./keys.js";

/**
 * @import { Message, Parlor, Store } from "../types.js"
 * @import { IconName } from "./icons.js"
 * @typedef {"react" | "reply" | "copy" | "edit" | "remove"} Action
 */

/** @param {Parlor} parlor @param {Store} store @param {(line: Element) => Message|undefined} messageOf */
export function createActions(parlor, store, messageOf) {
  const time = el("time");
  /** @type {Record<Action, HTMLButtonElement>} */
  const buttons = {
    react: button("react", "smile", words.react),
    reply: button("reply", "reply", words.reply),
    copy: button("copy", "copy", words.copyText),
    edit: button("edit", "edit", words.edit),
    remove: button("remove", "trash", words.remove),
  };
  buttons.remove.classList.add("danger");
  const bar = el("div", { class: "actions", role: "toolbar", "aria-label": words.messageActions, data: { testid: "actions" } }, time, ...Object.values(buttons));
  arrows(bar, "button", 0);
  /** @type {Message|undefined} */
  let message;

  /** @param {Action} action @param {IconName} drawing @param {string} label */
  function button(action, drawing, label) {
    return el("button", { class: "icon", type: "button", "aria-label": label, title: label, data: { testid: `message-${action}` }, onclick: () => act(action) }, icon(drawing));
  }

  /** @param {Action} action */
  function act(action) {
    const room = store.current;
    const about = message;
    if (!about || room === null || buttons[action].hidden) return;
    const { seq } = about;
    if (action === "copy") void copyAndTell(parlor, about.text, "text copied");
    if (action === "react") {
      pickEmoji(buttons.react, (emoji) => parlor.react(room, seq, emoji, true));
      return;
    }
    if (action === "reply") parlor.reply(room, seq);
    if (action === "edit") parlor.edit(room, seq);
    if (action === "reply" || action === "edit") theField().focus();
    if (action === "remove") {
      confirm({
        title: words.reallyRemove,
        lead: words.reallyRemoveLead,
        yes: words.remove,
        testid: "really-remove",
        then: () => void parlor.remove(room, seq).then((failed) => failed && parlor.flash("remove", failed)),
      });
    }
  }

  return {
    /** @param {Element} line @returns {boolean} whether there is anything to do with it */
    show(line) {
      message = messageOf(line);
      if (!message || message.removed || message.seq === 0) {
        bar.remove();
        return false;
      }
      buttons.edit.hidden = buttons.remove.hidden = !message.mine;
      buttons.copy.hidden = message.text === "";
      time.textContent = words.time(message.at);
      time.title = words.moment(message.at);
      const bubble = the(".bubble", line);
      if (bar.parentElement !== bubble) bubble.append(bar);
      return true;
    },

    hide() {
      bar.remove();
    },

    get element() {
      return bar;
    },

    /** From the keyboard. @param {Element} line @param {Action} action */
    act(line, action) {
      if (this.show(line)) act(action);
    },

    focus() {
      buttons.react.focus();
    },
  };
}
