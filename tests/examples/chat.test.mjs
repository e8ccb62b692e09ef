// examples/chat, with the official client, over two Gateways.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { clients, gatewayOf, heard, withEveryTransport } from "../support/clients.mjs";
import { startExample } from "../support/examples.mjs";

let chat;
before(async () => (chat = await startExample("chat", { gateways: 2 })));
after(() => chat?.stop());

withEveryTransport("the chat", (transport) => {
  it("tells everyone what one says, on both Gateways and in one order", async (t) => {
    const sockets = await clients(t, chat.url, 2, transport);
    assert.notEqual(gatewayOf(sockets[0]), gatewayOf(sockets[1]));
    const lists = sockets.map((socket) => heard(socket, "chat message"));
    for (const [n, socket] of sockets.entries()) socket.emit("chat message", `a${n}`).emit("chat message", `b${n}`);
    const [first, second] = await Promise.all(lists.map(async (list) => [...(await list.reaches(4))]));
    assert.deepEqual(first, second);
    assert.deepEqual(first.toSorted(), ["a0", "a1", "b0", "b1"]);
  });
});

it("serves its page, and the client's files", async () => {
  const page = await fetch(`${chat.url}/index.html`);
  assert.equal(await page.text(), readFileSync(join(chat.pages, "index.html"), "utf8"));
  const client = await fetch(`${chat.url}/socket.io/socket.io.js`);
  assert.equal(client.headers.get("content-type"), "application/javascript; charset=utf-8");
  assert.match(await client.text(), /^\/\*!\s+\* Socket\.IO v4/);
});
