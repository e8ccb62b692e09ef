// A Gateway dies with a hundred members. Rooms drop what is gone, whether somebody asks or not, and the clients come back.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { call, client, clients, connected, eventually, gatewayOf, heard, next, within, WEBSOCKET } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";

const MEMBERS = 100;
const ROOMS = ["red", "green", "blue"];
const HEARTBEAT = { pingInterval: 10_000, pingTimeout: 5_000 }; // the shortest with which objects sleep
const BOUND = HEARTBEAT.pingInterval + HEARTBEAT.pingTimeout;
const HASTE = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

const joinAll = (sockets) => Promise.all(sockets.flatMap((socket) => ROOMS.map((room) => call(socket, "join", room))));
const ids = (sockets) => sockets.map(({ id }) => id).sort();
const who = async (socket, room) => (await call(socket, "who", room))[0];

/** The sockets are in all rooms again, as their only members besides `others`; and hear what is said there once. */
async function inOrder(sockets, others) {
  await joinAll(sockets);
  const everyone = [...sockets, ...others];
  for (const room of ROOMS) assert.deepEqual(await who(sockets[0], room), ids(everyone));
  const lists = everyone.map((socket) => heard(socket));
  for (const room of ROOMS) {
    sockets[0].emit("all", room, room);
    await Promise.all(lists.map((list) => list.reaches(1)));
    for (const list of lists) assert.deepEqual(list.splice(0), [room]);
  }
}

it("a Gateway that dies alone: the members on the other stay, its own are gone and come back", async (t) => {
  const lab = await startMiniflare({ gateways: 2, ...HEARTBEAT });
  t.after(() => lab.stop());
  const sockets = await clients(t, lab.url, 2 * MEMBERS, WEBSOCKET, HASTE);
  const doomed = sockets.filter((socket) => gatewayOf(socket) === "any-0");
  const [watcher, ...rest] = sockets.filter((socket) => gatewayOf(socket) === "any-1");
  assert.equal(doomed.length, MEMBERS);
  rest.forEach((socket) => socket.disconnect());
  const lost = [];
  watcher.on("disconnect", (reason) => lost.push(reason));
  await joinAll([...doomed, watcher]);
  for (const room of ROOMS) assert.deepEqual(await who(watcher, room), ids([...doomed, watcher]));

  const gone = doomed.map((socket) => next(socket, "disconnect"));
  const back = doomed.map((socket) => next(socket, "connect"));
  assert.ok(await lab.crash("Gateway", "any-0"));
  await Promise.all(gone);
  for (const room of ROOMS) assert.deepEqual(await who(watcher, room), [watcher.id], "who is asked for finds it out");
  await Promise.all(back);
  for (const room of ROOMS) assert.deepEqual(await who(watcher, room), [watcher.id], "rooms are not recovered");
  await inOrder(doomed, [watcher]);
  assert.deepEqual(lost, [], "who is on the other Gateway has noticed nothing");
});

it("after a crash of all, the Rooms are told who is gone though nobody asks; then the clients come back", async (t) => {
  const persist = mkdtempSync(join(tmpdir(), "parlor-killed-"));
  t.after(() => rmSync(persist, { recursive: true, force: true }));
  const start = async (port) => {
    const lab = await startLab({ gateways: 2, persist, port, ...HEARTBEAT });
    t.after(() => lab.kill());
    return lab;
  };
  const before = await start();
  const sockets = await clients(t, before.url, MEMBERS, WEBSOCKET, HASTE);
  await joinAll(sockets);
  const gone = sockets.map((socket) => next(socket, "disconnect"));
  await before.kill();
  await Promise.all(gone);

  sockets.forEach((socket) => socket.disconnect()); // nobody wakes an object
  const after = await start(before.port);
  const rooms = ["/", ...ROOMS.map((room) => `/#${room}`)];
  const told = eventually("all Rooms are told", async () => {
    const counts = await (await fetch(`${after.url}/counts`)).json();
    return rooms.every((room) => counts[room] >= 2); // by both Gateways
  });
  await within(told, "the Rooms to be told", BOUND);
  const [watcher] = await clients(t, after.url, 1);
  for (const room of ROOMS) assert.deepEqual(await who(watcher, room), []);

  await Promise.all(sockets.map(connected));
  await inOrder(sockets, []);
});
