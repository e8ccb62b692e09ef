// What an application keeps with a room, and messages that are replaced, over two Gateways, with official clients.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call, clients, gatewayOf, heard, withEveryTransport } from "../support/clients.mjs";
import { startMortal } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";

const LARGE = 65_536;

let lab;
before(async () => (lab = await startMiniflare({ gateways: 2 })));
after(() => lab.stop());

/**
 * Two sockets on two Gateways, and a room of this test's own. Before what they ask by `askA` and `askB` all objects lose their
 * memory; without WebSockets only Rooms, since with a Gateway's memory goes the poll that waits in it.
 */
async function pair(t, transport) {
  const [a, b] = await clients(t, lab.url, 2, transport);
  assert.notEqual(gatewayOf(a), gatewayOf(b));
  const room = `${t.name}/${transport.name}`;
  const evicting = (socket) => async (event, ...args) => {
    if (transport.endsOn === "websocket") await lab.evictAll();
    else for (const name of [`/#${room}`, "/"]) await lab.evict("Room", name);
    return call(socket, event, ...args);
  };
  return { a, b, askA: evicting(a), askB: evicting(b), room };
}

withEveryTransport("what is kept", (transport) => {
  it("with a room is there on all Gateways, whatever sleeps, until it is forgotten", async (t) => {
    const { a, b, askA, askB, room } = await pair(t, transport);
    const lists = [a, b].flatMap((socket) => ["msg", "said"].map((event) => heard(socket, event)));
    await call(a, "join", room);
    assert.deepEqual(await askB("kept", room, "topic"), [null]);
    for (const topic of ["ownership", { "ü 😀": [1, null, true] }, null, [Buffer.from([1, 2])]]) {
      assert.deepEqual(await askA("keep", room, "topic", topic), []);
      assert.deepEqual(await askB("kept", room, "topic"), [topic]);
    }
    assert.deepEqual(await askB("kept", `${room}, another`, "topic"), [null]);
    assert.deepEqual(await askB("kept", null, "topic"), [null]);
    assert.deepEqual(await askB("forget", room, "topic"), []);
    assert.deepEqual(await askA("kept", room, "topic"), [null]);
    for (const list of lists) assert.deepEqual([...list], [], "nobody hears of it");
  });

  it("is read by keys and by what they begin with, sorted, each once", async (t) => {
    const { askA, askB, a, room } = await pair(t, transport);
    const keys = ["ban:ann", "room:", "room:a", "room:b", "room:ü", "roof"];
    await Promise.all(keys.map((key) => call(a, "keep", room, key, key)));
    const read = async (...wanted) => {
      const [entries, complete] = await askB("values", room, wanted);
      assert.ok(complete);
      for (const [key, x] of entries) assert.equal(x, key);
      return entries.map(([key]) => key);
    };
    assert.deepEqual(await read("room:*", "ban:ann", "room:a"), ["ban:ann", "room:", "room:a", "room:b", "room:ü"]);
    assert.deepEqual(await read("*"), keys.toSorted());
    assert.deepEqual(await read("nobody", "no*"), []);
    await askA("forget", room, "room:*");
    assert.deepEqual(await read("*"), ["ban:ann", "roof"]);
  });

  it("for a time is gone after it", async (t) => {
    const { askA, askB, room } = await pair(t, transport);
    const start = performance.now();
    await askA("keep", room, "mute:ann", true, 1000);
    const [muted] = await askB("kept", room, "mute:ann");
    if (performance.now() - start < 1000) assert.equal(muted, true);
    await sleep(1010);
    assert.deepEqual(await askB("kept", room, "mute:ann"), [null]);
    assert.deepEqual(await askA("values", room, ["*"]), [[], true]);
  });

  it("is the first one's who claims it, of many at once and on two Gateways", async (t) => {
    const { a, b, askA, askB, room } = await pair(t, transport);
    const claims = Array.from({ length: 20 }, (_, n) => call(n % 2 ? a : b, "claim", room, "name", { n }));
    const [[first], ...others] = await Promise.all(claims);
    for (const [holder] of others) assert.deepEqual(holder, first);
    assert.deepEqual(await askA("claim", room, "name", "late"), [first]);
    assert.deepEqual(await askB("claim", room, "name", first), [first]);
    await askB("forget", room, "name");
    assert.deepEqual(await askA("claim", room, "name", "late"), ["late"]);
  });

  it("is refused in words when it is too large, or its key is none", async (t) => {
    const { a, askA, askB, room } = await pair(t, transport);
    const largest = "x".repeat(LARGE - 2); // and its quotes
    assert.deepEqual(await askA("keep", room, "k".repeat(256), largest), []);
    assert.deepEqual(await askB("kept", room, "k".repeat(256)), [largest]);
    const [{ error, message }] = await askA("keep", room, "x", `${largest}x`);
    assert.match(`${error}: ${message}`, /too large.*65536 bytes/);
    for (const key of ["", "a*", "k".repeat(257)]) assert.equal((await call(a, "keep", room, key, 1))[0].error, "bad key");
    assert.equal((await call(a, "keep", a.id, "x", 1))[0].error, "no values");
  });
});

withEveryTransport("a message that is replaced", (transport) => {
  it("keeps its number and its id, and has other data in the history, wherever that is read", async (t) => {
    const { a, b, askA, askB, room } = await pair(t, transport);
    await call(b, "join", room);
    const list = heard(b, "said");
    for (const x of ["one", "two", "three"]) await call(a, "publish", room, x, x);
    await list.reaches(3);
    for (const x of ["2", [Buffer.from([2])], { erased: true }]) {
      assert.deepEqual(await askA("replace", room, 2, x), [true]);
      const due = ["one", x, "three"].map((data, n) => ({ seq: n + 1, data }));
      assert.deepEqual(await askB("history", room, 0, 10), [due]);
    }
    assert.deepEqual(await askB("publish", room, "two", "two"), [{ seq: 2 }]);
    assert.deepEqual(await askA("publish", room, "four"), [{ seq: 4 }]);
    assert.deepEqual((await list.reaches(4)).map(({ seq }) => seq), [1, 2, 3, 4], "nothing else was said");
    for (const seq of [0, 5, 1e15]) assert.deepEqual(await askA("replace", room, seq, "x"), [false]);
  });
});

it("what was acknowledged outlives a kill of the process", async (t) => {
  const mortal = await startMortal(t, { gateways: 2 });
  for (let n = 1; n <= 3; n += 1) {
    const [a] = await clients(t, mortal.url, 1);
    await call(a, "publish", "r", "old");
    const done = await Promise.all([
      call(a, "replace", "r", n, `new ${n}`),
      call(a, "keep", "r", "topic", n),
      call(a, "claim", null, `name ${n}`, n),
    ]);
    assert.deepEqual(done, [[true], [], [n]]);
    await mortal.killed();
    const [b] = await clients(t, mortal.url, 1);
    assert.deepEqual(await call(b, "history", "r", n - 1, 10), [[{ seq: n, data: `new ${n}` }]]);
    assert.deepEqual(await call(b, "kept", "r", "topic"), [n]);
    assert.deepEqual(await call(b, "claim", null, `name ${n}`, "late"), [n]);
  }
});
