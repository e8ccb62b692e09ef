// Three publish and five listen, on two Gateways, while the process is killed and started again, or all objects lose their
// memory. Nobody who was told that a message is stored is disappointed: it is in the history once, and each subscriber has
// heard it once, in the order of the numbers. DURABLE_SEED=n for other moments, DURABLE_KILLS=100 for more of them.
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WEBSOCKET, call, clients, eventually, heard } from "../support/clients.mjs";
import { startMortal } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { random } from "../support/random.mjs";
import { HASTE, standsOn } from "../support/recovery.mjs";

const SEED = Number(process.env.DURABLE_SEED ?? 1);
const KILLS = Number(process.env.DURABLE_KILLS ?? 10);
const EVICTIONS = Number(process.env.DURABLE_EVICTIONS ?? 50);
const SETTINGS = { gateways: 2, recovery: 60_000 };
const ROOM = "news";
const PATIENCE = 1000; // ms until a publisher asks again
const PAGE = 100;
const BETWEEN = 15; // so many messages at least from one blow to the next

it("whatever was acknowledged outlives kills of the process, and subscribers miss and repeat nothing", async (t) => {
  const lab = await startMortal(t, SETTINGS);
  await publish(t, lab.url, { blows: KILLS, blow: () => lab.killed(), cutOff: true });
});

it("whatever was acknowledged outlives the eviction of all objects, and no subscriber notices", async (t) => {
  const lab = await startMiniflare(SETTINGS);
  t.after(() => lab.stop());
  await publish(t, lab.url, { blows: EVICTIONS, blow: () => lab.evictAll() });
});

/** So many blows in the middle of publishing; then all of it is judged. `cutOff`: each ends all connections. */
async function publish(t, url, { blows, blow, cutOff = false }) {
  const dice = random(SEED);
  const publishers = await clients(t, url, 3, WEBSOCKET, HASTE);
  const subscribers = await clients(t, url, 5, WEBSOCKET, HASTE);
  assert.equal(new Set(subscribers.map(standsOn)).size, 2);
  const lists = subscribers.map((socket) => heard(socket, "said"));
  for (const socket of subscribers) await call(socket, "join", ROOM);
  const returns = []; // of each socket that comes back, whether it was recovered
  for (const socket of [...publishers, ...subscribers]) socket.on("connect", () => returns.push(socket.recovered));

  let over = false;
  const receipts = []; // of each message that was acknowledged: `{seq, data}`
  let repeats = 0;
  /** Publishes a message until it is acknowledged, under one id. */
  const publishOne = async (socket, data) => {
    for (;;) {
      const [receipt] = await socket.timeout(PATIENCE).emitWithAck("publish", ROOM, data, data).then((ack) => [ack], () => []);
      if (receipt?.seq) return void receipts.push({ seq: receipt.seq, data });
      if (receipt) throw new Error(`not stored: ${JSON.stringify(receipt)}`);
      repeats += 1;
    }
  };
  const publishing = publishers.map(async (socket, who) => {
    for (let n = 0; !over; n += 1) {
      await publishOne(socket, `publisher ${who}, ${n}`);
      await sleep(dice() * 20);
    }
  });
  const blowing = (async () => {
    for (let n = 0; n < blows; n += 1) {
      const due = receipts.length + BETWEEN;
      await eventually("publishers go on", () => receipts.length >= due);
      await sleep(dice() * 50);
      await blow();
    }
    over = true;
  })();
  await Promise.all([blowing, ...publishing]);

  const count = receipts.length;
  const history = await readAll(subscribers[0]);
  t.diagnostic(`${blows} blows, ${count} messages, ${repeats} asked for again, ${returns.length} returns`);
  const bySeq = receipts.toSorted((a, b) => a.seq - b.seq);
  assert.deepEqual(bySeq.map(({ seq }) => seq), Array.from({ length: count }, (_, n) => n + 1), "numbers without gaps");
  assert.deepEqual(history, bySeq, "the history is what was acknowledged, each message once");
  for (const list of lists) {
    const order = (await list.reaches(count)).map(({ seq }) => seq);
    const wrong = order.findIndex((seq, n) => seq !== n + 1);
    assert.equal(wrong, -1, `a subscriber has heard ${order.slice(wrong - 3, wrong + 4)}`);
    assert.deepEqual([...list], history, "and what each subscriber has heard");
  }
  assert.ok(returns.every(Boolean), `${returns.filter((recovered) => !recovered).length} returns without recovery`);
  if (cutOff) assert.ok(returns.length >= blows, "they were cut off");
  else assert.deepEqual(returns, [], "nobody was cut off");
}

/** The whole history, page by page. */
async function readAll(socket) {
  const all = [];
  for (let page; page?.length !== 0; all.push(...page)) [page] = await call(socket, "history", ROOM, all.at(-1)?.seq ?? 0, PAGE);
  return all;
}
