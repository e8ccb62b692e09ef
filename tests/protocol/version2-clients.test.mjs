// Socket.IO as clients of v2 speak it: on the wire, and with the real one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import io from "socket.io-client-v2";
import { next, within } from "../support/clients.mjs";
import { REST, slot, table } from "../support/rows.mjs";
import { startTarget } from "../support/target.mjs";
import { dial, payload3, poll, request } from "../support/wire.mjs";
import { refused } from "../support/words.mjs";

let lab;
before(async () => (lab = await startTarget({ allowEIO3: true })));
after(() => lab.stop());

const CUSTOM = ["40/custom,", '42/custom,["auth",{}]'];

async function joined(t) {
  const socket = dial(t, lab.url, { query: "EIO=3&transport=websocket" });
  assert.match(await socket.next(), /^0{"sid":/);
  assert.equal(await socket.next(), "40");
  assert.equal(await socket.next(), '42["auth",{}]');
  return socket;
}

describe("3.1 v2: a connection is in `/` without asking", () => {
  it("by WebSocket", joined);

  it("by polling: the next GET has it", async () => {
    const session = await poll(lab.url, "/socket.io/", { EIO: 3 });
    let body = "";
    while (!body.includes("auth")) body += (await session.get()).body;
    assert.equal(body, payload3("40", '42["auth",{}]'));
    await session.post(payload3('420["echo","ü"]'));
    assert.equal((await session.get()).body, payload3('430["ü"]'));
  });
});

const bytes4 = (...bytes) => Buffer.from([4, ...bytes]);

table("3.1 v2: packets", joined, [
  ["an event", ['42["message",1,"a"]'], ['42["message-back",1,"a"]']],
  ["an acknowledgement", ['4212["message-with-ack",1]'], ["4312[1]"]],
  ["an unknown event", ['42["what"]'], ['42["unknown","what"]']],
  ["another namespace", ["40/custom"], CUSTOM],
  ["another namespace with a comma", ["40/custom,"], CUSTOM],
  ["another namespace with a query, which is its auth", ["40/custom?n=1&token=x"], [
    "40/custom,",
    '42/custom,["auth",{"n":"1","token":"x"}]',
  ]],
  ["another namespace with an escaped query", ["40/custom?a=b%20c+d&e=%C3%BC,"], [
    "40/custom,",
    '42/custom,["auth",{"a":"b c d","e":"ü"}]',
  ]],
  ["another namespace with an empty query", ["40/custom?"], CUSTOM],
  ["an event there", ["40/custom", REST, '42/custom,["message"]'], [...CUSTOM, '42/custom,["message-back"]']],
  ["a namespace that does not exist", ["40/nope"], ['44/nope,{"message":"Invalid namespace"}']],
  ["a namespace that does not exist, with a query", ["40/nope?a=b"], ['44/nope,{"message":"Invalid namespace"}']],
  ["a middleware's refusal is its data alone", ["40/members?token=no"], ['44/members,{"code":401}']],
  ["a middleware lets in by query", ["40/members?token=letmein"], ["40/members,"]],
  ["attachments", [`451-["message",${slot(0)}]`, bytes4(1, 2)], [`451-["message-back",${slot(0)}]`, bytes4(1, 2)]],
  ["attachments in an acknowledgement", [`451-3["echo",${slot(0)}]`, bytes4(1)], [`461-3[${slot(0)}]`, bytes4(1)]],
  ["attachments as base64", [`451-["message",${slot(0)}]`, "b4AQ=="], [`451-["message-back",${slot(0)}]`, bytes4(1)]],
  ["a ping between them", ["2", '42["message"]'], ["3", '42["message-back"]']],
  ["a probe on a WebSocket that needs none is a ping", ["2probe"], ["3"]],
  ["DISCONNECT of another namespace", ["40/custom", REST, "41/custom", REST, '42["message"]'], [
    ...CUSTOM,
    '42["message-back"]',
  ]],
  ["CONNECT again", ["40"], "closes"],
  ["CONNECT again by a query", ["40/?a=b"], "closes"],
  ["CONNECT_ERROR", ['44"x"'], "closes"],
  ["a type beyond all", ["47"], "closes"],
  ["bytes that nobody announced", [bytes4(1)], "closes"],
  ["an event to a namespace that was not joined", ['42/custom,["message"]'], "closes"],
]);

it("3.1 v2: without allowEIO3 the real client is refused", async (t) => {
  const lab = await startTarget();
  t.after(() => lab.stop());
  refused(await request(lab.url, "EIO=3&transport=polling"), 5);
  const socket = io(lab.url, { transports: ["polling"], forceNew: true, reconnection: false, autoConnect: false });
  t.after(() => socket.close());
  const error = next(socket, "connect_error");
  socket.open();
  const [{ message, description }] = await error;
  assert.deepEqual({ message, description }, { message: "xhr poll error", description: 400 });
});

for (const [name, options, ends] of [
  ["polling", { transports: ["polling"] }, "polling"],
  ["WebSocket", { transports: ["websocket"] }, "websocket"],
  ["default transports", {}, "websocket"],
  ["polling with base64", { transports: ["polling"], forceBase64: true }, "polling"],
]) {
  describe(`3.1 v2: the real client by ${name}`, () => {
    async function connected(t, nsp = "", more = {}) {
      const socket = io(lab.url + nsp, { ...options, forceNew: true, reconnection: false, autoConnect: false, ...more });
      t.after(() => socket.close());
      const greeting = next(socket, "auth");
      socket.open();
      await next(socket, "connect");
      socket.greeting = await greeting;
      const { engine } = socket.io;
      if (engine.transport.name !== ends) await next(engine, "upgrade");
      assert.equal(engine.transport.name, ends);
      return socket;
    }
    const call = (socket, ...event) =>
      within(new Promise((done) => socket.emit(...event, (...answers) => done(answers))), `the answer to ${event[0]}`);

    it("connects, and is greeted", async (t) => {
      const socket = await connected(t);
      assert.deepEqual(socket.greeting, [{}]);
    });

    it("events go and come, in order", async (t) => {
      const socket = await connected(t);
      const got = [];
      const all = new Promise((done) => socket.on("message-back", (n) => got.push(n) === 20 && done()));
      for (let n = 0; n < 20; n += 1) socket.emit("message", n);
      await within(all, "twenty events");
      assert.deepEqual(got, Array.from({ length: 20 }, (_, n) => n));
    });

    it("acknowledgements come, with every kind of argument", async (t) => {
      const socket = await connected(t);
      const args = [null, true, 1.5, "ü 😀", [1, [2]], { a: { b: [] } }];
      assert.deepEqual(await call(socket, "message-with-ack", ...args), args);
    });

    it("bytes go and come, deep inside", async (t) => {
      const socket = await connected(t);
      const back = next(socket, "message-back");
      const value = { a: [Buffer.from([1, 2, 3])], b: Buffer.from([255]) };
      socket.emit("message", value, "x");
      assert.deepEqual(await back, [value, "x"]);
      assert.deepEqual(await call(socket, "echo", Buffer.from([7])), [Buffer.from([7])]);
    });

    it("another namespace is joined, with its query", async (t) => {
      const socket = await connected(t, "/custom", { query: { token: "x" } });
      assert.equal(socket.greeting[0].token, "x");
      const back = next(socket, "message-back");
      socket.emit("message", 1);
      assert.deepEqual(await back, [1]);
    });

    it("a namespace that does not exist is an error", async (t) => {
      const socket = io(`${lab.url}/nope`, { ...options, forceNew: true, reconnection: false, autoConnect: false });
      t.after(() => socket.close());
      const error = next(socket, "error");
      socket.open();
      assert.deepEqual(await error, [{ message: "Invalid namespace" }]);
    });

    it("a disconnect reaches the others, and another connection is another socket", async (t) => {
      const socket = await connected(t);
      const other = await connected(t);
      assert.notEqual(socket.id, other.id);
      const gone = next(socket, "disconnect");
      socket.close();
      assert.deepEqual(await gone, ["io client disconnect"]);
      assert.deepEqual(await call(other, "echo", 1), [1]);
    });
  });
}
