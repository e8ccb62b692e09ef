// Where packets of Socket.IO as text may be read differently, and why.
import { refusedNatively } from "../ledger.mjs";

const BLANK = "[\\s\\ufeff]"; // what JavaScript takes for the number 0
const STRING = /"(?:[^"\\]|\\.)*"/g;

const PLACEHOLDER = "placeholder without an attachment";

const isText = ({ message }) => typeof message === "string";
const count = (text) => /^[56]([^-]*)-/.exec(text)?.[1];

/** The JSON of a packet's text, and the id before it, as Node finds them. */
function parts(text) {
  const rest = text.replace(/^[56][^-]*-|^./s, "").replace(/^\/[^,]*,?/, "");
  const id = new RegExp(`^(\\d|${BLANK})*`).exec(rest)[0];
  return { id, json: rest.slice(id.length) };
}

/** The text of the packet that a message belongs to. */
function textOf({ messages, index }) {
  return messages.slice(0, index + 1).findLast((message) => typeof message === "string") ?? "";
}

const isBinary = (it) => refusedNatively(it) && !isText(it);

export function depth(json) {
  let [deepest, level] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, (level += 1));
    else if (token === "]" || token === "}") level -= 1;
  }
  return deepest;
}

export const hasHalfPair = (json) => (json.match(STRING) ?? []).some((text) => parsed(text)?.isWellFormed() === false);

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const differences = [
  {
    name: "no type, or a blank one",
    why: "to JavaScript it is the number 0, a CONNECT",
    explains: (it) => refusedNatively(it) && isText(it) && new RegExp(`^$|^${BLANK}`).test(it.message),
  },
  {
    name: "a number of attachments that is not digits",
    why: "Node takes what JavaScript takes for a number",
    explains: (it) => refusedNatively(it) && isText(it) && !/^\d+$/.test(count(it.message) ?? "0"),
  },
  {
    name: "a binary packet without attachments",
    why: "natively it is as one that is not binary; Node's parser took it so until 4.2.7",
    explains: (it) => it.node === "refused" && isText(it) && /^0+$/.test(count(it.message)),
  },
  {
    name: "a blank in an id",
    why: "to JavaScript it is the digit 0",
    explains: (it) => isText(it) && /\D/.test(parts(it.message).id),
  },
  {
    name: "an id beyond 64 bits",
    why: "Node rounds it",
    explains: (it) => refusedNatively(it) && isText(it) && BigInt(parts(it.message).id) >= 2n ** 64n,
  },
  {
    name: "CONNECT_ERROR without a reason",
    why: "no server sends that, and from a client it is a violation in any case",
    explains: (it) => refusedNatively(it) && isText(it) && /^4/.test(it.message) && parts(it.message).json === "",
  },
  {
    name: "half a surrogate pair in an event's name",
    why: "Rust's strings cannot hold it",
    explains: (it) =>
      refusedNatively(it) && isText(it) && parsed(parts(it.message).json)?.[0]?.isWellFormed?.() === false,
    explainsEncoded: (it) => it.packet.type === 2 && String(it.packet.data[0]).isWellFormed() === false,
  },
  {
    name: "half a surrogate pair in a value",
    why: "Rust's strings cannot hold it, so it cannot be parsed; unparsed it is passed on",
    explainsEncoded: (it) => it.values && it.native === undefined && hasHalfPair(JSON.stringify(it.packet.data)),
  },
  {
    name: "a placeholder whose number is not digits",
    why: "Node takes 0.5, which is no attachment, and 0e0",
    explains: (it) => isBinary(it) && /"num"\s*:\s*(-|\d+[.eE])/.test(textOf(it)),
  },
  {
    name: "a binary packet nested deeper than 128 levels",
    why: "reading it takes the stack",
    explains: (it) => isBinary(it) && depth(parts(textOf(it)).json) > 127,
    explainsEncoded: (it) => it.native === undefined && depth(JSON.stringify(it.packet.data)) > 127,
  },
  {
    name: "a forged placeholder beside binary data",
    why: "natively it is not sent, since whoever gets it has to close",
    explainsEncoded: (it) => it.why === PLACEHOLDER && JSON.stringify(it.packet).includes('"_placeholder"'),
  },
  {
    name: "a number beyond all doubles in a binary packet",
    why: "to JavaScript it is infinite",
    explains: (it) => isBinary(it) && /\d[eE]\+?\d{3}|\d{309}/.test(textOf(it)),
  },
];
