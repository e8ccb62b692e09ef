// Questions that outlast the ten seconds after which the runtime puts idle objects to sleep.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, gatewayOf } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

it("a client may take its time to answer, and nothing of the question is forgotten", async (t) => {
  const [a, b] = await clients(t, lab.url, 2);
  assert.notEqual(gatewayOf(a), gatewayOf(b));
  for (const socket of [a, b]) await call(socket, "join", "patience");
  b.on("question", (x, ack) => setTimeout(() => ack(x), 14_000));
  const [asked, askedMe] = await Promise.all([call(a, "ask", "patience", 1, 60_000), call(b, "ask-me", 2, 60_000)]);
  assert.deepEqual(asked, [{ timedOut: false, answers: [1] }]);
  assert.deepEqual(askedMe, [{ answer: 2 }]);
});
