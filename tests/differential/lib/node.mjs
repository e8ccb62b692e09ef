// Node's side: what its parsers make of messages, in the canonical form.
import { createRequire } from "node:module";
import { join } from "node:path";
import { decodePacket, decodePayload, encodePayload } from "engine.io-parser";
import { Decoder, Encoder } from "socket.io-parser";
import msgpack from "socket.io-msgpack-parser";
import { root } from "../../../scripts/lib.mjs";
import { canonical, fromNode } from "./canonical.mjs";

/** engine.io has its parser of version 3 inside, and exports it to nobody. */
const v3 = createRequire(import.meta.url)(join(root, "node_modules/engine.io/build/parser-v3/index.js"));
const parsers = { json: { Decoder, Encoder }, msgpack };
const TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];

/** What the decoder of Socket.IO says to each message, up to the first that it refuses. */
export function decodeMessages(parser, messages) {
  const decoder = new parsers[parser].Decoder();
  const steps = [];
  let step;
  decoder.on("decoded", (packet) => (step = fromNode(packet)));
  for (const message of messages) {
    step = "nothing";
    try {
      decoder.add(message);
    } catch {
      step = "refused";
    }
    steps.push(step);
    if (step === "refused") break;
  }
  return steps;
}

/** The messages of a packet; the encoder changes what it is given. */
export const encodeMessages = (parser, packet) => new parsers[parser].Encoder().encode({ ...packet });

export const decodeFrame = (text) => [packetOf(decodePacket(text))];

/** The packets in the body of a POST, up to the first bad one. */
export function decodeBody(version, body) {
  if (version === 4) return upToRefused(decodePayload(body));
  const packets = [];
  v3.decodePayload(body, (packet) => void packets.push(packet));
  return upToRefused(packets);
}

/** The body of an answer with these messages. */
export function encodeBody(version, binary, messages) {
  let body;
  const packets = messages.map((data) => ({ type: "message", data }));
  if (version === 4) encodePayload(packets, (encoded) => (body = encoded));
  else v3.encodePayload(packets, binary, (encoded) => (body = encoded));
  return body;
}

function upToRefused(packets) {
  const steps = packets.map(packetOf);
  const end = steps.indexOf("refused");
  return end < 0 ? steps : steps.slice(0, end + 1);
}

/** A type that version 3 does not know is no error there, and without effect. Data behind most types is dropped. */
function packetOf({ type, data }) {
  if (type === "error") return "refused";
  const number = type === undefined ? 6 : TYPES.indexOf(type);
  if (number === 2 || number === 3) data = String(data ?? "");
  return `${number} ${[2, 3, 4].includes(number) ? canonical(data ?? "") : ""}`;
}

/** The same of the native side. */
export function fromNativeEngine(step) {
  if (step.refused !== undefined) return "refused";
  const [number, data] = step.engine;
  return `${number} ${data === null ? "" : canonical(typeof data === "string" ? data : Buffer.from(data.b, "base64"))}`;
}
