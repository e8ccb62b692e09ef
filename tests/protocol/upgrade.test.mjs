// From polling to WebSocket, step by step.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { eventually } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { SEPARATOR, dial, poll, request } from "../support/wire.mjs";

const PATH = "/engine.io/";
const BAD_REQUEST = { code: 3, message: "Bad request" };

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

const open = () => poll(lab.url, PATH);
const wire = (t, sid) => dial(t, lab.url, { sid, path: PATH });

async function probed(t) {
  const session = await open();
  const socket = wire(t, session.sid);
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

it("a probe is answered, and after `5` messages go by WebSocket", async (t) => {
  const { socket } = await upgraded(t);
  socket.send("4hello", Buffer.from([1, 2]));
  assert.equal(await socket.next(), "4hello");
  assert.deepEqual(await socket.next(), Buffer.from([1, 2]));
});

it("a GET that waits gets a noop when the probe comes", async (t) => {
  const session = await open();
  const waiting = session.get();
  const socket = wire(t, session.sid);
  await socket.opened();
  socket.send("2probe");
  assert.equal(await socket.next(), "3probe");
  const { status, body } = await waiting;
  assert.deepEqual({ status, body }, { status: 200, body: "6" });
});

it("POST and GET work while it is under way", async (t) => {
  const { session } = await probed(t);
  assert.equal((await session.post("4still polling")).body, "ok");
  assert.equal((await session.get()).body, "4still polling");
});

it("order is kept across it: what was queued for a GET comes first by WebSocket", async (t) => {
  const session = await open();
  await session.post(["41", "42"].join(SEPARATOR));
  const socket = wire(t, session.sid);
  await socket.opened();
  socket.send("2probe");
  assert.equal(await socket.next(), "3probe");
  await session.post("43");
  assert.equal((await session.get()).body, ["41", "42", "43"].join(SEPARATOR));
  await session.post(["44", "bAAA=", "45"].join(SEPARATOR));
  socket.send("5", "46");
  assert.equal(await socket.next(), "44");
  assert.deepEqual(await socket.next(), Buffer.from([0, 0]));
  assert.equal(await socket.next(), "45");
  assert.equal(await socket.next(), "46");
});

it("a GET that still waits at `5` is answered", async (t) => {
  const session = await open();
  const waiting = session.get();
  const socket = wire(t, session.sid);
  await socket.opened();
  socket.send("2probe", "5", "4over");
  assert.equal(await socket.next(), "3probe");
  assert.equal(await socket.next(), "4over");
  const { status, body } = await waiting; // Node: `1` if no noop went before
  assert.equal(status, 200);
  assert.match(body, /^[16]$/);
});

it("afterwards GET and POST with the sid are bad requests, and the WebSocket goes on", async (t) => {
  const { session, socket } = await upgraded(t);
  for (const answer of [await session.get(), await session.post("4no")]) {
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), BAD_REQUEST);
  }
  socket.send("4on");
  assert.equal(await socket.next(), "4on");
});

it("afterwards a second WebSocket with the sid is closed, and the first goes on", async (t) => {
  const { session, socket } = await upgraded(t);
  const second = wire(t, session.sid);
  await second.ends();
  socket.send("4on");
  assert.equal(await socket.next(), "4on");
});

it("a second WebSocket while the first is probing is closed, and the first can finish", async (t) => {
  const { session, socket } = await probed(t);
  const second = wire(t, session.sid);
  await second.ends();
  socket.send("5", "4over");
  assert.equal(await socket.next(), "4over");
});

for (const frame of ["4too early", "2", "2Probe", "abc", "", Buffer.from([1])]) {
  const shown = typeof frame === "string" ? JSON.stringify(frame) : "binary";
  it(`a first frame that is neither probe nor upgrade, ${shown}, closes that WebSocket alone`, async (t) => {
    const session = await open();
    const stray = wire(t, session.sid);
    await stray.opened();
    stray.send(frame);
    assert.deepEqual(await stray.ends(), { code: 1005 });
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");

    const socket = wire(t, session.sid);
    await socket.opened();
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    socket.send("5", "4second try");
    assert.equal(await socket.next(), "4second try");
  });
}

it("a WebSocket that goes away before `5` leaves the session polling, and another one may try", async (t) => {
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

it("a WebSocket that goes away after `5` takes the session with it", async (t) => {
  const { session, socket } = await upgraded(t);
  socket.ws.close();
  await eventually("the session is gone", async () => JSON.parse((await session.get()).body).code === 1);
});

it("closing by POST while it is under way closes the probing WebSocket too", async (t) => {
  const { session, socket } = await probed(t);
  assert.equal((await session.post("1")).body, "ok");
  assert.deepEqual(await socket.ends(), { code: 1005 });
});
