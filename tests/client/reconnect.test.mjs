// Ends of connections as the official client sees them, and its way back.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { call, client, clients, connected, heard, next, upgraded, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const HASTE = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

async function lab(t, options) {
  const started = await startLab({ gateways: 2, ...options });
  t.after(() => started.kill());
  return started;
}

withEveryTransport("the end of a connection", (transport) => {
  it("is `transport close` when the server ends it for a bad packet, and the client comes back", async (t) => {
    const { url } = await lab(t);
    const socket = client(t, url, transport, HASTE);
    await connected(socket);
    if (transport.endsOn === "websocket") await upgraded(socket);
    const first = socket.id;
    const [left, back] = [next(socket, "disconnect"), next(socket, "connect")];
    socket.io.engine.write("7 is no packet type");
    assert.equal((await left)[0], "transport close");
    await back;
    assert.notEqual(socket.id, first);
    assert.deepEqual(await call(socket, "echo", "back"), ["back"]);
  });

  it("is `io client disconnect` when the client wants it, and it does not come back", async (t) => {
    const { url } = await lab(t);
    const [socket] = await clients(t, url, 1, transport, HASTE);
    const left = next(socket, "disconnect");
    socket.disconnect();
    assert.equal((await left)[0], "io client disconnect");
    assert.ok(!socket.active);
  });

  it("is `ping timeout` when the server falls silent, and the client comes back when it speaks again", async (t) => {
    const { url, pid } = await lab(t, { pingInterval: 300, pingTimeout: 500 });
    const [socket] = await clients(t, url, 1, transport, HASTE);
    const left = next(socket, "disconnect");
    process.kill(pid, "SIGSTOP");
    assert.equal((await left)[0], "ping timeout");
    const back = next(socket, "connect");
    process.kill(pid, "SIGCONT");
    await back;
    assert.deepEqual(await call(socket, "echo", "back"), ["back"]);
  });

  it("survives heartbeats: nobody is disconnected while both sides answer", async (t) => {
    const { url } = await lab(t, { pingInterval: 300, pingTimeout: 500 });
    const [socket] = await clients(t, url, 1, transport);
    const first = socket.id;
    for (let pings = 0; pings < 5; pings += 1) await next(socket.io, "ping");
    assert.ok(socket.connected);
    assert.equal(socket.id, first);
    assert.deepEqual(await call(socket, "echo", "alive"), ["alive"]);
  });

  it("by a power cut is mended when the server is back on the same storage", async (t) => {
    const persist = mkdtempSync(join(tmpdir(), "parlor-persist-"));
    t.after(() => rmSync(persist, { recursive: true, force: true }));
    const before = await lab(t, { persist });
    const sockets = await clients(t, before.url, 3, transport, HASTE);
    const ids = sockets.map((socket) => socket.id);
    for (const socket of sockets) await call(socket, "join", "lounge");

    const left = sockets.map((socket) => next(socket, "disconnect"));
    await before.kill();
    for (const [reason] of await Promise.all(left)) assert.match(reason, /^transport (close|error)$/);
    const back = sockets.map((socket) => next(socket, "connect"));
    await lab(t, { persist, port: before.port });
    await Promise.all(back);

    const heardBy = sockets.map((socket) => heard(socket));
    for (const [n, socket] of sockets.entries()) {
      assert.ok(!ids.includes(socket.id), "a new id");
      assert.deepEqual(await call(socket, "rooms"), [[socket.id]], "rooms are not recovered");
      await call(socket, "join", n === 2 ? "bar" : "lounge");
    }
    sockets[0].emit("all", "lounge", "we are back");
    sockets[2].emit("all", "bar", "so am I");
    assert.deepEqual([...(await heardBy[0].reaches(1))], ["we are back"]);
    assert.deepEqual([...(await heardBy[1].reaches(1))], ["we are back"]);
    assert.deepEqual([...(await heardBy[2].reaches(1))], ["so am I"]);
  });
});
