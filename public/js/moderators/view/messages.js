// What is said in a room, to look at, and to remove from.

import { avatar } from "../../view/icons.js";
import { el, setText, the } from "../../view/dom.js";
import { noPages, oldest, withNewest, withOlder } from "../pages.js";
import { full, moment, size } from "../times.js";
import { words } from "../words.js";
import * as acts from "./acts.js";
import { ask } from "./ask.js";
import { actButton, keepFocus } from "./rows.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 * @import { Told } from "../../moderator-events.js"
 * @import { Pages } from "../pages.js"
 */

const NEAR_END = 60; // pixels: who is so near the end stays there
const QUOTED = 140; // characters of a message in the question before it is removed

/** @param {Desk} desk */
export function messagesView(desk) {
  const dialog = /** @type {HTMLDialogElement} */ (the("#messages"));
  const title = the("h2", dialog);
  const body = the(".sheet-body", dialog);
  const list = the("ol", dialog);
  const more = the(".more", dialog);
  const none = the(".none", dialog);
  const problem = the(".trouble", dialog);
  let room = "";
  let pages = /** @type {Pages<Told>} */ (noPages());
  let seenAt = 0; // the overview after which it was looked at
  let isKnown = false;

  the("[data-close]", dialog).addEventListener("click", () => dialog.close());
  more.addEventListener("click", () => look(oldest(pages)));

  /** @param {number} [before] */
  async function look(before) {
    const asked = room;
    if (before !== undefined) setText(more, words.looking);
    try {
      const { messages, more } = await desk.ask("messages", before === undefined ? { room } : { room, before });
      if (asked !== room) return; // another is looked at by now
      const page = { items: messages, more };
      pages = before === undefined ? withNewest(pages, page) : withOlder(pages, page);
      isKnown = true;
      setText(problem, "");
    } catch (failure) {
      if (asked === room) setText(problem, failure.message);
    }
    draw(before !== undefined);
  }

  /** @param {boolean} [isOlder] what comes above moves nothing that is seen */
  function draw(isOlder = false) {
    const atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_END;
    const fromEnd = body.scrollHeight - body.scrollTop;
    setText(more, words.older);
    more.hidden = !pages.more;
    none.hidden = pages.items.length > 0;
    setText(none, isKnown ? words.noMessages : words.looking);
    keepFocus(list, pages.items, { key: ({ seq }) => String(seq), make: makeMessage, update: updateMessage });
    if (isOlder) body.scrollTop = body.scrollHeight - fromEnd;
    else if (atEnd) body.scrollTop = body.scrollHeight;
  }

  /** @param {Told} told */
  function makeMessage({ seq, data: { from, at, reply } }) {
    return el("li", { data: { testid: "said", seq, author: from.name } },
      avatar(from.name),
      el("div", { class: "about" },
        el("div", { class: "words" },
          el("p", {},
            el("bdi", { class: "name" }, from.name), " ",
            el("time", { datetime: new Date(at).toISOString(), title: full(at) }, moment(at, Date.now()))),
          ...(reply ? [el("p", { class: "reply", dir: "auto" }, words.replyTo(reply.from.name, reply.text))] : []),
          el("p", { class: "text", dir: "auto" }),
          el("ul", { class: "files" })),
        el("div", { class: "acts" },
          actButton("remove", from.name, () => remove(seq)),
          actButton("mute", from.name, () => acts.mute(desk, from)),
          actButton("ban", from.name, () => acts.ban(desk, from)))));
  }

  /** @param {HTMLElement} line @param {Told} told */
  function updateMessage(line, { data: { text, removed, edited, files } }) {
    line.classList.toggle("gone", removed !== undefined);
    const shown = removed ? words.removed[removed] : edited ? `${text} (${words.edited})` : text;
    setText(the(".text", line), shown);
    the("[data-act=remove]", line).hidden = removed !== undefined;
    const named = removed ? [] : files.map(({ name, size: bytes }) => el("li", { dir: "auto" }, words.file(name, size(bytes))));
    the(".files", line).replaceChildren(...named);
  }

  /** @param {number} seq */
  function remove(seq) {
    const told = pages.items.find((item) => item.seq === seq);
    if (!told) return;
    const { from, text, files } = told.data;
    const whole = text || files.map(({ name }) => name).join(", ");
    const quoted = [...whole].length > QUOTED ? `${[...whole].slice(0, QUOTED).join("")}…` : whole;
    const asked = room;
    ask(desk, words.ask.remove, { name: from.name, text: quoted }, {
      danger: true,
      reason: true,
      act: async ({ why }) => {
        await desk.ask("remove message", { room: asked, seq, why });
        markRemoved(seq);
      },
      done: words.done.remove,
    });
  }

  /** It may be older than what is looked at again. @param {number} seq */
  function markRemoved(seq) {
    pages = {
      ...pages,
      items: pages.items.map((item) =>
        item.seq === seq ? { seq, data: { ...item.data, text: "", files: [], removed: /** @type {const} */ ("moderator") } } : item),
    };
    draw();
  }

  return {
    /** @param {string} id @param {string} name */
    open(id, name) {
      room = id;
      pages = noPages();
      isKnown = false;
      setText(title, words.messagesOf(name));
      setText(problem, "");
      draw();
      dialog.showModal();
      title.focus({ preventScroll: true });
      look();
    },

    /** As often as the overview: what was said since. @param {Store} now */
    update({ gate, overviewAt }) {
      if (!dialog.open) return;
      if (gate !== null) return dialog.close();
      if (overviewAt === seenAt) return;
      seenAt = overviewAt;
      look();
    },
  };
}
