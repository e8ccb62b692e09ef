import assert from "node:assert/strict";
import { test } from "node:test";
import { Manager } from "socket.io-client";
import { createParlor } from "../../public/js/parlor.js";
import { createStore } from "../../public/js/store.js";
import { browser } from "../page/support.mjs";
import { startChat } from "../support/chat.mjs";

// The page's core without its views, on the chat itself. PARLOR_CHAT=http://… takes one that runs already.
const chat = process.env.PARLOR_CHAT ? { url: process.env.PARLOR_CHAT, stop: () => {} } : await startChat();
const run = Math.random().toString(36).slice(2, 8);
const pages = [];
function page({ of = browser(), room = null, session } = {}) {
  const around = of.tab(session);
  const manager = new Manager(chat.url, { autoConnect: false, reconnectionDelay: 200, reconnectionDelayMax: 500 });
  const store = createStore();
  const route = { room, to: (r) => (route.room = r), linkTo: (r) => `http://x/r/${r}` };
  const parlor = createParlor(store, { manager, around, route });
  parlor.start();
  const p = { of, around, manager, store, parlor, route,
    async until(what, ms = 60_000) {
      const end = Date.now() + ms;
      while (!what(store)) {
        if (Date.now() > end) throw new Error(`never: ${what}\n${JSON.stringify({ c: store.connection, door: store.door, flash: store.flash, rooms: [...store.rooms.values()].map(({ id, state, problem, items, newest, read, unread }) => ({ id, state, problem, n: items.length, newest, read, unread })) })}`);
        await new Promise((d) => setTimeout(d, 20));
      }
    },
    texts: (id = store.current) => store.rooms.get(id).items.filter((i) => i.kind === "message").map((i) => i.text),
    last: (id = store.current) => store.rooms.get(id).items.filter((i) => i.kind === "message").at(-1),
    say(text, id = store.current) { parlor.type(id, text); assert.ok(parlor.send(id)); },
    close() { around.close(); manager._close(); },
  };
  pages.push(p);
  return p;
}
const TEA = `tea ${run}`;
async function enter(name, opts) {
  const p = page(opts);
  p.parlor.enter(name);
  await p.until((s) => !s.atDoor && s.connection.state === "online");
  return p;
}

test("the core on the chat", { timeout: 240_000 }, async (t) => {
  t.after(async () => {
    pages.forEach((p) => p.close());
    await chat.stop();
  });
  const ada = await enter(`Ada ${run}`, { room: TEA });
  const bo = await enter(`Bo ${run}`, { room: TEA });
  for (const p of [ada, bo]) { await p.until((s) => s.room?.state === "in" && s.room.people.size === 2); p.parlor.atEnd(true); }

  await t.test("say, hear, order, ticks", async () => {
    for (let i = 0; i < 5; i += 1) ada.say(`hello ${i}`);
    await bo.until((s) => s.room.newest === 5);
    await ada.until((s) => s.room.items.filter((m) => m.state === "stored").length === 5);
    assert.deepEqual(bo.texts(), [0, 1, 2, 3, 4].map((i) => `hello ${i}`));
    assert.equal(ada.last().key.length, 22);
  });
  await t.test("typing, edit, react, remove, reply, mention", async () => {
    bo.parlor.type(TEA, "x");
    await ada.until((s) => s.room.typing.size === 1);
    bo.say(`hi @Ada ${run}!`);
    await ada.until((s) => s.room.newest === 6 && s.room.typing.size === 0);
    assert.equal(ada.last().forMe, true);
    await ada.until((s) => s.notices.length === 1);
    ada.parlor.react(TEA, 6, "👍", true);
    await bo.until(() => bo.last().reactions[0]?.by.length === 1);
    bo.parlor.edit(TEA, 6); bo.parlor.type(TEA, "hi all"); bo.parlor.send(TEA);
    await ada.until(() => ada.last().text === "hi all" && ada.last().edited);
    assert.equal(ada.last().reactions.length, 1);
    ada.parlor.reply(TEA, 6); ada.say("reply");
    await bo.until((s) => s.room.newest === 7);
    assert.equal(bo.last().reply.seq, 6);
    assert.equal(await ada.parlor.remove(TEA, 7), null);
    await bo.until(() => bo.last().removed === "author");
  });
  await t.test("files", async () => {
    const bytes = new Uint8Array(600_000).map((_, i) => i % 251);
    ada.parlor.attach(TEA, [new File([bytes], "a.bin", { type: "application/zip" })]);
    ada.say("here");
    await bo.until((s) => s.room.newest === 8);
    const [file] = bo.last().files;
    const url = await bo.parlor.fileUrl(file);
    const got = new Uint8Array(await bo.around.urls.get(url).arrayBuffer());
    assert.deepEqual(got.length, bytes.length);
    assert.ok(got.every((b, i) => b === bytes[i]));
    assert.deepEqual(ada.last().files.length, 1);
  });
  await t.test("offline: waits, heals holes, new since", async () => {
    ada.manager.reconnection(false); ada.manager.engine.close();
    await ada.until((s) => s.connection.state !== "online");
    ada.say("while offline");
    ada.around.looks(false);
    for (let i = 0; i < 8; i += 1) bo.say(`missed ${i}`);
    await bo.until((s) => s.room.newest === 16);
    await new Promise((d) => setTimeout(d, 300));
    ada.manager.reconnection(true);
    ada.parlor.again();
    await ada.until((s) => s.room.newest === 17 && s.room.items.every((m) => m.kind === "note" || m.state === "stored"));
    assert.deepEqual(ada.texts(), bo.texts());
    ada.around.looks(true);
  });
  await t.test("two tabs are one person; read is known to both", async () => {
    const tab = page({ of: ada.of });
    await tab.until((s) => s.connection.state === "online" && s.rooms.get(TEA)?.state === "in");
    assert.equal(tab.store.me.id, ada.store.me.id);
    assert.equal(bo.store.room.people.size, 2);
    bo.say("both");
    await tab.until((s) => s.rooms.get(TEA).newest >= 18);
    await tab.until((s) => s.rooms.get(TEA).unread === 0);
    tab.parlor.show(`side ${run}`);
    await ada.until((s) => s.rooms.get(`side ${run}`)?.state === "in");
    tab.parlor.leave(`side ${run}`);
    await ada.until((s) => !s.rooms.has(`side ${run}`));
    tab.close();
  });
  await t.test("direct, private, invite, notices", async () => {
    assert.equal(await ada.parlor.direct(bo.store.me.id), null);
    await ada.until((s) => s.room.state === "in" && s.room.card.kind === "direct");
    assert.equal(ada.store.room.card.name, `Bo ${run}`);
    ada.say("psst");
    const id = ada.store.current;
    await bo.until((s) => s.rooms.get(id)?.unread === 1);
    assert.equal(bo.store.rooms.get(id).card.name, `Ada ${run}`);
    await bo.until((s) => s.notices.some((n) => n.kind === "direct"));
    assert.equal(await ada.parlor.open({ name: "Secret", topic: "hush", private: true }), null);
    await ada.until((s) => s.room.state === "in" && s.room.card.kind === "private");
    assert.equal(await ada.parlor.invite(ada.store.current, bo.store.me.id), null);
    await bo.until((s) => s.notices.some((n) => n.kind === "invitation"));
    bo.parlor.followNotice(bo.store.notices.find((n) => n.kind === "invitation").id);
    await bo.until((s) => s.room.state === "in" && s.room.card.name === "Secret");
    assert.equal(await bo.parlor.topic(bo.store.current, "loud"), null);
    await ada.until((s) => s.room.card.topic === "loud");
  });
  await t.test("search, find, names, door", async () => {
    ada.parlor.show(TEA); bo.parlor.show(TEA);
    ada.parlor.openSearch(TEA); ada.parlor.searchFor("missed 3");
    await ada.until((s) => s.search.state === "found");
    assert.deepEqual(ada.store.search.found.map((m) => m.text), ["missed 3"]);
    assert.equal((await ada.parlor.find(`Bo ${run}`)).id, bo.store.me.id);
    assert.equal((await ada.parlor.find("nobody at all")).code, "nobody");
    ada.parlor.toDoor(); ada.parlor.enter(`Bo ${run}`);
    await ada.until((s) => s.door.problem?.code === "name taken");
    ada.parlor.enter(`Eve ${run}`);
    await ada.until((s) => !s.atDoor && s.me.name === `Eve ${run}`);
    await bo.until((s) => [...s.room.people.values()].some(({ name }) => name === `Eve ${run}`));
    const again = page();
    again.parlor.enter(`Eve ${run}`);
    await again.until((s) => s.atDoor && s.door.problem?.code === "name taken" && !s.door.entering);
    again.parlor.enter(`Fay ${run}`);
    await again.until((s) => !s.atDoor && s.me.name === `Fay ${run}`);
  });
  await t.test("reload keeps drafts, rooms, and what waits", async () => {
    bo.parlor.type(TEA, "half a sen");
    bo.close();
    const back = page({ of: bo.of, room: TEA, session: bo.around.session });
    assert.equal(back.store.room.draft.text, "half a sen");
    await back.until((s) => s.connection.state === "online" && s.room.state === "in");
    assert.equal(back.store.me.id, bo.store.me.id);
    pages.push(back);
  });
  await t.test("slow down loses nothing", async () => {
    const texts = Array.from({ length: 25 }, (_, i) => `quick ${i}`);
    for (const text of texts) ada.say(text, TEA);
    await ada.until((s) => s.rooms.get(TEA).items.every((m) => m.kind === "note" || m.state !== "sending"));
    assert.deepEqual(ada.texts(TEA).slice(-25), texts);
  });
  await t.test("scroll back", async () => {
    const cy = await enter(`Cy ${run}`, { room: TEA });
    await cy.until((s) => s.room.state === "in");
    assert.equal(cy.store.room.unread, 0);
    const before = cy.store.room.items.length;
    if (cy.store.room.more) { cy.parlor.older(TEA); await cy.until((s) => s.room.older === "idle" && s.room.items.length > before); }
    assert.ok(await cy.parlor.reveal(TEA, 1));
    assert.equal(await cy.parlor.reveal(TEA, 9999), false);
    cy.parlor.forgetMe();
    assert.equal(cy.store.atDoor, true);
  });
  await t.test("a deploy in the middle", { skip: !chat.restart }, async () => {
    const restarted = chat.restart();
    await ada.until((s) => s.connection.state !== "online");
    ada.say("through the deploy", TEA);
    await restarted;
    ada.parlor.again();
    await ada.until((s) => s.connection.state === "online");
    await ada.until((s) => s.rooms.get(TEA).items.every((m) => m.kind === "note" || m.state === "stored"));
    assert.equal(ada.texts(TEA).at(-1), "through the deploy");
  });
});
