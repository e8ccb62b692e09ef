// `checkOrigin`, which is Parlor's own, and on by default: pages of other origins may not open a connection, by WebSocket neither.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, it } from "node:test";
import WebSocket from "ws";
import { startLab } from "../support/lab.mjs";
import { dial, poll, request } from "../support/wire.mjs";

const FRIEND = "https://friend.example";

let lab;
before(async () => (lab = await startLab({ cors: { origin: `${FRIEND},https://other.example` } })));
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

for (const [site, status] of [["cross-site", 403], ["same-site", 403], ["same-origin", 200], ["none", 200]]) {
  it(`a picture or a script, which has no origin, in a page that is ${site} is answered with ${status}`, async () => {
    const headers = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
    assert.equal((await request(lab.url, "EIO=4&transport=polling", { headers })).status, status);
  });
}

it("where none are allowed, those of other hosts are refused, and knowing a session does not help", async (t) => {
  const strict = await startLab();
  t.after(() => strict.stop());
  const { url } = strict;
  const opened = await poll(url, "/socket.io/", { headers: { origin: url } });
  for (const origin of [FRIEND, "null", `${url}0`]) {
    const headers = { origin };
    assert.equal((await request(url, "EIO=4&transport=polling", { headers })).status, 403);
    assert.equal((await opened.post("40", { headers })).status, 403);
    assert.equal((await opened.get({ headers })).status, 403);
    assert.deepEqual(await dial(t, url, { origin }).ends(), { status: 400, type: "text/html", body: "Origin not allowed" });
    assert.equal((await dial(t, url, { sid: opened.sid, origin }).ends()).status, 400);
  }
  assert.equal((await opened.post("40")).status, 200, "the session is there still");
});

it("all may be allowed, by CORS or by asking nobody", async (t) => {
  for (const options of [{ cors: { origin: "*" } }, { checkOrigin: false }]) {
    const open = await startLab(options);
    t.after(() => open.stop());
    const socket = dial(t, open.url, { origin: "https://evil.example" });
    assert.match(await socket.next(), /^0/);
    const answer = await request(open.url, "EIO=4&transport=polling", { headers: { origin: "https://evil.example" } });
    assert.equal(answer.status, 200);
    const picture = await request(open.url, "EIO=4&transport=polling", { headers: { "sec-fetch-site": "cross-site" } });
    assert.equal(picture.status, 200);
  }
});
