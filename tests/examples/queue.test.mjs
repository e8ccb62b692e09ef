// examples/queue, with the official client, over two Gateways.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, connected, client, next, withEveryTransport } from "../support/clients.mjs";
import { startExample } from "../support/examples.mjs";

let server;
before(async () => (server = await startExample("queue", { gateways: 2 })));
after(() => server?.stop());

withEveryTransport("orders", (transport) => {
  const arrive = (t, name) => client(t, server.url, transport, { auth: { name } });

  it("are cooked one after another, and their guest gets mail, though away in between", async (t) => {
    const name = `Ann${transport.name.replace(/\W/g, "")}`;
    const ann = await connected(arrive(t, name));
    const cook = await connected(arrive(t, "Cook"));
    for (const dish of ["soup", "cake"]) assert.deepEqual(await call(ann, "order", dish), []);
    ann.disconnect();
    for (const dish of ["soup", "cake"]) {
      const job = next(cook, "job");
      if (dish === "soup") await call(cook, "cook", true);
      const [{ id, data }, finished] = await job;
      assert.deepEqual(data, { name, dish });
      await call(cook, "ready", id, data);
      finished();
    }
    await call(cook, "cook", false);
    const back = arrive(t, name);
    for (const dish of ["soup", "cake"]) {
      const mail = next(back, "mail");
      if (dish === "soup") await connected(back);
      const [{ data }, seen] = await mail;
      assert.equal(data, `Your ${dish} is ready.`);
      seen();
    }
  });
});
