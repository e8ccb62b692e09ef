// The parser of socket.io-msgpack-parser: every packet is one binary message, attachments and all.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as parser from "socket.io-msgpack-parser";
import { io } from "socket.io-client";
import { next } from "../support/clients.mjs";
import { differs, own, startTarget } from "../support/target.mjs";
import { dial, pick, poll } from "../support/wire.mjs";

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = parser.PacketType;

let lab;
before(async () => (lab = await startTarget({ parser: "msgpack" })));
after(() => lab.stop());

const encode = (packet) => new parser.Encoder().encode(packet)[0];
function decode(frame) {
  assert.ok(Buffer.isBuffer(frame), `a binary frame, not ${frame}`);
  let packet;
  const decoder = new parser.Decoder();
  decoder.on("decoded", (decoded) => (packet = decoded));
  decoder.add(frame);
  return packet;
}

/** Open, with packets for frames both ways. */
async function opened(t) {
  const socket = dial(t, lab.url);
  assert.match(await socket.next(), /^0{"sid":/);
  return {
    ends: () => socket.ends(),
    sendRaw: (frame) => socket.send(frame),
    send: (...packets) => packets.forEach((packet) => socket.send(encode(packet))),
    next: async () => decode(await socket.next()),
  };
}

async function joined(t) {
  const socket = await opened(t);
  socket.send({ type: CONNECT, nsp: "/" });
  assert.equal((await socket.next()).type, CONNECT);
  assert.deepEqual(await socket.next(), { type: EVENT, nsp: "/", data: ["auth", {}] });
  return socket;
}

const event = (...data) => ({ type: EVENT, nsp: "/", data });
const sid = (reply) => {
  assert.match(reply.data.sid, /^[\w-]{20}(\.any-0)?$/);
  return { ...reply, data: { sid: "…" } };
};

const BYTES = Buffer.from([0, 1, 255]);
const acked = (id, ...data) => ({ type: ACK, nsp: "/", id, data });

describe("3.1 msgpack: CONNECT", () => {
  const rows = [
    ["to the main namespace", { type: CONNECT, nsp: "/" }, {}],
    ["with auth", { type: CONNECT, nsp: "/", data: { n: [1, null], token: "x" } }, { n: [1, null], token: "x" }],
    [
      "with bytes in auth",
      { type: CONNECT, nsp: "/", data: { key: BYTES } },
      differs("auth is kept as JSON, in which bytes have no place", {
        node: { key: BYTES },
        parlor: { key: { _placeholder: true, num: 0 } },
      }),
    ],
    ["to another namespace", { type: CONNECT, nsp: "/custom" }, {}],
    ["to another namespace with auth", { type: CONNECT, nsp: "/custom", data: { a: 1 } }, { a: 1 }],
  ];
  for (const [name, packet, auth] of rows) {
    it(name, async (t) => {
      const socket = await opened(t);
      socket.send(packet);
      assert.deepEqual(sid(await socket.next()), { type: CONNECT, nsp: packet.nsp, data: { sid: "…" } });
      assert.deepEqual(await socket.next(), { type: EVENT, nsp: packet.nsp, data: ["auth", own(t, auth)] });
    });
  }

  it("to a namespace that does not exist", async (t) => {
    const socket = await opened(t);
    socket.send({ type: CONNECT, nsp: "/nope" });
    assert.deepEqual(await socket.next(), { type: CONNECT_ERROR, nsp: "/nope", data: { message: "Invalid namespace" } });
  });

  it("refused by a middleware, with its data, and then let in", async (t) => {
    const socket = await opened(t);
    socket.send({ type: CONNECT, nsp: "/members", data: { token: "no" } });
    assert.deepEqual(await socket.next(), {
      type: CONNECT_ERROR,
      nsp: "/members",
      data: { message: "unauthorized", data: { code: 401 } },
    });
    socket.send({ type: CONNECT, nsp: "/members", data: { token: "letmein" } });
    assert.equal(sid(await socket.next()).nsp, "/members");
  });

  it("after DISCONNECT, with another sid", async (t) => {
    const socket = await joined(t);
    socket.send({ type: DISCONNECT, nsp: "/" }, { type: CONNECT, nsp: "/nope" });
    assert.equal((await socket.next()).type, CONNECT_ERROR);
    socket.send({ type: CONNECT, nsp: "/" });
    assert.equal(sid(await socket.next()).type, CONNECT);
  });
});

describe("3.1 msgpack: an argument comes back as it went, in an event and in an acknowledgement", () => {
  /** What the default parser makes of it as well. */
  const json = (value) =>
    differs("arguments are JSON inside", { node: value, parlor: JSON.parse(JSON.stringify([value]))[0] });
  const values = {
    null: null,
    booleans: [true, false],
    "small numbers": [0, 1, 127, -1, -32],
    "numbers of 8 bits": [128, 255, -33, -128],
    "numbers of 16 bits": [256, 65535, -129, -32768],
    "numbers of 32 bits": [65536, 4294967295, -32769, -2147483648],
    "numbers of 64 bits": [4294967296, 9007199254740991, -2147483649, -9007199254740991],
    fractions: [0.5, -0.1, 1e-300, 5e-324],
    "no numbers": json([Infinity, -Infinity]),
    "an empty string": "",
    "a short string": "hello ü 😀",
    "a string of 8 bits' length": "x".repeat(200),
    "a string of 16 bits' length": "ü".repeat(10_000),
    "a string of 32 bits' length": "x".repeat(70_000),
    "lists in lists": [[], [[]], [[[1]]]],
    "a list of 16 bits' length": Array.from({ length: 1000 }, (_, n) => n),
    "an object": { a: 1, "": null, ü: { b: [{}] } },
    "an object of 16 bits' length": Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key ${n}`, n])),
    bytes: BYTES,
    "no bytes": Buffer.alloc(0),
    "bytes of 16 bits' length": Buffer.alloc(1000, 1),
    "bytes of 32 bits' length": Buffer.alloc(70_000, 2),
    "bytes deep inside": { a: [BYTES, { b: BYTES }], c: [[[BYTES]]] },
    "a date": json(new Date(1_700_000_000_123)),
    undefined: json(undefined),
    "undefined inside": json([1, undefined, 2]),
  };
  for (const [name, due] of Object.entries(values)) {
    it(name, async (t) => {
      const socket = await joined(t);
      const back = own(t, due);
      const sent = due?.each ? due.each.node : due;
      socket.send(event("message", sent, "end"));
      assert.deepEqual(await socket.next(), event("message-back", back, "end"));
      socket.send({ ...event("message-with-ack", "begin", sent), id: 7 });
      assert.deepEqual(await socket.next(), acked(7, "begin", back));
    });
  }
});

describe("3.1 msgpack: packets", () => {
  const NO_CHECK = "a reserved name is one whatever the parser; Node's checks it with the default one only";
  const rows = [
    ["an acknowledgement without arguments", { ...event("message-with-ack"), id: 0 }, [acked(0)]],
    ["an acknowledgement with a large id", { ...event("echo", 1), id: 2 ** 40 }, [acked(2 ** 40, 1)]],
    ["an unknown event", event("what"), [event("unknown", "what")]],
    ["keys that mean nothing", { ...event("message"), options: { compress: true }, x: 1 }, [event("message-back")]],
    ["keys in another order", { data: ["message", 1], nsp: "/", type: EVENT }, [event("message-back", 1)]],
    ["an acknowledgement that nobody asked for", { type: ACK, nsp: "/", id: 99, data: [1] }, []],
    ["an acknowledgement without an id", { type: ACK, nsp: "/", data: [1] }, []],
    ["CONNECT again", { type: CONNECT, nsp: "/" }, "closes"],
    ["CONNECT with a list", { type: CONNECT, nsp: "/custom", data: [] }, "closes"],
    ["CONNECT with null", { type: CONNECT, nsp: "/custom", data: null }, "closes"],
    ["DISCONNECT with a payload", { type: DISCONNECT, nsp: "/", data: {} }, "closes"],
    ["CONNECT_ERROR", { type: CONNECT_ERROR, nsp: "/", data: { message: "x" } }, "closes"],
    ["CONNECT_ERROR with a list", { type: CONNECT_ERROR, nsp: "/", data: [] }, "closes"],
    ["BINARY_EVENT, which msgpack has no need of", { type: 5, nsp: "/", data: ["message"], attachments: 0 }, "closes"],
    ["a type beyond all", { type: 7, nsp: "/", data: ["message"] }, "closes"],
    ["a negative type", { type: -1, nsp: "/", data: ["message"] }, "closes"],
    ["a broken type", { type: 2.5, nsp: "/", data: ["message"] }, "closes"],
    ["a type in words", { type: "2", nsp: "/", data: ["message"] }, "closes"],
    ["no type", { nsp: "/", data: ["message"] }, "closes"],
    ["no namespace", { type: EVENT, data: ["message"] }, "closes"],
    ["a namespace that is none", { type: EVENT, nsp: 1, data: ["message"] }, "closes"],
    ["an event to a namespace that was not joined", { type: EVENT, nsp: "/custom", data: ["message"] }, "closes"],
    ["an event with an object", { type: EVENT, nsp: "/", data: {} }, "closes"],
    ["an event with null", { type: EVENT, nsp: "/", data: null }, "closes"],
    ["an event without data", { type: EVENT, nsp: "/" }, "closes"],
    ["an acknowledgement with an object", { type: ACK, nsp: "/", id: 0, data: {} }, "closes"],
    ["an id in words", { ...event("echo", 1), id: "1" }, "closes"],
    ["a broken id", { ...event("echo", 1), id: 1.5 }, "closes"],
    ["an id that is null", { ...event("echo", 1), id: null }, "closes"],
    [
      "an event with a reserved name",
      event("connect"),
      differs(NO_CHECK, { node: [event("unknown", "connect")], parlor: "closes" }),
    ],
    ["a list for a packet", [EVENT, "/", ["message"]], "closes"],
    ["a string for a packet", "message", "closes"],
    ["a number for a packet", 2, "closes"],
    ["null for a packet", null, "closes"],
  ];
  for (const [name, packet, expectation] of rows) {
    it(name, async (t) => {
      const socket = await joined(t);
      const due = own(t, expectation);
      socket.send(packet);
      if (due === "closes") return assert.deepEqual(await socket.ends(), { code: 1005 });
      for (const one of due) assert.deepEqual(await socket.next(), one);
      socket.send(event("message", "rest"));
      assert.deepEqual(await socket.next(), event("message-back", "rest"), "nothing else comes");
    });
  }

  const whole = encode(event("message", "a", 1));
  const frames = [
    ["a text", '42["message"]'],
    ["a text that is a packet's base64, without saying so", `4${whole.toString("base64")}`],
    ["no bytes", Buffer.alloc(0)],
    ["a byte that begins nothing", Buffer.from([0xc1])],
    ["a packet cut short", whole.subarray(0, -1)],
    ["a packet with a byte too many", Buffer.concat([whole, Buffer.from([0])])],
    ["two packets in one frame", Buffer.concat([whole, whole])],
    ["a string longer than the frame", Buffer.from([0xdb, 0xff, 0xff, 0xff, 0xff, 0x61])],
    ["a list longer than the frame", Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0x01])],
  ];
  for (const [name, frame] of frames) {
    it(`${name} closes the connection`, async (t) => {
      const socket = await joined(t);
      socket.sendRaw(frame);
      assert.deepEqual(await socket.ends(), { code: 1005 });
    });
  }
});

describe("3.1 msgpack by polling", () => {
  it("is base64, both ways", async () => {
    const session = await poll(lab.url);
    const post = (packet) => session.post(`b${encode(packet).toString("base64")}`);
    const get = async () => (await session.get()).body.split("\x1e").map((packet) => {
      assert.equal(packet[0], "b");
      return decode(Buffer.from(packet.slice(1), "base64"));
    });
    assert.deepEqual(pick(await post({ type: CONNECT, nsp: "/" })), { status: 200, body: "ok" });
    const got = [];
    while (got.length < 2) got.push(...(await get()));
    assert.equal(sid(got[0]).type, CONNECT);
    assert.deepEqual(got[1], event("auth", {}));
    await post(event("message", { bytes: Buffer.from([1, 2]) }));
    assert.deepEqual(await get(), [event("message-back", { bytes: Buffer.from([1, 2]) })]);
  });
});

describe("3.1 msgpack with the official client", () => {
  for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    it(`events, acknowledgements and bytes, by ${transports.join(" and ")}`, async (t) => {
      const socket = io(lab.url, { transports, parser, forceNew: true, reconnection: false, autoConnect: false });
      t.after(() => socket.disconnect());
      const greeting = next(socket, "auth");
      socket.connect();
      assert.deepEqual(await greeting, [{}]);
      const bytes = Buffer.from([1, 2, 3]);
      const back = next(socket, "message-back");
      socket.emit("message", { a: [bytes] }, "x");
      assert.deepEqual(await back, [{ a: [bytes] }, "x"]);
      assert.deepEqual(await socket.timeout(20_000).emitWithAck("echo", [bytes, 1]), [bytes, 1]);
    });
  }
});

it("3.1 msgpack: a client with the default parser is closed", async (t) => {
  const socket = dial(t, lab.url);
  await socket.next();
  socket.send("40");
  assert.deepEqual(await socket.ends(), { code: 1005 });
});
