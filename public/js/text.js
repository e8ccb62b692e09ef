// Reads a message's text: addresses, code, mentions, emphasis. Makes data of it, which the views show; nothing here, or
// anywhere on the page, turns a string into HTML. What is not closed, or not quite right, stays the text that it is.

/**
 * @import { Person } from "./events.js"
 * @import { Token } from "./types.js"
 */

/**
 * @typedef {{mentions: Person[], me: string|null}} About  who is mentioned, and who reads
 */

const FENCE = "```";
const LANGUAGE = /^[\w+#.-]{1,20}$/;
// Only these: a "javascript:" address stays text. What turns the direction of letters ends it: it would show as another.
const ADDRESS = /https?:\/\/[^\s<>"'`\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/iuy;
const AFTER = ".,:;!?…*_"; // belongs to the sentence, not to the address
const WORD = /[\p{L}\p{N}]/u;
const DEEPEST = 3;

/** @param {string} text @param {About} about @returns {Token[]} */
export function parseText(text, about) {
  /** @type {Token[]} */
  const tokens = [];
  let rest = text;
  for (;;) {
    const open = rest.indexOf(FENCE);
    const close = open < 0 ? -1 : rest.indexOf(FENCE, open + FENCE.length);
    if (close < 0) break;
    const block = blockOf(rest.slice(open + FENCE.length, close));
    // The line ends around it are those of the block.
    if (block) tokens.push(...inline(rest.slice(0, open).replace(/\n$/, ""), about), block);
    else tokens.push(...inline(rest.slice(0, close + FENCE.length), about));
    rest = rest.slice(close + FENCE.length);
    if (block) rest = rest.replace(/^[ \t]*\n/, "");
  }
  tokens.push(...inline(rest, about));
  return joined(tokens);
}

/** What is between fences: the first line may say which language it is. @param {string} inside @returns {Token|null} */
function blockOf(inside) {
  if (inside.trim() === "") return null;
  const end = inside.indexOf("\n");
  const first = end < 0 ? "" : inside.slice(0, end).trim();
  const isLanguage = LANGUAGE.test(first);
  const code = end >= 0 && (isLanguage || first === "") ? inside.slice(end + 1) : inside;
  return { kind: "block", text: code.replace(/\n[ \t]*$/, ""), language: isLanguage ? first : "" };
}

/** @param {string} text @param {About} about @param {number} [depth] @returns {Token[]} */
function inline(text, about, depth = 0) {
  /** @type {Token[]} */
  const tokens = [];
  /** @type {Set<string>} */
  const unclosed = new Set(); // marks that were looked for in vain: not again from further on
  let plain = 0; // from here on nothing was found yet
  for (let at = 0; at < text.length;) {
    const found = tokenAt(text, at, about, depth, unclosed);
    if (!found) {
      at += 1;
      continue;
    }
    if (plain < at) tokens.push({ kind: "text", text: text.slice(plain, at) });
    tokens.push(found.token);
    at += found.length;
    plain = at;
  }
  if (plain < text.length) tokens.push({ kind: "text", text: text.slice(plain) });
  return tokens;
}

/**
 * @param {string} text @param {number} at @param {About} about @param {number} depth @param {Set<string>} unclosed
 * @returns {{token: Token, length: number}|null}
 */
function tokenAt(text, at, about, depth, unclosed) {
  switch (text[at]) {
    case "`":
      return codeAt(text, at, unclosed);
    case "@":
      return mentionAt(text, at, about);
    case "h":
    case "H":
      return linkAt(text, at);
    case "*": {
      const isStrong = text[at + 1] === "*";
      return marked(isStrong ? "**" : "*", isStrong ? "strong" : "em", text, at, about, depth, unclosed);
    }
    case "_":
      return marked("_", "em", text, at, about, depth, unclosed);
    default:
      return null;
  }
}

/** @param {string} text @param {number} at @param {Set<string>} unclosed */
function codeAt(text, at, unclosed) {
  const end = closing("`", text, at + 1, unclosed);
  if (end <= at + 1) return null;
  /** @type {Token} */
  const token = { kind: "code", text: text.slice(at + 1, end) };
  return { token, length: end + 1 - at };
}

/** Where a mark stands again, on the same line; -1: nowhere. @param {string} mark @param {string} text @param {number} from @param {Set<string>} unclosed */
function closing(mark, text, from, unclosed) {
  const line = text.indexOf("\n", from);
  if (unclosed.has(mark)) return -1;
  const end = text.indexOf(mark, from);
  if (end < 0) unclosed.add(mark);
  return line >= 0 && end > line ? -1 : end;
}

/** @param {string} text @param {number} at */
function linkAt(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  ADDRESS.lastIndex = at;
  const [found] = ADDRESS.exec(text) ?? [];
  const address = found && trimmed(found);
  if (!address || !URL.canParse(address)) return null;
  /** @type {Token} */
  const token = { kind: "link", text: address, href: new URL(address).href };
  return { token, length: address.length };
}

/**
 * "(see https://a.b/c)." is the address https://a.b/c, but https://a.b/c_(d) keeps its bracket. Each character is looked at
 * once: the text is anybody's, and whoever reads it would wait.
 * @param {string} address
 */
function trimmed(address) {
  let surplus = address.split(")").length - address.split("(").length;
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (AFTER.includes(last)) continue;
    if (last !== ")" || surplus <= 0) break;
    surplus -= 1;
  }
  return address.slice(0, end);
}

/** Those whom the server found; the longest name first, for "@Ada Lovelace" is not "@Ada". @param {string} text @param {number} at @param {About} about */
function mentionAt(text, at, { mentions, me }) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  const after = text.slice(at + 1, at + 1 + 64).toLowerCase();
  const person = mentions
    .filter(({ name }) => after.startsWith(name.toLowerCase()) && !WORD.test(after[name.length] ?? " "))
    .sort((a, b) => b.name.length - a.name.length)
    .at(0);
  if (!person) return null;
  const length = person.name.length + 1;
  /** @type {Token} */
  const token = { kind: "mention", text: text.slice(at, at + length), person, me: person.id === me };
  return { token, length };
}

/**
 * Emphasis hugs its words: `2 * 3 * 4`, `snake_case_name` and `__proto__` are none.
 * @param {string} mark @param {"strong"|"em"} kind
 * @param {string} text @param {number} at @param {About} about @param {number} depth @param {Set<string>} unclosed
 */
function marked(mark, kind, text, at, about, depth, unclosed) {
  const start = at + mark.length;
  if (depth >= DEEPEST || unclosed.has(mark) || (at > 0 && WORD.test(text[at - 1]))) return null;
  if (/[\s*_]/u.test(text[start] ?? " ") || (mark === "_" && text[at - 1] === "_")) return null;
  const end = closing(mark, text, start, unclosed);
  if (end < 0 || /\s/u.test(text[end - 1]) || WORD.test(text[end + mark.length] ?? " ")) return null;
  if (mark === "*" && text[end + 1] === "*") return null;
  /** @type {Token} */
  const token = { kind, tokens: inline(text.slice(start, end), about, depth + 1) };
  return { token, length: end + mark.length - at };
}

/**
 * Nothing but emoji, in three groups at most. Between groups there is a space, always: else there are as many ways to divide a
 * long one as there are pairs of its characters, and the browser tries them all.
 */
const ONLY_EMOJI = /^\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*(?:\s+\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*){0,2}\s*$/u;

/** @param {string} text */
export const isOnlyEmoji = (text) => ONLY_EMOJI.test(text);

/** Pieces of text that follow each other are one. @param {Token[]} tokens */
function joined(tokens) {
  /** @type {Token[]} */
  const out = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if (token.kind === "text" && last?.kind === "text") last.text += token.text;
    else out.push(token.kind === "text" ? { ...token } : token);
  }
  return out;
}
