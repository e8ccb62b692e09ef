// Which Gateway a new connection goes to.
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { POLLING, WEBSOCKET, call, client, clients, connected, eventually, gatewayOf, next } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const count = (sockets) => [0, 1].map((n) => sockets.filter((socket) => gatewayOf(socket) === `any-${n}`).length);

it("a Gateway that is full is passed over, and when all are full it is said", async (t) => {
  const lab = await startLab({ gateways: 2, gatewayConnections: 3 });
  t.after(() => lab.stop());
  const sockets = await clients(t, lab.url, 4);
  assert.deepEqual(count(sockets), [2, 2]);
  const [leaver, stayer] = sockets; // on two Gateways
  await call(stayer, "join", "door");
  await call(leaver, "set", "tell", "door");
  const gone = next(stayer, "gone");
  leaver.disconnect();
  await gone;
  const more = await clients(t, lab.url, 3); // two of them would be the fourth of theirs
  assert.deepEqual(count([...sockets, ...more].filter(({ connected }) => connected)), [3, 3]);
  for (const transport of [POLLING, WEBSOCKET]) {
    await assert.rejects(connected(client(t, lab.url, transport)), undefined, transport.name);
  }
  const answer = await fetch(`${lab.url}/socket.io/?EIO=4&transport=polling`);
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
  more[0].disconnect();
  await eventually("there is a place again", () => connected(client(t, lab.url)).then(() => true, () => false));
});

const FRONT = join(import.meta.dirname, "placement.front.mjs");

it("all objects are made in the jurisdiction, by the Worker and by each other", async (t) => {
  const lab = await startLab({ gateways: 2, jurisdiction: "eu", front: FRONT });
  t.after(() => lab.stop());
  const [a, b] = await clients(t, lab.url, 2);
  assert.deepEqual(count([a, b]), [1, 1]);
  await Promise.all([a, b].map((socket) => call(socket, "join", "room")));
  const heard = next(b, "msg");
  a.emit("msg", "room", "hello");
  assert.deepEqual((await heard)[0], "hello");
  const job = next(b, "job");
  await call(b, "consume", "queue");
  await call(a, "push", "queue", "work");
  assert.equal((await job)[0].data, "work");
  const outside = next(a, "msg");
  const body = JSON.stringify({ event: "msg", args: ["news"], room: "room" });
  const emitted = await fetch(`${lab.url}/emit`, { method: "POST", headers: { authorization: "Bearer lab" }, body });
  assert.equal(emitted.status, 202);
  assert.deepEqual((await outside)[0], "news");
});

it("no object is made outside of the jurisdiction: where there is none of its kind, nobody is served", async (t) => {
  for (const [jurisdiction, front] of [["fedramp", FRONT], [undefined, FRONT], ["eu", undefined]]) {
    const lab = await startLab({ jurisdiction, front });
    t.after(() => lab.stop());
    const answer = await fetch(`${lab.url}/socket.io/?EIO=4&transport=polling`);
    assert.equal(answer.status, 500, `${jurisdiction} ${await answer.text()}`);
  }
});
