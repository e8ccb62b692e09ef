// Everything is killed and comes back, and so do all clients, at once. STORM_CLIENTS=2000 for more of them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import WebSocket from "ws";
import { WEBSOCKET, call, client, clients, connected, eventually, gatewayOf, manager, next } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const CLIENTS = Number(process.env.STORM_CLIENTS ?? 400);
const ROOMS_EACH = 5;
const ROOMS = 50;
const GATEWAYS = 4;

/** A lab whose storage outlives it: `again()` after `kill()`, at the same port. */
async function lasting(t, options) {
  const persist = mkdtempSync(join(tmpdir(), "parlor-"));
  let lab = await startLab({ gateways: GATEWAYS, persist, ...options });
  t.after(() => lab.stop().then(() => rmSync(persist, { recursive: true })));
  return {
    url: lab.url,
    kill: () => lab.kill(),
    again: async () => (lab = await startLab({ gateways: GATEWAYS, persist, port: lab.port, ...options })),
  };
}

/** A bare client that joins its rooms as soon as it is in; gives its socket's id once all joins are acknowledged. */
function arrives(url, rooms) {
  return new Promise((done, failed) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    let id;
    let acknowledged = 0;
    socket.on("error", failed);
    socket.on("close", () => failed(new Error("closed")));
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("0")) socket.send("40");
      if (text === "2") socket.send("3");
      if (text.startsWith("40{")) {
        id = JSON.parse(text.slice(2)).sid;
        rooms.forEach((room, n) => socket.send(`42${n}["join","${room}"]`));
      }
      if (/^43\d+\[\]$/.test(text) && (acknowledged += 1) === rooms.length) done({ id, socket });
    });
  });
}

const roomsOf = (n) => Array.from({ length: ROOMS_EACH }, (_, k) => `storm ${(n + k * 7) % ROOMS}`);
const arriveAll = (url) => Promise.all(Array.from({ length: CLIENTS }, (_, n) => arrives(url, roomsOf(n))));

it("who comes back at once is back in the rooms, for few requests", async (t) => {
  const lab = await lasting(t);
  await arriveAll(lab.url);
  await lab.kill();
  await lab.again();
  const started = Date.now();
  const back = await arriveAll(lab.url);
  const took = Date.now() - started;
  t.after(() => back.forEach(({ socket }) => socket.terminate()));
  const counts = await (await fetch(`${lab.url}/counts`)).json();
  const requests = Object.values(counts).reduce((sum, one) => sum + one, 0);
  t.diagnostic(`${CLIENTS} clients, ${CLIENTS * ROOMS_EACH} joins: ${requests} requests to Rooms, ${took} ms`);
  assert.ok(requests < (CLIENTS * ROOMS_EACH) / 2, "far fewer requests than joins");
  const [asker] = await clients(t, lab.url, 1);
  for (const room of [0, 17, ROOMS - 1].map((n) => `storm ${n}`)) {
    const due = back.filter((_, n) => roomsOf(n).includes(room)).map(({ id }) => id);
    assert.deepEqual(await call(asker, "who", room), [due.sort()], "those who are back, and no ghosts of before");
  }
});

it("a Gateway that dies with a hundred members leaves no ghosts, and its clients come back", async (t) => {
  const lab = await lasting(t, { pingInterval: 10_000 });
  const sockets = Array.from({ length: 100 }, () => {
    const socket = manager(t, lab.url, WEBSOCKET, { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 }).socket("/");
    socket.on("connect", () => socket.emit("join", "survivors", () => socket.emit("joined")));
    return socket;
  });
  for (const socket of sockets) await connected(socket);
  const witness = client(t, lab.url, WEBSOCKET, { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 });
  await connected(witness);
  const are = async () => (await call(witness, "who", "survivors"))[0];
  await eventually("all are in", async () => (await are()).length === 100);
  assert.equal(new Set(sockets.map(gatewayOf)).size, GATEWAYS);
  const old = await are();

  const back = Promise.all([witness, ...sockets].map((socket) => next(socket, "connect")));
  await lab.kill();
  await lab.again();
  await back;
  await eventually("all are in again", async () => (await are()).length === 100);
  assert.deepEqual(await are(), sockets.map(({ id }) => id).sort(), "they, and nobody of before");
  assert.ok(old.every((id) => !sockets.some((socket) => socket.id === id)));
  const heard = Promise.all(sockets.map((socket) => next(socket, "msg")));
  witness.emit("msg", "survivors", "all there?");
  assert.deepEqual(new Set((await heard).flat()), new Set(["all there?"]));
});
