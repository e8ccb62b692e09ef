// `checkOrigin`, which is Parlor's own: pages of other origins may not open a connection, by WebSocket neither.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, it } from "node:test";
import WebSocket from "ws";
import { startLab } from "../support/lab.mjs";

const FRIEND = "https://friend.example";

let lab;
before(async () => (lab = await startLab({ checkOrigin: true, cors: { origin: `${FRIEND},https://other.example` } })));
after(() => lab.stop());

const cases = [
  ["of this host", () => lab.url, true],
  ["that CORS allows", () => FRIEND, true],
  ["of another host", () => "https://evil.example", false],
  ["null, as of a page in a sandbox", () => "null", false],
  ["none, as of what is no page", () => undefined, true],
];
for (const [name, origin, allowed] of cases) {
  it(`by polling, an origin ${name} is ${allowed ? "let in" : "refused"}`, async () => {
    const headers = origin() ? { origin: origin() } : {};
    const answer = await fetch(`${lab.url}/socket.io/?EIO=4&transport=polling`, { headers });
    assert.equal(answer.status, allowed ? 200 : 403);
    if (!allowed) assert.deepEqual(await answer.json(), { code: 4, message: "Origin not allowed" });
  });

  it(`by WebSocket, an origin ${name} is ${allowed ? "let in" : "refused"}`, async (t) => {
    const socket = new WebSocket(`${lab.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { origin: origin() });
    socket.on("error", () => {});
    t.after(() => socket.terminate());
    if (allowed) return void (await once(socket, "open"));
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 400);
  });
}
