// The official client in a test: `const [a, b] = await clients(t, lab.url, 2, transport)`. They close with the test.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { Manager } from "socket.io-client";

/** Far more than anything takes: only what hangs runs into it. */
const LIMIT = 60_000;

const TRANSPORTS = [
  { name: "default transports", options: {}, endsOn: "websocket" },
  { name: "WebSocket only", options: { transports: ["websocket"] }, endsOn: "websocket" },
  { name: "polling only", options: { transports: ["polling"] }, endsOn: "polling" },
];

/** Has `tests(transport)` describe the same behaviour for each way to connect. */
export function withEveryTransport(title, tests) {
  for (const transport of TRANSPORTS) describe(`${title}, ${transport.name}`, () => tests(transport));
}

export const WEBSOCKET = TRANSPORTS[1];
export const POLLING = TRANSPORTS[2];

/** One physical connection, not yet opened; `manager.socket("/custom")` is a socket on it. */
export function manager(t, url, { options } = WEBSOCKET, more = {}) {
  const made = new Manager(url, { reconnection: false, autoConnect: false, ...options, ...more });
  t.after(() => made._close());
  return made;
}

/** A socket on a connection of its own, not yet connected, so that no event can be missed. */
export function client(t, url, transport, { nsp = "/", auth, ...more } = {}) {
  return manager(t, url, transport, more).socket(nsp, { auth });
}

/** Connected sockets, each on its own connection and past its upgrade. One after another: Gateways go round. */
export async function clients(t, url, count, transport = WEBSOCKET, more = {}) {
  const sockets = [];
  for (let n = 0; n < count; n += 1) {
    const socket = client(t, url, transport, more);
    await connected(socket);
    if (transport.endsOn === "websocket") await upgraded(socket);
    sockets.push(socket);
  }
  return sockets;
}

/** Connects a socket. A refusal is an error. */
export async function connected(socket) {
  const done = new Promise((done, failed) => {
    socket.once("connect", done);
    socket.once("connect_error", failed);
  });
  socket.connect();
  await within(done, "connecting");
  return socket;
}

/** Waits until the socket's connection is a WebSocket. */
export async function upgraded(socket) {
  const { engine } = socket.io;
  if (engine.transport.name !== "websocket") await next(engine, "upgrade");
  assert.equal(engine.transport.name, "websocket");
}

/** The arguments of the next such event. */
export function next(emitter, event) {
  return within(new Promise((done) => emitter.once(event, (...args) => done(args))), `"${event}"`);
}

/** Emits, and gives the list of the acknowledgement's arguments. */
export function call(socket, event, ...args) {
  return new Promise((done, failed) => {
    const answer = (error, ...answers) => (error ? failed(new Error(`no ack of "${event}"`)) : done(answers));
    socket.timeout(LIMIT).emit(event, ...args, answer);
  });
}

/** From now on, the first argument of each such event, as a list that grows; `list.reaches(n)` waits for it. */
export function heard(socket, event = "msg") {
  const list = [];
  let check = () => {};
  socket.on(event, (value) => (list.push(value), check()));
  list.reaches = (length) => {
    const full = new Promise((done) => (check = () => list.length >= length && done(list)));
    check();
    return within(full, () => `${length} × "${event}", of which there are ${list.length}`);
  };
  return list;
}

/** The name of the Gateway that a socket is on, which its id ends in. */
export const gatewayOf = (socket) => socket.id.split(".").at(-1);

/** An error if the promise takes far too long. */
export async function within(promise, what, limit = LIMIT) {
  let timer;
  const late = new Promise((_, failed) => {
    const name = () => (typeof what === "string" ? what : what());
    timer = setTimeout(() => failed(new Error(`in vain awaited for ${limit} ms: ${name()}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until it is so. For what the server does unasked, when no event tells of it. */
export async function eventually(what, isSo) {
  for (const end = Date.now() + LIMIT; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
