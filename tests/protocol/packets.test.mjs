// Socket.IO packets by WebSocket: what goes in, what comes out.
import { after, before } from "node:test";
import { REST, connects, invalid, json, table } from "../support/rows.mjs";
import { differs, startTarget } from "../support/target.mjs";
import { dial, dialMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];
const CUSTOM = [connects("40/custom,"), '42/custom,["auth",{}]'];

/** A connection that is open and nothing more. */
async function opened(t) {
  const socket = dial(t, lab.url);
  await socket.next();
  return socket;
}

/** A socket in `/`. */
const joined = (t) => dialMain(t, lab.url);

table("5.5 CONNECT", opened, [
  ["to the main namespace", ["40"], [connects(), '42["auth",{}]']],
  ["to the main namespace by name", ["40/,"], [connects(), '42["auth",{}]']],
  ["with auth", ['40{"token":"x"}'], [connects(), '42["auth",{"token":"x"}]']],
  ["with an empty auth", ["40{}"], [connects(), '42["auth",{}]']],
  ["with deep auth", ['40{"a":{"b":[1,null,{"c":"ü"}]}}'], [connects(), '42["auth",{"a":{"b":[1,null,{"c":"ü"}]}}]']],
  ["to another namespace", ["40/custom,"], CUSTOM],
  ["to another namespace without a comma", ["40/custom"], CUSTOM],
  ["to another namespace with auth", ['40/custom,{"a":1}'], [connects("40/custom,"), '42/custom,["auth",{"a":1}]']],
  ["to another namespace, then the main one", ["40/custom,", REST, "40"], [...CUSTOM, connects(), '42["auth",{}]']],
  ["to a namespace that does not exist", ["40/nope,"], [invalid("/nope")]],
  ["to a namespace that does not exist, without a comma", ["40/nope"], [invalid("/nope")]],
  ["to a namespace that does not exist, with auth", ['40/nope,{"a":1}'], [invalid("/nope")]],
  ["to a namespace below another", ["40/custom/x,"], [invalid("/custom/x")]],
  ["to a namespace in other letters", ["40/Custom,"], [invalid("/Custom")]],
  ["to a namespace with a query, which is part of the name", ["40/custom?a=b,"], [invalid("/custom?a=b")]],
  ["to the main namespace with a query, which is part of the name", ["40/?a=b,"], [invalid("/?a=b")]],
  ["refused, and again", ["40/nope,", "40/nope,"], [invalid("/nope"), invalid("/nope")]],
  ["refused, and another one let in", ["40/nope,", REST, "40"], [invalid("/nope"), connects(), '42["auth",{}]']],
  [
    "refused by a middleware, with its data",
    ['40/members,{"token":"no"}'],
    [json("44/members,", { message: "unauthorized", data: { code: 401 } })],
  ],
  [
    "refused by a middleware, and then let in",
    ["40/members,", REST, '40/members,{"token":"letmein"}'],
    [json("44/members,", { message: "unauthorized", data: { code: 401 } }), connects("40/members,")],
  ],
  ["let in by a middleware", ['40/members,{"token":"letmein"}'], [connects("40/members,")]],
  ["with an id, which means nothing", ["407"], [connects(), '42["auth",{}]']],
  ["with an array for auth", ["40[]"], "closes"],
  ["with a string for auth", ['40"x"'], "closes"],
  ["with null for auth", ["40null"], "closes"],
  ["with true for auth", ["40true"], "closes"],
  ["with JSON that is none", ["40{"], "closes"],
  ["to another namespace with an array for auth", ["40/custom,[]"], "closes"],
  ["first, please: an event", ['42["message",1]'], "closes"],
  ["first, please: a DISCONNECT", ["41"], "closes"],
  ["first, please: an acknowledgement", ['431["x"]'], "closes"],
  ["first, please: an event for another namespace", ['42/custom,["message",1]'], "closes"],
  ["is for clients: a CONNECT_ERROR", ['44{"message":"x"}'], "closes"],
  ["is not a binary message", [Buffer.from([1])], "closes"],
  ["is not an empty message", ["4"], "closes"],
]);

table("5.5 events", joined, [
  ["one", ['42["message",1,"a",null,{"b":[]}]'], ['42["message-back",1,"a",null,{"b":[]}]']],
  ["one of the main namespace by name", ['42/,["message",1]'], ['42["message-back",1]']],
  ["one without arguments", ['42["message"]'], ['42["message-back"]']],
  ["one with space before the list", ['42 ["message",1]'], ['42["message-back",1]']],
  ["one with space inside", ['42[ "message" , 1 ]'], ['42["message-back",1]']],
  ["an unknown one", ['42["what",1]'], ['42["unknown","what"]']],
  ["an unknown one with an empty name", ['42["",1]'], ['42["unknown",""]']],
  ["one named connection", ['42["connection",1]'], ['42["unknown","connection"]']],
  ["one named as what every object has", ['42["constructor",1]', '42["__proto__"]'], [
    '42["unknown","constructor"]',
    '42["unknown","__proto__"]',
  ]],
  ["one named error", ['42["error",1]'], ['42["unknown","error"]']],
  [
    "one with a number for a name",
    ["42[7,1]"],
    differs("a name is a string to handlers in Rust", { node: ['42["unknown",7]'], parlor: ['42["unknown","7"]'] }),
  ],
  [
    "one without payload, which is let pass",
    ["42"],
    differs("it has no effect; Node calls the catch-all without a name", { node: ['42["unknown",null]'], parlor: [] }),
  ],
  [
    "many",
    ['421["echo",1]', '422["echo",2]', '42["message",3]', '423["echo",4]'],
    ["431[1]", "432[2]", '42["message-back",3]', "433[4]"],
  ],
  ["one of another namespace", ["40/custom,", REST, '42/custom,["message",1]'], [
    ...CUSTOM,
    '42/custom,["message-back",1]',
  ]],
  ["one to a namespace that was not joined", ['42/custom,["message",1]'], "closes"],
  ["one to a namespace that was refused", ["40/nope,", REST, '42/nope,["message",1]'], [invalid("/nope"), "closes"]],
  ["one to a namespace that was left", ["40/custom,", REST, "41/custom,", REST, '42/custom,["message",1]'], [
    ...CUSTOM,
    "closes",
  ]],
  ["one with its name in the namespace of another, which it is not", ['42/custom["message",1]'], "closes"],
  ["an object", ["42{}"], "closes"],
  ["an empty list", ["42[]"], "closes"],
  ["null", ["42null"], "closes"],
  ["a string", ['42"message"'], "closes"],
  ["a number, which is an id without payload", ["42123"], differs(
    "it has no effect; Node calls the catch-all with an acknowledgement for a name",
    { node: ['42["unknown",null]'], parlor: [] },
  )],
  ["a name that is null", ["42[null]"], "closes"],
  ["a name that is true", ["42[true]"], "closes"],
  ["a name that is a list", ['42[["message"]]'], "closes"],
  ["JSON that does not end", ['42["message"'], "closes"],
  ["JSON with something behind", ['42["message"]]'], "closes"],
  ["JSON with a comma too many", ['42["message",]'], "closes"],
  ["words that are not JSON", ["42[message]", "42['message']"], "closes"],
  ...RESERVED.map((name) => [`one named ${name}, which is reserved`, [`42["${name}",1]`], "closes"]),
  ["one with a reserved name in other letters", ['42["Connect"]'], ['42["unknown","Connect"]']],
]);

table("5.5 acknowledgements", joined, [
  ["one", ['420["echo","x"]'], ['430["x"]']],
  ["one with several arguments", ['4212["message-with-ack",1,[2]]'], ["4312[1,[2]]"]],
  ["one without arguments", ['421["message-with-ack"]'], ["431[]"]],
  ["none where the handler has none to give", ["40/custom,", REST, '42/custom,5["message",1]'], [
    ...CUSTOM,
    '42/custom,["message-back",1]',
  ]],
  ["one with a large id", ['429007199254740991["echo",1]'], ["439007199254740991[1]"]],
  ["one with zeros before its id", ['42007["echo",1]'], ["437[1]"]],
  [
    "a space for an id",
    ['42 ["echo",1]'],
    differs("a space is no digit; Node reads it as the id 0", { node: ["430[1]"], parlor: [] }),
  ],
  [
    "an id beyond the safe integers",
    ['429007199254740993["echo",1]'],
    differs("an id is read exactly; Node rounds it", {
      node: ["439007199254740992[1]"],
      parlor: ["439007199254740993[1]"],
    }),
  ],
  [
    "an id beyond 64 bits",
    ['4218446744073709551616["echo",1]'],
    differs("an id is a number of 64 bits; Node rounds it", { node: ["4318446744073709552000[1]"], parlor: "closes" }),
  ],
  ["the same id twice", ['421["echo",1]', '421["echo",2]'], ["431[1]", "431[2]"]],
  ["an event that nobody wants acknowledged", ['42["echo",1]'], []],
  ["of a handler that fails, and nothing else is disturbed", ['421["boom"]', '422["echo",1]'], [
    '431[{"error":"internal"}]',
    "432[1]",
  ]],
  ["from the client that nobody asked for", ['43999["x"]', '43999["x"]', "430[]"], []],
  ["from the client without an id", ['43["x"]'], []],
  ["from the client without payload", ["431"], []],
  ["from the client with an object", ["430{}"], "closes"],
  ["from the client with a string", ['430"x"'], "closes"],
  ["from the client with JSON that is none", ["430["], "closes"],
  ["from the client for a namespace that was not joined", ["43/custom,0[]"], "closes"],
]);

table("5.5 DISCONNECT", joined, [
  ["has no answer", ["41"], []],
  ["of the main namespace by name", ["41/,"], []],
  ["and CONNECT again, with another sid", ["41", REST, "40"], [connects(), '42["auth",{}]']],
  ["and an event", ["41", REST, '42["message",1]'], "closes"],
  ["twice", ["41", REST, "41"], "closes"],
  ["of one namespace leaves the others", ["40/custom,", REST, "41/custom,", REST, '42["message",1]'], [
    ...CUSTOM,
    '42["message-back",1]',
  ]],
  ["of the main namespace leaves the others", ["40/custom,", REST, "41", REST, '42/custom,["message",1]'], [
    ...CUSTOM,
    '42/custom,["message-back",1]',
  ]],
  ["of a namespace without a comma", ["40/custom,", REST, "41/custom", REST, "40/custom,"], [...CUSTOM, ...CUSTOM]],
  ["of a namespace that was not joined", ["41/custom,"], "closes"],
  ["with a payload", ["41{}"], "closes"],
  ["with null for payload", ["41null"], "closes"],
]);

table("5.5 packets that no client sends", joined, [
  ["CONNECT again", ["40"], "closes"],
  ["CONNECT again to another namespace", ["40/custom,", REST, "40/custom,"], [...CUSTOM, "closes"]],
  ["CONNECT_ERROR", ['44{"message":"x"}'], "closes"],
  ["CONNECT_ERROR with a string", ['44"x"'], "closes"],
  ["CONNECT_ERROR with a list", ["44[]"], "closes"],
  ["type 7", ["47"], "closes"],
  ["type 9", ['49["message"]'], "closes"],
  ["type x", ['4x["message"]'], "closes"],
  ["no type", ["4"], "closes"],
]);
