// The history of a room: what is published is stored, numbered and sent, over two Gateways, with official clients.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, gatewayOf, heard, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const LARGE = 2_000_000; // more than the platform takes in a row

let lab;
before(async () => (lab = await startLab({ gateways: 2, maxHttpBufferSize: 2 * LARGE })));
after(() => lab.stop());

/** Three sockets on two Gateways, all of them in a room of this test's own, and what each hears there by `said`. */
async function party(t, transport) {
  const sockets = await clients(t, lab.url, 3, transport);
  assert.equal(new Set(sockets.map(gatewayOf)).size, 2);
  const room = `${t.name}/${transport.name}`;
  for (const socket of sockets) await call(socket, "join", room);
  return { sockets, room, lists: sockets.map((socket) => heard(socket, "said")) };
}

/** A message of that number for each of these. */
const numbered = (values, first = 1) => values.map((data, n) => ({ seq: first + n, data }));

const history = async (socket, room, after = 0, limit = 1000) => (await call(socket, "history", room, after, limit))[0];

/** All have heard exactly these by `said`, and the history has them, wherever it is asked for. */
async function everywhere({ sockets, room, lists }, due) {
  for (const list of lists) assert.deepEqual([...(await list.reaches(due.length))], due);
  for (const socket of sockets) assert.deepEqual(await history(socket, room), due);
}

withEveryTransport("what is published", (transport) => {
  it("is numbered 1, 2, 3, acknowledged with its number alone, and heard by all members and their sender", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a, b], room } = all;
    assert.deepEqual(await call(a, "publish", room, "one"), [{ seq: 1 }]);
    assert.deepEqual(await call(b, "publish", room, "two"), [{ seq: 2 }]);
    assert.deepEqual(await call(a, "publish", room, "three"), [{ seq: 3 }]);
    await everywhere(all, numbered(["one", "two", "three"]));
  });

  it("by who is not a member is stored and heard as well, and nobody outside of the room hears it", async (t) => {
    const { sockets: [a, b, c], room, lists } = await party(t, transport);
    await call(b, "leave", room);
    assert.deepEqual(await call(b, "publish", room, "from outside"), [{ seq: 1 }]);
    await lists[0].reaches(1);
    await call(b, "join", room);
    assert.deepEqual(await call(a, "publish", room, "to all"), [{ seq: 2 }]);
    const due = numbered(["from outside", "to all"]);
    for (const [n, list] of lists.entries()) {
      const own = n === 1 ? due.slice(1) : due;
      assert.deepEqual([...(await list.reaches(own.length))], own);
    }
    assert.deepEqual(await history(c, room), due, "who was not there reads it");
  });

  it("on two Gateways at once has one order for all, that of its numbers", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a, b], room, lists } = all;
    const receipts = [];
    const publish = async (socket, x) => receipts.push({ ...(await call(socket, "publish", room, x))[0], data: x });
    await Promise.all(Array.from({ length: 50 }, (_, n) => [publish(a, ["a", n]), publish(b, ["b", n])]).flat());
    const order = receipts.toSorted((one, other) => one.seq - other.seq);
    assert.deepEqual(order.map(({ seq }) => seq), Array.from({ length: 100 }, (_, n) => n + 1));
    await everywhere(all, order);
    for (const sender of ["a", "b"]) {
      const own = lists[2].filter(({ data: [from] }) => from === sender).map(({ data: [, n] }) => n);
      assert.deepEqual(own, [...Array(50).keys()], "each sender's messages are in theirs");
    }
  });

  it("is acknowledged when it is stored: whoever is told of it finds it in the history", async (t) => {
    const { sockets: [a, b], room } = await party(t, transport);
    for (let n = 1; n <= 10; n += 1) {
      const [{ seq }] = await call(a, "publish", room, n);
      assert.deepEqual(await history(b, room, seq - 1), [{ seq, data: n }]);
    }
  });

  it("with an id is stored once, however often it comes, and has the same receipt", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a, b], room } = all;
    assert.deepEqual(await call(a, "publish", room, "x", "id 1"), [{ seq: 1 }]);
    assert.deepEqual(await call(a, "publish", room, "y", "id 2"), [{ seq: 2 }]);
    for (const socket of [a, b]) assert.deepEqual(await call(socket, "publish", room, "x", "id 1"), [{ seq: 1 }]);
    const together = [a, b, a, b].map((socket) => call(socket, "publish", room, "z", "id 3"));
    for (const receipt of await Promise.all(together)) assert.deepEqual(receipt, [{ seq: 3 }]);
    assert.deepEqual(await call(b, "publish", room, "y", "id 2"), [{ seq: 2 }]);
    assert.deepEqual(await call(a, "publish", `${room}, another`, "x", "id 1"), [{ seq: 1 }], "an id is its room's");
    await everywhere(all, numbered(["x", "y", "z"]));
  });

  it("without an id is stored each time", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a], room } = all;
    for (const seq of [1, 2]) assert.deepEqual(await call(a, "publish", room, "same"), [{ seq }]);
    await everywhere(all, numbered(["same", "same"]));
  });

  it("may be of every kind", async (t) => {
    const values = [0, -1.5, 1e300, "", "ü 😀", true, null, [], {}, [1, [2]], { a: { b: [null] }, seq: 7 }];
    const all = await party(t, transport);
    for (const value of values) await call(all.sockets[0], "publish", all.room, value);
    await everywhere(all, numbered(values));
  });

  it("may be bytes, which stay bytes", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a], room } = all;
    const values = [Buffer.from([1, 2]), { deep: [Buffer.from([3]), "text", Buffer.alloc(0)] }];
    for (const value of values) await call(a, "publish", room, value);
    await everywhere(all, numbered(values));
  });

  it("is read page by page, oldest first, at most so many behind a number", async (t) => {
    const { sockets: [a], room } = await party(t, transport);
    const due = numbered(Array.from({ length: 25 }, (_, n) => `message ${n}`));
    await Promise.all(due.map(({ data }) => call(a, "publish", room, data)));
    const pages = [];
    for (let page; page?.length !== 0; pages.push(page)) page = await history(a, room, pages.at(-1)?.at(-1).seq, 10);
    assert.deepEqual(pages, [due.slice(0, 10), due.slice(10, 20), due.slice(20), []]);
    assert.deepEqual(await history(a, room, 7, 1), [due[7]]);
    assert.deepEqual(await history(a, room, 23, 100), due.slice(23));
    assert.deepEqual(await history(a, room, 25, 100), []);
    assert.deepEqual(await history(a, room, 1000, 100), []);
    assert.deepEqual(await history(a, room, 0, 0), []);
  });

  it("is read to its end where a page is not as long as it may be, for all that is in it", async (t) => {
    const { sockets: [a], room } = await party(t, transport);
    const due = numbered(Array.from({ length: 6 }, (_, n) => String(n).repeat(LARGE / 2)));
    for (const { data } of due) await call(a, "publish", room, data);
    const read = [];
    for (let page; page?.length !== 0; read.push(...page)) page = await history(a, room, read.at(-1)?.seq);
    assert.deepEqual(read.map(({ seq }) => seq), due.map(({ seq }) => seq));
    assert.ok(read.every(({ data }, n) => data === due[n].data));
  });

  it("is of its room alone; where nothing was published there is nothing to read", async (t) => {
    const { sockets: [a], room } = await party(t, transport);
    await call(a, "publish", room, "here");
    assert.deepEqual(await history(a, `${room}, empty`), []);
    assert.deepEqual(await call(a, "publish", `${room}, empty`, "there"), [{ seq: 1 }]);
    assert.deepEqual(await history(a, room), numbered(["here"]));
  });

  it("has one order with broadcasts, the same for all members", async (t) => {
    const { sockets, room } = await party(t, transport);
    const [a, b] = sockets;
    const orders = sockets.map((socket) => {
      const order = heard(socket, "said");
      socket.on("msg", (x) => order.push(x));
      return order;
    });
    const publishing = [];
    for (let n = 0; n < 50; n += 1) {
      for (const socket of [a, b]) {
        publishing.push(call(socket, "publish", room, n));
        socket.emit("all", room, n);
      }
    }
    await Promise.all(publishing);
    for (const socket of [a, b]) {
      socket.emit("all", room, "last");
      await call(socket, "publish", room, "last");
    }
    const [first, ...others] = await Promise.all(orders.map((order) => order.reaches(204)));
    for (const order of others) assert.deepEqual([...order], [...first]);
    const seqs = first.flatMap(({ seq }) => seq ?? []);
    assert.deepEqual(seqs, Array.from({ length: 102 }, (_, n) => n + 1));
  });

  it("is refused when it is too large, in words, and nothing is lost", async (t) => {
    const all = await party(t, transport);
    const { sockets: [a, b], room } = all;
    await call(a, "publish", room, "before");
    for (const socket of [a, b]) {
      const [{ error, message, ...more }] = await call(socket, "publish", room, "x".repeat(LARGE), "large");
      assert.match(`${error}: ${message}`, /too large.*bytes/);
      assert.deepEqual(more, {});
    }
    assert.deepEqual(await call(b, "publish", room, "after", "large"), [{ seq: 2 }], "and its id is free");
    await everywhere(all, numbered(["before", "after"]));
  });
});
