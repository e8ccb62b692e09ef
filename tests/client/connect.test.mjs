// Connecting, namespaces and refusals, with the official client.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import {
  call, client, clients, connected, gatewayOf, manager, next, upgraded, withEveryTransport,
} from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

withEveryTransport("connecting", (transport) => {
  it("gives the handler the client's auth payload", async (t) => {
    const auth = { token: "tête-à-tête", roles: ["reader", { of: 1 }] };
    const socket = client(t, lab.url, transport, { auth });
    const greeting = next(socket, "auth");
    await connected(socket);
    assert.deepEqual(await greeting, [auth]);
    assert.match(socket.id, /^[\w-]{20}\.any-[01]$/);
    assert.notEqual(socket.id, socket.io.engine.id);
  });

  it("gives it an empty object when the client has no auth payload", async (t) => {
    const socket = client(t, lab.url, transport);
    const greeting = next(socket, "auth");
    await connected(socket);
    assert.deepEqual(await greeting, [{}]);
  });

  it("ends on the best transport that the client allows", async (t) => {
    const socket = client(t, lab.url, transport);
    await connected(socket);
    if (transport.endsOn === "websocket") await upgraded(socket);
    assert.equal(socket.io.engine.transport.name, transport.endsOn);
    assert.deepEqual(await call(socket, "echo", "still here"), ["still here"]);
  });

  it("spreads clients over both Gateways", async (t) => {
    const sockets = await clients(t, lab.url, 2, transport);
    assert.deepEqual(sockets.map(gatewayOf).sort(), ["any-0", "any-1"]);
  });

  it("has two namespaces on one connection, of which one can leave", async (t) => {
    const connection = manager(t, lab.url, transport);
    const main = connection.socket("/", { auth: { in: "main" } });
    const custom = connection.socket("/custom", { auth: { in: "custom" } });
    const greetings = [next(main, "auth"), next(custom, "auth")];
    await Promise.all([connected(main), connected(custom)]);
    assert.deepEqual(await Promise.all(greetings), [[{ in: "main" }], [{ in: "custom" }]]);
    assert.notEqual(main.id, custom.id);
    assert.equal(gatewayOf(main), gatewayOf(custom));

    const back = next(custom, "message-back");
    custom.emit("message", "by /custom");
    main.once("message-back", () => assert.fail("the other namespace heard it"));
    assert.deepEqual(await back, ["by /custom"]);

    const first = custom.id;
    const left = next(custom, "disconnect");
    custom.disconnect();
    assert.equal((await left)[0], "io client disconnect");
    assert.deepEqual(await call(main, "echo", 1), [1]);
    assert.ok(main.connected);

    await connected(custom);
    assert.notEqual(custom.id, first);
  });

  it("is refused by a middleware with a message and data, and let in with the right token", async (t) => {
    const stranger = client(t, lab.url, transport, { nsp: "/members", auth: { token: "guess" } });
    const refusal = next(stranger, "connect_error");
    stranger.connect();
    const [error] = await refusal;
    assert.equal(error.message, "unauthorized");
    assert.deepEqual(error.data, { code: 401 });
    assert.ok(!stranger.connected);

    stranger.auth = { token: "letmein" }; // on the same connection, as after a log-in
    await connected(stranger);
    assert.ok(stranger.id);
  });

  it("is refused by a namespace that does not exist, and the connection lives on", async (t) => {
    const connection = manager(t, lab.url, transport);
    const [main, nowhere] = [connection.socket("/"), connection.socket("/nowhere")];
    const refusal = next(nowhere, "connect_error");
    nowhere.connect();
    const [error] = await refusal;
    assert.equal(error.message, "Invalid namespace");
    assert.equal(error.data, undefined);
    await connected(main);
    assert.deepEqual(await call(main, "echo", "alive"), ["alive"]);
  });
});
