// Whatever a stranger sends gets an answer or a close, and never disturbs two who chat beside it, on the same Gateway.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { WEBSOCKET, call, client, clients, connected, heard, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { SEPARATOR, dial, dialMain, poll, pollMain, request } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startLab({ gateways: 1 })));
after(() => lab.stop());

const POLL = "EIO=4&transport=polling";
const depth = 499_000;
/** Almost 1 MB, and nothing but brackets. */
const NESTED = "[".repeat(depth) + "]".repeat(depth);
const NESTED_OBJECTS = '{"a":'.repeat(160_000) + "1" + "}".repeat(160_000);
const NAMES = ["//", "/#", "/%00", "/../..", "/__proto__", "/ü😀", "/members#x", "/a?b=c&d", `/${"n".repeat(5000)}`];
const GARBAGE = [
  "", "x", "4", "49", "4{}", "42", "42[", '42["', "451-", "45999-[]", "40,,,", "\0", "😀", "b", "2", "1",
];

/** Pseudo-random bytes, the same in every run. */
function noise(length, seed) {
  const bytes = Buffer.alloc(length);
  for (let n = 0, state = seed; n < length; n += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[n] = state >>> 24;
  }
  return bytes;
}

const STRANGERS = {
  async "sends garbage frames"(t) {
    for (const frame of [...GARBAGE, noise(1000, 1), noise(100, 2).toString("latin1"), noise(50_000, 3)]) {
      const socket = dial(t, lab.url);
      await socket.next();
      socket.send("40/nowhere,", frame, frame); // where a frame opens nothing, the same again might
      socket.ws.terminate();
    }
  },

  async "sends garbage frames into a namespace, and waits for what comes"(t) {
    for (const frame of GARBAGE) {
      const socket = await dialMain(t, lab.url);
      socket.send(frame, "abc");
      await socket.ends({ after: "anything" });
    }
  },

  async "posts garbage bodies"() {
    for (const body of [...GARBAGE, noise(1000, 4), noise(100_000, 5), SEPARATOR.repeat(10_000), "4".repeat(10_000)]) {
      const session = await poll(lab.url);
      const { status } = await session.post(body);
      assert.ok([200, 400].includes(status), `${status}`);
    }
  },

  async "posts bodies that are too large"() {
    const session = await poll(lab.url);
    for (const size of [1_000_001, 3_000_000, 20_000_000]) {
      // Over its limit the server answers at once and reads no more; the client may see only the cut.
      const status = await session.post("4".repeat(size)).then((answer) => answer.status, () => 413);
      assert.equal(status, 413);
    }
    assert.equal((await session.post("40")).status, 200);
  },

  async "sends frames that are too large"(t) {
    for (const frame of ["4".padEnd(1_000_001, "x"), Buffer.alloc(2_000_000), "4".padEnd(20_000_000, "x")]) {
      const socket = await dialMain(t, lab.url);
      socket.send(frame);
      assert.deepEqual(await socket.ends(), { code: 1009 });
    }
  },

  async "asks for sessions that are not there"(t) {
    for (let n = 0; n < 100; n += 1) {
      const sid = `${noise(15, n).toString("base64url")}.any-${n % 2 ? 0 : n}`;
      const { status, body } = await request(lab.url, `${POLL}&sid=${sid}`, n % 3 ? {} : { method: "POST", body: "1" });
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, 1);
      if (n % 10 === 0) assert.equal((await dial(t, lab.url, { sid }).ends()).status, 400);
    }
  },

  async "connects to namespaces that are not there"(t) {
    const socket = dial(t, lab.url);
    await socket.next();
    for (const nsp of NAMES) {
      socket.send(`40${nsp},`);
      assert.match(await socket.next(), /^44\/.*\{"message":"Invalid namespace"\}$/su);
    }
    for (let n = 0; n < 1000; n += 1) socket.send(`40/nowhere-${n},`);
    for (let n = 0; n < 1000; n += 1) {
      assert.equal(await socket.next(), `44/nowhere-${n},{"message":"Invalid namespace"}`);
    }
  },

  async "sends a megabyte of nested JSON, by WebSocket"(t) {
    for (const value of [NESTED, NESTED_OBJECTS]) {
      for (const event of ["echo", "message", "msg", "set", "join", "unheard of"]) {
        const socket = await dialMain(t, lab.url);
        socket.send(`421[${JSON.stringify(event)},${value}]`, '422["echo","then"]');
        await answeredOrClosed(socket);
      }
      const socket = dial(t, lab.url);
      await socket.next();
      socket.send(`40{"token":${value}}`, "40/custom,");
      await within(Promise.race([socket.next(), socket.end]), "an answer or a close");
    }
  },

  async "sends a megabyte of nested JSON, by polling"() {
    const session = await pollMain(lab.url);
    await session.post(`421["echo",${NESTED}]`);
    const { status } = await session.get();
    assert.ok([200, 400].includes(status));
  },

  async "sends 5,000 events in a burst"(t) {
    const socket = client(t, lab.url, WEBSOCKET);
    await connected(socket);
    const ended = new Promise((done) => socket.once("disconnect", done));
    const answers = Array.from({ length: 5000 }, (_, n) => call(socket, "echo", n));
    await within(Promise.race([ended, Promise.all(answers)]), "5,000 acks or a close");
    for (const answer of answers) answer.catch(() => {});
  },

  async "joins and leaves 2,000 rooms in a burst"(t) {
    const socket = client(t, lab.url, WEBSOCKET);
    await connected(socket);
    const ended = new Promise((done) => socket.once("disconnect", done));
    const answers = [];
    for (let n = 0; n < 1000; n += 1) {
      answers.push(call(socket, "join", `burst ${n % 100}`), call(socket, "leave", `burst ${n % 100}`));
    }
    await within(Promise.race([ended, Promise.all(answers)]), "2,000 acks or a close");
    for (const answer of answers) answer.catch(() => {});
  },

  async "opens 300 connections and says nothing"(t) {
    const sockets = Array.from({ length: 150 }, () => dial(t, lab.url));
    await Promise.all(sockets.map((socket) => socket.next()));
    await Promise.all(Array.from({ length: 150 }, () => poll(lab.url)));
    for (const socket of sockets) socket.ws.terminate();
  },

  async "joins rooms with names that mean something elsewhere"(t) {
    const [socket] = await clients(t, lab.url, 1);
    const list = heard(socket);
    const [{ error }] = await call(socket, "join", "\0");
    assert.equal(error, "bad room name");
    for (const [n, room] of ["", "__proto__", "constructor", "#", "/", "/#", "%23", "😀"].entries()) {
      assert.deepEqual(await call(socket, "join", room), []);
      socket.emit("all", room, n);
      assert.equal((await list.reaches(n + 1)).at(-1), n);
    }
    await call(socket, "set", "__proto__", "a value");
    assert.deepEqual(await call(socket, "get", "__proto__"), ["a value"]);
  },

  // A Durable Object's name has at most 1,024 bytes; a room's, on Node, any number.
  async "joins rooms with long names, and sends to them"(t) {
    for (const room of ["x".repeat(1023), "ü".repeat(600), "x".repeat(100_000)]) {
      const [socket] = await clients(t, lab.url, 1);
      const list = heard(socket);
      const [refused] = await call(socket, "join", room);
      socket.emit("msg", room, "out");
      socket.emit("union", [room, `${room}y`], "out");
      socket.emit("all", room, "back");
      if (!refused) assert.deepEqual([...(await list.reaches(1))], ["back"]);
      assert.deepEqual(await call(socket, "echo", "alive"), ["alive"]);
    }
  },
};

describe("two chat on undisturbed while a stranger", () => {
  for (const [what, stranger] of Object.entries(STRANGERS)) {
    it(what, async (t) => {
      const [a, b] = await clients(t, lab.url, 2);
      const lost = [];
      for (const socket of [a, b]) socket.on("disconnect", (reason) => lost.push(reason));
      await call(a, "join", "chat");
      await call(b, "join", "chat");
      const [heardByA, heardByB] = [heard(a), heard(b)];
      let done = false;
      const disturbing = stranger(t).finally(() => (done = true));
      disturbing.catch(() => {}); // it is awaited below
      let sent = 0;
      while (!done || sent < 20) {
        a.emit("msg", "chat", ["a", sent]);
        await heardByB.reaches(sent + 1);
        b.emit("msg", "chat", ["b", sent]);
        await heardByA.reaches(sent + 1);
        sent += 1;
      }
      await disturbing;
      const numbers = [...Array(sent).keys()];
      assert.deepEqual([...heardByA], numbers.map((n) => ["b", n]));
      assert.deepEqual([...heardByB], numbers.map((n) => ["a", n]));
      assert.deepEqual(lost, []);
    });
  }
});

/** Its two events are acknowledged, or the connection is closed: one of both must happen. */
async function answeredOrClosed(socket) {
  const answered = async () => {
    for (let frame = ""; !frame.startsWith("432["); ) frame = String(await socket.next());
  };
  await within(Promise.race([answered().catch(() => socket.end), socket.end]), "an answer or a close");
}
