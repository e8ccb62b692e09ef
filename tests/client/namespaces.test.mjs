// Dynamic namespaces, and emitting over HTTP, over two Gateways, with official clients.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { call, client, clients, connected, gatewayOf, next, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

/** A socket in a namespace, and what it was told first. */
async function inOrg(t, transport, nsp) {
  const socket = client(t, lab.url, transport, { nsp });
  const told = next(socket, "org");
  await connected(socket);
  return [socket, (await told)[0]];
}

withEveryTransport("dynamic namespaces", (transport) => {
  it("know what their name says, and are separate from each other", async (t) => {
    const [[a, one], [b, same], [c, other]] = [
      await inOrg(t, transport, "/org-1"),
      await inOrg(t, transport, "/org-1"),
      await inOrg(t, transport, "/org-2"),
    ];
    assert.deepEqual([one, same, other], [1, 1, 2]);
    assert.notEqual(gatewayOf(a), gatewayOf(b));
    const heardByB = next(b, "msg");
    c.once("msg", () => assert.fail("another namespace"));
    a.emit("msg", c.id, "to one of another namespace");
    a.emit("msg", b.id, "to one of the same");
    assert.deepEqual(await heardByB, ["to one of the same"]);
  });

  it("are only those whose name is as the pattern and its check say", async (t) => {
    for (const nsp of ["/org-", "/org-x", "/org-1x", "/org--1", "/org-01", "/org-1/2", "/organ-1", `/org-${"1".repeat(300)}`]) {
      await assert.rejects(connected(client(t, lab.url, transport, { nsp })), { message: "Invalid namespace" }, nsp);
    }
  });
});

describe("POST /emit", () => {
  const post = async (body, { secret = "lab", method = "POST" } = {}) => {
    const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const asked = () => fetch(`${lab.url}/emit`, { method, headers, body: method === "GET" ? undefined : text });
    const answer = await asked().catch(asked); // what is refused while it is still being sent may break the connection
    return [answer.status, await answer.text()];
  };

  it("reaches a room on both Gateways, a single socket, and everyone", async (t) => {
    const [a, b, c] = await clients(t, lab.url, 3);
    await call(a, "join", "emit");
    await call(b, "join", "emit");
    const hears = (...sockets) => Promise.all(sockets.map((socket) => next(socket, "news")));
    let all = hears(a, b);
    c.once("news", (x) => assert.equal(x, "for c"));
    assert.deepEqual(await post({ namespace: "/", room: "emit", event: "news", args: ["hello", { n: 1 }] }), [202, ""]);
    assert.deepEqual(await all, [["hello", { n: 1 }], ["hello", { n: 1 }]]);
    all = hears(c);
    assert.deepEqual(await post({ room: c.id, event: "news", args: ["for c"] }), [202, ""]);
    assert.deepEqual(await all, [["for c"]]);
    all = hears(a, b, c);
    assert.deepEqual(await post({ event: "news" }), [202, ""]);
    assert.deepEqual(await all, [[], [], []]);
    all = hears(b);
    a.once("news", (x) => assert.equal(x, "last"));
    assert.deepEqual(await post({ room: ["emit", "other"], except: a.id, event: "news", args: [2] }), [202, ""]);
    assert.deepEqual(await all, [[2]]);
    all = hears(a);
    await post({ room: a.id, event: "news", args: ["last"] });
    await all;
  });

  it("emits nothing without the secret, or if it is not as it should be", async (t) => {
    const [a] = await clients(t, lab.url, 1);
    const heard = [];
    a.on("news", (x) => heard.push(x));
    const good = { event: "news", args: ["bad"] };
    for (const secret of [null, "", "la", "lob", "labs"]) assert.equal((await post(good, { secret }))[0], 401, secret);
    assert.equal((await post(good, { method: "GET" }))[0], 405);
    for (const bad of ["", "{", "[]", { args: [] }, { ...good, args: "x" }, { ...good, args: { 0: 1 } }, { ...good, rooms: "x" }]) {
      const [status, body] = await post(bad);
      assert.deepEqual([status, JSON.parse(body).error], [400, "bad request"], JSON.stringify(bad));
    }
    const nowhere = JSON.parse((await post({ ...good, namespace: "/nowhere" }))[1]);
    assert.deepEqual(nowhere, { error: "invalid namespace", message: 'There is no namespace "/nowhere".' });
    assert.equal(JSON.parse((await post({ ...good, room: "x".repeat(513) }))[1]).error, "bad room name");
    assert.equal((await post({ ...good, args: ["x".repeat(1_000_001)] }))[0], 413);
    await post({ room: a.id, event: "news", args: ["end"] });
    while (!heard.includes("end")) await next(a, "news");
    assert.deepEqual(heard, ["end"]);
  });
});
