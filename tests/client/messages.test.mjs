// Events and acknowledgements of one socket, with the official client.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, client, clients, connected, next, upgraded, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const MIXED = [1, -0.5, 1e300, "ü 😀 \u2028 \" \\ \n", "", true, null, [], {}, { a: [{ "": [null, "b"] }] }];
const bytes = (...values) => Buffer.from(values);
const BINARY = [
  { name: "a", parts: [bytes(1, 2, 3), { deep: bytes() }] },
  bytes(255, 0, 30),
  "text",
  bytes(...Array(300).keys()),
];

/** The same value with every kind of bytes as a Uint8Array, which the transports do not agree on. */
function plain(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

withEveryTransport("messages", (transport) => {
  it("come back with all their arguments as they were", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    const back = next(socket, "message-back");
    socket.emit("message", ...MIXED);
    assert.deepEqual(await back, MIXED);
  });

  it("carry bytes both ways, several and deep inside objects", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    const back = next(socket, "message-back");
    socket.emit("message", ...BINARY);
    const got = await back;
    assert.ok(ArrayBuffer.isView(got[1]), "bytes stay bytes");
    assert.deepEqual(plain(got), plain(BINARY));
    assert.deepEqual(plain(await call(socket, "message-with-ack", new Uint8Array([7, 8]), { x: bytes(9) })), [
      new Uint8Array([7, 8]),
      { x: new Uint8Array([9]) },
    ]);
  });

  it("carry a binary message of a few hundred kilobytes", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    const large = Buffer.alloc(500_000, "0123456789");
    const [back] = await call(socket, "echo", large);
    assert.ok(large.equals(Buffer.from(back)));
  });

  it("are acknowledged with several arguments, one, or none", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    assert.deepEqual(await call(socket, "message-with-ack", ...MIXED), MIXED);
    assert.deepEqual(await call(socket, "echo", "one"), ["one"]);
    assert.deepEqual(await call(socket, "message-with-ack"), []);
    assert.deepEqual(await call(socket, "join", "a room"), []);
    assert.equal(await socket.timeout(5000).emitWithAck("echo", "promised"), "promised");
  });

  it("are handled in the order sent, those emitted during the upgrade too", async (t) => {
    const socket = client(t, lab.url, transport);
    const connects = next(socket, "connect");
    const order = [];
    socket.once("connect", () => {
      for (let n = 0; n < 100; n += 1) socket.emit("echo", n, (back) => order.push(back));
    });
    socket.connect();
    await connects;
    assert.deepEqual(await call(socket, "echo", "last"), ["last"]);
    assert.deepEqual(order, [...Array(100).keys()]);
    if (transport.endsOn === "websocket") await upgraded(socket);
    assert.deepEqual(await call(socket, "echo", "afterwards"), ["afterwards"]);
  });

  it("buffered before the connection are sent when it is there", async (t) => {
    const socket = client(t, lab.url, transport);
    const answers = [call(socket, "echo", "early"), call(socket, "echo", "bird")];
    await connected(socket);
    assert.deepEqual(await Promise.all(answers), [["early"], ["bird"]]);
  });

  it("of no known name reach the catch-all", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    const unknown = next(socket, "unknown");
    socket.emit("no such event", 1, 2);
    assert.deepEqual(await unknown, ["no such event"]);
  });

  it("whose handler fails are acknowledged with an error, and nothing else is disturbed", async (t) => {
    const [socket, other] = await clients(t, lab.url, 2, transport);
    assert.deepEqual(await call(socket, "boom"), [{ error: "internal" }]);
    assert.deepEqual(await call(socket, "echo", 1), [1]);
    assert.deepEqual(await call(other, "echo", 2), [2]);
  });

  it("whose payload does not fit are acknowledged with an error", async (t) => {
    const [socket] = await clients(t, lab.url, 1, transport);
    const [answer] = await call(socket, "join", { not: "a room" });
    assert.equal(typeof answer.error, "string");
    assert.deepEqual(await call(socket, "rooms"), [[socket.id]]);
  });

  it("keep the socket's own data, and nobody else's", async (t) => {
    const [socket, other] = await clients(t, lab.url, 2, transport);
    assert.deepEqual(await call(socket, "get", "colour"), [null]);
    assert.deepEqual(await call(socket, "set", "colour", { deep: ["blue"] }), []);
    assert.deepEqual(await call(socket, "set", "size", 3), []);
    assert.deepEqual(await call(socket, "get", "colour"), [{ deep: ["blue"] }]);
    assert.deepEqual(await call(socket, "get", "size"), [3]);
    assert.deepEqual(await call(other, "get", "colour"), [null]);
  });
});
