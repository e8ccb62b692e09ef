// Somebody in the chat without a browser, by the official client: `const bob = await comeIn(t, chat.url, "Bob", { rooms: ["tea"] })`.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { io } from "socket.io-client";
import { atEnd } from "./ends.mjs";
import { eventually } from "./people.mjs";

const PATIENCE = 30_000;
const PART_BYTES = 256 * 1024;

/** They leave when the test ends. */
export async function comeIn(t, url, name, { rooms = [], token } = {}) {
  const auth = token ? { token } : { name, seed: randomBytes(18).toString("base64url") };
  const socket = io(url, { auth, forceNew: true, transports: ["websocket"] });
  const person = new Guest(socket);
  atEnd(t, () => person.leave());
  const [welcome] = await person.next("welcome");
  Object.assign(person, { id: welcome.me.id, name: welcome.me.name, token: welcome.token });
  for (const room of rooms) await person.join(room);
  return person;
}

/** Whoever is in the chat: what they heard, and what they may do. */
class Guest {
  constructor(socket) {
    Object.assign(this, { socket, sockets: [socket], heard: [], waiting: [] });
    this.hears(socket);
  }

  hears(socket) {
    socket.onAny((event, ...args) => {
      this.heard.push([event, ...args]);
      for (const look of this.waiting) look();
    });
  }

  /** The next event of that name that fits, heard already or not. */
  next(event, fits = () => true) {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`no ${event}; heard: ${JSON.stringify(this.heard)}`)), PATIENCE);
      const look = () => {
        const found = this.heard.find(([name, ...args]) => name === event && fits(...args));
        if (!found) return;
        clearTimeout(late);
        this.waiting = this.waiting.filter((other) => other !== look);
        done(found.slice(1));
      };
      this.waiting.push(look);
      look();
    });
  }

  ask(event, ...args) {
    return this.socket.timeout(PATIENCE).emitWithAck(event, ...args);
  }

  async join(room) {
    const answer = await this.ask("join", { room });
    assert.equal(answer.error, undefined, JSON.stringify(answer));
    return answer;
  }

  /** `more` is `reply`, a seq, or `files`. */
  say(room, text, more = {}) {
    return this.ask("say", { room, text, id: randomBytes(9).toString("base64url"), files: [], ...more });
  }

  /** Brings a file up to the server, which may then be said. */
  async upload(name, type, bytes) {
    const id = `${this.id}-${randomBytes(17).toString("base64url").slice(0, 22)}`;
    const parts = Math.ceil(bytes.length / PART_BYTES);
    for (let part = 0; part < parts; part += 1) {
      const answer = await this.ask("upload", { file: id, part, bytes: bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) });
      assert.equal(answer?.error, undefined, JSON.stringify(answer));
    }
    return { id, name, type, size: bytes.length, parts };
  }

  /** In another namespace over the same connection; what it hears counts as heard. */
  async enter(namespace, auth = {}) {
    const socket = this.socket.io.socket(namespace, { auth: { token: this.token, ...auth } });
    this.sockets.push(socket);
    this.hears(socket);
    // It connects by itself; a second CONNECT would end the connection.
    if (!socket.active) socket.connect();
    if (!socket.connected) await new Promise((done) => socket.once("connect", done));
    return socket;
  }

  leave() {
    for (const socket of this.sockets) socket.disconnect();
  }

  isGone() {
    return eventually(() => this.socket.connected, false);
  }
}
