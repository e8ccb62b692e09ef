// examples/notifications, with the official client, over two Gateways.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, connected, gatewayOf, heard, manager, next, withEveryTransport } from "../support/clients.mjs";
import { startExample } from "../support/examples.mjs";

let server;
before(async () => (server = await startExample("notifications", { gateways: 2 })));
after(() => server?.stop());

withEveryTransport("notifications", (transport) => {
  /** Somebody in both namespaces over one connection. */
  async function arrive(t, name) {
    const connection = manager(t, server.url, transport);
    const auth = { name };
    const chat = await connected(connection.socket("/", { auth }));
    const notifications = await connected(connection.socket("/notifications", { auth }));
    assert.equal(gatewayOf(chat), gatewayOf(notifications));
    return { chat, notifications, mentions: heard(notifications, "mentioned") };
  }

  it("reach who is mentioned in the chat, in each of their windows, on both Gateways, and nobody else", async (t) => {
    const ann = await arrive(t, "Ann");
    const bob = await arrive(t, "Bob");
    const bobElsewhere = await arrive(t, "bob");
    assert.notEqual(gatewayOf(bob.chat), gatewayOf(bobElsewhere.chat));

    const inChat = [ann, bob, bobElsewhere].map(({ chat }) => next(chat, "chat message"));
    const told = [bob, bobElsewhere].map(({ notifications }) => next(notifications, "mentioned"));
    ann.chat.emit("chat message", "Tea, @Bob?");
    for (const args of await Promise.all([...inChat, ...told])) assert.deepEqual(args, ["Ann", "Tea, @Bob?"]);

    const back = next(ann.notifications, "mentioned");
    bob.chat.emit("chat message", "Yes, @ANN!");
    assert.deepEqual(await back, ["Bob", "Yes, @ANN!"]);
    // In the order of each room nothing can come later than this.
    const end = [bob, bobElsewhere].map(({ mentions }) => mentions.reaches(2));
    ann.chat.emit("chat message", "@bob @bob");
    await Promise.all(end);
    assert.deepEqual([ann, bob, bobElsewhere].map(({ mentions }) => [...mentions]), [["Bob"], ["Ann", "Ann"], ["Ann", "Ann"]]);
  });

  it("come no more to who wants quiet, until they want them again; the chat goes on", async (t) => {
    const cat = await arrive(t, "Cat");
    const dan = await arrive(t, "Dan");
    await call(dan.notifications, "quiet", true);
    const inChat = next(dan.chat, "chat message");
    cat.chat.emit("chat message", "psst, @Dan");
    assert.deepEqual(await inChat, ["Cat", "psst, @Dan"]);
    await call(dan.notifications, "quiet", false);
    const told = next(dan.notifications, "mentioned");
    cat.chat.emit("chat message", "@Dan!");
    assert.deepEqual(await told, ["Cat", "@Dan!"]);
    assert.equal(dan.mentions.length, 1);
  });

  it("want a name, in both namespaces", async (t) => {
    for (const nsp of ["/", "/notifications"]) {
      for (const auth of [undefined, { name: "" }, { name: "a b" }, { name: 1 }]) {
        const socket = manager(t, server.url, transport).socket(nsp, { auth });
        await assert.rejects(connected(socket), { message: "A name has 1 to 20 letters and digits." });
      }
    }
  });
});
