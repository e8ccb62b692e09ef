// A thousand jobs, and consumers that crash, hang and go away, while the whole process is killed again and again: every
// push that was acknowledged ends in a consumer's acknowledgement, or among the dead letters.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { call, client, clients, connected, eventually, within, WEBSOCKET } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { random } from "../support/random.mjs";

const JOBS = 1000;
const CONSUMERS = 4;
const KILLS = 5;
const QUEUE = "orders";
const HASTE = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };
const HEARTBEAT = { pingInterval: 10_000, pingTimeout: 5_000 };

const seed = Number(process.env.QUEUE_SEED ?? 1);

it("no job that was acknowledged is lost, whatever fails", async (t) => {
  const persist = mkdtempSync(join(tmpdir(), "parlor-queue-"));
  t.after(() => rmSync(persist, { recursive: true, force: true }));
  const start = async (port) => {
    const lab = await startLab({ gateways: 2, persist, port, ...HEARTBEAT });
    t.after(() => lab.kill());
    return lab;
  };
  let lab = await start();
  const { url, port } = lab;
  const chance = random(seed);
  const stored = new Map(); // the job's number, by its id
  const handed = new Map(); // how often, by id
  const finished = new Set(); // ids that a consumer acknowledged
  const attempts = new Set(); // "id/attempt" that came
  let twice = 0; // the same attempt of a job that came again

  /** A consumer for ever: it works, hangs, or crashes and comes back as another. */
  const consume = () => {
    const socket = client(t, url, WEBSOCKET, HASTE);
    socket.on("connect", () => socket.emit("consume", QUEUE));
    socket.on("job", ({ id, attempt }, ack) => {
      handed.set(id, (handed.get(id) ?? 0) + 1);
      const name = `${id}/${attempt}`;
      if (attempts.has(name)) twice += 1;
      attempts.add(name);
      const fate = chance();
      if (fate < 0.02) return; // it hangs
      if (fate < 0.04) {
        socket.disconnect();
        setTimeout(() => socket.connect(), 20);
      } else if (fate < 0.06) {
        socket.io.engine?.close(); // as in a crash: nothing is said
      } else {
        ack();
        finished.add(id);
      }
    });
    socket.connect();
    return socket;
  };
  const consumers = Array.from({ length: CONSUMERS }, consume);

  const producer = await connected(client(t, url, WEBSOCKET, HASTE));
  let killing = true;
  const killer = (async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await new Promise((done) => setTimeout(done, 700 + 800 * chance()));
      await lab.kill();
      lab = await start(port);
    }
    killing = false;
  })();
  let unsure = 0; // pushes without an acknowledgement, which may be stored all the same
  for (let number = 0; number < JOBS; ) {
    const batch = Array.from({ length: 10 }, (_, n) => number + n);
    const receipts = batch.map((one) => producer.timeout(3000).emitWithAck("push", QUEUE, one).catch(() => undefined));
    for (const [n, receipt] of (await Promise.all(receipts)).entries()) {
      if (receipt?.id) {
        assert.ok(!stored.has(receipt.id), `id ${receipt.id} was given out twice`);
        stored.set(receipt.id, batch[n]);
      } else unsure += 1;
    }
    number += batch.length;
    if (killing) await new Promise((done) => setTimeout(done, 60));
  }
  await within(killer, "the kills");

  const [watcher] = await clients(t, url, 1);
  await eventually("all is done", async () => {
    const [{ ready, held }] = await call(watcher, "queue", QUEUE);
    return ready + held === 0;
  });
  consumers.forEach((consumer) => consumer.disconnect());
  const answer = await fetch(`${url}/queue`, {
    method: "POST",
    headers: { authorization: "Bearer lab" },
    body: JSON.stringify({ queue: QUEUE, do: "dead", limit: 1000 }),
  });
  const dead = new Set((await answer.json()).jobs.map(({ id }) => id));
  const lost = [...stored.keys()].filter((id) => !finished.has(id) && !dead.has(id));
  const again = [...handed.values()].filter((times) => times > 1).length;
  t.diagnostic(
    `seed ${seed}: ${stored.size} pushes acknowledged, ${unsure} not; ${KILLS} kills; ${finished.size} jobs finished, ` +
      `${dead.size} dead, ${again} handed out more than once`,
  );
  assert.deepEqual(lost, []);
  assert.equal(twice, 0, "an attempt comes to one consumer, once");
  assert.ok(stored.size > JOBS / 2, `only ${stored.size} pushes were acknowledged`);
});

it("objects that lose their memory between any two steps lose no job, and hand out none twice", async (t) => {
  const lab = await startMiniflare({ gateways: 2, ...HEARTBEAT });
  t.after(() => lab.stop());
  const [producer, one, other] = await clients(t, lab.url, 3);
  const handed = [];
  for (const consumer of [one, other]) {
    consumer.on("job", async ({ id, attempt }, ack) => {
      handed.push(`${id}/${attempt}`);
      await lab.evictAll();
      ack();
    });
    await call(consumer, "consume", QUEUE);
    await lab.evictAll();
  }
  for (let number = 1; number <= 20; number += 1) {
    assert.equal(typeof (await call(producer, "push", QUEUE, number))[0].id, "number");
    await lab.evictAll();
  }
  await eventually("all is done", async () => {
    const [{ ready, held }] = await call(producer, "queue", QUEUE);
    return ready + held === 0;
  });
  assert.equal(new Set(handed).size, handed.length, "no attempt comes twice");
  const ids = new Set(handed.map((name) => name.split("/")[0]));
  assert.equal(ids.size, 20);
  t.diagnostic(`20 jobs, ${handed.length} times handed out`);
  for (const consumer of [one, other]) assert.deepEqual(await call(consumer, "stop", QUEUE), []);
});
