// Three publish and five listen, on two Gateways, while the process is killed and started again, or objects lose their
// memory, or connections are cut. Nobody who was told that a message is stored is disappointed: it is in the history once,
// and each subscriber has heard it once, in the order of the numbers. Plain broadcasts between them may be lost with a
// memory, but nobody hears one twice, or in another order than others do.
//
// DURABLE_SEED=n for other moments, DURABLE_KILLS=100 for more of them; also DURABLE_EVICTIONS, DURABLE_CUTS.
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { POLLING, WEBSOCKET, call, clients, eventually, heard } from "../support/clients.mjs";
import { startMortal } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { startProxy } from "../support/proxy.mjs";
import { forgetsHalves, publishSurely, readAll } from "../support/publishing.mjs";
import { random } from "../support/random.mjs";
import { HASTE, standsOn } from "../support/recovery.mjs";

const number = (name, usual) => Number(process.env[name] ?? usual);
const SEED = number("DURABLE_SEED", 1);
const KILLS = number("DURABLE_KILLS", 10);
const EVICTIONS = number("DURABLE_EVICTIONS", 50);
const CUTS = number("DURABLE_CUTS", 100);
const SETTINGS = { gateways: 2, recovery: 60_000 };
const ROOM = "news";
const OBJECTS = [["Gateway", "any-0"], ["Gateway", "any-1"], ["Room", `/#${ROOM}`], ["Room", "/"]];

it("whatever was acknowledged outlives kills of the process, and subscribers miss and repeat nothing", async (t) => {
  const lab = await startMortal(t, SETTINGS);
  const transports = [WEBSOCKET, POLLING, WEBSOCKET, POLLING, WEBSOCKET];
  const returns = await publish(t, lab.url, { transports, blows: KILLS, between: 15, blow: () => lab.killed() });
  assert.ok(returns >= KILLS, "connections ended");
});

it("whatever was acknowledged outlives the eviction of all objects, and no subscriber notices", async (t) => {
  const lab = await startMiniflare(SETTINGS);
  t.after(() => lab.stop());
  const returns = await publish(t, lab.url, { blows: EVICTIONS, between: 15, blow: () => lab.evictAll() });
  assert.equal(returns, 0);
});

it("whatever was acknowledged outlives all that may happen to one object or one connection at a time", async (t) => {
  const lab = await startMiniflare(SETTINGS);
  t.after(() => lab.stop());
  const proxies = [];
  for (let n = 0; n < 5; n += 1) proxies.push(await startProxy(t, lab.url));
  const blow = (one, subscribers) => {
    // Miniflare can't evict an object for good when a client has gone in the middle of opening its WebSocket, nor, until
    // that ends, when it has closed one to which nobody answers.
    const connected = proxies.filter((_, n) => subscribers[n].connected);
    const ways = [
      () => connected.length > 0 && one(connected).cut(),
      () => connected.length > 0 && one(connected).strand(500),
      () => lab.evict(...one(OBJECTS)),
      () => lab.crash(...one(OBJECTS.slice(0, 2))),
    ];
    return one(ways)();
  };
  const returns = await publish(t, lab.url, { urls: proxies.map(({ url }) => url), blows: CUTS, between: 5, blow });
  assert.ok(returns > 0, "connections ended");
});

/**
 * So many blows in the middle of publishing, each of them behind a number of messages; then all of it is judged. Gives how
 * often a client has come back.
 */
async function publish(t, url, { urls = Array(5).fill(url), transports = Array(5).fill(WEBSOCKET), blows, blow, between }) {
  const dice = random(SEED);
  const one = (list) => list[Math.floor(dice() * list.length)];
  const publishers = await clients(t, url, 3, WEBSOCKET, HASTE);
  const subscribers = [];
  for (const [n, through] of urls.entries()) subscribers.push(...(await clients(t, through, 1, transports[n], HASTE)));
  assert.equal(new Set(subscribers.map(standsOn)).size, 2);
  const orders = subscribers.map((socket) => {
    const order = heard(socket, "said");
    socket.on("msg", (x) => order.push(x));
    forgetsHalves(socket);
    return order;
  });
  for (const socket of subscribers) await call(socket, "join", ROOM);
  const returns = []; // of each socket that comes back, whether it was recovered
  for (const socket of [...publishers, ...subscribers]) socket.on("connect", () => returns.push(socket.recovered));

  let over = false;
  const receipts = []; // of each message that was acknowledged: `{seq, data}`
  let repeats = 0;
  const publishing = publishers.map(async (socket, who) => {
    for (let n = 0; !over; n += 1) {
      const told = await publishSurely(socket, ROOM, `publisher ${who}, ${n}`);
      receipts.push(told.receipt);
      repeats += told.repeats;
      socket.emit("all", ROOM, `broadcast by ${who}, ${n}`);
      await sleep(dice() * 20);
    }
  });
  const blowing = (async () => {
    for (let n = 0; n < blows; n += 1) {
      const due = receipts.length + between;
      await eventually("publishers go on", () => receipts.length >= due);
      await sleep(dice() * 50);
      await blow(one, subscribers);
    }
    over = true;
  })();
  await Promise.all([blowing, ...publishing]);

  const count = receipts.length;
  const bySeq = receipts.toSorted((a, b) => a.seq - b.seq);
  assert.deepEqual(bySeq.map(({ seq }) => seq), Array.from({ length: count }, (_, n) => n + 1), "numbers without gaps");
  assert.deepEqual(await readAll(publishers[0], ROOM), bySeq, "the history is what was acknowledged, each message once");
  const stored = (order) => order.filter(({ seq }) => seq);
  for (const order of orders) await eventually("a subscriber hears all", () => stored(order).length >= count);
  const broadcasts = new Set(orders.flatMap((order) => order.filter(({ seq }) => !seq))).size;
  t.diagnostic(`${blows} blows, ${returns.length} returns; ${count} stored, ${repeats} asked for again; ${broadcasts} broadcasts`);
  for (const [n, order] of orders.entries()) {
    const seqs = stored(order).map(({ seq }) => seq);
    const wrong = seqs.findIndex((seq, at) => seq !== at + 1);
    assert.equal(wrong, -1, `subscriber ${n} has heard ${seqs.slice(Math.max(0, wrong - 3), wrong + 4)}`);
    assert.deepEqual(stored(order), bySeq, "each subscriber has heard the history");
  }
  agree(orders.map((order) => order.map((one) => one.data ?? one)));
  assert.ok(returns.every(Boolean), `${returns.filter((recovered) => !recovered).length} returns without recovery`);
  return returns.length;
}

/** Nobody has heard anything twice, and no two have heard two things in different orders. */
function agree(orders) {
  const sets = orders.map((order) => new Set(order));
  for (const [n, order] of orders.entries()) {
    assert.equal(sets[n].size, order.length, "nothing comes twice");
    for (let m = 0; m < n; m += 1) {
      assert.deepEqual(order.filter((x) => sets[m].has(x)), orders[m].filter((x) => sets[n].has(x)), "one order");
    }
  }
}
