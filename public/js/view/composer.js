// Where one writes. Enter sends, Shift+Enter makes a new line, Esc leaves off. Each room keeps its own draft. With it: completing
// names and emojis, attachments, and the emojis to choose from.

import { words } from "../words.js";
import { popup } from "./dialog.js";
import { arrows, el, insert, keep, setText, the, touch } from "./dom.js";
import { bar } from "./files.js";
import { avatar, icon } from "./icons.js";

/**
 * @import { Attachment, Draft, Parlor, Room, Store, View } from "../types.js"
 */

const MAX = 4000;
const WARN_LEFT = 300;

/** @type {View} */
export function composerView(parlor, store) {
  const form = the("#composer");
  const field = the("textarea", form);
  const send = the(".send", form);
  const left = the("#room-left");
  const context = the("#context");
  const completion = createCompletion(parlor, store, field);
  const attachments = createAttachments(parlor, store, form);
  /** @type {string|null} */
  let room = null;
  let version = -1;
  let editing = false;

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const rest = MAX - [...field.value].length;
    setText(left, rest <= WARN_LEFT ? String(rest) : "");
    left.dataset.over = String(rest < 0);
    left.title = rest <= WARN_LEFT ? words.charactersLeft(rest) : "";
    const draft = store.room?.draft;
    const nothing = field.value.trim() === "" && (draft?.attachments.length ?? 0) === 0;
    /** @type {HTMLButtonElement} */ (send).disabled = nothing || rest < 0;
  }

  function submit() {
    if (room === null) return;
    completion.close();
    if (parlor.send(room)) field.focus();
  }

  /** Leaves off what was begun. @returns {boolean} whether there was anything */
  function leaveOff() {
    const { draft } = store.room ?? {};
    if (!draft || room === null || (draft.editing === null && !draft.reply)) return false;
    if (draft.editing !== null) parlor.edit(room, null);
    else parlor.reply(room, null);
    field.focus();
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    if (room !== null) parlor.type(room, field.value);
    grow();
    completion.look();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter then chooses a character, it does not send.
    if (completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && field.value === "" && room !== null) {
      if (parlor.editLast(room)) event.preventDefault();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!leaveOff()) field.blur();
    }
  });
  // A press on the button must not take the keyboard of a phone away.
  send.addEventListener("pointerdown", (event) => event.preventDefault());
  const emoji = the("#open-emoji");
  emoji.addEventListener("click", () => pickEmoji(emoji, (chosen) => insert(field, chosen)));
  window.addEventListener("resize", grow);

  /** What it replies to, or that a message is changed. @param {Room} now */
  function drawContext({ draft }) {
    const isEditing = draft.editing !== null;
    const shows = isEditing ? "edit" : draft.reply ? `${draft.reply.seq} ${draft.reply.text}` : "";
    context.hidden = shows === "";
    if (context.dataset.shows === shows) return;
    context.dataset.shows = shows;
    if (!shows) {
      context.replaceChildren();
      return;
    }
    const stop = isEditing ? words.stopEdit : words.stopReply;
    context.replaceChildren(
      icon(isEditing ? "edit" : "reply"),
      el("p", {}, el("strong", {}, isEditing ? words.editing : words.replyingTo(draft.reply?.from.name ?? "")), el("span", { dir: "auto" }, isEditing ? "" : (draft.reply?.text ?? ""))),
      el("button", { class: "icon", type: "button", "aria-label": stop, title: stop, data: { testid: "leave-off" }, onclick: leaveOff }, icon("close")));
  }

  return (now) => {
    const { atDoor } = now;
    form.hidden = now.room === null || now.room.state === "refused" || now.muted !== null;
    if (form.hidden || atDoor || !now.room) {
      room = null;
      completion.close();
      return;
    }
    const { draft } = now.room;
    field.placeholder = placeholder(now.room, now);
    const other = now.room.id !== room;
    if (other || draft.version !== version) {
      room = now.room.id;
      version = draft.version;
      if (field.value !== draft.text) {
        field.value = draft.text;
        field.setSelectionRange(draft.text.length, draft.text.length);
      }
      completion.close();
      // On a phone the keyboard would cover what one came to read.
      if (other && !touch() && mayTakeFocus()) field.focus({ preventScroll: true });
    }
    if (editing !== (draft.editing !== null)) {
      editing = draft.editing !== null;
      send.replaceChildren(icon(editing ? "check" : "send"));
      send.setAttribute("aria-label", editing ? words.saveEdit : words.send);
    }
    drawContext(now.room);
    attachments.draw(draft);
    grow();
  };
}

/** Nobody has put the focus where it should stay: into a dialog, say. */
function mayTakeFocus() {
  return !document.querySelector("dialog[open], :popover-open");
}

/** @param {Room} room @param {Store} now */
function placeholder({ card, state }, { connection }) {
  if (connection.state !== "online" || state === "waiting") return words.waitHere;
  return card.kind === "direct" ? words.sayTo(words.roomName(card)) : words.sayIn(words.roomName(card));
}

// ── Completion ──
// While one writes: people after an "@", emoji after a ":". The focus stays in the field; the arrow keys choose.

/**
 * @typedef {{says: string, puts: string, mark: Node}} Choice
 */

const PERSON = /(?:^|[\s(])@([^@\n]{0,24})$/u;
const EMOJI_WORD = /(?:^|\s):([a-z+][a-z_]+)$/iu;
const MOST = 6;

/** @param {Parlor} parlor @param {Store} store @param {HTMLTextAreaElement} field */
function createCompletion(parlor, store, field) {
  const list = el("ul", { class: "completion", id: "completion", role: "listbox", hidden: true, data: { testid: "completion" } });
  the(".foot").append(list);
  /** @type {Choice[]} */
  let choices = [];
  let chosen = 0;
  let from = 0; // where what is replaced begins

  function look() {
    const before = field.value.slice(0, field.selectionStart);
    const person = field.selectionStart === field.selectionEnd && store.current !== null ? PERSON.exec(before) : null;
    const emoji = EMOJI_WORD.exec(before);
    const typed = person?.[1] ?? "";
    // What is a name already, and a space after it, wants no completion.
    const people = person && store.current !== null && !/\s$/.test(typed) ? parlor.complete(store.current, typed) : [];
    if (people.length > 0) {
      from = before.length - typed.length - 1;
      open(people.slice(0, MOST).map(({ name }) => ({ says: name, puts: `@${name} `, mark: avatar(name) })), words.completion);
    } else if (emoji) {
      from = before.length - (emoji[1] ?? "").length - 1;
      const found = findEmoji(emoji[1] ?? "", MOST);
      open(found.map(({ emoji, name }) => ({ says: name, puts: `${emoji} `, mark: el("span", { class: "emoji" }, emoji) })), words.emojiCompletion);
    } else {
      close();
    }
  }

  /** @param {Choice[]} next @param {string} label */
  function open(next, label) {
    choices = next;
    chosen = 0;
    if (choices.length === 0) {
      close();
      return;
    }
    list.setAttribute("aria-label", label);
    list.replaceChildren(...choices.map(({ says, mark }, at) =>
      el("li", { role: "option", id: `completion-${at}` }, mark, el("span", { class: "name", dir: "auto" }, says))));
    list.hidden = false;
    field.setAttribute("aria-controls", list.id);
    draw();
  }

  function close() {
    if (list.hidden) return;
    list.hidden = true;
    choices = [];
    field.removeAttribute("aria-controls");
    field.removeAttribute("aria-activedescendant");
  }

  function draw() {
    for (const [at, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(at === chosen));
    field.setAttribute("aria-activedescendant", `completion-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** What is chosen stands there already. */
  const isWritten = () => choices[chosen]?.puts.trim() === field.value.slice(from, field.selectionStart);

  /** @param {number} at */
  function take(at) {
    const choice = choices[at];
    close();
    if (!choice) return;
    insert(field, choice.puts, from, field.selectionStart);
    close();
  }

  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // The focus stays in the field.
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    if (option) take([...list.children].indexOf(option));
  });
  field.addEventListener("blur", close);

  return {
    look,
    close,

    /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
    key(event) {
      if (list.hidden) return false;
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by) {
        chosen = (chosen + by + choices.length) % choices.length;
        draw();
      } else if (event.key === "Enter" && !event.shiftKey && isWritten()) {
        close();
        return false; // There is nothing to complete: then Enter sends.
      } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
        take(chosen);
      } else if (event.key === "Escape") {
        close();
      } else {
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}

// ── Attachments ──
// Pictures and files that go out with the next message: chosen, pasted, or dropped on the talk.

/** @param {Parlor} parlor @param {Store} store @param {HTMLElement} form */
function createAttachments(parlor, store, form) {
  const list = the("#attachments");
  const button = the("#attach");
  const chooser = /** @type {HTMLInputElement} */ (the("#files"));
  const talk = the("#talk");
  const drop = the("#drop");
  let over = 0; // elements that something is held over: it enters one before it leaves the other

  /** @param {Iterable<globalThis.File> | undefined} files */
  function attach(files) {
    if (files && store.current !== null && !form.hidden) parlor.attach(store.current, files);
  }
  const mayDrop = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") && !form.hidden;
  /** @param {number} now */
  function setOver(now) {
    over = Math.max(0, now);
    drop.hidden = over === 0;
  }

  button.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    attach(chooser.files ?? undefined);
    chooser.value = ""; // The same file may be chosen again.
    the("textarea", form).focus();
  });
  form.addEventListener("paste", (event) => {
    const { files } = event.clipboardData ?? {};
    if (!files?.length) return;
    event.preventDefault();
    attach(files);
  });
  talk.addEventListener("dragenter", (event) => mayDrop(event) && setOver(over + 1));
  talk.addEventListener("dragleave", (event) => mayDrop(event) && setOver(over - 1));
  talk.addEventListener("dragover", (event) => mayDrop(event) && event.preventDefault());
  talk.addEventListener("drop", (event) => {
    if (!mayDrop(event)) return;
    event.preventDefault();
    setOver(0);
    attach(event.dataTransfer?.files);
    the("textarea", form).focus();
  });

  /** @param {Attachment} attachment */
  function make({ key, name, preview }) {
    /** @param {(room: string) => void} act */
    const here = (act) => () => store.current !== null && act(store.current);
    return el("li", { class: "attachment", data: { testid: "attachment" } },
      preview ? el("img", { src: preview, alt: "" }) : icon("file"),
      el("span", { class: "name", title: name }, el("bdi", {}, name)),
      el("span", { class: "how" }),
      bar(0),
      el("span", { class: "buttons" },
        el("button", { class: "icon again", type: "button", "aria-label": words.again, title: words.again, onclick: here((room) => parlor.retryAttachment(room, key)) }, icon("retry")),
        el("button", {
          class: "icon", type: "button", "aria-label": words.detach(name), title: words.detach(name), data: { testid: "detach" },
          onclick: here((room) => {
            parlor.detach(room, key);
            the("textarea", form).focus();
          }),
        }, icon("close"))));
  }

  /** @param {HTMLElement} item @param {Attachment} attachment */
  function update(item, { state, progress, size, problem }) {
    item.dataset.state = state;
    setText(the(".how", item), state === "failed" ? words.problem(problem) : words.size(size));
    the(".again", item).hidden = state !== "failed";
    const line = the("progress", item);
    line.hidden = state === "ready" || state === "failed";
    line.value = progress;
  }

  return {
    /** @param {Draft} draft */
    draw({ attachments, editing }) {
      list.hidden = attachments.length === 0;
      // A message that is changed keeps the files it has.
      button.hidden = editing !== null;
      keep(list, attachments, { key: ({ key }) => key, make, update });
    },
  };
}

// ── Emoji ──
// A small set of emoji, each by its names. The first ones are those that people use most.

const NAMED = `
👍 thumbs up yes ok +1|❤️ heart love|😂 joy laugh tears lol|🎉 party tada hooray|😮 wow surprised oh|😢 sad cry tear|🙏 thanks please pray|👀 eyes look
😀 grin happy|😄 smile happy|😁 beam grin|😅 sweat phew relief|🤣 rofl rolling laugh|😊 blush warm smile|🙂 slight smile|🙃 upside down silly
😉 wink|😍 heart eyes love|🥰 adore hearts|😘 kiss|😋 yum tasty|😛 tongue|😜 wink tongue crazy|🤪 zany crazy
🤗 hug|🤭 giggle oops|🤫 shush quiet secret|🤔 thinking hmm|🤨 raised eyebrow really|😐 neutral meh|😶 speechless silent|🙄 eye roll
😏 smirk|😬 grimace awkward|😌 relieved calm|😴 sleep tired night|🤤 drool|😷 mask ill|🤒 fever ill sick|🤯 mind blown
🥳 party face birthday|😎 cool sunglasses|🤓 nerd glasses|🧐 monocle curious|😕 confused|🙁 frown|😟 worried|😳 flushed embarrassed
🥺 pleading please|😨 afraid fear|😭 sob crying|😱 scream horror|😞 disappointed|😩 weary tired|😤 huff triumph|😡 angry rage
🤬 swearing curse|💀 skull dead|💩 poo|🤡 clown|👻 ghost boo|👽 alien|🤖 robot bot|😺 cat smile
👎 thumbs down no -1|👌 ok hand perfect|🤌 pinched fingers|✌️ victory peace|🤞 fingers crossed luck|🤟 love you|🤘 rock on horns|👋 wave hello bye hi
🙌 raised hands praise|👏 clap applause bravo|🤝 handshake deal|💪 muscle strong|✍️ writing|👉 point right|👆 point up this|🫶 heart hands
🤷 shrug dunno|🤦 facepalm|🙋 raise hand me|🙇 bow sorry|💁 info desk|🏃 run|💃 dance|🧘 calm meditate
🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|💯 hundred perfect
✨ sparkles shiny|🔥 fire hot lit|⭐ star|🌟 glowing star|💡 lamp idea light bulb|💥 boom collision|💤 zzz sleep|🎈 balloon
☀️ sun sunny|🌙 moon night|🌈 rainbow|☁️ cloud|🌧️ rain|❄️ snow cold|⚡ lightning fast|🌊 wave sea
🌱 seedling grow plant|🌸 blossom flower spring|🌹 rose|🌻 sunflower|🍀 clover luck|🍂 leaves autumn|🌲 tree|🍄 mushroom
🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🦀 crab rust
🐔 chicken|🐧 penguin linux|🦉 owl|🐝 bee|🦋 butterfly|🐢 turtle slow|🐙 octopus|🦄 unicorn
🍎 apple|🍋 lemon|🍓 strawberry|🍕 pizza|🍔 burger|🍟 fries|🥐 croissant|🍞 bread
🍜 noodles ramen|🍣 sushi|🍪 cookie|🍰 cake|🎂 birthday cake|🍫 chocolate|🍿 popcorn|☕ coffee
🍵 tea|🍺 beer|🍻 cheers beers|🍷 wine|🥂 toast cheers|🧃 juice|🥄 spoon|🍽️ dinner plate
⚽ football soccer|🏀 basketball|🎾 tennis|🎲 dice game|🎮 video game|🧩 puzzle piece|🎸 guitar|🎵 music note
🎧 headphones|🎬 film movie|🎨 art paint|📷 camera photo|🏆 trophy win|🥇 gold medal first|🎯 target bullseye|🎁 gift present
🚗 car|🚲 bicycle bike|🚆 train|✈️ plane travel|🚀 rocket launch ship|⛵ boat sail|🏠 house home|🏝️ island holiday
🗺️ map|⏰ alarm clock late|⏳ hourglass wait|📅 calendar date|📌 pin|📎 paperclip|✏️ pencil|📝 memo note
📚 books read|📖 open book|📣 megaphone announce|🔔 bell|🔕 mute bell quiet|🔒 lock|🔑 key|🔧 wrench fix
🛠️ tools build|⚙️ gear settings|💻 laptop computer|📱 phone|💾 save floppy|🐛 bug|🧪 test tube|📦 package box
💰 money|📈 chart up growth|📉 chart down|🔍 search magnifier|💬 speech bubble talk|❓ question|❗ exclamation important|⚠️ warning careful
✅ done check yes|❌ no cross wrong|➕ plus add|➖ minus|🔴 red|🟢 green|🔁 again repeat|🏁 finish flag
`;

/** @typedef {{emoji: string, names: string[], name: string}} Emoji */

/** @type {Emoji[]} */
const EMOJI = NAMED.trim().split(/[\n|]/).map((entry) => {
  const [emoji = "", ...names] = entry.split(" ");
  return { emoji, names, name: names.join(" ") };
});

/** Whose names begin with these words, best first. @param {string} typed @param {number} most */
export function findEmoji(typed, most = EMOJI.length) {
  const wanted = typed.toLowerCase().split(/[\s_]+/).filter(Boolean);
  const fits = (/** @type {Emoji} */ { names }) => wanted.every((word) => names.some((name) => name.startsWith(word)));
  const exact = ({ names = /** @type {string[]} */ ([]) }) => Number(names.includes(typed.toLowerCase()));
  return EMOJI.filter(fits).sort((a, b) => exact(b) - exact(a)).slice(0, most);
}

// ── Emoji picker ──
// To choose an emoji: all of them, or those whose name one types.

const COLUMNS = 8; // as in overlays.css

/** @param {HTMLElement} anchor @param {(emoji: string) => void} chosen @param {() => void} [onclose] */
export function pickEmoji(anchor, chosen, onclose) {
  const field = el("input", {
    class: "field", type: "text", role: "searchbox", placeholder: words.findEmoji, "aria-label": words.findEmoji,
    autocomplete: "off", spellcheck: "false", autofocus: !touch(), data: { testid: "find-emoji" },
  });
  const grid = el("div", { class: "emoji-grid" });
  const called = el("p", { class: "called", role: "status" });

  /** @param {string} typed */
  function fill(typed) {
    const found = findEmoji(typed);
    grid.replaceChildren(...found.map(({ emoji, name }) =>
      el("button", { type: "button", "aria-label": name, tabindex: "-1", data: { emoji } }, emoji)));
    const first = grid.querySelector("button");
    if (first) first.tabIndex = 0;
    setText(called, found.length === 0 ? words.noEmoji : "");
  }

  /** @param {Event} event */
  const emojiOf = ({ target }) => (target instanceof Element ? target.closest("button")?.dataset.emoji : undefined);
  /** @param {Event} event */
  const tell = ({ target }) => {
    if (emojiOf(/** @type {any} */ ({ target }))) setText(called, /** @type {Element} */ (target).getAttribute("aria-label") ?? "");
  };
  /** @param {string|undefined} emoji */
  const choose = (emoji) => {
    if (!emoji) return;
    picker?.close();
    chosen(emoji);
  };

  fill("");
  arrows(grid, "button", COLUMNS);
  grid.addEventListener("click", (event) => choose(emojiOf(event)));
  grid.addEventListener("pointerover", tell);
  grid.addEventListener("focusin", tell);
  field.addEventListener("input", () => fill(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      grid.querySelector("button")?.focus();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      choose(grid.querySelector("button")?.dataset.emoji);
    }
  });
  const picker = popup(anchor, { label: words.emojiPicker, testid: "emoji-picker", class: "emoji-picker", onclose },
    el("div", { class: "find" }, field), grid, called);
  return picker;
}
