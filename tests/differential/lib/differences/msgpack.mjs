// Where packets of Socket.IO as msgpack may be read or written differently, and why.
import { refusedNatively } from "../ledger.mjs";
import { depth, hasHalfPair } from "./json.mjs";
import { facts } from "./msgpack-facts.mjs";

const known = (test) => (it) => refusedNatively(it) && test(facts(it.message), it);

export const differences = [
  {
    name: "a reserved name, or one that is neither text nor number",
    why: "Node's parser lets it through, and its server then fails",
    explains: known((_, { why, node }) => why === "reserved event name" || (why === "invalid payload" && isOddName(node))),
  },
  {
    name: "a key that is no text",
    why: "JavaScript makes a text of it",
    explains: known(({ oddKeys }, { why }) => oddKeys && why === "invalid msgpack"),
  },
  {
    name: "a negative id",
    why: "nobody has asked for that acknowledgement",
    explains: known((_, { why, node }) => why === "illegal acknowledgement id" && /^\d "[^"]*" -/.test(node)),
  },
  {
    name: "values deeper than 120 levels",
    why: "they could not be read later",
    explains: known(({ depth }) => depth > 120),
    explainsEncoded: ({ packet, native }) => native === undefined && depth(JSON.stringify(packet.data)) > 125,
  },
  {
    name: "more than 1000 pieces of binary data",
    why: "each has a cost",
    explains: known(({ binaries }) => binaries > 1000),
  },
  {
    name: "the key _placeholder beside binary data",
    why: "it could not be told from what stands for that data",
    explains: known(({ keys, binaries }) => keys.has("_placeholder") && binaries > 0),
    explainsEncoded: ({ packet, why }) => why === PLACEHOLDER && JSON.stringify(packet).includes('"_placeholder"'),
  },
  {
    name: "a whole number beyond 64 bits",
    why: "Node writes its lower bits; natively it is a float",
    explainsEncoded: ({ packet, native }) => native !== undefined && /e\+\d\d|\d{20}/.test(JSON.stringify(packet.data)),
  },
  {
    name: "half a surrogate pair",
    why: "Rust's strings cannot hold it, and it is sent as U+FFFD; Node writes bytes that are no UTF-8",
    explainsEncoded: ({ packet }) => hasHalfPair(JSON.stringify(packet.data)),
  },
];

const PLACEHOLDER = "placeholder without an attachment";
const isOddName = (node) => /^2 "[^"]*" -?\d* \[[^"\d-]/.test(node);
