// From polling to WebSocket, step by step.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../support/clients.mjs";
import { differs, own, startTarget } from "../support/target.mjs";
import { SEPARATOR, TELL, callByPoll, dial, pick, poll, pollMain, settle, slowPost, watch } from "../support/wire.mjs";
import { isGone, refused } from "../support/words.mjs";

const PATH = "/engine.io/";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

const open = () => poll(lab.url, PATH);
const wire = (t, sid, path = PATH) => dial(t, lab.url, { sid, path });

async function probed(t, session, path = PATH) {
  session ??= await open();
  const socket = wire(t, session.sid, path);
  await socket.opened();
  socket.send("2probe");
  assert.equal(await socket.next(), "3probe");
  return { session, socket };
}

/** Over the WebSocket for good, which an echo proves. */
async function upgraded(t) {
  const { session, socket } = await probed(t);
  socket.send("5", "4over");
  assert.equal(await socket.next(), "4over");
  return { session, socket };
}

async function lives(session) {
  await session.post("4alive");
  assert.equal((await session.get()).body, "4alive");
}

describe("5.3 an upgrade", () => {
  it("is a probe, its answer, and `5`: then messages go by WebSocket", async (t) => {
    const { socket } = await upgraded(t);
    socket.send("4hello", Buffer.from([1, 2]));
    assert.equal(await socket.next(), "4hello");
    assert.deepEqual(await socket.next(), Buffer.from([1, 2]));
  });

  it("may be probed more than once", async (t) => {
    const { socket } = await probed(t);
    socket.send("2probe", "5", "4over");
    assert.equal(await socket.next(), "3probe");
    assert.equal(await socket.next(), "4over");
  });

  it("needs no probe", async (t) => {
    const session = await open();
    const socket = wire(t, session.sid);
    await socket.opened();
    socket.send("5", "4over");
    assert.equal(await socket.next(), "4over");
    refused(await session.get(), 3);
  });

  it("has a GET that waits answered with a noop when the probe comes", async (t) => {
    const session = await open();
    const waiting = session.get();
    await settle(lab.url, session.sid);
    await probed(t, session);
    assert.deepEqual(pick(await waiting), { status: 200, body: "6" });
  });

  it("has the next GETs answered with a noop as well, until `5`", async (t) => {
    const { session, socket } = await probed(t);
    assert.deepEqual(pick(await session.get()), { status: 200, body: "6" });
    assert.deepEqual(pick(await session.get()), { status: 200, body: "6" });
    socket.send("5", "4over");
    assert.equal(await socket.next(), "4over");
  });

  it("leaves POST and GET working while it is under way", async (t) => {
    const { session } = await probed(t);
    assert.deepEqual(pick(await session.post("4still polling")), { status: 200, body: "ok" });
    assert.equal((await session.get()).body, "4still polling");
  });

  it("keeps order: what was queued for a GET comes first by WebSocket", async (t) => {
    const session = await open();
    await session.post(["41", "42"].join(SEPARATOR));
    const { socket } = await probed(t, session);
    await session.post("43");
    assert.equal((await session.get()).body, ["41", "42", "43"].join(SEPARATOR));
    await session.post(["44", "bAAA=", "45"].join(SEPARATOR));
    socket.send("5", "46");
    assert.equal(await socket.next(), "44");
    assert.deepEqual(await socket.next(), Buffer.from([0, 0]));
    assert.equal(await socket.next(), "45");
    assert.equal(await socket.next(), "46");
  });

  it("has a GET answered that waits at `5`", async (t) => {
    const session = await open();
    const waiting = session.get();
    await settle(lab.url, session.sid);
    const socket = wire(t, session.sid);
    await socket.opened();
    socket.send("2probe", "5", "4over");
    assert.equal(await socket.next(), "3probe");
    assert.equal(await socket.next(), "4over");
    const due = differs("a GET that waits is answered at the probe already, not up to 100 ms later", {
      node: "1",
      parlor: "6",
    });
    assert.deepEqual(pick(await waiting), { status: 200, body: own(t, due) });
  });

  it("does not wait for a POST that is under way at `5`", async (t) => {
    const session = await open();
    const { asked, answer } = slowPost(session, "4slow");
    asked.on("error", () => {});
    const answered = answer.then(pick, (error) => error.code);
    await settle(lab.url, session.sid);
    const { socket } = await probed(t, session);
    socket.send("5", "4over");
    assert.equal(await socket.next(), "4over");
    asked.end("ly");
    const due = differs("it was begun in time, and counts; Node cuts its connection", {
      node: { post: "ECONNRESET", echoes: [] },
      parlor: { post: { status: 200, body: "ok" }, echoes: ["4slowly"] },
    });
    const { post, echoes } = own(t, due);
    assert.deepEqual(await answered, post);
    socket.send("4on");
    for (const echo of [...echoes, "4on"]) assert.equal(await socket.next(), echo);
  });

  it("carries a Socket.IO connection over, its socket and all", async (t) => {
    const session = await pollMain(lab.url);
    const { socket } = await probed(t, session, "/socket.io/");
    socket.send("5", '420["rooms"]');
    assert.equal(await socket.next(), '430[["' + session.id + '"]]');
  });
});

describe("5.3 after an upgrade", () => {
  it("GET and POST with the sid are bad requests, and the WebSocket goes on", async (t) => {
    const { session, socket } = await upgraded(t);
    refused(await session.get(), 3);
    refused(await session.post("4no"), 3);
    socket.send("4on");
    assert.equal(await socket.next(), "4on");
  });

  it("a second WebSocket with the sid is closed, and the first goes on", async (t) => {
    const { session, socket } = await upgraded(t);
    assert.deepEqual(await wire(t, session.sid).ends(), { code: 1005 });
    socket.send("4on");
    assert.equal(await socket.next(), "4on");
  });

  it("the end of the WebSocket is the end of the session", async (t) => {
    const { session, socket } = await upgraded(t);
    socket.ws.close();
    await eventually("the session is gone", async () => JSON.parse((await session.get()).body).code === 1);
  });
});

describe("5.3 an upgrade that comes to nothing", () => {
  for (const frame of ["4too early", "2", "3probe", "2Probe", "2probe2", "6", "1", "abc", "", Buffer.from([1])]) {
    const shown = typeof frame === "string" ? JSON.stringify(frame) : "binary";

    it(`by a first frame ${shown}, closes that WebSocket alone, and another may try`, async (t) => {
      const session = await open();
      const stray = wire(t, session.sid);
      await stray.opened();
      stray.send(frame);
      assert.deepEqual(await stray.ends(), { code: 1005 });
      await lives(session);
      const { socket } = await probed(t, session);
      socket.send("5", "4second try");
      assert.equal(await socket.next(), "4second try");
    });

    it(`by ${shown} behind the probe, closes that WebSocket alone`, async (t) => {
      const { session, socket } = await probed(t);
      socket.send(frame);
      assert.deepEqual(await socket.ends(), { code: 1005 });
      await lives(session);
    });
  }

  it("by a second WebSocket, closes that one, and the first can finish", async (t) => {
    const { session, socket } = await probed(t);
    assert.deepEqual(await wire(t, session.sid).ends(), { code: 1005 });
    socket.send("5", "4over");
    assert.equal(await socket.next(), "4over");
  });

  it("by a second WebSocket before the first has probed, closes that one", async (t) => {
    const session = await open();
    const first = wire(t, session.sid);
    await first.opened();
    assert.deepEqual(await wire(t, session.sid).ends(), { code: 1005 });
    first.send("2probe", "5", "4over");
    assert.equal(await first.next(), "3probe");
    assert.equal(await first.next(), "4over");
  });

  it("by its WebSocket going away, leaves the session polling, and another may try", async (t) => {
    const { session, socket } = await probed(t);
    socket.ws.close();
    await eventually("the first probe is forgotten", async () => {
      const again = wire(t, session.sid);
      await again.opened();
      again.send("2probe");
      if ((await again.next().catch(() => "closed")) !== "3probe") return false;
      again.send("5", "4over");
      return (await again.next()) === "4over";
    });
  });

  it("by a close packet in a POST, takes the WebSocket with it", async (t) => {
    const { session, socket } = await probed(t);
    assert.equal((await session.post("1")).body, "ok");
    assert.deepEqual(await socket.ends(), { code: 1005 });
    await isGone(session);
  });

  it("by a close packet in a POST, has the GET that waits answered with a noop", async (t) => {
    const session = await open();
    const socket = wire(t, session.sid);
    await socket.opened();
    const { asked, answer } = session.sending();
    asked.end();
    await settle(lab.url, session.sid);
    assert.equal((await session.post("1")).body, "ok");
    assert.deepEqual(pick(await answer), { status: 200, body: "6" });
    await isGone(session);
  });

  it("by a frame that is too large, closes that WebSocket with 1009 and nothing else", async (t) => {
    const { session, socket } = await probed(t);
    socket.send("4".padEnd(1_000_001, "x"));
    assert.deepEqual(await socket.ends(), { code: 1009 });
    await lives(session);
  });
});

describe("5.3 upgradeTimeout", { concurrency: true }, () => {
  let lab;
  before(async () => (lab = await startTarget({ upgradeTimeout: 1000 })));
  after(() => lab.stop());

  for (const frame of [undefined, "2probe"]) {
    it(`closes a WebSocket that ${frame ? "only probes" : "says nothing"}, and the session polls on`, async (t) => {
      const session = await poll(lab.url, PATH);
      const socket = dial(t, lab.url, { sid: session.sid, path: PATH });
      await socket.opened();
      if (frame) {
        socket.send(frame);
        assert.equal(await socket.next(), "3probe");
      }
      assert.deepEqual(await socket.ends(), { code: 1005 });
      await lives(session);
    });
  }

  it("leaves alone what was upgraded in time", async (t) => {
    const session = await poll(lab.url, PATH);
    const socket = dial(t, lab.url, { sid: session.sid, path: PATH });
    const late = dial(t, lab.url, { sid: (await poll(lab.url, PATH)).sid, path: PATH });
    await socket.opened();
    socket.send("2probe", "5");
    assert.equal(await socket.next(), "3probe");
    await late.opened();
    await late.ends(); // its time came after that of the first
    socket.send("4on");
    assert.equal(await socket.next(), "4on");
  });
});

it("5.4 the end of an upgraded connection is told as any other: transport close", async (t) => {
  const watcher = await watch(t, lab.url);
  const session = await pollMain(lab.url);
  await callByPoll(session, ...TELL);
  const { socket } = await probed(t, session, "/socket.io/");
  socket.send("5");
  socket.ws.close();
  assert.equal(await watcher.reason(session.id), "transport close");
});
