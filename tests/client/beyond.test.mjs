// What Node's server has not, or has otherwise, over two Gateways, with official clients: the lab's `/beyond`.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { call, clients, gatewayOf, next } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2, pingInterval: 20_000 })));
after(() => lab.stop());

const beyond = { nsp: "/beyond" };
const LONG = 60_000;

describe("a handler", () => {
  it("may have the deployment's variables and bindings", async (t) => {
    const [a] = await clients(t, lab.url, 1, undefined, beyond);
    assert.deepEqual(await call(a, "variable", "PARLOR_PING_INTERVAL"), ["20000"]);
    assert.deepEqual(await call(a, "variable", "NO_SUCH_THING"), [null]);
  });

  it("has those variables that the application has asked for by their names", async (t) => {
    const [a] = await clients(t, lab.url, 1, undefined, beyond);
    for (const [name, word] of [["LAB_WORD", "lab"], ["LAB_WISH", ""], ["PARLOR_PING_INTERVAL", ""]]) {
      assert.deepEqual(await call(a, "word", name), [word]);
    }
  });

  it("that hangs holds up its own socket alone", async (t) => {
    const [a, b, sameGateway] = await clients(t, lab.url, 3, undefined, beyond);
    assert.equal(gatewayOf(a), gatewayOf(sameGateway));
    assert.notEqual(gatewayOf(a), gatewayOf(b));
    a.emit("hang");
    a.emit("echo", "waits behind it", () => assert.fail("answered"));
    for (let n = 0; n < 50; n += 1) {
      for (const socket of [b, sameGateway]) assert.deepEqual(await call(socket, "echo", n), [n]);
    }
  });

  it("that is flooded while it hangs costs its own connection alone", async (t) => {
    const [a, , sameGateway] = await clients(t, lab.url, 3, undefined, beyond);
    const gone = next(a, "disconnect");
    a.emit("hang");
    for (let n = 0; n < 5000; n += 1) a.emit("echo", n);
    assert.deepEqual((await gone)[0], "transport close");
    assert.deepEqual(await call(sameGateway, "echo", "still here"), ["still here"]);
  });

  it("gets the answer to a question that no handler waited for, or hears that it is late", async (t) => {
    const [a] = await clients(t, lab.url, 1, undefined, beyond);
    a.once("sure?", (dish, ack) => ack(dish === "soup"));
    let heard = next(a, "answered");
    assert.deepEqual(await call(a, "order", "soup", LONG), []);
    assert.deepEqual(await heard, ["soup", true]);
    a.once("sure?", () => {});
    heard = next(a, "answered");
    await call(a, "order", "fish", 50);
    assert.deepEqual(await heard, ["fish", "timeout"]);
  });

  it("is shown what is sent to its socket", async (t) => {
    const [a] = await clients(t, lab.url, 1, undefined, beyond);
    a.once("sure?", (_, ack) => ack(true));
    const heard = next(a, "answered");
    await call(a, "order", "soup", LONG);
    await heard;
    assert.deepEqual(await call(a, "seen"), [["sure?", "answered"]]);
  });
});

describe("Gateways", () => {
  it("count their sockets together", async (t) => {
    const [a, b, c] = await clients(t, lab.url, 3, undefined, beyond);
    for (const socket of [a, b]) await call(socket, "join", "counted");
    assert.deepEqual(await call(c, "count", "counted"), [2]);
    assert.deepEqual(await call(c, "count", a.id), [1]);
    assert.deepEqual(await call(c, "count", "nobody"), [0]);
    assert.ok((await call(c, "count", null))[0] >= 3);
  });

  it("send each other events, and answer", async (t) => {
    const [a, b] = await clients(t, lab.url, 2, undefined, beyond);
    await call(b, "join", "call");
    const heard = next(b, "rallied");
    assert.deepEqual(await call(a, "rally", "call"), [["call"]]);
    assert.deepEqual(await heard, ["call"]);
  });
});

describe("another Worker", () => {
  const relay = async (body, secret) => {
    const answer = await fetch(`${lab.url}/relay`, { method: "POST", headers: { "x-secret": secret }, body: JSON.stringify(body) });
    return [answer.status, await answer.text()];
  };

  it("emits through a service binding", async (t) => {
    const [a, b] = await clients(t, lab.url, 2, undefined, beyond);
    const heard = [a, b].map((socket) => next(socket, "news"));
    assert.deepEqual(await relay({ namespace: "/beyond", event: "news", args: [1, { two: 2 }] }, "lab"), [200, "emitted"]);
    assert.deepEqual(await Promise.all(heard), [[1, { two: 2 }], [1, { two: 2 }]]);
  });

  it("is told why not", async () => {
    assert.equal((await relay({ event: "news" }, "wrong"))[0], 502);
    const [status, words] = await relay({ namespace: "/nowhere", event: "news" }, "lab");
    assert.equal(status, 502);
    assert.match(words, /status 400: .*There is no namespace/);
  });
});
