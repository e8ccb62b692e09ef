// Pings, pongs, and what happens without them. Only order is asserted, and that nothing hangs.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startLab } from "../support/lab.mjs";
import { dial, poll, pollMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startLab({ pingInterval: 300, pingTimeout: 200 })));
after(() => lab.stop());

const GONE = { code: 1, message: "Session ID unknown" };

describe("a heartbeat by WebSocket", () => {
  it("goes on as long as pings are answered", async (t) => {
    const socket = dial(t, lab.url, { path: "/engine.io/" });
    await socket.next();
    for (let n = 0; n < 4; n += 1) {
      assert.equal(await socket.next(), "2");
      socket.send("3");
    }
    socket.send("4alive");
    assert.equal(await socket.next(), "4alive");
  });

  it("ends the session when a ping is not answered", async (t) => {
    const socket = dial(t, lab.url, { path: "/engine.io/" });
    await socket.next();
    socket.send("4a frame, without which workerd's TCP lingers after a close");
    await socket.next();
    assert.equal(await socket.next(), "2");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("is not kept up by other traffic", async (t) => {
    const socket = dial(t, lab.url, { path: "/engine.io/" });
    await socket.next();
    const chatter = setInterval(() => socket.send("4and another thing"), 20);
    t.after(() => clearInterval(chatter));
    assert.deepEqual(await socket.ends({ after: "anything" }), { code: 1005 });
  });

  it("ends a session that has answered before", async (t) => {
    const socket = dial(t, lab.url, { path: "/engine.io/" });
    await socket.next();
    assert.equal(await socket.next(), "2");
    socket.send("3");
    assert.equal(await socket.next(), "2");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("goes on after an upgrade", async (t) => {
    const { sid } = await poll(lab.url, "/engine.io/");
    const socket = dial(t, lab.url, { sid, path: "/engine.io/" });
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

describe("a heartbeat by polling", () => {
  it("goes on as long as pings are answered, each alone in its payload", async () => {
    const session = await poll(lab.url, "/engine.io/");
    for (let n = 0; n < 4; n += 1) {
      assert.equal((await session.get()).body, "2");
      assert.equal((await session.post("3")).body, "ok");
    }
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });

  it("ends the session when a ping is not answered, with a GET that waits", async () => {
    const session = await poll(lab.url, "/engine.io/");
    assert.equal((await session.get()).body, "2");
    const { status, body } = await session.get();
    assert.ok(status === 400 || body === "1", `${status} ${body}`);
    assert.deepEqual(JSON.parse((await session.get()).body), GONE);
  });

  it("ends the session of a client that never comes back", async () => {
    const session = await pollMain(lab.url);
    // Asking with GET would be coming back. Once POST is refused, the session is gone.
    const until = Date.now() + 10_000;
    while ((await session.post("6")).status === 200) {
      assert.ok(Date.now() < until, "still there");
      await new Promise((done) => setTimeout(done, 50));
    }
    assert.deepEqual(JSON.parse((await session.get()).body), GONE);
  });

  it("is not disturbed by pongs that nobody asked for", async () => {
    const session = await poll(lab.url, "/engine.io/");
    for (let n = 0; n < 3; n += 1) assert.equal((await session.post("3")).body, "ok");
    assert.equal((await session.get()).body, "2");
    assert.equal((await session.post("3")).body, "ok");
    assert.equal((await session.get()).body, "2");
  });
});
