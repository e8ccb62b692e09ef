// While all members of a room are on one Gateway, its broadcasts are no business of the Room: they take no request to it.
// Others who come and go in the middle of them neither lose nor see anything out of order.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, eventually, gatewayOf, heard } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const MESSAGES = 1000;
const AFTERWARDS = 200; // so many of them at least when the one who comes is there

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

/** How many requests the Room of that name has had. */
const requests = async (room) => (await (await fetch(`${lab.url}/counts`)).json())[`/#${room}`] ?? 0;

/** Some sockets on one Gateway, and some on the other. */
async function twoSides(t, here, there) {
  const sockets = await clients(t, lab.url, 2 * Math.max(here, there));
  const side = (n, count) => sockets.filter((socket) => gatewayOf(socket) === `any-${n}`).slice(0, count);
  return [side(0, here), side(1, there)];
}

/** Broadcasts, one after the other, each heard before the next; gives how many requests the Room had for them. */
async function cost(socket, room, list, count) {
  const before = await requests(room);
  for (let n = 0; n < count; n += 1) {
    const due = list.reaches(list.length + 1);
    socket.emit("all", room, `for ${room}`);
    await due;
  }
  return (await requests(room)) - before;
}

it("with all members on one Gateway a broadcast takes no request", async (t) => {
  const [[a, b, c]] = await twoSides(t, 3, 0);
  const list = heard(b);
  await call(a, "join", "calm");
  const joined = await requests("calm");
  await call(b, "join", "calm");
  assert.equal(await cost(a, "calm", list, 100), 0);
  await call(c, "join", "calm");
  await call(a, "leave", "calm");
  assert.equal(await cost(a, "calm", list, 100), 0, "nor does one by who is not a member");
  assert.equal(await requests("calm"), joined, "nor does a join or a leave, but for the first and the last");
});

it("a member on a second Gateway comes into a stream, and hears the rest of the one order; then it goes", async (t) => {
  const [members, [stranger, late]] = await twoSides(t, 4, 2);
  const room = "stream";
  const lists = members.map((socket) => heard(socket));
  const byLate = heard(late);
  for (const socket of members) await call(socket, "join", room);

  let sent = 0; // each message is its number in the order of sending
  let joined;
  const isOver = () => sent >= MESSAGES && sent >= joined + AFTERWARDS;
  const talk = async (socket) => {
    while (!isOver()) {
      for (let n = 0; n < 5; n += 1) socket.emit("all", room, sent++);
      await call(socket, "echo", "taken");
    }
  };
  const come = async () => {
    await lists[0].reaches(MESSAGES / 4);
    await call(late, "join", room);
    joined = sent;
  };
  await Promise.all([...members.slice(0, 3), stranger].map(talk).concat(come()));

  const [order, ...others] = await Promise.all(lists.map((list) => list.reaches(sent)));
  assert.deepEqual([...order].sort((a, b) => a - b), [...Array(sent).keys()], "nothing is lost, nothing comes twice");
  for (const list of others) assert.deepEqual([...list], [...order], "all hear the same order");
  await byLate.reaches(1);
  const tail = order.slice(order.indexOf(byLate[0]));
  assert.deepEqual([...(await byLate.reaches(tail.length))], tail, "without gaps until the end");
  for (let number = joined; number < sent; number += 1) assert.ok(tail.includes(number), "all after its join");
  t.diagnostic(`${sent} messages, of which ${sent - joined} after the join, and ${tail.length} heard; ${await requests(room)} requests`);

  assert.equal(await cost(members[0], room, lists[0], 50), 50, "with two Gateways each takes one");
  await byLate.reaches(tail.length + 50);
  await call(late, "leave", room);
  await eventually("the order is lent again", async () => (await cost(members[0], room, lists[0], 1)) === 0);
  assert.equal(await cost(members[1], room, lists[0], 100), 0, "with one Gateway none does");
  assert.equal(byLate.length, tail.length + 50, "who has left hears nothing more");
});

it("comes and goes of a second Gateway, one after the other in a stream, lose and reorder nothing", async (t) => {
  const [members, [stranger, guest]] = await twoSides(t, 2, 2);
  const room = "revolving door";
  const lists = members.map((socket) => heard(socket));
  const byGuest = heard(guest);
  for (const socket of members) await call(socket, "join", room);
  let sent = 0;
  let over = false;
  const talk = async (socket) => {
    while (!over) {
      socket.emit("all", room, sent++);
      await call(socket, "echo", "taken");
    }
  };
  const stays = [];
  const comeAndGo = async () => {
    for (let n = 0; n < 50; n += 1) {
      await call(guest, "join", room);
      const joined = sent;
      const own = sent++;
      guest.emit("all", room, own);
      await call(guest, "leave", room);
      stays.push({ joined, own, heard: byGuest.splice(0) });
    }
    over = true;
  };
  await Promise.all([...members, stranger].map(talk).concat(comeAndGo()));
  const [order, other] = await Promise.all(lists.map((list) => list.reaches(sent)));
  assert.deepEqual([...order].sort((a, b) => a - b), [...Array(sent).keys()], "nothing is lost, nothing comes twice");
  assert.deepEqual([...other], [...order], "all hear the same order");
  for (const { joined, own, heard } of stays) {
    const start = order.indexOf(heard[0]);
    assert.deepEqual(heard, order.slice(start, start + heard.length), "without gaps");
    assert.ok(heard.includes(own), "what it says itself");
    const due = order.slice(0, start).findLast((number) => number >= joined);
    assert.equal(due, undefined, "all from its join on");
  }
  assert.deepEqual([...byGuest], [], "after a leave was acknowledged nothing comes");
});
