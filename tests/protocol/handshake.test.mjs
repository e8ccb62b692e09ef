// Opening a session: the open packet, and which options it tells of.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { within } from "../support/clients.mjs";
import { differs, own, startTarget } from "../support/target.mjs";
import { dial, poll, request } from "../support/wire.mjs";
import { SID } from "../support/words.mjs";

const KEYS = ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"];

let lab;
before(async () => (lab = await startTarget({ pingInterval: 300, pingTimeout: 200 })));
after(() => lab.stop());

for (const path of ["/socket.io/", "/engine.io/"]) {
  describe(`3.1 a handshake at ${path}`, () => {
    it("by polling is answered with the open packet, its keys in Node's order", async (t) => {
      const { opened, open } = await poll(lab.url, path);
      assert.equal(opened.status, 200);
      assert.equal(opened.type, "text/plain; charset=UTF-8");
      assert.equal(opened.cache, "no-store");
      assert.equal(opened.body, `0${JSON.stringify(open)}`);
      assert.deepEqual(Object.keys(open), KEYS);
      const { sid, ...rest } = open;
      assert.match(sid, own(t, SID));
      assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000 });
    });

    it("by WebSocket has the open packet as its first frame, without upgrades", async (t) => {
      const packet = await dial(t, lab.url, { path }).next();
      const open = JSON.parse(packet.slice(1));
      assert.equal(packet, `0${JSON.stringify(open)}`);
      assert.deepEqual(Object.keys(open), KEYS);
      const { sid, ...rest } = open;
      assert.match(sid, own(t, SID));
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
      assert.equal(answer.body.slice(0, 8), '0{"sid":');
    });
  });
}

describe("3.3 path", () => {
  for (const path of ["/socket.io", "/engine.io", "/socketio/", "/socket.io.js", "/Socket.io/"]) {
    it(`${path} is not Socket.IO's: 404`, async () => {
      assert.equal((await request(lab.url, "EIO=4&transport=polling", { path })).status, 404);
    });
  }
});

it("3.3 path: a WebSocket elsewhere is none", async (t) => {
  const due = differs("a clear answer; Node cuts the connection after a second", {
    node: { code: 1006 },
    parlor: { status: 404, type: "text/plain;charset=utf-8", body: "Not found" },
  });
  assert.deepEqual(await dial(t, lab.url, { path: "/socket.io" }).ends(), own(t, due));
});

it("3.2 a socket's id is another one in each namespace, and not the session's", async (t) => {
  const socket = dial(t, lab.url);
  const ids = [JSON.parse((await socket.next()).slice(1)).sid];
  for (const nsp of ["", "/custom,"]) {
    socket.send(`40${nsp}`);
    ids.push(JSON.parse((await socket.next()).slice(2 + nsp.length)).sid);
    await socket.next();
  }
  for (const id of ids) assert.match(id, own(t, SID));
  assert.equal(new Set(ids).size, 3);
});

describe("3.3 options that the open packet tells of", () => {
  const POLLING = "EIO=4&transport=polling";
  const cases = [
    ["pingInterval and pingTimeout", { pingInterval: 1234, pingTimeout: 567 }, {
      upgrades: ["websocket"], pingInterval: 1234, pingTimeout: 567, maxPayload: 1_000_000,
    }],
    ["maxHttpBufferSize", { maxHttpBufferSize: 890 }, {
      upgrades: ["websocket"], pingInterval: 25000, pingTimeout: 20000, maxPayload: 890,
    }],
    ["by default 25 s, 20 s and a million bytes", {}, {
      upgrades: ["websocket"], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1_000_000,
    }],
    ["allowUpgrades: false, no upgrades", { allowUpgrades: false }, {
      upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1_000_000,
    }],
    ["transports: [polling], no upgrades", { transports: ["polling"] }, {
      upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1_000_000,
    }],
  ];
  for (const [name, options, due] of cases) {
    it(name, async (t) => {
      const other = await startTarget(options);
      t.after(() => other.stop());
      const { sid, ...rest } = JSON.parse((await request(other.url, POLLING)).body.slice(1));
      assert.ok(sid);
      assert.deepEqual(rest, due);
    });
  }
});

it("3.1 what is not HTTP at all harms nobody", async () => {
  const socket = connect(lab.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("\x00\xff nonsense\r\n\r\n");
  await within(once(socket.resume(), "close"), "the end of the nonsense");
  assert.equal((await poll(lab.url)).opened.status, 200);
});
