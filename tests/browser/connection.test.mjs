// The connection: how it is made, and what becomes of it.
import assert from "node:assert/strict";
import { it } from "node:test";
import { eventually, parlor } from "./people.mjs";

const { visit, arrive } = parlor();

it("the client's default options are used: long polling first, then an upgrade to WebSocket", async (t) => {
  const ann = await visit(t, { room: "upgrade" });
  const steps = [];
  const frames = [];
  ann.page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/socket.io/") steps.push([url.searchParams.get("transport"), url.searchParams.get("sid")]);
  });
  ann.page.on("websocket", (socket) => {
    const url = new URL(socket.url());
    steps.push([url.searchParams.get("transport"), url.searchParams.get("sid")]);
    socket.on("framesent", ({ payload }) => frames.push(`> ${payload}`));
    socket.on("framereceived", ({ payload }) => frames.push(`< ${payload}`));
  });
  await ann.open();
  await ann.enter("Ann");
  await ann.isIn("upgrade");
  await ann.isUpgraded();
  assert.deepEqual(frames.slice(0, 3), ["> 2probe", "< 3probe", "> 5"]);

  const at = steps.findIndex(([transport]) => transport === "websocket");
  const sid = steps[at][1];
  assert.match(sid, /^\S+$/);
  assert.deepEqual(steps[0], ["polling", null], "the handshake");
  assert.ok(at >= 2, "polled before the upgrade");
  assert.ok(steps.slice(1).every(([, used]) => used === sid), "one session over both transports");
  assert.equal(steps.filter(([transport]) => transport === "websocket").length, 1);

  const requests = steps.length;
  await ann.say("by WebSocket");
  await ann.sees([["Ann", "by WebSocket", "sent"]]);
  assert.ok(frames.some((frame) => /^> 42\d+\["say",.*by WebSocket/.test(frame)), frames.join("\n"));
  assert.ok(frames.some((frame) => /^< 43\d+\[/.test(frame)), "the receipt came the same way");
  assert.equal(steps.length, requests, "no polling any more");
});

it("somebody who reloads is back in the room under the same name, once, and both chat on", async (t) => {
  const ann = await arrive(t, "Ann", { room: "reload" });
  const bob = await arrive(t, "Bob", { room: "reload" });
  await ann.say("before");
  await bob.sees([["Ann", "before", "received"]]);

  for (let times = 1; times <= 3; times += 1) {
    await bob.page.reload();
    await bob.isIn("reload");
    await bob.seesPeople("Bob", "Ann");
    await ann.seesPeople("Ann", "Bob");
    await bob.say(`back ${times}`);
    await eventually(async () => (await ann.messages()).at(-1), ["Bob", `back ${times}`, "received"]);
    await ann.say(`welcome ${times}`);
    await bob.sees([["Bob", `back ${times}`, "sent"], ["Ann", `welcome ${times}`, "received"]]);
    assert.deepEqual([await ann.roster(), await bob.roster()], [["Ann", "Bob"], ["Bob", "Ann"]]);
  }
  assert.equal(await ann.page.locator("#head-count").textContent(), "2 people");
});

it("somebody offline is told so, and what they write waits, then arrives once and in order", async (t) => {
  const ann = await arrive(t, "Ann", { room: "offline", network: false });
  const bob = await arrive(t, "Bob", { room: "offline" });
  await ann.say("before");
  await bob.sees([["Ann", "before", "received"]]);

  await ann.context.setOffline(true);
  const words = "You are offline. Messages wait here and are sent when you are back.";
  await eventually(() => ann.connection(), ["offline", words]);
  assert.equal(await ann.at("status").isVisible(), true);
  for (const text of ["first", "second", "third"]) await ann.say(text);
  const waiting = ["first", "second", "third"].map((text) => ["Ann", text, "sending"]);
  await ann.sees([["Ann", "before", "sent"], ...waiting]);
  await ann.page.getByText("waits to be sent").last().waitFor();
  await ann.picture("3-offline");
  await bob.say("meanwhile"); // Whether Ann ever sees it is not promised: there is no history yet.
  await bob.sees([["Ann", "before", "received"], ["Bob", "meanwhile", "sent"]]);

  await ann.context.setOffline(false);
  const arrived = ["first", "second", "third"].map((text) => ["Ann", text, "received"]);
  await bob.sees([["Ann", "before", "received"], ["Bob", "meanwhile", "sent"], ...arrived]);
  await eventually(() => ann.connection(), ["online", "Connected."]);
  await eventually(
    async () => (await ann.messages()).filter(([author]) => author === "Ann"),
    ["before", "first", "second", "third"].map((text) => ["Ann", text, "sent"]),
  );
  await ann.seesPeople("Ann", "Bob");
  await bob.seesPeople("Bob", "Ann");
  await bob.say("good to have you back");
  await eventually(async () => (await ann.messages()).at(-1), ["Bob", "good to have you back", "received"]);
  await bob.sees([
    ["Ann", "before", "received"], ["Bob", "meanwhile", "sent"], ...arrived, ["Bob", "good to have you back", "sent"],
  ]);
  await ann.picture("3-back");
});

it("what waits survives a reload of the page", async (t) => {
  const ann = await arrive(t, "Ann", { room: "outbox", network: false });
  const bob = await arrive(t, "Bob", { room: "outbox" });
  let reachable = false; // for those who connect anew: a page without a network could not reload
  await ann.context.route("**/socket.io/?*", (route) => {
    return reachable ? route.continue() : route.abort("internetdisconnected");
  });
  await ann.context.setOffline(true);
  await eventually(async () => (await ann.connection())[0], "offline");
  await ann.say("do not forget me");
  await ann.sees([["Ann", "do not forget me", "sending"]]);
  await ann.context.setOffline(false);
  await ann.page.reload();
  await ann.sees([["Ann", "do not forget me", "sending"]]);
  reachable = true;
  await ann.sees([["Ann", "do not forget me", "sent"]]);
  await bob.sees([["Ann", "do not forget me", "received"]]);
});

it("a message whose receipt is lost is sent again, and shown once", async (t) => {
  const ann = await visit(t, { room: "receipt" });
  let sent = 0;
  await ann.page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    let deaf = false;
    socket.onMessage((frame) => {
      if (/^42\d+\["say"/.test(frame)) deaf = (sent += 1) === 1;
      server.send(frame);
    });
    server.onMessage(async (frame) => {
      if (!deaf) return socket.send(frame);
      if (!frame.startsWith("43")) return;
      await server.close(); // The receipt is here, and goes no further.
      await socket.close();
    });
  });
  await ann.open();
  await ann.enter("Ann");
  await ann.isIn("receipt");
  const bob = await arrive(t, "Bob", { room: "receipt" });
  await eventually(() => ann.page.evaluate(() => document.getElementById("app").dataset.connection), "online");
  await ann.say("only once");
  await eventually(() => sent, 2);
  await ann.sees([["Ann", "only once", "sent"]]);
  await ann.say("and on");
  await bob.sees([["Ann", "only once", "received"], ["Ann", "and on", "received"]]);
  await bob.seesPeople("Bob", "Ann");
});
