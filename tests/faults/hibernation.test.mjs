// Every object loses its memory, and no client can tell. In miniflare, which can evict objects at will.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import io2 from "socket.io-client-v2";
import { WEBSOCKET, call, client, clients, connected, gatewayOf, heard, manager, next } from "../support/clients.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { SEPARATOR, dial, dialMain, poll, pollMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startMiniflare({ gateways: 2, allowEIO3: true })));
after(() => lab.stop());

/** Fails the test if the socket's connection is lost, or is another one at the end. */
function watch(t, sockets) {
  const before = sockets.map((socket) => ({ id: socket.id, engine: socket.io.engine }));
  const lost = [];
  for (const socket of sockets) socket.on("disconnect", (reason) => lost.push(reason));
  return () => {
    assert.deepEqual(lost, []);
    assert.deepEqual(sockets.map((socket) => socket.id), before.map(({ id }) => id));
    for (const [n, socket] of sockets.entries()) assert.equal(socket.io.engine, before[n].engine);
  };
}

it("a broadcast after sleep reaches all members, on both Gateways, and no client noticed", async (t) => {
  const sockets = await clients(t, lab.url, 6);
  assert.equal(new Set(sockets.map(gatewayOf)).size, 2);
  const unnoticed = watch(t, sockets);
  const heardBy = sockets.map((socket) => heard(socket));
  for (const [n, socket] of sockets.entries()) {
    await call(socket, "join", n < 4 ? "sleepers" : "others");
    await call(socket, "set", "number", n);
  }

  assert.ok((await lab.evictAll()) >= 4, "two Gateways and two Rooms at least were awake");
  sockets[5].emit("msg", "sleepers", "good morning"); // by one who is not in the room
  for (const list of heardBy.slice(0, 4)) assert.deepEqual([...(await list.reaches(1))], ["good morning"]);

  await lab.evictAll();
  for (const [n, socket] of sockets.entries()) {
    assert.deepEqual(await call(socket, "get", "number"), [n]);
    assert.deepEqual(await call(socket, "rooms"), [[n < 4 ? "sleepers" : "others", socket.id].sort()]);
  }

  await lab.evictAll();
  sockets[0].emit("everyone", "all awake?");
  for (const [n, list] of heardBy.entries()) {
    assert.deepEqual([...(await list.reaches(n < 4 ? 2 : 1))].at(-1), "all awake?");
  }
  unnoticed();
});

const LONG = 60_000;

it("sleep between any two steps changes nothing", async (t) => {
  const steps = [
    async ({ a }) => assert.deepEqual(await call(a, "join", "step"), []),
    async ({ b }) => assert.deepEqual(await call(b, "join", "step"), []),
    async ({ a }) => assert.deepEqual(await call(a, "set", "k", { v: 1 }), []),
    async ({ a, due }) => (a.emit("all", "step", 1), due.a.push(1), due.b.push(1)),
    async ({ b, due }) => (b.emit("msg", "step", 2), due.a.push(2)),
    async ({ c }) => assert.deepEqual(await call(c, "join", "step"), []),
    async ({ a, due }) => (a.emit("union", ["step", "no room"], 3), due.b.push(3), due.c.push(3)),
    async ({ b }) => assert.deepEqual(await call(b, "leave", "step"), []),
    async ({ c, due }) => (c.emit("all", "step", 4), due.a.push(4), due.c.push(4)),
    async ({ a, b, due }) => (a.emit("whisper", b.id, 5), due.b.push(5)),
    async ({ a }) => assert.deepEqual(await call(a, "get", "k"), [{ v: 1 }]),
    async ({ b }) => assert.deepEqual(await call(b, "ask-me", 1, LONG), [{ answer: 1 }]),
    async ({ b }) => assert.deepEqual(await call(b, "ask", "step", 1, LONG), [{ timedOut: false, answers: [1, 1] }]),
    async ({ a, c, b }) => assert.deepEqual(await call(b, "who", "step"), [[a.id, c.id].sort()]),
    async ({ b }) => assert.deepEqual(await call(b, "herd", "step", "herded"), []),
    async ({ b, due }) => (b.emit("msg", "herded", 7), due.a.push(7), due.c.push(7)),
    async ({ c }) => assert.deepEqual(await call(c, "unherd", "step", "herded"), []),
    async ({ b }) => assert.deepEqual(await call(b, "who", "herded"), [[]]),
    async ({ due }) => {
      const headers = { authorization: "Bearer lab" };
      const emitted = await fetch(`${lab.url}/emit`, { method: "POST", headers, body: JSON.stringify({ room: "step", event: "msg", args: [8] }) });
      assert.equal(emitted.status, 202);
      due.a.push(8), due.c.push(8);
    },
    async ({ a }) => assert.deepEqual(await call(a, "echo", Buffer.from([1, 2])), [Buffer.from([1, 2])]),
    async ({ a }) => assert.deepEqual(await call(a, "boom"), [{ error: "internal" }]),
    async ({ b }) => {
      const unknown = next(b, "unknown");
      b.emit("nobody handles this", 1);
      assert.deepEqual(await unknown, ["nobody handles this"]);
    },
    async ({ a, c, due }) => (a.emit("except", "step", c.id, 9), a.emit("broadcast", 10), due.b.push(10), due.c.push(10)),
    async ({ a }) => assert.deepEqual(await call(a, "rooms"), [["step", a.id].sort()]),
    async ({ b }) => assert.deepEqual(await call(b, "rooms"), [[b.id]]),
    async ({ c, due }) => (c.emit("everyone", 6), due.a.push(6), due.b.push(6), due.c.push(6)),
  ];
  for (const often of [1, 2, 3]) {
    const sockets = await clients(t, lab.url, 3);
    const [a, b, c] = sockets;
    const unnoticed = watch(t, sockets);
    const heardBy = { a: heard(a), b: heard(b), c: heard(c) };
    for (const socket of sockets) socket.on("question", (x, ack) => ack(x));
    const due = { a: [], b: [], c: [] };
    for (const step of steps) {
      await step({ a, b, c, due });
      for (const name of "abc") await heardBy[name].reaches(due[name].length);
      for (let n = 0; n < often; n += 1) await lab.evictAll();
    }
    for (const name of "abc") assert.deepEqual([...heardBy[name]], due[name], name);
    unnoticed();
    sockets.forEach((socket) => socket.disconnect());
  }
});

it("sleep in the middle of what is being sent loses and doubles nothing", async (t) => {
  const sockets = await clients(t, lab.url, 3);
  const unnoticed = watch(t, sockets);
  const heardBy = sockets.map((socket) => heard(socket));
  for (const socket of sockets) await call(socket, "join", "busy");
  let evicting = true;
  const evictions = (async () => {
    for (let n = 0; n < 10; n += 1) await lab.evictAll();
    evicting = false;
  })();
  const sent = [];
  while (evicting || sent.length < 50) {
    const batch = Array.from({ length: 5 }, (_, n) => sent.length + n);
    for (const n of batch) sockets[0].emit("all", "busy", n);
    sent.push(...batch);
    await heardBy[0].reaches(sent.length);
  }
  await evictions;
  for (const list of heardBy) assert.deepEqual([...(await list.reaches(sent.length))], sent);
  unnoticed();
});

it("two namespaces on one connection survive sleep", async (t) => {
  const connection = manager(t, lab.url, WEBSOCKET);
  const [main, custom] = [connection.socket("/"), connection.socket("/custom")];
  await Promise.all([connected(main), connected(custom)]);
  const unnoticed = watch(t, [main, custom]);
  await lab.evictAll();
  const back = next(custom, "message-back");
  custom.emit("message", 1);
  assert.deepEqual(await back, [1]);
  assert.deepEqual(await call(main, "echo", 2), [2]);
  unnoticed();
  await lab.evictAll();
  custom.disconnect();
  await lab.evictAll();
  assert.deepEqual(await call(main, "echo", 3), [3]);
});

it("a namespace for the few, and those by pattern, are after sleep what they were", async (t) => {
  const [main] = await clients(t, lab.url, 1);
  const [member] = await clients(t, lab.url, 1, WEBSOCKET, { nsp: "/members", auth: { token: "letmein" } });
  const [one, same] = await clients(t, lab.url, 2, WEBSOCKET, { nsp: "/org-1" });
  const [other] = await clients(t, lab.url, 1, WEBSOCKET, { nsp: "/org-2" });
  const unnoticed = watch(t, [main, member, one, same, other]);
  await lab.evictAll();
  for (const auth of [undefined, { token: "letmeout" }]) {
    const refused = client(t, lab.url, WEBSOCKET, { nsp: "/members", auth });
    await assert.rejects(connected(refused), { message: "unauthorized", data: { code: 401 } });
  }
  await lab.evictAll();
  await assert.rejects(connected(client(t, lab.url, WEBSOCKET, { nsp: "/org-x" })), { message: "Invalid namespace" });
  await lab.evictAll();
  const heardBy = next(same, "msg");
  other.once("msg", () => assert.fail("another namespace"));
  one.emit("msg", other.id, "not heard");
  one.emit("msg", same.id, "heard");
  assert.deepEqual(await heardBy, ["heard"]);
  unnoticed();

  const [kicked] = await clients(t, lab.url, 1);
  const gone = next(kicked, "disconnect");
  await lab.evictAll();
  assert.deepEqual(await call(main, "kick", kicked.id, true), []);
  assert.deepEqual((await gone)[0], "io server disconnect");
});

it("a question waits through sleep for its answer, and a handler of its own gets it", async (t) => {
  const [a, b] = await clients(t, lab.url, 2, WEBSOCKET, { nsp: "/beyond" });
  const unnoticed = watch(t, [a, b]);
  let acknowledge;
  const asked = new Promise((done) => a.once("sure?", (dish, ack) => ((acknowledge = ack), done(dish))));
  await call(a, "order", "soup", LONG);
  assert.equal(await asked, "soup");
  await lab.evictAll();
  const answered = next(a, "answered");
  acknowledge(true);
  assert.deepEqual(await answered, ["soup", true]);
  await lab.evictAll();
  const late = next(a, "answered");
  a.once("sure?", () => {});
  await call(a, "order", "fish", 300);
  await lab.evictAll();
  assert.deepEqual(await late, ["fish", "timeout"]);
  await lab.evictAll();
  assert.deepEqual(await call(a, "seen"), [["sure?", "answered", "sure?", "answered"]]);
  assert.deepEqual(await call(b, "count", null), [2]);
  await lab.evictAll();
  assert.deepEqual(await call(b, "rally", "up"), [["up"]]);
  assert.deepEqual(await call(b, "variable", "PARLOR_GATEWAYS"), ["2"]);
  unnoticed();
});

it("more connections than are read at once, and long rows among them, are all there after sleep", async (t) => {
  const many = [];
  while (many.length < 640) many.push(...(await Promise.all(Array.from({ length: 32 }, () => dialMain(t, lab.url)))));
  const long = await clients(t, lab.url, 4);
  for (const [n, socket] of long.entries()) {
    // One of some kB, and one that the platform would not take as a whole.
    for (const key of n < 2 ? ["a"] : ["a", "b", "c"]) await call(socket, "set", key, `${n}${key}`.repeat(n < 2 ? 3000 : 400_000));
  }
  const unnoticed = watch(t, long);
  await lab.evictAll();
  long[0].emit("everyone", "all here?");
  const hears = async (socket) => assert.equal(await socket.next(), '42["msg","all here?"]');
  await Promise.all(many.map(hears));
  for (const [n, socket] of long.entries()) {
    for (const key of n < 2 ? ["a"] : ["a", "b", "c"]) assert.deepEqual(await call(socket, "get", key), [`${n}${key}`.repeat(n < 2 ? 3000 : 400_000)]);
    await call(socket, "set", "a", n); // a row that was long is written again
  }
  await lab.evictAll();
  for (const [n, socket] of long.entries()) assert.deepEqual(await call(socket, "get", "a"), [n]);
  unnoticed();
});

it("members that leave while everything sleeps are out of their rooms", async (t) => {
  const [a, b, c] = await clients(t, lab.url, 3);
  const heardBy = [heard(a), heard(b)];
  for (const socket of [a, b, c]) await call(socket, "join", "leavers");
  await lab.evictAll();
  c.disconnect();
  await lab.evictAll();
  a.emit("all", "leavers", "who is left?");
  for (const list of heardBy) assert.deepEqual([...(await list.reaches(1))], ["who is left?"]);
});

it("a binary packet of which only half was sent is finished after sleep", async (t) => {
  const socket = await dialMain(t, lab.url);
  socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  await lab.evictAll();
  socket.send(Buffer.from([1, 2, 3]));
  await lab.evictAll();
  socket.send(Buffer.from([4]));
  const packet = await socket.next();
  assert.deepEqual(JSON.parse(packet.slice("452-".length))[0], "message-back");
  assert.deepEqual([await socket.next(), await socket.next()], [Buffer.from([1, 2, 3]), Buffer.from([4])]);
});

it("what was queued for a polling client between two polls is there after sleep", async (t) => {
  const session = await pollMain(lab.url);
  await session.post('421["join","queue"]');
  assert.equal((await session.get()).body, "431[]");
  const [a] = await clients(t, lab.url, 1);
  const heardByA = heard(a);
  await call(a, "join", "queue");
  a.emit("all", "queue", 1);
  a.emit("all", "queue", 2);
  await heardByA.reaches(2);
  await session.post('42["message",3]'); // a way to its Gateway, behind the broadcasts
  await lab.evictAll();
  let { body } = await session.get();
  while (body.split(SEPARATOR).length < 3) body += SEPARATOR + (await session.get()).body;
  assert.deepEqual(body.split(SEPARATOR).sort(), ['42["message-back",3]', '42["msg",1]', '42["msg",2]']);

  await lab.evictAll();
  await session.post('422["rooms"]');
  assert.match((await session.get()).body, /^432\["?.*"queue".*\]$/);
});

it("an upgrade that sleep interrupts goes on", async (t) => {
  const session = await poll(lab.url, "/engine.io/");
  await session.post("4queued");
  const socket = dial(t, lab.url, { sid: session.sid, path: "/engine.io/" });
  await socket.opened();
  await lab.evictAll();
  socket.send("2probe");
  assert.equal(await socket.next(), "3probe");
  await lab.evictAll();
  socket.send("5");
  assert.equal(await socket.next(), "4queued");
  await lab.evictAll();
  socket.send("4over");
  assert.equal(await socket.next(), "4over");
});

it("a pong to a sleeping object is answered with a noop", async (t) => {
  const socket = await dialMain(t, lab.url);
  for (let n = 0; n < 3; n += 1) {
    await lab.evictAll();
    socket.send("3");
    assert.equal(await socket.next(), "6");
  }
  socket.send('421["echo","awake"]');
  assert.equal(await socket.next(), '431["awake"]');
});

it("a client of Socket.IO 2 does not notice either, though its pings are not the runtime's to answer", async (t) => {
  const [newer] = await clients(t, lab.url, 1);
  const old = io2(lab.url, { transports: ["websocket"], forceNew: true, reconnection: false });
  t.after(() => old.close());
  await next(old, "connect");
  const unnoticed = watch(t, [newer]);
  let lost;
  old.on("disconnect", (reason) => (lost = reason));
  for (const socket of [newer, old]) await new Promise((done) => socket.emit("join", "ages", done));
  const [byOld, byNew] = [heard(old), heard(newer)];

  await lab.evictAll();
  const pong = next(old.io.engine, "pong");
  old.io.engine.sendPacket("ping");
  await pong;
  await lab.evictAll();
  newer.emit("msg", "ages", Buffer.from([1, 2]));
  await byOld.reaches(1);
  await lab.evictAll();
  old.emit("msg", "ages", Buffer.from([3]));
  await byNew.reaches(1);
  assert.deepEqual([[...byOld[0]], [...byNew[0]]], [[1, 2], [3]]);
  assert.equal(lost, undefined);
  unnoticed();
});
