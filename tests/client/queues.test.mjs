// Queues over two Gateways, with official clients: a job is stored, goes to one consumer at a time, and ends with its
// acknowledgement.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, eventually, gatewayOf, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

const counts = async (socket, queue) => (await call(socket, "queue", queue))[0];

/** Jobs as they come, each with its acknowledgement; `list.next()` waits for one. */
function jobs(socket) {
  const [list, waiting] = [[], []];
  socket.on("job", (job, ack) => {
    const one = { ...job, ack };
    const done = waiting.shift();
    if (done) done(one);
    else list.push(one);
  });
  list.next = () => (list.length ? Promise.resolve(list.shift()) : new Promise((done) => waiting.push(done)));
  return list;
}

async function party(t, transport) {
  const sockets = await clients(t, lab.url, 3, transport);
  assert.equal(new Set(sockets.map(gatewayOf)).size, 2);
  return { sockets, queue: `${t.name}/${transport.name}` };
}

withEveryTransport("queues", (transport) => {
  it("hand out one job at a time, in order, to whoever is free", async (t) => {
    const { sockets: [a, b, c], queue } = await party(t, transport);
    const ids = [];
    for (const x of ["one", { two: 2 }, Buffer.from([3])]) ids.push((await call(a, "push", queue, x))[0].id);
    assert.deepEqual(ids, [1, 2, 3]);
    assert.deepEqual(await counts(a, queue), { ready: 3, held: 0, dead: 0 });
    const [ofB, ofC] = [jobs(b), jobs(c)];
    await call(b, "consume", queue);
    const first = await ofB.next();
    assert.deepEqual([first.id, first.data, first.attempt], [1, "one", 1]);
    await call(c, "consume", queue);
    const second = await ofC.next();
    assert.deepEqual([second.id, second.data, second.attempt], [2, { two: 2 }, 1]);
    assert.deepEqual(await counts(a, queue), { ready: 1, held: 2, dead: 0 });
    second.ack("whatever");
    const third = await ofC.next();
    assert.deepEqual(third.data, Buffer.from([3]));
    first.ack();
    third.ack();
    await eventually("all are done", async () => (await counts(a, queue)).held === 0);
    assert.deepEqual(await counts(a, queue), { ready: 0, held: 0, dead: 0 });
    assert.deepEqual([ofB.length, ofC.length], [0, 0]);
  });

  it("give a job to another when its consumer is silent, or goes", async (t) => {
    const { sockets: [a, b, c], queue } = await party(t, transport);
    const [ofB, ofC] = [jobs(b), jobs(c)];
    await call(b, "consume", queue);
    await call(a, "push", queue, "x");
    const silent = await ofB.next();
    await call(c, "consume", queue);
    const again = await ofC.next();
    assert.deepEqual([again.id, again.attempt], [1, 2]);
    silent.ack(); // too late
    assert.deepEqual(await counts(a, queue), { ready: 0, held: 1, dead: 0 });
    c.disconnect();
    const third = await ofB.next();
    assert.deepEqual([third.id, third.attempt], [1, 3]);
    third.ack();
    await eventually("it is done", async () => (await counts(a, queue)).held === 0);
    assert.deepEqual(await counts(a, queue), { ready: 0, held: 0, dead: 0 });
  });

  it("let a consumer stop once it has no job", async (t) => {
    const { sockets: [a, b], queue } = await party(t, transport);
    const ofB = jobs(b);
    await call(b, "consume", queue);
    await call(a, "push", queue, 1);
    await call(a, "push", queue, 2);
    const held = await ofB.next();
    let stopped = false;
    const stop = call(b, "stop", queue).then(() => (stopped = true));
    assert.deepEqual(await counts(a, queue), { ready: 1, held: 1, dead: 0 });
    assert.equal(stopped, false);
    held.ack();
    await stop;
    assert.deepEqual(await counts(a, queue), { ready: 1, held: 0, dead: 0 });
    assert.equal(ofB.length, 0);
  });
});

it("after five attempts a job is dead; over HTTP it is listed, put back, taken and done", async (t) => {
  const { sockets: [a, b], queue } = await party(t, { name: "http", options: {}, endsOn: "websocket" });
  const http = async (body, secret = "lab") => {
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await fetch(`${lab.url}/queue`, { method: "POST", headers, body: JSON.stringify({ queue, ...body }) });
    const text = await answer.text();
    return [answer.status, text && JSON.parse(text)];
  };
  assert.deepEqual(await http({ do: "counts" }, "guessed"), [401, ""]);
  const ofB = jobs(b);
  await call(b, "consume", queue);
  assert.deepEqual(await http({ do: "push", data: { bad: true }, once: "7" }), [200, { id: 1 }]);
  assert.deepEqual(await http({ do: "push", data: { bad: true }, once: "7" }), [200, { id: 1 }]);
  for (const attempt of [1, 2, 3, 4, 5]) assert.equal((await ofB.next()).attempt, attempt);
  await eventually("it is dead", async () => (await counts(a, queue)).dead === 1);
  const dead = { id: 1, attempt: 5, data: { bad: true } };
  assert.deepEqual(await http({ do: "dead" }), [200, { jobs: [dead] }]);
  await call(b, "stop", queue);
  assert.deepEqual(await http({ do: "put back", id: 1 }), [200, {}]);
  assert.deepEqual(await http({ do: "take", limit: 5 }), [200, { jobs: [{ ...dead, attempt: 6 }] }]);
  assert.equal((await http({ do: "done", id: 1, attempt: 5 }))[0], 409);
  assert.deepEqual(await http({ do: "done", id: 1, attempt: 6 }), [200, {}]);
  assert.deepEqual(await http({ do: "counts" }), [200, { ready: 0, held: 0, dead: 0 }]);
  assert.equal((await http({ do: "dance" }))[0], 400);
});
