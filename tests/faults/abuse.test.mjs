// A thousand strangers who mean no good, many at once. Two who chat beside them do not notice, the memory stays bounded,
// nothing is answered with a 5xx, nothing panics. ABUSE_SEED=n for other strangers, ABUSE_ONLY=word for some kinds.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { POLLING, WEBSOCKET, call, clients, gatewayOf, heard, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { FRAMES } from "./abuse/frames.mjs";
import { HTTP } from "./abuse/http.mjs";
import { residentMemory } from "./abuse/memory.mjs";
import { PACKETS } from "./abuse/packets.mjs";
import { Stranger } from "./abuse/stranger.mjs";

const SEED = Number(process.env.ABUSE_SEED ?? 1);
const ROUND = 250; // strangers
const ROUNDS = [0, 1, 0, 1]; // who comes: in the third and the fourth round those of the first and the second again
/** More than it had at first: V8's heap until it is worth collecting, the wasm's peak, SQLite's caches. Half is usual. */
const MAY_TAKE = 700e6;
/** From the second round to the fourth, which are alike; half is usual. A megabyte lost per stranger would be 500 of them. */
const MAY_GROW = 200e6;
const AT_ONCE = 16;
const LIMIT = 60_000; // of one stranger
const KINDS = Object.entries({ ...HTTP, ...FRAMES, ...PACKETS }).filter(([kind]) => kind.includes(process.env.ABUSE_ONLY ?? ""));

const folder = mkdtempSync(join(tmpdir(), "parlor-abuse-"));
const log = openSync(join(folder, "log"), "w");
let lab;
before(async () => (lab = await startLab({ gateways: 2, log })));
after(async () => {
  await lab.stop();
  closeSync(log);
  rmSync(folder, { recursive: true, force: true });
});

it("a thousand strangers disturb nobody", async (t) => {
  t.diagnostic(`ABUSE_SEED=${SEED}, ${KINDS.length} kinds`);
  const chat = await chatting(t);
  const memory = [residentMemory(lab.pid)];
  for (const who of ROUNDS) {
    const started = Date.now();
    const { failures, answers } = await round(who);
    memory.push(residentMemory(lab.pid));
    t.diagnostic(`${Date.now() - started} ms, ${JSON.stringify(answers)}`);
    assert.deepEqual(failures, []);
  }
  const [before, , second, , fourth] = memory;
  t.diagnostic(`memory ${memory.map((bytes) => `${Math.round(bytes / 1e6)} MB`).join(", ")}`);
  assert.ok(fourth < before + MAY_TAKE, "too much memory");
  assert.ok(fourth < second + MAY_GROW, "the memory grows from round to round");
  const { sent, slowest } = await chat.end();
  t.diagnostic(`${sent} messages each way, the slowest there and back in ${slowest} ms`);
  assert.doesNotMatch(readFileSync(join(folder, "log"), "utf8"), /panicked|RuntimeError|RangeError/);
});

/** All strangers, some at once. Those who stay do so until the end of the round. */
async function round(who) {
  const failures = [];
  const answers = {};
  const staying = [];
  let next = who * ROUND;
  const one = async (n) => {
    const [kind, act] = KINDS[n % KINDS.length];
    const stranger = new Stranger(lab.url, SEED * 1_000_003 + n);
    const leave = () => {
      stranger.leave();
      for (const status of stranger.statuses) {
        answers[status] = (answers[status] ?? 0) + 1;
        if (status >= 500) failures.push(`${n}, ${kind}: ${status}`);
      }
    };
    try {
      const how = await within(act(stranger), kind, LIMIT);
      if (how?.stays) return staying.push(leave);
    } catch (error) {
      failures.push(`${n}, ${kind}: ${error.stack}`);
    }
    leave();
  };
  const worker = async () => {
    while (next < (who + 1) * ROUND) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const leave of staying) leave();
  return { failures, answers };
}

/** Two in a room, on two Gateways, one by WebSocket and one by polling; each answers the other, without a pause. */
async function chatting(t) {
  const [[a], [b]] = [await clients(t, lab.url, 1, WEBSOCKET), await clients(t, lab.url, 1, POLLING)];
  assert.notEqual(gatewayOf(a), gatewayOf(b));
  const ids = [a.id, b.id];
  const lost = [];
  for (const socket of [a, b]) {
    socket.on("disconnect", (reason) => lost.push(reason));
    await call(socket, "join", "chat");
  }
  const [heardByA, heardByB] = [heard(a), heard(b)];
  let ended = false;
  let sent = 0;
  let slowest = 0;
  const talk = (async () => {
    for (; !ended; sent += 1) {
      const started = Date.now();
      a.emit("msg", "chat", ["a", sent]);
      await heardByB.reaches(sent + 1);
      b.emit("msg", "chat", ["b", sent]);
      await heardByA.reaches(sent + 1);
      slowest = Math.max(slowest, Date.now() - started);
    }
  })();
  talk.catch(() => {}); // awaited at the end
  return {
    /** All that was said was heard, once and in order, and nobody was ever gone. */
    async end() {
      ended = true;
      await talk.catch((error) => {
        throw new Error(`${error.message}; who was gone: ${JSON.stringify(lost)}`);
      });
      const numbers = [...Array(sent).keys()];
      assert.deepEqual([...heardByA], numbers.map((n) => ["b", n]));
      assert.deepEqual([...heardByB], numbers.map((n) => ["a", n]));
      assert.deepEqual(lost, []);
      assert.deepEqual([a.id, b.id], ids);
      return { sent, slowest };
    },
  };
}
