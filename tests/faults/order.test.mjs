// One order for all, whatever sleeps: objects lose their memory at random while many talk in one room, and others come and
// go. ORDER_SEED=n for another course of things, ORDER_SECONDS=60 for a longer one.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call, clients, gatewayOf, heard } from "../support/clients.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { random } from "../support/random.mjs";

const SEED = Number(process.env.ORDER_SEED ?? 1);
const SECONDS = Number(process.env.ORDER_SECONDS ?? 7); // of each test
const GATEWAYS = 4;
const NAMES = Array.from({ length: GATEWAYS }, (_, n) => `any-${n}`);

let lab;
before(async () => (lab = await startMiniflare({ gateways: GATEWAYS })));
after(() => lab.stop());

it("members on four Gateways hear one order, and who comes and goes hears a stretch of it", async (t) => {
  await turmoil(t, "spread", { subscribers: 20, on: NAMES });
});

// The Room lends its order to that Gateway whenever nobody else has members, and asks it back for each who comes.
it("so it is when all but those who come and go are on one Gateway", async (t) => {
  await turmoil(t, "lent", { subscribers: 8, on: [NAMES[1]] });
});

/** Eight talk in the room and one on each Gateway comes and goes, until the time is over. Then all of it is judged. */
async function turmoil(t, room, { subscribers: count, on }) {
  t.diagnostic(`ORDER_SEED=${SEED}, ${SECONDS} s`);
  const dice = random(SEED);
  const upTo = (ms) => sleep(dice() * ms);
  const publishers = await clients(t, lab.url, 8);
  const wanderers = await clients(t, lab.url, GATEWAYS);
  const subscribers = (await clients(t, lab.url, (count * GATEWAYS) / on.length)).filter((socket) => on.includes(gatewayOf(socket)));
  assert.equal(subscribers.length, count);
  assert.equal(new Set(wanderers.map(gatewayOf)).size, GATEWAYS);
  const lost = [];
  for (const socket of [...publishers, ...wanderers, ...subscribers]) socket.on("disconnect", (reason) => lost.push(reason));

  const lists = subscribers.map((socket) => heard(socket));
  for (const socket of subscribers) await call(socket, "join", room);
  /** How much of the order the subscribers on a Gateway have heard already. */
  const heardOn = (gateway) => Math.max(0, ...lists.filter((_, n) => gatewayOf(subscribers[n]) === gateway).map((list) => list.length));

  let over = false;
  let sent = 0; // each message is its number in the order of sending
  let evictions = 0;
  const stays = [];
  const talk = async (socket) => {
    while (!over) {
      for (let n = Math.ceil(dice() * 3); n > 0; n -= 1) socket.emit("all", room, sent++);
      await call(socket, "echo", "taken");
      await upTo(60);
    }
  };
  const comeAndGo = async (socket) => {
    const list = heard(socket);
    while (!over) {
      const stay = { gateway: gatewayOf(socket), from: heardOn(gatewayOf(socket)) };
      await call(socket, "join", room);
      stay.joined = sent;
      await upTo(400);
      stay.until = heardOn(gatewayOf(socket));
      socket.emit("all", room, (stay.own = sent++));
      await call(socket, "leave", room);
      stay.heard = list.splice(0);
      stays.push(stay);
      await upTo(400);
      assert.deepEqual([...list], [], "after a leave was acknowledged nothing comes");
    }
  };
  const evict = async () => {
    const objects = [...NAMES.map((name) => ["Gateway", name]), ["Room", `/#${room}`], ["Room", "/"]];
    while (!over) {
      if (await lab.evict(...objects[Math.floor(dice() * objects.length)])) evictions += 1;
      await upTo(100);
    }
  };
  const all = Promise.all([...publishers.map(talk), ...wanderers.map(comeAndGo), evict()]);
  await Promise.race([all, sleep(SECONDS * 1000)]);
  over = true;
  await all;

  const [order, ...others] = await Promise.all(lists.map((list) => list.reaches(sent)));
  t.diagnostic(`${sent} messages, ${evictions} evictions, ${stays.length} stays`);
  assert.deepEqual([...order].sort((a, b) => a - b), [...Array(sent).keys()], "nothing is lost, nothing comes twice");
  for (const list of others) assert.deepEqual([...list], [...order], "all hear the same order");
  for (const stay of stays) judge(order, stay);
  assert.deepEqual(lost, [], "nobody's connection was lost");
}

/**
 * Who was there for a while has heard a stretch of the order without gaps. It begins behind all that its Gateway had
 * delivered before it asked to join, and has everything that was sent after its join was acknowledged; it has all that its
 * Gateway had delivered when it asked to leave, and what it sent itself just before.
 */
function judge(order, { from, joined, until, own, heard }) {
  const start = order.indexOf(heard[0]);
  assert.deepEqual(heard, order.slice(start, start + heard.length), "without gaps");
  assert.ok(start >= from, "nothing that was over");
  assert.ok(!order.slice(from, start).some((number) => number >= joined), "everything from the acknowledgement on");
  assert.ok(start + heard.length >= until, "everything until it asked to leave");
  assert.ok(heard.includes(own), "its own last words");
}
