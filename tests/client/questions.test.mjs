// What sockets are asked, and what is done with many of them at once, over two Gateways, with official clients.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, connected, gatewayOf, next, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

/** Four sockets on two Gateways, the first three of them in a room of this test's own. */
async function party(t, transport) {
  const sockets = await clients(t, lab.url, 4, transport);
  assert.equal(new Set(sockets.map(gatewayOf)).size, 2);
  const room = `${t.name}/${transport.name}`;
  for (const socket of sockets.slice(0, 3)) await call(socket, "join", room);
  return { sockets, room, ids: sockets.slice(0, 3).map(({ id }) => id).sort() };
}

/** Has a client answer each question with its name and what it was asked. */
function answers(socket, name) {
  socket.on("question", (x, ack) => ack([name, x]));
}

const LONG = 60_000;

withEveryTransport("questions", (transport) => {
  it("to the sender are answered, bytes included, or are over after their time", async (t) => {
    const [a] = await clients(t, lab.url, 1, transport);
    a.once("question", (x, ack) => ack({ heard: x }));
    assert.deepEqual(await call(a, "ask-me", Buffer.from([1, 2]), LONG), [{ answer: { heard: Buffer.from([1, 2]) } }]);
    a.once("question", () => {});
    assert.deepEqual(await call(a, "ask-me", "x", 50), [{ error: "timeout" }]);
  });

  it("to a room are answered by its other members, on both Gateways", async (t) => {
    const { sockets: [a, b, c, d], room } = await party(t, transport);
    for (const [socket, name] of [[a, "a"], [b, "b"], [c, "c"], [d, "d"]]) answers(socket, name);
    const [{ timedOut, answers: given }] = await call(a, "ask", room, { x: 1 }, LONG);
    assert.equal(timedOut, false);
    assert.deepEqual(given.sort(), [["b", { x: 1 }], ["c", { x: 1 }]]);
    assert.deepEqual(await call(a, "ask", `${room}, where nobody is`, 1, LONG), [{ timedOut: false, answers: [] }]);
  });

  it("to a room whose members are silent give what there is", async (t) => {
    const { sockets: [a, b, c], room } = await party(t, transport);
    answers(b, "b");
    c.on("question", () => {});
    assert.deepEqual(await call(a, "ask", room, 1, 500), [{ timedOut: true, answers: [["b", 1]] }]);
  });

  it("do not wait for who has gone", async (t) => {
    const { sockets: [a, b, c], room } = await party(t, transport);
    answers(b, "b");
    c.on("question", () => c.disconnect());
    assert.deepEqual(await call(a, "ask", room, 1, LONG), [{ timedOut: true, answers: [["b", 1]] }]);
  });
});

withEveryTransport("sockets of a room", (transport) => {
  it("are listed, wherever they are", async (t) => {
    const { sockets: [a, , , d], room, ids } = await party(t, transport);
    assert.deepEqual(await call(d, "who", room), [ids]);
    assert.deepEqual(await call(d, "who", a.id), [[a.id]]);
    assert.deepEqual(await call(d, "who", `${room}, where nobody is`), [[]]);
  });

  it("join and leave another all at once", async (t) => {
    const { sockets, room, ids } = await party(t, transport);
    const [a, , , d] = sockets;
    const other = `${room}, the other`;
    assert.deepEqual(await call(d, "herd", room, other), []);
    assert.deepEqual(await call(d, "who", other), [ids]);
    const all = sockets.slice(0, 3).map((socket) => next(socket, "msg"));
    d.emit("msg", other, "welcome");
    assert.deepEqual(await Promise.all(all), [["welcome"], ["welcome"], ["welcome"]]);
    assert.deepEqual(await call(a, "rooms"), [[a.id, room, other].sort()]);
    assert.deepEqual(await call(a, "unherd", room, other), []);
    assert.deepEqual(await call(d, "who", other), [[]]);
    assert.deepEqual(await call(d, "who", room), [ids]);
  });

  it("are disconnected by others, alone or with their connection", async (t) => {
    const { sockets: [a, b, c, d], room, ids } = await party(t, transport);
    for (const [socket, close] of [[b, false], [c, true]]) {
      const beside = await connected(socket.io.socket("/custom")); // on the same connection
      const [gone, alsoGone] = [next(socket, "disconnect"), close && next(beside, "disconnect")];
      assert.deepEqual(await call(a, "kick", socket.id, close), []);
      assert.equal((await gone)[0], "io server disconnect");
      if (close) assert.equal((await alsoGone)[0], "io server disconnect");
      else beside.emit("message", "still here"), assert.deepEqual(await next(beside, "message-back"), ["still here"]);
    }
    assert.deepEqual(await call(d, "who", room), [ids.filter((id) => id === a.id)]);
  });
});
