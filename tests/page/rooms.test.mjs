import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { createHearing } from "../../public/js/hearing.js";
import { createDrafts } from "../../public/js/writing.js";
import { createRooms } from "../../public/js/rooms.js";
import { createStore } from "../../public/js/store.js";
import { Failure } from "../../public/js/problem.js";
import { ADA, BO, browser, fakeRequests, settled, told } from "./support.mjs";

const CARD = { id: "tea", name: "Tea", topic: "", kind: "public" };
const range = (from, to, more) => Array.from({ length: to - from + 1 }, (_, i) => told(from + i, BO, more));
const joined = (newest, { from = Math.max(1, newest - 49), card = CARD, people = [] } = {}) => ({
  room: card, people, messages: range(from, newest), newest, more: from > 1,
});

let store, server, rooms, hearing, around, online, log;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  store = createStore();
  store.me = ADA;
  store.atDoor = false;
  server = fakeRequests();
  around = browser().tab();
  online = true;
  log = [];
  rooms = createRooms(store, {
    request: server.request,
    online: () => online,
    me: () => ADA.id,
    drafts: createDrafts(around, () => {}),
    around,
    made: () => {},
    entered: ({ id }) => log.push(`entered ${id}`),
    read: ({ id, read }) => log.push(`read ${id} ${read}`),
    gone: (id) => log.push(`gone ${id}`),
  });
  hearing = createHearing(store, {
    rooms,
    outbox: { arrived: () => {} },
    around,
    listStale: () => {},
    read: () => {},
  }).events;
});

const seqs = () => store.room.items.filter(({ kind }) => kind === "message").map(({ seq }) => seq);
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function answer(event, value) {
  const question = await server.next(event);
  if (value instanceof Failure) question.refuse(value);
  else question.answer(value);
  await settled();
  return question.args[0];
}

function reconnect(mine = []) {
  rooms.lost();
  rooms.welcome(mine, new Set());
  rooms.joinAll();
}

/** In the room, at its end, with this newest message. */
async function inTea(newest) {
  rooms.show("tea");
  await answer("join", joined(newest));
  rooms.atEnd(true);
}

test("a newcomer has nothing to catch up with", async () => {
  await inTea(120);
  assert.deepEqual([store.room.state, store.room.unread, store.room.more, store.room.newAfter], ["in", 0, true, null]);
  assert.deepEqual(seqs(), numbers(71, 120));
});

test("what was said while one was away is new, also what is not loaded", async () => {
  rooms.welcome([{ room: CARD, read: 20 }], new Set());
  rooms.joinAll();
  await answer("join", joined(120));
  assert.equal(store.rooms.get("tea").unread, 100);
  rooms.show("tea");
  assert.equal(store.room.newAfter, 20);
  rooms.atEnd(true);
  assert.equal(store.room.unread, 0);
  mock.timers.tick(1_000);
  assert.deepEqual(await answer("read", undefined), { room: "tea", seq: 120 });
});

test("live messages before the answer to join", async () => {
  rooms.show("tea");
  hearing.said(told(4));
  await answer("join", joined(3));
  assert.deepEqual(seqs(), [1, 2, 3, 4]);
});

test("unread while nobody looks, with a line before the first", async () => {
  await inTea(3);
  around.looks(false);
  hearing.said(told(4, BO, { mentions: [ADA] }));
  hearing.said(told(5));
  assert.deepEqual([store.room.unread, store.room.mentions, store.room.newAfter], [2, 1, 3]);
  assert.deepEqual(store.unread, { messages: 2, forMe: 1 });
  around.looks(true);
  assert.equal(store.room.unread, 0);
  assert.equal(store.room.newAfter, 3);
});

test("read on another device", async () => {
  await inTea(3);
  around.looks(false);
  hearing.said(told(4));
  hearing.read({ room: "tea", seq: 4 });
  assert.equal(store.room.unread, 0);
});

test("a hole after a reconnection is filled from its newer side", async () => {
  await inTea(10);
  reconnect([{ room: CARD, read: 10 }]);
  await answer("join", joined(150));
  assert.equal((await answer("older", { messages: range(51, 100), more: true })).before, 101);
  assert.equal((await answer("older", { messages: range(1, 50), more: false })).before, 51);
  assert.deepEqual(seqs(), numbers(1, 150));
  assert.equal(store.room.more, false);
  assert.equal(store.room.newAfter, 10);
});

test("where the hole is too large, what is older goes", async () => {
  await inTea(10);
  reconnect([{ room: CARD, read: 10 }]);
  await answer("join", joined(1000));
  for (let from = 901; from >= 751; from -= 50) await answer("older", { messages: range(from, from + 49), more: true });
  assert.deepEqual(seqs(), numbers(751, 1000));
  assert.deepEqual([store.room.more, store.room.older], [true, "idle"]);
  assert.equal(server.asked.length, 0);
});

test("where filling fails, there is no hole either", async () => {
  await inTea(10);
  reconnect([{ room: CARD, read: 10 }]);
  await answer("join", joined(200));
  await answer("older", new Failure("timeout"));
  assert.deepEqual(seqs(), numbers(151, 200));
  assert.equal(store.room.more, true);
});

test("who reads further up keeps their place, and it is fetched anew", async () => {
  await inTea(100);
  rooms.older("tea");
  await answer("older", { messages: range(1, 50), more: false });
  rooms.atEnd(false);
  reconnect([{ room: CARD, read: 100 }]);
  await answer("join", joined(100));
  await answer("older", { messages: range(1, 50, { text: "edited", edited: 5 }), more: false });
  assert.deepEqual(seqs(), numbers(1, 100));
  assert.equal(store.room.log.get(7).text, "edited");
});

test("a live message that does not follow the last one", async () => {
  await inTea(5);
  hearing.said(told(9));
  assert.equal((await answer("older", { messages: range(1, 8), more: false })).before, 9);
  assert.deepEqual(seqs(), numbers(1, 9));
});

test("older pages, one at a time; after a failure nobody asks again by itself", async () => {
  await inTea(120);
  rooms.older("tea");
  rooms.older("tea");
  assert.equal(server.asked.length, 1);
  await answer("older", new Failure("timeout"));
  assert.equal(store.room.older.code, "timeout");
  rooms.older("tea");
  await answer("older", { messages: range(21, 70), more: true });
  assert.deepEqual(seqs(), numbers(21, 120));
  const revealed = rooms.reveal("tea", 3);
  await answer("older", { messages: range(1, 20), more: false });
  assert.equal(await revealed, true);
  assert.equal(await rooms.reveal("tea", 500), false);
});

test("a change that came before the page that does not know it", async () => {
  await inTea(3);
  reconnect([{ room: CARD, read: 3 }]);
  hearing.reacted({ room: "tea", seq: 2, by: BO.id, name: "Bo", emoji: "👍", on: true });
  hearing.changed({ room: "tea", seq: 3, data: told(3, BO, { text: "edited", edited: 9 }).data });
  await answer("join", joined(3));
  assert.equal(store.room.log.get(2).reactions.length, 1);
  assert.equal(store.room.log.get(3).text, "edited");
});

test("the room that is shown is joined first, and not all at once", async () => {
  for (const id of ["a", "b", "c", "d", "e"]) rooms.take({ ...CARD, id }, 0);
  store.current = "e";
  rooms.joinAll();
  const ids = () => server.asked.map(({ args: [{ room }] }) => room);
  assert.equal(ids().length, 3);
  assert.ok(ids().includes("e"));
  await answer("join", joined(1, { card: { ...CARD, id: "a" } }));
  assert.equal(ids().length, 3);
});

test("answers of an earlier connection are not taken", async () => {
  rooms.show("tea");
  const first = await server.next("join");
  reconnect();
  first.answer(joined(3));
  await settled();
  assert.equal(store.room.state, "joining");
  await answer("join", joined(4));
  assert.equal(store.room.newest, 4);
});

test("refused, for now and for good", async () => {
  rooms.show("tea");
  await answer("join", new Failure("timeout"));
  assert.equal(store.room.state, "waiting");
  mock.timers.tick(3_000);
  await answer("join", new Failure("closed", "Rest."));
  assert.deepEqual([store.room.state, store.room.problem.message], ["refused", "Rest."]);
  rooms.rejoin("tea");
  await answer("join", joined(1));
  assert.equal(store.room.state, "in");
  hearing.closed({ room: "tea", why: "Late." });
  assert.equal(store.room.state, "refused");
  assert.equal(store.room.items.length, 1);
  rooms.show("!!!");
  assert.equal(store.room.problem.code, "bad room name");
});

test("rooms that were left or joined elsewhere", async () => {
  rooms.show(null);
  hearing.mine({ room: CARD, read: 2 });
  await answer("join", joined(3));
  assert.equal(store.rooms.get("tea").unread, 1);
  hearing["not mine"]({ room: "tea" });
  assert.equal(store.rooms.size, 0);
  rooms.take({ ...CARD, id: "a" }, 0);
  rooms.take({ ...CARD, id: "b" }, 0);
  rooms.welcome([{ room: { ...CARD, id: "a" }, read: 0 }], new Set());
  assert.deepEqual([...store.rooms.keys()], ["a"]);
  rooms.welcome([{ room: { ...CARD, id: "a" }, read: 0 }, { room: { ...CARD, id: "c" }, read: 0 }], new Set(["c"]));
  assert.deepEqual([...store.rooms.keys()], ["a"]);
});

test("people, and the names of direct rooms", async () => {
  const direct = { id: `@${ADA.id}.${BO.id}`, name: "Bo", topic: "", kind: "direct" };
  rooms.show(direct.id);
  await answer("join", joined(1, { card: direct, people: [{ ...ADA, away: false }] }));
  hearing.joined({ room: direct.id, who: { ...BO, away: false } });
  hearing.presence({ who: { ...BO, away: true } });
  assert.equal(store.room.people.get(BO.id).away, true);
  hearing.room({ room: { ...direct, name: "", topic: "us" } });
  assert.deepEqual([store.room.card.name, store.room.card.topic], ["Bo", "us"]);
  hearing.person({ who: { id: BO.id, name: "Bob" } });
  assert.equal(store.room.card.name, "Bob");
  hearing.person({ who: { id: ADA.id, name: "Adele" } });
  assert.deepEqual([store.me.name, store.room.card.name], ["Adele", "Bob"]);
  hearing.left({ room: direct.id, who: { id: ADA.id, name: "Ada" } });
  assert.equal(store.room.people.size, 2);
  assert.deepEqual(store.room.items.filter(({ kind }) => kind === "note").map(({ what }) => what), ["joined", "renamed"], "of oneself one knows");
});

test("a long day is not all kept", async () => {
  await inTea(10);
  for (let seq = 11; seq <= 450; seq += 1) hearing.said(told(seq));
  assert.ok(seqs().length <= 400);
  assert.equal(seqs().at(-1), 450);
  assert.equal(store.room.more, true);
});

test("a busy server is asked for a room again at longer and longer intervals, of which chance has the half", async () => {
  const waits = async (ms, chance) => {
    around.state.chance = chance;
    await answer("join", new Failure("timeout"));
    mock.timers.tick(ms - 1);
    await settled();
    assert.equal(server.asked.length, 0, `not before ${ms} ms`);
    mock.timers.tick(1);
    await settled();
    assert.deepEqual(server.asked.map(({ event }) => event), ["join"], `after ${ms} ms`);
  };
  rooms.show("tea");
  await waits(1_500, 0);
  await waits(4_500, 0.5);
  for (const ms of [6_000, 12_000, 24_000, 48_000, 60_000, 60_000]) await waits(ms, 0);
  await answer("join", joined(1));
  rooms.lost();
  rooms.joinAll();
  await waits(1_500, 0); // it began anew
});

test("a server that is busy after a reconnection, too, is not asked more often for it", async () => {
  rooms.show("tea");
  await answer("join", new Failure("busy"));
  reconnect();
  await answer("join", new Failure("busy"));
  mock.timers.tick(2_999);
  await settled();
  assert.equal(server.asked.length, 0);
  mock.timers.tick(1);
  await settled();
  assert.equal(server.asked.length, 1);
});
