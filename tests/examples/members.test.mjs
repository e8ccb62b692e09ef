// examples/members, with the official client, over two Gateways.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { client, connected, gatewayOf, manager, next, withEveryTransport } from "../support/clients.mjs";
import { startExample } from "../support/examples.mjs";

let server;
before(async () => (server = await startExample("members", { gateways: 2 })));
after(() => server?.stop());

withEveryTransport("members only", (transport) => {
  const member = (t, token) => client(t, server.url, transport, { nsp: "/members", auth: { token } });

  it("refuses who has no token, a wrong one, or something else for one, and says why", async (t) => {
    for (const auth of [undefined, {}, { token: "guess" }, { token: ["ann's token"] }, { token: null }]) {
      const stranger = client(t, server.url, transport, { nsp: "/members", auth });
      const refusal = next(stranger, "connect_error");
      stranger.connect();
      const [error] = await refusal;
      assert.deepEqual([error.message, error.data], ["unauthorized", { code: 401 }], JSON.stringify(auth));
    }
  });

  it("lets the refused stay in the lobby, and come back with the right token", async (t) => {
    const connection = manager(t, server.url, transport);
    const lobby = await connected(connection.socket("/"));
    const members = connection.socket("/members", { auth: { token: "guess" } });
    await assert.rejects(connected(members), { message: "unauthorized" });

    const heard = next(lobby, "chat message");
    lobby.emit("chat message", "still here");
    assert.deepEqual(await heard, ["still here"]);

    members.auth = { token: "ann's token" };
    const welcome = next(members, "welcome");
    await connected(members);
    assert.deepEqual(await welcome, ["Ann"]);
  });

  it("has members heard by members alone, with their names, on both Gateways", async (t) => {
    const ann = await connected(member(t, "ann's token"));
    const bob = await connected(member(t, "bob's token"));
    assert.notEqual(gatewayOf(ann), gatewayOf(bob));
    const lobby = await connected(client(t, server.url, transport));
    lobby.once("chat message", (text) => assert.equal(text, "end"));

    const heard = [ann, bob].map((socket) => next(socket, "chat message"));
    ann.emit("chat message", "among ourselves");
    assert.deepEqual(await Promise.all(heard), [["Ann", "among ourselves"], ["Ann", "among ourselves"]]);
    const end = next(lobby, "chat message");
    lobby.emit("chat message", "end");
    await end;
  });
});
