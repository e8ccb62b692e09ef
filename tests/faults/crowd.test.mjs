// 200 people with the official client in 20 rooms, for a minute, while the server is restarted twice. Each does what the
// page does: joins its rooms after every connection, puts what it hears in by number, and says again what was not acknowledged.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { SECRETS, startPlainChat } from "../support/chat.mjs";

const PEOPLE = 200;
const ROOMS = 20;
const SECONDS = 60;
const RESTARTS = [20, 40];
const PAUSE = 6_000; // between two messages of one person, on average
const PATIENCE = 240_000; // until everybody is back and all is said; nothing is measured

// All of them come from one address here, three times in a minute, which is what its limits are for.
const unlimited = Object.fromEntries(["CONNECTIONS", "HANDSHAKES", "MESSAGES"].map((what) => [`PARLOR_${what}_PER_ADDRESS`, "none"]));
const vars = { ...SECRETS, ...unlimited };

// On plain workerd: before it `wrangler dev` puts proxies, which keep some requests of so many to themselves for half a minute.
const persist = mkdtempSync(join(tmpdir(), "parlor-crowd-"));
const start = (port) => startPlainChat({ port, persist, vars });
let chat;
before(async () => (chat = await start()));
after(async () => {
  await chat?.stop();
  rmSync(persist, { recursive: true, force: true });
});

/** What a deploy does: everything goes, and comes again on what is stored. */
async function restart() {
  await chat.stop();
  chat = await start(chat.port);
}

class Visitor {
  constructor(number) {
    this.number = number;
    this.name = `visitor ${number}`;
    this.room = `room ${number % ROOMS}`;
    this.auth = { name: this.name, seed: `${number}`.padEnd(20, "-seed") };
    this.heard = new Map(); // number → id of the message
    this.faults = [];
    this.said = 0;
    this.unsent = [];
    // One in ten stays on long polling, whose connections end in other ways.
    const transports = number % 10 === 0 ? ["polling"] : ["polling", "websocket"];
    this.socket = io(chat.url, { transports, forceNew: true, reconnectionDelayMax: 2_000, auth: (give) => give(this.auth) });
    this.socket.on("welcome", ({ token }) => (this.auth = { token }));
    this.socket.on("connect", () => this.arrive());
    this.socket.on("disconnect", () => (this.isIn = false));
    this.socket.on("connect_error", (error) => this.socket.active || this.faults.push(`refused: ${error.message}`));
    this.socket.on("said", ({ seq, data }) => {
      if (seq <= this.last) this.faults.push(`${seq} came after ${this.last}`);
      this.last = seq;
      this.take(seq, data.id, "live");
    });
  }

  async arrive() {
    this.last = 0;
    const id = this.socket.id;
    try {
      const joined = await this.ask("join", { room: this.room });
      let messages = joined.messages;
      const newest = Math.max(0, ...this.before);
      for (let more = joined.more; more && messages[0].seq > newest + 1; ) {
        const page = await this.ask("older", { room: this.room, before: messages[0].seq });
        messages = [...page.messages, ...messages];
        more = page.more;
      }
      for (const { seq, data } of messages) this.take(seq, data.id, "history");
      this.before = [joined.newest];
      this.failed = 0;
      this.isIn = this.socket.id === id;
      this.send();
    } catch (error) {
      // Lost again meanwhile: the next connection does it. Else again later, as the page does it.
      if (this.socket.id !== id || !this.socket.connected) return;
      const longest = Math.min(3_000 * 2 ** this.failed++, 120_000);
      setTimeout(() => this.socket.id === id && this.arrive(), (longest * (1 + Math.random())) / 2);
    }
  }

  failed = 0; // joins in a row
  before = [0]; // the newest number up to which nothing is missing

  /** The same number is always the same message. */
  take(seq, id, how) {
    const known = this.heard.get(seq);
    if (known !== undefined && known !== id) this.faults.push(`${seq} is ${known}, then (${how}) ${id}`);
    this.heard.set(seq, id);
  }

  say() {
    this.unsent.push(`${this.number}-${this.said++}`);
    this.send();
  }

  /** One after another, each until it is acknowledged. */
  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.isIn && this.unsent.length > 0) {
      const [id] = this.unsent;
      try {
        const { seq } = await this.ask("say", { room: this.room, id, text: `message ${id}`, files: [] });
        this.take(seq, id, "receipt");
        this.unsent.shift();
      } catch (error) {
        if (!this.socket.connected) break;
        await sleep(1_000);
      }
    }
    this.sending = false;
  }

  async ask(event, data) {
    const answer = await this.socket.timeout(30_000).emitWithAck(event, data);
    if (answer?.error) throw new Error(answer.error);
    return answer;
  }
}

it("200 people in 20 rooms, over two restarts: nothing lost, doubled or out of order", async (t) => {
  const visitors = [];
  t.after(() => visitors.forEach(({ socket }) => socket.disconnect()));
  for (let i = 0; i < PEOPLE; i++) {
    visitors.push(new Visitor(i));
    await sleep(20);
  }
  await until(() => visitors.every(({ isIn }) => isIn), () => `in: ${visitors.filter(({ isIn }) => isIn).length} of ${PEOPLE}`);

  const started = Date.now();
  const restarts = [...RESTARTS];
  while (Date.now() - started < SECONDS * 1000) {
    if (Date.now() - started > restarts[0] * 1000) {
      restarts.shift();
      await restart();
      t.diagnostic(`restarted after ${((Date.now() - started) / 1000).toFixed(0)} s`);
    }
    for (const visitor of visitors) if (Math.random() < 500 / PAUSE) visitor.say();
    await sleep(500);
  }
  assert.deepEqual(restarts, [], "both restarts took place");
  const isDone = ({ isIn, unsent }) => isIn && unsent.length === 0;
  await until(() => visitors.every(isDone), () => `done: ${visitors.filter(isDone).length} of ${PEOPLE}`);
  const total = visitors.reduce((sum, { said }) => sum + said, 0);
  await until(() => visitors.every(hasAll), () => `have all: ${visitors.filter(hasAll).length} of ${PEOPLE}`);

  assert.deepEqual(visitors.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)), []);
  let stored = 0;
  for (let room = 0; room < ROOMS; room++) {
    const members = visitors.filter((visitor) => visitor.room === `room ${room}`);
    const due = members.flatMap(({ number, said }) => Array.from({ length: said }, (_, i) => `${number}-${i}`));
    const [first, ...others] = members.map(({ heard }) => [...heard].sort(([a], [b]) => a - b));
    assert.deepEqual(first.map(([seq]) => seq), due.map((_, i) => i + 1), `room ${room}: numbers without a hole`);
    assert.deepEqual(first.map(([, id]) => id).sort(), due.sort(), `room ${room}: every message once, and no other`);
    for (const other of others) assert.deepEqual(other, first, `room ${room}: everybody has the same`);
    for (const { number } of members) {
      const own = first.map(([, id]) => id).filter((id) => id.startsWith(`${number}-`));
      assert.deepEqual(own, own.map((_, i) => `${number}-${i}`), `room ${room}: one's own in the order they were said`);
    }
    stored += first.length;
  }
  assert.equal(stored, total);
  t.diagnostic(`${PEOPLE} people, ${stored} messages, ${RESTARTS.length} restarts`);

  function hasAll({ room, heard }) {
    return heard.size === visitors.reduce((sum, other) => sum + (other.room === room ? other.said : 0), 0);
  }
});

async function until(isSo, words) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(200)) if (isSo()) return;
  assert.fail(words());
}
