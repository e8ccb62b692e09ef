// Clients that lose their connection and come back to what they were: `await drop(socket)`, `await comeBack(t, url, socket)`.
import assert from "node:assert/strict";
import { WEBSOCKET, call, clients, connected, eventually, heard, next, upgraded } from "./clients.mjs";

/** Has the client come back by itself, at once. */
export const HASTE = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

const places = new WeakMap();

/** The Gateway that a socket's connection is on, or was when this was last asked; its id names the one where it began. */
export function standsOn({ io }) {
  if (io.engine.id) places.set(io, io.engine.id.split(".").at(-1));
  return places.get(io);
}

/** The other one of two. */
export const elsewhere = (socket) => (standsOn(socket) === "any-0" ? "any-1" : "any-0");

/**
 * Ends a socket's connection without a word of Socket.IO, and waits until the client has noticed. Not while it upgrades:
 * `close()` has to wait for that, and the events that arrive with its end go into the client's `receiveBuffer`, from which
 * it takes them when it is connected again, though it had said that it has not had them. So it is with Node's server.
 */
export async function drop(socket) {
  standsOn(socket); // to be known afterwards
  const left = next(socket, "disconnect");
  socket.io.engine.close();
  await left;
}

/** The same for a client behind a proxy, by one of its ways. */
export async function cutOff(socket, proxy, way) {
  standsOn(socket); // to be known afterwards
  const left = next(socket, "disconnect");
  // By polling it has a connection only while a GET waits.
  const isThere = () => socket.io.engine.transport.name === "websocket" || [...proxy.links].some(({ parked }) => parked);
  await eventually("there is something to cut", isThere);
  proxy[way]();
  await left;
}

/** Connects again, on one of the two Gateways: they take turns, so others are made to come before it. */
export async function comeBack(t, url, socket, gateway = standsOn(socket)) {
  for (let last; last === undefined || last === gateway; ) {
    const [other] = await clients(t, url, 1);
    last = standsOn(other);
    other.disconnect();
  }
  await connected(socket);
  if (socket.io.engine.transports.includes("websocket")) await upgraded(socket);
  assert.equal(standsOn(socket), gateway);
}

/**
 * Somebody in a room of the test's own, connected `through` another address if there is one, and somebody else there who
 * talks, on the two Gateways.
 */
export async function twoMembers(t, url, transport = WEBSOCKET, { through = url, ...more } = {}) {
  const room = `${t.name}/${transport.name}`;
  const [talker] = await clients(t, url, 1, WEBSOCKET, more);
  const [member] = await clients(t, through, 1, transport, more);
  assert.notEqual(standsOn(talker), standsOn(member));
  for (const socket of [talker, member]) await call(socket, "join", room);
  await call(member, "set", "name", room);
  const { id } = member;
  const own = heard(talker);

  /** Says something to the room, and waits until it is said: the talker hears it too. */
  async function say(...values) {
    const due = own.length + values.length;
    for (const x of values) talker.emit("all", room, x);
    await own.reaches(due);
  }
  /** The member is the socket that it was: same id, rooms and data, and nobody else is in the room by that id. */
  async function isRecovered() {
    assert.ok(member.recovered, "the client says so");
    assert.equal(member.id, id);
    assert.deepEqual(await call(member, "rooms"), [[id, room].sort()]);
    assert.deepEqual(await call(member, "get", "name"), [room]);
    assert.deepEqual(await call(talker, "who", room), [[id, talker.id].sort()]);
  }
  /** It is another one, with nothing of what it was. */
  async function isNew() {
    assert.ok(!member.recovered);
    assert.notEqual(member.id, id);
    assert.deepEqual(await call(member, "rooms"), [[member.id]]);
    assert.deepEqual(await call(member, "get", "name"), [null]);
    assert.deepEqual(await call(talker, "who", room), [[talker.id]]);
  }
  /** `list` is what the member hears, `own` what the talker does. */
  return { talker, member, id, room, say, isRecovered, isNew, list: heard(member), own };
}

/** Emits from outside, to everyone in a namespace. */
export async function emitOutside(url, namespace, event, ...args) {
  const headers = { authorization: "Bearer lab" };
  const answer = await fetch(`${url}/emit`, { method: "POST", headers, body: JSON.stringify({ namespace, event, args }) });
  assert.equal(answer.status, 202);
}
