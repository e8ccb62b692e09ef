// A deploy, rehearsed: another build takes the place of the one that runs, on its storage, while people are connected and
// talk. The builds differ in every version byte (`crates/parlor/src/edition.rs`), as after a change of all that is stored:
// the new one reads what the old one wrote, and neither reads what the other says. And the way back.
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { POLLING, WEBSOCKET, call, clients, eventually, heard } from "../support/clients.mjs";
import { startMortal } from "../support/lab.mjs";
import { forgetsHalves, publishSurely, readAll } from "../support/publishing.mjs";
import { HASTE } from "../support/recovery.mjs";

const CLIENTS = 100;
const POLLERS = 10;
const PUBLISHERS = 5;
const PAUSE = 50; // ms between two messages of one
const BETWEEN = 20; // messages from one deploy to the next
const SETTINGS = { gateways: 4, recovery: 120_000 };
const ROOM = "news";

it(`${CLIENTS} people who are connected are all back after each deploy as who they were, and have missed nothing`, async (t) => {
  const lab = await startMortal(t, SETTINGS);
  const transports = Array.from({ length: CLIENTS }, (_, n) => (n < POLLERS ? POLLING : WEBSOCKET));
  const people = (await Promise.all(transports.map((transport) => clients(t, lab.url, 1, transport, HASTE)))).flat();
  const ids = people.map(({ id }) => id);
  const returns = people.map((socket) => listensFor(socket, "connect", () => socket.recovered));
  const heards = people.map((socket) => (forgetsHalves(socket), heard(socket, "said")));
  await Promise.all(people.flatMap((socket, n) => [call(socket, "join", ROOM), call(socket, "set", "number", n)]));

  const talk = talking(people.slice(0, PUBLISHERS));
  for (const edition of [1, 2]) {
    await talk.goesOn();
    await lab.deployed(edition); // in the middle of what they say
    const areBack = () => returns.every((list) => list.length >= edition);
    await eventually(`all are back after deploy ${edition}`, areBack);
  }
  await talk.goesOn();
  const said = await talk.end();

  assert.ok(returns.flat().every(Boolean), "every return is a recovery");
  assert.deepEqual(people.map(({ id }) => id), ids);
  assert.deepEqual(await readAll(people[0], ROOM), said, "what was acknowledged is in the history, once");
  for (const [n, list] of heards.entries()) {
    await list.reaches(said.length);
    assert.deepEqual([...list], said, `person ${n} has heard all of it, once, in its order`);
    assert.deepEqual(await call(people[n], "rooms"), [[ids[n], ROOM].sort()]);
    assert.deepEqual(await call(people[n], "get", "number"), [n]);
  }
  assert.deepEqual(await call(people[0], "who", ROOM), [ids.toSorted()]);
});

it("after a roll-back people are new, nothing is stored over what newer code has, and all of it goes on from there", async (t) => {
  const lab = await startMortal(t, { ...SETTINGS, edition: 1 });
  const [ann, bob] = await clients(t, lab.url, 2, WEBSOCKET, HASTE);
  const returns = listensFor(ann, "connect", () => ann.recovered);
  for (const socket of [ann, bob]) await call(socket, "join", ROOM);
  const before = [];
  for (const data of ["one", "two"]) before.push((await publishSurely(ann, ROOM, data)).receipt);

  await lab.deployed(0);
  await eventually("they are back", () => returns.length >= 1 && ann.connected && bob.connected);
  assert.deepEqual([...returns], [false], "as somebody new");
  assert.deepEqual(await call(ann, "rooms"), [[ann.id]]);
  assert.deepEqual(await call(ann, "echo", "hello"), ["hello"], "who is served");
  const elsewhere = await publishSurely(ann, "tea", "of the older code");
  assert.equal(elsewhere.receipt.seq, 1, "a room in which the newer code has stored nothing is open");
  const [refusal] = await call(bob, "publish", ROOM, "three", "three");
  assert.equal(refusal.error, "timeout", "the other serves nobody");

  await lab.deployed(1);
  const { receipt } = await publishSurely(bob, ROOM, "three");
  assert.deepEqual(receipt, { seq: 3, data: "three" });
  assert.deepEqual(await readAll(ann, ROOM), [...before, receipt]);
  assert.deepEqual(await readAll(ann, "tea"), [elsewhere.receipt]);
});

/** A list of what `value` gives each time. */
function listensFor(emitter, event, value) {
  const list = [];
  emitter.on(event, () => list.push(value()));
  return list;
}

/** These publish without end, each message until it is acknowledged. `goesOn()` waits for some more; `end()` gives all, in order. */
function talking(publishers) {
  let over = false;
  const receipts = [];
  const done = publishers.map(async (socket, who) => {
    for (let n = 0; !over; n += 1) {
      receipts.push((await publishSurely(socket, ROOM, `publisher ${who}, ${n}`)).receipt);
      await sleep(PAUSE);
    }
  });
  return {
    async goesOn() {
      const due = receipts.length + BETWEEN;
      await eventually("publishers go on", () => receipts.length >= due);
    },
    async end() {
      over = true;
      await Promise.all(done);
      return receipts.toSorted((a, b) => a.seq - b.seq);
    },
  };
}
