// Binary packets of Socket.IO by WebSocket: a text, and the bytes that it announces.
import { after, before } from "node:test";
import { REST, binary, connects, slot, slots, table } from "../support/rows.mjs";
import { differs, startTarget } from "../support/target.mjs";
import { dialMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

const joined = (t) => dialMain(t, lab.url);
const BYTES = [Buffer.from([1, 2, 3]), Buffer.from([]), Buffer.from([255])];
const ONE = [`451-["message",${slot(0)}]`, BYTES[0]];
const ONE_BACK = [`451-["message-back",${slot(0)}]`, BYTES[0]];

const raw = (node, parlor) => differs("arguments and attachments are passed on as they came", { node, parlor });

table("5.5 with attachments", joined, [
  ["one", ONE, ONE_BACK],
  ["an empty one", [ONE[0], BYTES[1]], [ONE_BACK[0], BYTES[1]]],
  ["a large one", [ONE[0], Buffer.alloc(500_000, 7)], [ONE_BACK[0], Buffer.alloc(500_000, 7)]],
  [
    "several, deep inside",
    [`453-["message",{"a":[${slot(2)}],"b":${slot(0)}},${slot(1)}]`, ...BYTES],
    [binary("453-", 3, ["message-back", { a: [[255]], b: [1, 2, 3] }, []])],
  ],
  ["an acknowledgement", [`451-7["echo",${slot(0)}]`, BYTES[0]], [`461-7[${slot(0)}]`, BYTES[0]]],
  [
    "an acknowledgement with them deep inside",
    [`452-7["message-with-ack",{"a":${slot(0)}},[${slot(1)}]]`, BYTES[0], BYTES[2]],
    [binary("462-7", 2, [{ a: [1, 2, 3] }, [[255]]])],
  ],
  [
    "an id, in Socket.IO's order: count, namespace, id",
    ["40/custom,", REST, `451-/custom,12["message",${slot(0)}]`, BYTES[0]],
    [connects("40/custom,"), '42/custom,["auth",{}]', `451-/custom,["message-back",${slot(0)}]`, BYTES[0]],
  ],
  [
    "keys beside a placeholder's",
    ['451-["message",{"_placeholder":true,"num":0,"x":1}]', BYTES[0]],
    raw(ONE_BACK, ['451-["message-back",{"_placeholder":true,"num":0,"x":1}]', BYTES[0]]),
  ],
  [
    "a placeholder with its keys turned",
    ['451-["message",{"num":0,"_placeholder":true}]', BYTES[0]],
    raw(ONE_BACK, ['451-["message-back",{"num":0,"_placeholder":true}]', BYTES[0]]),
  ],
  [
    "what looks like a placeholder but is none",
    ['451-["message",{"_placeholder":1},{"num":0}]', BYTES[0]],
    raw(
      ['42["message-back",{"_placeholder":1},{"num":0}]'],
      ['451-["message-back",{"_placeholder":1},{"num":0}]', BYTES[0]],
    ),
  ],
  [
    "one that no placeholder asks for",
    ['451-["message",1]', BYTES[0]],
    raw(['42["message-back",1]'], ['451-["message-back",1]', BYTES[0]]),
  ],
  [
    "one used twice",
    [`451-["message",${slot(0)},${slot(0)}]`, BYTES[0]],
    raw(
      [binary("452-", 2, ["message-back", [1, 2, 3], [1, 2, 3]])],
      [`451-["message-back",${slot(0)},${slot(0)}]`, BYTES[0]],
    ),
  ],
  [
    "a placeholder in an ordinary event, which is data",
    [`42["message",${slot(0)}]`],
    [`42["message-back",${slot(0)}]`],
  ],
  [
    "ten",
    [`4510-1["message-with-ack",${slots(10)}]`, ...Array(10).fill(BYTES[0])],
    [`4610-1[${slots(10)}]`, ...Array(10).fill(BYTES[0])],
  ],
  ["two events after another", [...ONE, ...ONE], [...ONE_BACK, ...ONE_BACK]],
  [
    "a pong between them",
    [ONE[0], "3", ONE[1]],
    differs("where objects sleep the runtime answers pongs by itself, with a noop", {
      node: ONE_BACK,
      parlor: ["6", ...ONE_BACK],
    }),
  ],
  ["an acknowledgement from the client that nobody asked for", [`461-9[${slot(0)}]`, BYTES[0]], []],
  ["bytes as base64, for clients that cannot send them", [ONE[0], "bAQID"], ONE_BACK],
  [
    "none, though it says that there might be",
    ['450-["message",1]'],
    differs("nothing is announced and nothing is missing; Node takes it for a violation", {
      node: "closes",
      parlor: ['42["message-back",1]'],
    }),
  ],
]);

table("5.5 attachments that are wrong", joined, [
  ["eleven", [`4511-["message",${slots(11)}]`], "closes"],
  ["very many", ['4599999999999999999999-["message"]'], "closes"],
  ["a text where bytes are due", [ONE[0], '42["message",1]'], "closes"],
  ["a binary event where bytes are due", [ONE[0], ONE[0]], "closes"],
  ["bytes that nobody announced", [BYTES[0]], "closes"],
  ["bytes more than announced", [...ONE, REST, BYTES[0]], [...ONE_BACK, "closes"]],
  ["a placeholder out of range", [`451-["message",${slot(1)}]`, BYTES[0]], "closes"],
  ["a negative placeholder", [`451-["message",${slot(-1)}]`, BYTES[0]], "closes"],
  ["a placeholder without a number", ['451-["message",{"_placeholder":true}]', BYTES[0]], "closes"],
  ["a placeholder with a word", ['451-["message",{"_placeholder":true,"num":"x"}]', BYTES[0]], "closes"],
  ["a count without a dash", ['451["message",1]'], "closes"],
  ["a count that is none", ['45x-["message",1]'], "closes"],
  ["a negative count", ['45-1-["message",1]'], "closes"],
  ["a broken count", ['451.5-["message",1]'], "closes"],
  ["no count", [`45["message",${slot(0)}]`], "closes"],
  ["no list", ["451-{}"], "closes"],
  ["a reserved name", ['451-["disconnect"]'], "closes"],
  ["an event to a namespace that was not joined", [`451-/custom,["message",${slot(0)}]`, BYTES[0]], "closes"],
  ["an acknowledgement with an object", ["461-0{}"], "closes"],
  ["a count with nothing before the dash", ['45-["message",1]'], "closes"],
  [
    "a count that JavaScript takes for a number",
    [`451e0-["message",${slot(0)}]`, BYTES[0]],
    differs("a count has digits only", { node: ONE_BACK, parlor: "closes" }),
  ],
]);
