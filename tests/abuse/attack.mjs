// Strangers who mean no good, many at once, against a lab in which two chat on: `attack({ seed, seconds, say })`. The two do not
// notice, the memory stays bounded, nothing is answered with a 5xx, nothing panics.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { POLLING, WEBSOCKET, call, clients, eventually, gatewayOf, heard, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { DOORS } from "./doors.mjs";
import { FRAMES } from "./frames.mjs";
import { HTTP } from "./http.mjs";
import { residentMemory } from "./memory.mjs";
import { PACKETS } from "./packets.mjs";
import { Stranger } from "./stranger.mjs";

/** What comes at least, of requests, connections and frames. */
export const ACTS = 10_000;
/** More than it had at first: V8's heap until it is worth collecting, the wasm's peak, SQLite's caches. Half is usual. */
const MAY_TAKE = 700e6;
/** From the middle to the end. A megabyte lost per stranger would be far more. */
const MAY_GROW = 200e6;
const AT_ONCE = 8;
const LIMIT = 180_000; // of one stranger, on a busy machine; only what hangs runs into it
const STAY = 200; // strangers who stay as they are; then the first of them goes

/** The lab's limits: a person is far below, and strangers cross them. */
const LIMITS = {
  connectTimeout: 20_000, // long enough for a busy machine
  upgradeTimeout: 20_000,
  handshakesPerAddress: "50/60",
  connectionsPerAddress: 200,
  messagesPerConnection: "4000/10",
};

/** `only`: kinds of strangers whose name has this in it. Gives `{acts, strangers, answers, memory}`. */
export async function attack({ seed = 1, seconds = 60, only = "", say = () => {} }) {
  const kinds = Object.entries({ ...DOORS, ...HTTP, ...FRAMES, ...PACKETS }).filter(([kind]) => kind.includes(only));
  const folder = mkdtempSync(join(tmpdir(), "parlor-abuse-"));
  const log = openSync(join(folder, "log"), "w");
  const lab = await startLab({ gateways: 2, log, ...LIMITS });
  const cleanUps = [];
  try {
    say(`seed ${seed}, ${kinds.length} kinds of strangers, for ${seconds} s`);
    const chat = await chatting({ after: (work) => cleanUps.push(work) }, lab.url);
    const begun = Date.now();
    const memory = [residentMemory(lab.pid)];
    const sums = { acts: 0, strangers: 0, answers: {} };
    const half = { until: () => (Date.now() - begun) / 1000 >= seconds / 2 };
    const whole = { until: () => (Date.now() - begun) / 1000 >= seconds && (sums.acts >= ACTS || only !== "") };
    for (const { until } of [half, whole]) {
      const failures = await crowd({ lab, kinds, seed, until, sums });
      memory.push(residentMemory(lab.pid));
      say(`${sums.strangers} strangers, ${sums.acts} acts, answers ${JSON.stringify(sums.answers)}, ${mega(memory.at(-1))}`);
      assert.deepEqual(failures, []);
    }
    const [before, middle] = memory;
    assert.ok(residentMemory(lab.pid) < before + MAY_TAKE, `too much memory: ${memory.map(mega)}`);
    await eventually(`the memory is where it was: ${memory.map(mega)}`, () => residentMemory(lab.pid) < middle + MAY_GROW);
    const { sent, slowest } = await chat.end();
    say(`${sent} messages each way meanwhile, the slowest there and back in ${slowest} ms`);
    const text = readFileSync(join(folder, "log"), "utf8");
    assert.doesNotMatch(text, /panicked|RuntimeError|RangeError/);
    assert.deepEqual(secretsIn(text), []);
    return { ...sums, memory: memory.map(mega) };
  } finally {
    for (const work of cleanUps) work();
    await lab.stop();
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  }
}

const mega = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** Whole ids of sessions in a log: who reads one there has the session. Those of sockets are known to others anyway. */
function secretsIn(log) {
  return log.match(/session [\w-]{20}\.\S+/g) ?? [];
}

/** One stranger after the other, some at once, until it is time. Some stay as they are for a while. */
async function crowd({ lab, kinds, seed, until, sums }) {
  const failures = [];
  const staying = [];
  const one = async (n) => {
    const [kind, act] = kinds[n % kinds.length];
    const stranger = new Stranger(lab.url, seed * 1_000_003 + n);
    const leave = () => {
      stranger.leave();
      sums.acts += stranger.acts;
      for (const status of stranger.statuses) {
        sums.answers[status] = (sums.answers[status] ?? 0) + 1;
        if (status >= 500) failures.push(`${n}, ${kind}: ${status}`);
      }
    };
    try {
      const how = await within(act(stranger), kind, LIMIT);
      if (how?.stays) {
        staying.push(leave);
        return staying.length > STAY && staying.shift()();
      }
    } catch (error) {
      failures.push(`${n}, ${kind}: ${error.stack}`);
    }
    leave();
  };
  const worker = async () => {
    while (!until() && failures.length === 0) await one(sums.strangers++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const leave of staying) leave();
  return failures;
}

/** Two in a room, on two Gateways, one by WebSocket and one by polling; each answers the other, without a pause. */
async function chatting(t, url) {
  const [[a], [b]] = [await clients(t, url, 1, WEBSOCKET), await clients(t, url, 1, POLLING)];
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
