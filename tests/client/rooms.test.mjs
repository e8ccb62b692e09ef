// Rooms and broadcasts over two Gateways, with three official clients.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, gatewayOf, heard, next, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
let fences = 0;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

/** Three sockets on two Gateways; `rooms` names who joins what: `{lounge: [0, 2]}`. Room names are the test's own. */
async function party(t, transport, rooms = {}) {
  const sockets = await clients(t, lab.url, 3, transport);
  assert.equal(new Set(sockets.map(gatewayOf)).size, 2);
  const room = (name) => `${t.name}/${transport.name}/${name}`;
  for (const [name, members] of Object.entries(rooms)) {
    for (const member of members) assert.deepEqual(await call(sockets[member], "join", room(name)), []);
  }
  const heardBy = sockets.map((socket) => heard(socket));

  /** What each has heard since, once everything that was sent before has arrived: order holds within each room. */
  async function settled(members = rooms) {
    const sender = sockets[0];
    const due = sockets.map(() => []);
    const fence = (to, event, ...args) => {
      const mark = `fence ${(fences += 1)}`;
      for (const n of to) due[n].push(mark);
      sender.emit(event, ...args, mark);
    };
    for (const [name, who] of Object.entries(members)) fence(who, "all", room(name));
    fence([0, 1, 2], "everyone");
    await Promise.all(sockets.map(async (socket, n) => {
      for (let length = 1; due[n].some((mark) => !heardBy[n].includes(mark)); length += 1) {
        await heardBy[n].reaches(length);
      }
      await call(socket, "echo", "what came before is here");
    }));
    return heardBy.map((list) => list.splice(0).filter((value) => !String(value).startsWith("fence ")));
  }
  return { sockets, room, settled, heardBy };
}

withEveryTransport("rooms", (transport) => {
  it("have a message heard by their other members, on both Gateways, and by nobody else", async (t) => {
    const { sockets: [a, b], room, settled } = await party(t, transport, { r: [0, 1] });
    a.emit("msg", room("r"), "from a");
    b.emit("msg", room("r"), { from: ["b"] });
    await call(b, "echo", "sent");
    assert.deepEqual(await settled(), [[{ from: ["b"] }], ["from a"], []]);
  });

  it("take messages from those who are not in them", async (t) => {
    const { sockets: [, , c], room, settled } = await party(t, transport, { r: [0, 1] });
    c.emit("all", room("r"), "from outside");
    await call(c, "echo", "sent");
    assert.deepEqual(await settled(), [["from outside"], ["from outside"], []]);
  });

  it("with `all` reach the sender as well", async (t) => {
    const { sockets: [a], room, settled } = await party(t, transport, { r: [0, 1, 2] });
    a.emit("all", room("r"), 1);
    assert.deepEqual(await settled(), [[1], [1], [1]]);
  });

  it("reach whoever's join was acknowledged, and nobody whose leave was", async (t) => {
    const { sockets: [a, b, c], room, settled } = await party(t, transport);
    const r = room("r");
    await call(a, "join", r);
    await call(b, "join", r);
    a.emit("msg", r, 1);
    assert.deepEqual(await settled({ r: [0, 1] }), [[], [1], []]);
    await call(c, "join", r);
    a.emit("msg", r, 2);
    assert.deepEqual(await settled({ r: [0, 1, 2] }), [[], [2], [2]]);
    await call(b, "leave", r);
    a.emit("msg", r, 3);
    assert.deepEqual(await settled({ r: [0, 2] }), [[], [], [3]]);
    await call(b, "join", r);
    a.emit("msg", r, 4);
    assert.deepEqual(await settled({ r: [0, 1, 2] }), [[], [4], [4]]);
  });

  it("are forgotten with the member that disconnects", async (t) => {
    const { sockets: [a, b, c], room, settled } = await party(t, transport, { r: [0, 1, 2] });
    c.disconnect();
    c.connect();
    assert.deepEqual(await call(c, "rooms"), [[c.id]]);
    a.emit("msg", room("r"), "without c");
    await call(b, "echo", "still here");
    assert.deepEqual(await settled({ r: [0, 1] }), [[], ["without c"], []]);
  });

  it("are united: a member of two of them hears a message once", async (t) => {
    const { sockets: [a], room, settled } = await party(t, transport, { r: [0, 1], s: [1, 2], q: [0] });
    a.emit("union", [room("r"), room("s")], "once");
    a.emit("union", [room("s"), room("q"), room("no such room")], "twice");
    assert.deepEqual(await settled(), [[], ["once", "twice"], ["once", "twice"]]);
  });

  it("can except the members of another room", async (t) => {
    const { sockets: [a], room, settled } = await party(t, transport, { r: [0, 1, 2], out: [2] });
    a.emit("except", room("r"), room("out"), "not for c");
    a.emit("except", room("r"), room("no such room"), "for all");
    assert.deepEqual(await settled(), [[], ["not for c", "for all"], ["for all"]]);
  });

  it("are not needed for a message to everyone, or to everyone else", async (t) => {
    const { sockets: [a, b], settled } = await party(t, transport);
    a.emit("broadcast", "else");
    assert.deepEqual(await settled(), [[], ["else"], ["else"]]);
    b.emit("everyone", "all");
    await call(b, "echo", "sent");
    assert.deepEqual(await settled(), [["all"], ["all"], ["all"]]);
  });

  it("are not needed to whisper to an id on another Gateway", async (t) => {
    const { sockets: [a, b, c], settled, heardBy } = await party(t, transport);
    a.emit("whisper", b.id, "for b");
    a.emit("whisper", c.id, "for c");
    a.emit("whisper", "AAAAAAAAAAAAAAAAAAAA.any-1", "for nobody");
    a.emit("whisper", "AAAAAAAAAAAAAAAAAAAA.any-9", "for nowhere");
    await Promise.all([heardBy[1].reaches(1), heardBy[2].reaches(1)]);
    assert.deepEqual(await settled(), [[], ["for b"], ["for c"]]);
  });

  it("carry every kind of value", async (t) => {
    const values = [0, -1.5, 1e300, "", "ü 😀", true, [], {}, [1, [2]], { a: { b: [null] } }];
    const { sockets: [a], room, settled } = await party(t, transport, { r: [0, 1] });
    for (const value of values) a.emit("msg", room("r"), value);
    assert.deepEqual(await settled(), [[], values, []]);
  });

  it("carry null", async (t) => {
    const { sockets: [a, b], room } = await party(t, transport, { r: [0, 1] });
    const got = next(b, "msg");
    a.emit("msg", room("r"), null);
    assert.deepEqual(await got, [null]);
  });

  it("carry bytes, on the sender's Gateway and on the other", async (t) => {
    const { sockets: [a], room, heardBy } = await party(t, transport, { r: [1, 2] });
    a.emit("msg", room("r"), { deep: [Buffer.from([1, 2]), "text"] });
    for (const list of heardBy.slice(1)) {
      const [{ deep: [bytes, text] }] = await list.reaches(1);
      assert.equal(text, "text");
      assert.ok(bytes instanceof Uint8Array, "bytes stay bytes");
      assert.deepEqual([...bytes], [1, 2]);
    }
    a.emit("everyone", Buffer.from([3]));
    for (const [n, list] of heardBy.entries()) {
      assert.deepEqual([...(await list.reaches(n === 0 ? 1 : 2)).at(-1)], [3]);
    }
  });

  it("carry volatile messages to members that can take them", async (t) => {
    const { sockets: [a], room, settled, heardBy } = await party(t, transport, { r: [0, 1, 2] });
    // A member between two polls misses a volatile message. So many cannot all be missed.
    for (let n = 0; heardBy[1].length === 0 || heardBy[2].length === 0; n += 1) {
      assert.ok(n < 200, "nobody hears volatile messages");
      a.emit("volatile", room("r"), "light");
      await call(a, "echo", n);
    }
    const [byA, ...others] = await settled();
    assert.deepEqual(byA, []);
    for (const values of others) assert.ok(values.every((value) => value === "light"));
  });

  it("are listed by `rooms`, sorted, with the socket's own id", async (t) => {
    const { sockets: [a, b] } = await party(t, transport);
    assert.deepEqual(await call(a, "rooms"), [[a.id]]);
    for (const room of ["zoo", "!", "bar"]) await call(a, "join", room);
    assert.deepEqual(await call(a, "rooms"), [["!", "zoo", "bar", a.id].sort()]);
    await call(a, "join", "bar"); // again: nothing changes
    await call(a, "leave", "zoo");
    await call(a, "leave", "never joined");
    assert.deepEqual(await call(a, "rooms"), [["!", "bar", a.id].sort()]);
    assert.deepEqual(await call(b, "rooms"), [[b.id]]);
  });

  it("give all members the same order, in which each sender's messages are in theirs", async (t) => {
    const { sockets: [a, b], room, heardBy } = await party(t, transport, { r: [0, 1, 2] });
    for (let n = 0; n < 100; n += 1) {
      a.emit("all", room("r"), ["a", n]);
      b.emit("all", room("r"), ["b", n]);
    }
    const [first, ...others] = await Promise.all(heardBy.map((list) => list.reaches(200)));
    for (const list of others) assert.deepEqual([...list], [...first]);
    for (const sender of ["a", "b"]) {
      const numbers = first.filter(([from]) => from === sender).map(([, n]) => n);
      assert.deepEqual(numbers, [...Array(100).keys()]);
    }
  });
});
