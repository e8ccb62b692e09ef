// What an idle Gateway costs: one alarm per ping interval, which builds it anew, whether it has one client or a thousand. In
// real time, at an interval that leaves the runtime the 10 s after which it takes an idle object's memory.
import assert from "node:assert/strict";
import { it } from "node:test";
import WebSocket from "ws";
import { within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const INTERVAL = 12_000;
const TIMEOUT = 9_600; // to the interval as the default is
const ROUNDS = 2;
const AWAY = 100; // ms from a ping to its pong, as over a network; most clients are farther than the next millisecond

it("an idle Gateway wakes once per ping interval, with one client and with 1,000", async (t) => {
  const labs = await Promise.all([1, 1000].map((count) => idleLab(t, count)));
  await Promise.all(
    labs.map(async ({ url, clients }) => {
      // Who came late is in a round of its own at first. When the last one has been pinged, all were with it.
      await pinged(clients, clients.map(() => 1));
      for (let round = 1; round <= ROUNDS; round += 1) {
        const before = await objects(url);
        await pinged(clients, clients.map(({ pings }) => pings + 1));
        assert.deepEqual(
          since(before, await objects(url)),
          {
            "any-0": { constructed: 1, requests: 0, alarms: 1, messages: 0 },
            "/": { constructed: 0, requests: 0, alarms: 0, messages: 0 },
          },
          `${clients.length} clients, interval ${round}`,
        );
      }
      // Each pong but those of the last pings was answered, by the runtime, as nothing has come to the Gateway.
      for (const { pings, pongs } of clients) assert.ok(pongs >= pings - 1, `${pongs} of ${pings} pongs were answered`);
      assert.ok(clients.every(({ ws }) => ws.readyState === WebSocket.OPEN));
    }),
  );
});

/** A lab with that many clients on its one Gateway, who say nothing more once they are in. */
async function idleLab(t, count) {
  const lab = await startLab({ pingInterval: INTERVAL, pingTimeout: TIMEOUT });
  t.after(() => lab.kill());
  const clients = [];
  t.after(() => clients.forEach(({ ws }) => ws.terminate()));
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(100, count - clients.length) }, () => new Idle(lab.url));
    clients.push(...some);
    await within(Promise.all(some.map(({ isIn }) => isIn)), "clients");
  }
  return { url: lab.url, clients };
}

class Idle {
  pings = 0;
  /** How many of its pongs were answered. */
  pongs = 0;
  onPing = () => {};

  constructor(url) {
    this.ws = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    this.isIn = new Promise((done, failed) => {
      this.ws.on("error", failed);
      this.ws.on("message", (data) => {
        const frame = String(data);
        if (frame.startsWith("0{")) this.ws.send("40");
        else if (frame.startsWith('42["auth"')) done();
        else if (frame === "6") this.pongs += 1;
        else if (frame === "2") {
          this.pings += 1;
          setTimeout(() => this.ws.send("3"), AWAY);
          this.onPing();
        }
      });
    });
  }
}

/** Waits until each client has had as many pings. */
function pinged(clients, counts) {
  const all = clients.map((client, n) => new Promise((done) => {
    client.onPing = () => client.pings >= counts[n] && done();
    client.onPing();
  }));
  return within(Promise.all(all), "pings", 3 * INTERVAL);
}

const objects = async (url) => (await fetch(`${url}/objects`)).json();

/** What each object has had since then. */
function since(before, after) {
  const difference = (name) => Object.entries(after[name]).map(([what, count]) => [what, count - (before[name]?.[what] ?? 0)]);
  return Object.fromEntries(Object.keys(after).map((name) => [name, Object.fromEntries(difference(name))]));
}
