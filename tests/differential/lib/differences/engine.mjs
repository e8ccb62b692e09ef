// Where packets of Engine.IO may be read differently, and why. All that is given is the first of the `messages`.
import { refusedNatively } from "../ledger.mjs";

const BASE64 = "invalid base64 in a binary packet";
const LENGTH = "invalid length before a packet";

export const differences4 = [
  {
    name: "invalid base64",
    why: "Node repairs it",
    explains: (it) => refusedNatively(it) && it.why === BASE64,
  },
];

/** How the first length in a text body is odd that is no plain number of digits. */
function oddLength(body) {
  if (typeof body !== "string") return undefined;
  for (let rest = body; rest.length > 0; ) {
    const [, length = "", after = ""] = /^([^:]*):(.*)$/s.exec(rest) ?? [];
    if (!/^\d+$/.test(length)) return "spelled";
    const packet = after.slice(0, Number(length));
    if (/[\ud800-\udbff]$/.test(packet) && /^[\udc00-\udfff]/.test(after.slice(Number(length)))) return "split";
    rest = after.slice(Number(length));
  }
}

export const differences3 = [
  ...differences4,
  {
    name: "a length that is not digits",
    why: "Node takes what JavaScript takes for a number",
    explains: (it) => refusedNatively(it) && it.why === LENGTH && oddLength(it.messages[0]) === "spelled",
  },
  {
    name: "a length that ends inside of a character",
    why: "Rust's strings cannot hold half of one",
    explains: (it) => refusedNatively(it) && it.why === LENGTH && oddLength(it.messages[0]) === "split",
  },
];

/** Of bodies of bytes; what holds no bytes is sent as text. */
export const differences3Binary = [
  ...differences3,
  {
    name: "a bad length in a body of bytes",
    why: "Node reads on with what JavaScript makes of it",
    explains: (it) => refusedNatively(it) && it.why === LENGTH,
  },
  {
    name: "packets before a bad one, in a body of bytes with a bad length",
    why: "Node reads all lengths first, and then no packet",
    explains: ({ whole, index, node }) => index === 0 && node === "refused" && whole.at(-1)?.said === "refused",
  },
  {
    name: "surrogates in UTF-8",
    why: "Node repairs them",
    explains: (it) => refusedNatively(it) && /\xed[\xa0-\xbf][\x80-\xbf]/.test(it.messages[0].toString("latin1")),
  },
];
