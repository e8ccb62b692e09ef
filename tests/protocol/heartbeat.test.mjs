// Pings, pongs, and what happens without them. Asserted is the order, that nothing comes early, and that nothing hangs.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { differs, own, startTarget } from "../support/target.mjs";
import { TELL, call, callByPoll, dial, dialMain, pick, poll, pollMain, watch } from "../support/wire.mjs";
import { isGone } from "../support/words.mjs";

const PATH = "/engine.io/";
/** Long enough for a busy machine to be in time. The cases of a describe wait side by side. */
const INTERVAL = 1000;
const TIMEOUT = 1000;
const BESIDE = { concurrency: true };

let lab;
before(async () => (lab = await startTarget({ pingInterval: INTERVAL, pingTimeout: TIMEOUT })));
after(() => lab.stop());

async function dialEcho(t) {
  const socket = dial(t, lab.url, { path: PATH });
  await socket.next();
  return socket;
}

describe("5.4 a heartbeat by WebSocket", BESIDE, () => {
  it("goes on as long as pings are answered", async (t) => {
    const socket = await dialEcho(t);
    for (let n = 0; n < 4; n += 1) {
      assert.equal(await socket.next(), "2");
      socket.send("3");
    }
    socket.send("4alive");
    assert.equal(await socket.next(), "4alive");
  });

  it("ends the session when a ping is not answered, without a code", async (t) => {
    const socket = await dialEcho(t);
    socket.send("4a frame, without which workerd's TCP lingers after a close");
    await socket.next();
    assert.equal(await socket.next(), "2");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("is not kept up by other traffic", async (t) => {
    const socket = await dialEcho(t);
    const chatter = setInterval(() => socket.send("4and another thing"), 20);
    t.after(() => clearInterval(chatter));
    assert.deepEqual(await socket.ends({ after: "anything" }), { code: 1005 });
  });

  it("ends a session that has answered before", async (t) => {
    const socket = await dialEcho(t);
    assert.equal(await socket.next(), "2");
    socket.send("3");
    assert.equal(await socket.next(), "2");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("counts from the pong, not from the last ping", async (t) => {
    const socket = await dialEcho(t);
    assert.equal(await socket.next(), "2");
    await sleep(INTERVAL / 2);
    const ponged = performance.now();
    socket.send("3");
    assert.equal(await socket.next(), "2");
    assert.ok(performance.now() - ponged >= INTERVAL - 5, "an interval after the pong"); // timers round
  });

  it("is put off by pongs that nobody asked for", async (t) => {
    const socket = await dialEcho(t);
    await sleep(INTERVAL / 2);
    const ponged = performance.now();
    socket.send("3");
    assert.equal(await socket.next(), "2");
    assert.ok(performance.now() - ponged >= INTERVAL - 5, "an interval after the pong");
  });

  it("takes a pong whatever it carries", async (t) => {
    const socket = await dialEcho(t);
    for (let n = 0; n < 3; n += 1) {
      assert.equal(await socket.next(), "2");
      socket.send("3anything");
    }
  });

  it("goes on after an upgrade, and ends the session there too", async (t) => {
    const { sid } = await poll(lab.url, PATH);
    const socket = dial(t, lab.url, { sid, path: PATH });
    await socket.opened();
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    socket.send("5");
    for (let n = 0; n < 3; n += 1) {
      assert.equal(await socket.next(), "2");
      socket.send("3");
    }
    assert.equal(await socket.next(), "2");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });
});

describe("5.4 a heartbeat by polling", BESIDE, () => {
  it("goes on as long as pings are answered, each alone in its payload", async () => {
    const session = await poll(lab.url, PATH);
    for (let n = 0; n < 4; n += 1) {
      assert.equal((await session.get()).body, "2");
      assert.equal((await session.post("3")).body, "ok");
    }
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });

  it("ends the session when a ping is not answered: a close packet for the GET that waits", async () => {
    const session = await poll(lab.url, PATH);
    assert.equal((await session.get()).body, "2");
    assert.deepEqual(pick(await session.get()), { status: 200, body: "1" });
    await isGone(session);
  });

  it("ends the session of a client that never comes back", async () => {
    const session = await pollMain(lab.url);
    // Asking with GET would be coming back. Once POST is refused, the session is gone.
    const until = Date.now() + 10_000;
    while ((await session.post("6")).status === 200) {
      assert.ok(Date.now() < until, "still there");
      await sleep(50);
    }
    await isGone(session);
  });

  it("is not disturbed by pongs that nobody asked for", async () => {
    const session = await poll(lab.url, PATH);
    for (let n = 0; n < 3; n += 1) assert.equal((await session.post("3")).body, "ok");
    assert.equal((await session.get()).body, "2");
    assert.equal((await session.post("3")).body, "ok");
    assert.equal((await session.get()).body, "2");
  });

  it("is a ping that waits for the next GET, with what else waits", async () => {
    const session = await poll(lab.url, PATH);
    await session.post("4before");
    await sleep(INTERVAL + TIMEOUT / 2); // the server pings meanwhile, of which only a GET could tell
    assert.equal((await session.get()).body, "4before\x1e2");
  });
});

describe("5.4 a ping that is not answered", BESIDE, () => {
  it("by WebSocket: ping timeout", async (t) => {
    const watcher = await watch(t, lab.url);
    const socket = await dialMain(t, lab.url);
    await call(socket, ...TELL);
    assert.equal(await watcher.reason(socket.id), "ping timeout");
  });

  it("by polling: ping timeout", async (t) => {
    const watcher = await watch(t, lab.url);
    const session = await pollMain(lab.url);
    await callByPoll(session, ...TELL);
    assert.equal(await watcher.reason(session.id), "ping timeout");
  });
});

it("5.4 a pong has no answer", async (t) => {
  const lab = await startTarget();
  t.after(() => lab.stop());
  const socket = dial(t, lab.url, { path: PATH });
  await socket.next();
  socket.send("3", "4next");
  const due = differs("where objects sleep the runtime answers pongs by itself, with a noop", {
    node: "4next",
    parlor: "6",
  });
  assert.equal(await socket.next(), own(t, due));
});

describe("3.3 connectTimeout", BESIDE, () => {
  let lab;
  before(async () => (lab = await startTarget({ connectTimeout: 1000 })));
  after(() => lab.stop());

  it("closes a WebSocket that joins no namespace", async (t) => {
    const socket = dial(t, lab.url);
    await socket.next();
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("closes one whose only CONNECT was refused", async (t) => {
    const socket = dial(t, lab.url);
    await socket.next();
    socket.send("40/nope,");
    assert.equal(await socket.next(), '44/nope,{"message":"Invalid namespace"}');
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("closes a session by polling: a close packet for the GET that waits", async () => {
    const session = await poll(lab.url);
    assert.deepEqual(pick(await session.get()), { status: 200, body: "1" });
    await isGone(session);
  });

  it("leaves alone who has joined one, though it left again", async (t) => {
    const joined = await dialMain(t, lab.url);
    const left = await dialMain(t, lab.url);
    left.send("41");
    const idle = dial(t, lab.url);
    await idle.next();
    await idle.ends(); // its time came after theirs
    for (const [socket, nsp] of [[joined, "/custom"], [left, "/custom"]]) {
      socket.send(`40${nsp},`);
      assert.equal((await socket.next()).slice(0, 10), `40${nsp},`);
    }
  });

  it("is not for bare Engine.IO", async (t) => {
    const bare = dial(t, lab.url, { path: PATH });
    await bare.next();
    const idle = dial(t, lab.url);
    await idle.next();
    await idle.ends();
    bare.send("4alive");
    assert.equal(await bare.next(), "4alive");
  });
});
