// Socket.IO packets by WebSocket: what goes in, what comes out. Socket.IO 4.8.4 on Node passes this table too, but for
// "an event without payload", where its catch-all is called without a name.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startLab } from "../support/lab.mjs";
import { dial, dialMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

const BYTES = [Buffer.from([1, 2, 3]), Buffer.from([]), Buffer.from([255])];
const slot = (num) => `{"_placeholder":true,"num":${num}}`;
const slots = (count) => Array.from({ length: count }, (_, num) => slot(num)).join();
const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/** A CONNECT reply, with exactly a sid. */
const connects = (prefix = "40") => (received) => {
  const frame = received.shift();
  assert.ok(frame.startsWith(`${prefix}{`), frame);
  const body = JSON.parse(frame.slice(prefix.length));
  assert.deepEqual(Object.keys(body), ["sid"]);
  assert.match(body.sid, /^[\w-]{20}/);
};
/** The prefix, then JSON equal to this, whatever the order of keys. */
const json = (prefix, value) => (received) => {
  const frame = received.shift();
  assert.ok(frame.startsWith(prefix), frame);
  assert.deepEqual(JSON.parse(frame.slice(prefix.length)), value);
};
const invalid = (nsp) => `44${nsp},{"message":"Invalid namespace"}`;
const REST = Symbol("rest");
/** A packet with attachments, whichever way its placeholders are numbered. */
const binary = (prefix, count, value) => (received) => {
  const [frame, ...attachments] = received.splice(0, 1 + count);
  assert.ok(frame.startsWith(prefix), frame);
  const fill = (_, inner) => (inner?._placeholder ? [...attachments[inner.num]] : inner);
  assert.deepEqual(JSON.parse(frame.slice(prefix.length), fill), value);
};

/** A connection that is open and nothing more. */
async function opened(t) {
  const socket = dial(t, lab.url);
  await socket.next();
  return socket;
}

// From a connection that is open and nothing more.
table("CONNECT", opened, [
  ["to the main namespace", ["40"], [connects(), '42["auth",{}]']],
  ["with auth", ['40{"token":"x"}'], [connects(), '42["auth",{"token":"x"}]']],
  ["to another namespace", ["40/custom,"], [connects("40/custom,"), '42/custom,["auth",{}]']],
  ["to another namespace without a comma", ["40/custom"], [connects("40/custom,"), '42/custom,["auth",{}]']],
  ["to another namespace with auth", ['40/custom,{"a":1}'], [connects("40/custom,"), '42/custom,["auth",{"a":1}]']],
  ["to a namespace that does not exist", ["40/nope,"], [invalid("/nope")]],
  ["to a namespace with a query, which is part of the name", ["40/custom?a=b,"], [invalid("/custom?a=b")]],
  ["refused, and again", ["40/nope,", "40/nope,"], [invalid("/nope"), invalid("/nope")]],
  [
    "refused by a middleware",
    ['40/members,{"token":"no"}'],
    [json("44/members,", { message: "unauthorized", data: { code: 401 } })],
  ],
  ["let in by a middleware", ['40/members,{"token":"letmein"}'], [connects("40/members,")]],
  ["with an array for auth", ["40[]"], "closes"],
  ["with a string for auth", ['40"x"'], "closes"],
  ["with JSON that is none", ["40{"], "closes"],
  ["first, please: an event", ['42["message",1]'], "closes"],
  ["first, please: a DISCONNECT", ["41"], "closes"],
  ["first, please: an acknowledgement", ['431["x"]'], "closes"],
  ["is for clients: a CONNECT_ERROR", ['44{"message":"x"}'], "closes"],
  ["is not a binary message", [BYTES[0]], "closes"],
]);

// From a socket in `/`.
table("in the main namespace", (t) => dialMain(t, lab.url), [
  ["an event", ['42["message",1,"a",null,{"b":[]}]'], ['42["message-back",1,"a",null,{"b":[]}]']],
  ["an event without arguments", ['42["message"]'], ['42["message-back"]']],
  ["an acknowledgement", ['420["echo","x"]'], ['430["x"]']],
  ["an acknowledgement with several arguments", ['4212["message-with-ack",1,[2]]'], ["4312[1,[2]]"]],
  ["an acknowledgement without arguments", ['421["message-with-ack"]'], ["431[]"]],
  ["an event that nobody wants acknowledged", ['42["echo",1]'], []],
  ["an event without payload is let pass", ["42"], []],
  ["an unknown event", ['42["what",1]'], ['42["unknown","what"]']],
  ["an event named connection", ['42["connection",1]'], ['42["unknown","connection"]']],
  ["an event named error", ['42["error",1]'], ['42["unknown","error"]']],
  ["an event with a number for a name", ["42[7,1]"], [(got) => assert.match(got.shift(), /^42\["unknown",("7"|7)\]$/)]],
  ["an acknowledgement that nobody asked for", ['43999["x"]', '43999["x"]', "430[]"], []],
  ["many events", ['421["echo",1]', '422["echo",2]', '42["message",3]'], ["431[1]", "432[2]", '42["message-back",3]']],
  ["CONNECT again", ["40"], "closes"],
  ["CONNECT to another namespace", ["40/custom,"], [connects("40/custom,"), '42/custom,["auth",{}]']],
  ["DISCONNECT has no answer", ["41"], []],
  ["CONNECT after DISCONNECT", ["41", REST, "40"], [connects(), '42["auth",{}]']],
  ["an event after DISCONNECT", ["41", REST, '42["message",1]'], "closes"],
  ["an event to a namespace that was not joined", ['42/custom,["message",1]'], "closes"],
  ["an event to a namespace that was refused", ["40/nope,", '42/nope,["message",1]'], [invalid("/nope"), "closes"]],
  ["a CONNECT_ERROR", ['44{"message":"x"}'], "closes"],
  ["DISCONNECT with a payload", ["41{}"], "closes"],
  ["packet type 7", ["47"], "closes"],
  ["packet type x", ['4x["message"]'], "closes"],
  ["no packet at all", ["4"], "closes"],
  ["an object for an event", ["42{}"], "closes"],
  ["an event without a name", ["42[]"], "closes"],
  ["null for an event", ["42null"], "closes"],
  ["a string for an event", ['42"message"'], "closes"],
  ["an event named null", ["42[null]"], "closes"],
  ["JSON that does not end", ['42["message"'], "closes"],
  ["JSON with something behind", ['42["message"]]'], "closes"],
  ["an object for an acknowledgement", ["430{}"], "closes"],
  ...RESERVED.map((name) => [`an event named ${name}, which is reserved`, [`42["${name}",1]`], "closes"]),
]);

table("with attachments", (t) => dialMain(t, lab.url), [
  ["one", [`451-["message",${slot(0)}]`, BYTES[0]], [`451-["message-back",${slot(0)}]`, BYTES[0]]],
  [
    "several, deep inside",
    [`453-["message",{"a":[${slot(2)}],"b":${slot(0)}},${slot(1)}]`, ...BYTES],
    [binary("453-", 3, ["message-back", { a: [[255]], b: [1, 2, 3] }, []])],
  ],
  ["an acknowledgement", [`451-7["echo",${slot(0)}]`, BYTES[0]], [`461-7[${slot(0)}]`, BYTES[0]]],
  [
    "in another namespace",
    ["40/custom,", REST, `451-/custom,["message",${slot(0)}]`, BYTES[0]],
    [connects("40/custom,"), '42/custom,["auth",{}]', `451-/custom,["message-back",${slot(0)}]`, BYTES[0]],
  ],
  [
    "ten",
    [`4510-1["message-with-ack",${slots(10)}]`, ...Array(10).fill(BYTES[0])],
    [`4610-1[${slots(10)}]`, ...Array(10).fill(BYTES[0])],
  ],
  ["eleven", [`4511-["message",${slots(11)}]`], "closes"],
  ["very many", ['4599999999999999999999-["message"]'], "closes"],
  ["a pong between them", [`451-["message",${slot(0)}]`, "3", BYTES[0]], [`451-["message-back",${slot(0)}]`, BYTES[0]]],
  ["a text where bytes are due", [`451-["message",${slot(0)}]`, '42["message",1]'], "closes"],
  ["bytes that nobody announced", [BYTES[0]], "closes"],
  [
    "bytes more than announced",
    [`451-["message",${slot(0)}]`, BYTES[0], REST, BYTES[0]],
    [`451-["message-back",${slot(0)}]`, BYTES[0], "closes"],
  ],
  ["a placeholder out of range", [`451-["message",${slot(1)}]`, BYTES[0]], "closes"],
  ["a negative placeholder", [`451-["message",${slot(-1)}]`, BYTES[0]], "closes"],
  ["a count without a dash", ['451["message",1]'], "closes"],
  ["a count that is none", ['45x-["message",1]'], "closes"],
  ["an acknowledgement that nobody asked for", [`461-9[${slot(0)}]`, BYTES[0]], []],
]);

/**
 * `rows`: a name, the frames to send, and what is due: frames, or what judges them; "closes" at the end, or alone. At
 * REST nothing more is sent until the server has done with what went before.
 */
function table(title, start, rows) {
  describe(title, () => {
    for (const [name, frames, due] of rows) {
      it(name, async (t) => {
        const socket = await start(t);
        const closes = [due].flat().at(-1) === "closes";
        const expected = [due].flat().slice(0, closes ? -1 : undefined);
        const received = [];
        for (const frame of frames) {
          if (frame === REST) await rest(socket, received);
          else socket.send(frame);
        }
        while (received.length < expected.length) received.push(await next(socket));
        if (!closes) await rest(socket, received);
        for (const one of expected) {
          if (typeof one === "function") one(received);
          else assert.deepEqual(received.shift(), one);
        }
        assert.deepEqual(received, [], "nothing else comes");
        if (closes) assert.deepEqual(await socket.ends(), { code: 1005 });
      });
    }
  });
}

async function rest(socket, received) {
  for (let twice = 0; twice < 2; twice += 1) { // for Node answers a refused CONNECT before what came before it
    socket.send("40/rest,");
    for (let frame; (frame = await next(socket)) !== invalid("/rest"); ) received.push(frame);
  }
}

/** A noop means nothing; it is what the runtime answers to a pong. */
async function next(socket) {
  let frame = "6";
  while (frame === "6") frame = await socket.next();
  return frame;
}
