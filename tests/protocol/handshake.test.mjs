// Opening a session, and all the ways in which a request is turned away.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { startLab } from "../support/lab.mjs";
import { within } from "../support/clients.mjs";
import { dial, poll, request } from "../support/wire.mjs";

const REFUSALS = {
  unknownTransport: { code: 0, message: "Transport unknown" },
  unknownSid: { code: 1, message: "Session ID unknown" },
  badMethod: { code: 2, message: "Bad handshake method" },
  badRequest: { code: 3, message: "Bad request" },
  badVersion: { code: 5, message: "Unsupported protocol version" },
};
const KEYS = ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"];
/** Not of any session: well formed on a Gateway that exists, on made-up ones, not formed at all. */
const STRANGE_SIDS = [
  "AAAAAAAAAAAAAAAAAAAA.any-0",
  "AAAAAAAAAAAAAAAAAAAA.any-1",
  "AAAAAAAAAAAAAAAAAAAA.any-00",
  "AAAAAAAAAAAAAAAAAAAA.atlantis-0",
  "AAAAAAAAAAAAAAAAAAAA.",
  "AAAAAAAAAAAAAAAAAAAA",
  "x",
  "a.b",
  "%00",
  "%F0%9F%98%80",
  "..%2F..%2Fhealthz",
  "A".repeat(4000),
];

let lab;
before(async () => (lab = await startLab({ pingInterval: 300, pingTimeout: 200 })));
after(() => lab.stop());

for (const path of ["/socket.io/", "/engine.io/"]) {
  describe(`a handshake at ${path}`, () => {
    it("by polling is answered with the open packet, its keys in Node's order", async () => {
      const { opened, open } = await poll(lab.url, path);
      assert.equal(opened.status, 200);
      assert.equal(opened.type?.toLowerCase(), "text/plain; charset=utf-8");
      assert.equal(opened.cache, "no-store");
      assert.equal(opened.body[0], "0");
      assert.deepEqual(Object.keys(open), KEYS);
      const { sid, ...rest } = open;
      assert.match(sid, /^[\w-]{20}\.any-0$/);
      assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000 });
    });

    it("by WebSocket has the open packet as its first frame, without upgrades", async (t) => {
      const packet = await dial(t, lab.url, { path }).next();
      assert.equal(packet[0], "0");
      const open = JSON.parse(packet.slice(1));
      assert.deepEqual(Object.keys(open), KEYS);
      const { sid, ...rest } = open;
      assert.match(sid, /^[\w-]{20}\.any-0$/);
      assert.deepEqual(rest, { upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000 });
    });

    it("gives every session another sid", async () => {
      const sids = new Set();
      for (let n = 0; n < 20; n += 1) sids.add((await poll(lab.url, path)).sid);
      assert.equal(sids.size, 20);
    });

    it("ignores what it does not know in the query", async () => {
      const answer = await request(lab.url, "b64=1&EIO=4&t=abc&transport=polling&token=x%20y", { path });
      assert.equal(answer.status, 200);
      assert.equal(answer.body[0], "0");
    });
  });
}

describe("a request is refused", () => {
  const cases = [
    ["without a transport", "EIO=4", "unknownTransport"],
    ["with an unknown transport", "EIO=4&transport=abc", "unknownTransport"],
    ["with an empty query", "", "unknownTransport"],
    ["with a transport spelt otherwise", "EIO=4&transport=Polling", "unknownTransport"],
    ["without EIO", "transport=polling", "badVersion"],
    ["with EIO=3", "EIO=3&transport=polling", "badVersion"],
    ["with EIO=abc", "EIO=abc&transport=polling", "badVersion"],
    ["with EIO=44", "EIO=44&transport=polling", "badVersion"],
    ["with a POST for a handshake", "EIO=4&transport=polling", "badMethod", { method: "POST", body: "40" }],
    ["with a PUT for a handshake", "EIO=4&transport=polling", "badMethod", { method: "PUT" }],
    ["with a POST for a handshake and a wrong EIO", "EIO=3&transport=polling", "badMethod", { method: "POST" }],
    ["with transport=websocket and no upgrade", "EIO=4&transport=websocket", "badRequest"],
    ["with a sid and an unknown transport", "EIO=4&transport=abc&sid=x", "unknownTransport"],
  ];
  for (const [when, query, refusal, options] of cases) {
    it(`${when}`, async () => refused(await request(lab.url, query, options), refusal));
  }

  for (const sid of STRANGE_SIDS) {
    it(`with the sid ${sid.slice(0, 40)} that no session has`, async (t) => {
      const query = `EIO=4&transport=polling&sid=${sid}`;
      refused(await request(lab.url, query), "unknownSid");
      refused(await request(lab.url, query, { method: "POST", body: "40" }), "unknownSid");
      const end = await dial(t, lab.url, { sid }).ends();
      assert.deepEqual(end, { status: 400, type: "text/html", body: "Session ID unknown" });
    });
  }

  it("with a session's sid and another Gateway's name", async () => {
    const { sid } = await poll(lab.url);
    const forged = sid.replace(".any-0", ".weur-0");
    assert.notEqual(forged, sid);
    refused(await request(lab.url, `EIO=4&transport=polling&sid=${forged}`), "unknownSid");
  });

  it("with transport=websocket and no upgrade, and the session lives on", async () => {
    const session = await poll(lab.url);
    refused(await request(lab.url, `EIO=4&transport=websocket&sid=${session.sid}`), "badRequest");
    assert.equal((await session.post("40")).body, "ok");
  });

  it("with PUT by an empty 500, and the session lives on", async () => {
    const session = await poll(lab.url);
    const answer = await request(lab.url, session.query, { method: "PUT", body: "40" });
    assert.equal(answer.status, 500);
    assert.equal(answer.body, "");
    assert.equal((await session.post("40")).body, "ok");
  });
});

describe("a WebSocket is refused with status 400 and the message as text", () => {
  const cases = [
    ["without a transport", "EIO=4", "Transport unknown"],
    ["with an unknown transport", "EIO=4&transport=abc", "Transport unknown"],
    ["without EIO", "transport=websocket", "Unsupported protocol version"],
    ["with EIO=3", "EIO=3&transport=websocket", "Unsupported protocol version"],
    ["with EIO=abc", "EIO=abc&transport=websocket", "Unsupported protocol version"],
  ];
  for (const [when, query, message] of cases) {
    it(`${when}`, async (t) => {
      const end = await dial(t, lab.url, { query }).ends();
      assert.deepEqual(end, { status: 400, type: "text/html", body: message });
    });
  }

  it("with transport=polling (Node opens it and closes it at once)", async (t) => {
    const end = await dial(t, lab.url, { query: "EIO=4&transport=polling" }).ends();
    assert.ok(end.status === 400 || end.code === 1005, JSON.stringify(end));
  });
});

it("what is not HTTP at all harms nobody", async () => {
  const socket = connect(lab.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("\x00\xff nonsense\r\n\r\n");
  await within(once(socket.resume(), "close"), "the end of the nonsense");
  assert.equal((await poll(lab.url)).opened.status, 200);
});

function refused(answer, name) {
  assert.equal(answer.status, 400);
  assert.equal(answer.type, "application/json");
  assert.equal(answer.body, JSON.stringify(REFUSALS[name]));
}
