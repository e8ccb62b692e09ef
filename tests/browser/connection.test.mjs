// The connection: how it is made, what becomes of it, and that nothing is lost or doubled over it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const OFFLINE = ["offline", "You are offline. What you write waits here and is sent when you are back."];
const BROKEN = ["reconnecting", "The connection broke off. Reconnecting… What you write waits here."];
const ONLINE = ["online", "Connected."];
const SLOW = ["online", "The connection is slow today. Nothing is lost, it only takes longer."];

/** Nothing is lost or doubled: everybody sees the same, and it is what these said, each in their order. */
async function haveAll(readers, said) {
  const due = Object.values(said).flat();
  for (const reader of readers) await eventually(async () => (await reader.texts()).toSorted(), due.toSorted());
  const [all, ...others] = await Promise.all(readers.map((reader) => reader.messages()));
  for (const [author, texts] of Object.entries(said)) {
    assert.deepEqual(all.filter(([by]) => by === author).map(([, text]) => text), texts, `${author}'s, in order`);
  }
  const order = (messages) => messages.map(([by, text]) => [by, text]);
  for (const other of others) assert.deepEqual(order(other), order(all), "the same for all");
}

describe("the connection", () => {
  const house = parlor();
  const { visit, arrive } = house;

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
    await ann.enter("Ann Upgrade");
    await ann.isIn("upgrade");
    await ann.isUpgraded();
    await eventually(() => frames.slice(0, 3), ["> 2probe", "< 3probe", "> 5"]);

    const at = steps.findIndex(([transport]) => transport === "websocket");
    const sid = steps[at][1];
    assert.match(sid, /^\S+$/);
    assert.deepEqual(steps[0], ["polling", null], "the handshake");
    assert.ok(at >= 2, "polled before the upgrade");
    assert.ok(steps.slice(1).every(([, used]) => used === sid), "one session over both transports");
    assert.equal(steps.filter(([transport]) => transport === "websocket").length, 1);

    const requests = steps.length;
    await ann.say("by WebSocket");
    await ann.sees([["Ann Upgrade", "by WebSocket", "sent"]]);
    assert.ok(frames.some((frame) => /^> 42\d+\["say",.*by WebSocket/.test(frame)), frames.join("\n"));
    assert.ok(frames.some((frame) => /^< 43\d+\[/.test(frame)), "the receipt came the same way");
    assert.equal(steps.length, requests, "no polling any more");
  });

  it("where no WebSocket gets through, long polling goes on", async (t) => {
    const ann = await visit(t, { room: "polling", network: false });
    await ann.page.routeWebSocket(/\/socket\.io\//, (socket) => socket.close());
    await ann.open();
    await ann.enter("Ann Polling");
    await ann.isIn("polling");
    const bob = await arrive(t, "Bob Polling", { room: "polling" });
    await ann.say("by post");
    await bob.say("by frame");
    await haveAll([ann, bob], { "Ann Polling": ["by post"], "Bob Polling": ["by frame"] });
    assert.deepEqual(await ann.connection(), ONLINE);
  });

  it("somebody who reloads is back in the room under the same name, once, and both chat on", async (t) => {
    const ann = await arrive(t, "Ann Reload", { room: "reload" });
    const bob = await arrive(t, "Bob Reload", { room: "reload" });
    const texts = ["before"];
    await ann.say("before");
    await bob.seesTexts(...texts);

    for (let times = 1; times <= 3; times += 1) {
      await bob.page.reload();
      await bob.isIn("reload");
      await bob.seesPeople("Bob Reload", "Ann Reload");
      await ann.seesPeople("Ann Reload", "Bob Reload");
      texts.push(`back ${times}`, `welcome ${times}`);
      await bob.say(`back ${times}`);
      await ann.message(`back ${times}`).waitFor();
      await ann.say(`welcome ${times}`);
      await bob.seesTexts(...texts);
    }
    await ann.seesTexts(...texts);
    assert.equal(await ann.page.locator("#head-count").textContent(), "2 people");
  });

  it("somebody offline is told so, and what they write waits, then arrives once and in order", async (t) => {
    const ann = await arrive(t, "Ann Offline", { room: "offline", network: false });
    const bob = await arrive(t, "Bob Offline", { room: "offline" });
    await ann.say("before");
    await bob.sees([["Ann Offline", "before", "received"]]);

    await ann.context.setOffline(true);
    await eventually(() => ann.connection(), OFFLINE);
    assert.equal(await ann.at("status").isVisible(), true);
    for (const text of ["first", "second", "third"]) await ann.say(text);
    const waiting = ["first", "second", "third"].map((text) => ["Ann Offline", text, "sending"]);
    await ann.sees([["Ann Offline", "before", "sent"], ...waiting]);
    await ann.page.getByText("waits to be sent").last().waitFor();
    await bob.say("meanwhile");
    await bob.sees([["Ann Offline", "before", "received"], ["Bob Offline", "meanwhile", "sent"]]);

    await ann.context.setOffline(false);
    const all = (ann, bob) => [
      ["Ann Offline", "before", ann], ["Bob Offline", "meanwhile", bob],
      ...["first", "second", "third"].map((text) => ["Ann Offline", text, ann]),
    ];
    await bob.sees(all("received", "sent"));
    await ann.sees(all("sent", "received"));
    await eventually(() => ann.connection(), ONLINE);
    await eventually(() => ann.page.locator("#status").evaluate((status) => status.dataset.quiet), "true");
    await ann.seesPeople("Ann Offline", "Bob Offline");
    await bob.seesPeople("Bob Offline", "Ann Offline");
  });

  it("what waits survives a reload of the page", async (t) => {
    const ann = await arrive(t, "Ann Outbox", { room: "outbox", network: false });
    const bob = await arrive(t, "Bob Outbox", { room: "outbox" });
    let reachable = false; // for those who connect anew: a page without a network could not reload
    await ann.context.route(/\/socket\.io\/\?/, (route) => {
      return reachable ? route.continue() : route.abort("internetdisconnected");
    });
    await ann.context.setOffline(true);
    await eventually(() => ann.connection(), OFFLINE);
    await ann.say("do not forget me");
    await ann.say("me neither");
    await ann.at("composer").fill("and this is not finished");
    await ann.context.setOffline(false);
    await ann.page.reload();
    await ann.sees([["Ann Outbox", "do not forget me", "sending"], ["Ann Outbox", "me neither", "sending"]]);
    await eventually(() => ann.at("composer").inputValue(), "and this is not finished");
    reachable = true;
    await ann.sees([["Ann Outbox", "do not forget me", "sent"], ["Ann Outbox", "me neither", "sent"]]);
    await bob.seesTexts("do not forget me", "me neither");
  });

  it("a message whose receipt is lost is sent again, and shown once", async (t) => {
    const ann = await visit(t, { room: "receipt", network: false });
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
        if (typeof frame !== "string" || !frame.startsWith("43")) return;
        await server.close(); // The receipt is here, and goes no further.
        await socket.close();
      });
    });
    await ann.open();
    await ann.enter("Ann Receipt");
    await ann.isIn("receipt");
    const bob = await arrive(t, "Bob Receipt", { room: "receipt" });
    await ann.page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/socket.io/")));
    await ann.say("only once");
    await ann.sees([["Ann Receipt", "only once", "sent"]]);
    await ann.say("and on");
    await haveAll([ann, bob], { "Ann Receipt": ["only once", "and on"] });
    await bob.seesPeople("Bob Receipt", "Ann Receipt");
  });

  it("the server is restarted while two people write: words, no reload, nothing lost, nothing doubled", async (t) => {
    const ann = await arrive(t, "Ann Restart", { room: "restart", network: false });
    const bob = await arrive(t, "Bob Restart", { room: "restart", network: false });
    const people = [ann, bob];
    const said = { "Ann Restart": [], "Bob Restart": [] };
    const write = async (when) => {
      for (let i = 1; i <= 3; i += 1) {
        for (const [at, name] of Object.keys(said).entries()) {
          said[name].push(`${name} ${when} ${i}`);
          await people[at].say(`${name} ${when} ${i}`);
        }
      }
    };
    for (const person of people) await person.page.evaluate(() => (window.neverReloaded = true));
    await write("before"); // The last ones may be under way when it ends.
    const restarted = house.chat.restart();
    for (const person of people) await eventually(() => person.connection(), BROKEN);
    await write("meanwhile");
    await restarted;
    for (const person of people) await eventually(() => person.connection(), ONLINE);
    await write("after");
    await haveAll(people, said);
    for (const person of people) {
      assert.equal(await person.page.evaluate(() => window.neverReloaded), true);
      await eventually(async () => (await person.roster()).toSorted(), Object.keys(said));
      assert.ok((await person.messages()).every(([, , state]) => state !== "failed"));
    }
  });

  it("a network that comes and goes: all arrives once, in order", async (t) => {
    const ann = await arrive(t, "Ann Flap", { room: "flap", network: false });
    const bob = await arrive(t, "Bob Flap", { room: "flap" });
    const said = { "Ann Flap": [], "Bob Flap": [] };
    for (let i = 1; i <= 4; i += 1) {
      await ann.context.setOffline(true);
      await eventually(() => ann.connection(), OFFLINE);
      for (const [person, name] of [[ann, "Ann Flap"], [bob, "Bob Flap"]]) {
        said[name].push(`${name} ${i}`);
        await person.say(`${name} ${i}`);
      }
      await ann.context.setOffline(false);
      // Away again before it is quite there, and sometimes not.
      if (i % 2 === 0) await eventually(() => ann.connection(), ONLINE);
      else await eventually(async () => (await ann.connection())[0] !== "offline", true);
    }
    await haveAll([ann, bob], said);
    await eventually(() => ann.connection(), ONLINE);
  });

  it("a slow answer is told in words, and they go when it is there", async (t) => {
    const ann = await visit(t, { room: "slow" });
    let held = null; // what the server says meanwhile
    let release = () => {};
    await ann.page.routeWebSocket(/\/socket\.io\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => server.send(frame));
      server.onMessage((frame) => (held ? held.push(frame) : socket.send(frame)));
      release = () => {
        for (const frame of held) socket.send(frame);
        held = null;
      };
    });
    await ann.open();
    await ann.enter("Ann Slow");
    await ann.isIn("slow");
    const bob = await arrive(t, "Bob Slow", { room: "slow" });
    await ann.seesPeople("Ann Slow", "Bob Slow");
    held = [];
    await ann.say("by pigeon");
    await eventually(() => ann.connection(), SLOW);
    await eventually(() => ann.at("status").isVisible(), true);
    await bob.sees([["Ann Slow", "by pigeon", "received"]]);
    release();
    await eventually(() => ann.connection(), ONLINE);
    await ann.sees([["Ann Slow", "by pigeon", "sent"]]);
  });

  it("over a slow line one comes in and talks", async (t) => {
    const ann = await visit(t, { room: "modem" });
    const line = await ann.context.newCDPSession(ann.page);
    await line.send("Network.enable");
    const [latency, speed] = [400, 50_000]; // ms, bytes a second: 3G on a bad day
    await line.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: speed, uploadThroughput: speed });
    await ann.open();
    await ann.enter("Ann Modem");
    await ann.isIn("modem");
    const bob = await arrive(t, "Bob Modem", { room: "modem" });
    await ann.say("here at last");
    await bob.say("we waited");
    await haveAll([ann, bob], { "Ann Modem": ["here at last"], "Bob Modem": ["we waited"] });
  });
});

describe("a connection that the server has given up", () => {
  const house = parlor({ vars: { PARLOR_PING_INTERVAL: 500, PARLOR_PING_TIMEOUT: 1500 } });
  const { arrive } = house;

  it("the lid is closed, and opened when the server has long forgotten", async (t) => {
    const ann = await arrive(t, "Ann Lid", { room: "lid", network: false });
    const bob = await arrive(t, "Bob Lid", { room: "lid" });
    await ann.say("see you later");
    await bob.seesTexts("see you later");
    // Frozen as in a sleeping machine: by the debugger, since Chromium freezes no page that is in sight.
    const lid = await ann.context.newCDPSession(ann.page);
    await lid.send("Debugger.enable");
    await lid.send("Debugger.pause");
    await bob.seesPeople("Bob Lid"); // Ann does not answer any more.
    await bob.say("good night");
    await bob.say("good morning");
    await lid.send("Debugger.resume");
    await lid.detach();
    await ann.say("slept well");
    const due = { "Ann Lid": ["see you later", "slept well"], "Bob Lid": ["good night", "good morning"] };
    await haveAll([ann, bob], due);
    await ann.seesPeople("Ann Lid", "Bob Lid");
    await eventually(() => ann.connection(), ONLINE);
  });

  it("after a long time offline, all that was missed is there, without a hole", async (t) => {
    const ann = await arrive(t, "Ann Long", { room: "long", network: false });
    const bob = await arrive(t, "Bob Long", { room: "long" });
    await ann.say("off into the tunnel");
    await bob.seesTexts("off into the tunnel");
    await ann.context.setOffline(true);
    await eventually(() => ann.connection(), OFFLINE);
    await bob.seesPeople("Bob Long");
    await ann.say("written in the tunnel");
    const said = ["off into the tunnel"];
    for (let i = 1; i <= 7; i += 1) { // more than the page is given at once
      const guest = await comeIn(t, house.url, `Guest ${i}`, { rooms: ["long"] });
      for (let j = 1; j <= 10; j += 1) {
        said.push(`guest ${i}, ${j}`);
        assert.ok((await guest.say("long", said.at(-1))).seq);
      }
      guest.leave();
    }
    await ann.context.setOffline(false);
    await ann.seesTexts(...said, "written in the tunnel");
    await bob.seesTexts(...said, "written in the tunnel");
  });
});
