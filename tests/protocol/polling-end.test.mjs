// How a session by polling ends, and what the requests that are under way get.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { differs, own, startTarget } from "../support/target.mjs";
import { SEPARATOR, TELL, callByPoll, kick, pick, poll, pollMain, settle, slowPost, watch } from "../support/wire.mjs";
import { isGone } from "../support/words.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

const echo = () => poll(lab.url, "/engine.io/");
const OK = { status: 200, body: "ok" };
const CLOSE = differs("the close packet is enough; Node puts a noop before it", {
  node: { status: 200, body: `6${SEPARATOR}1` },
  parlor: { status: 200, body: "1" },
});
const GONE = { status: 400, body: '{"code":1,"message":"Session ID unknown"}' };

const LEFT = differs("the close packet is enough; Node puts a noop before it", {
  node: ["41", `6${SEPARATOR}1`],
  parlor: ["41", "1"],
});
const ECHOED = differs("a payload is taken as a whole before a GET is answered; Node answers it at the first packet", {
  node: "4a",
  parlor: "1",
});

/** A GET that has arrived and waits: `get` is its answer, and `end` or `reset` its connection closed or reset. */
async function waitingGet(session) {
  const { asked, answer } = session.sending();
  asked.end();
  answer.catch(() => {}); // to be looked at when it is awaited
  await settle(lab.url, session.sid);
  return { get: answer, end: () => asked.socket.destroy(), reset: () => asked.socket.resetAndDestroy() };
}

/** In `/`, and told of to `watcher` when it goes. */
async function told() {
  const session = await pollMain(lab.url);
  await callByPoll(session, ...TELL);
  return session;
}

describe("5.2 a bad POST is answered `ok`, and the session is gone", () => {
  // And what a GET gets that waits: the echo of what came before, if anything did, or a close packet.
  const bad = [
    ["an unknown packet type", "abc", "1"],
    ["a type beyond the last", "7", "1"],
    ["an empty body", "", "1"],
    ["an empty packet between others", ["4a", "", "4b"].join(SEPARATOR), ECHOED],
    ["a separator at the end", `4a${SEPARATOR}`, ECHOED],
    ["a separator alone", SEPARATOR, "1"],
    ["a ping, which only servers send", "2", "1"],
    ["a probe, which belongs on a WebSocket", "2probe", "1"],
  ];
  for (const [what, body, due] of bad) {
    it(`${what}, without a GET`, async () => {
      const session = await echo();
      assert.deepEqual(pick(await session.post(body)), OK);
      await isGone(session);
    });

    it(`${what}, and a GET that waits is answered`, async (t) => {
      const session = await echo();
      const { get } = await waitingGet(session);
      assert.deepEqual(pick(await session.post(body)), OK);
      assert.deepEqual(pick(await get), { status: 200, body: own(t, due) });
      await isGone(session);
    });
  }

  for (const [what, body, repaired] of [
    ["base64 that is none", "b####", "b"],
    ["base64 without its padding", "bAQIDBA", "bAQIDBA=="],
  ]) {
    it(what, async (t) => {
      const session = await echo();
      assert.deepEqual(pick(await session.post(body)), OK);
      const due = differs("invalid base64 is a packet that is none; Node repairs it", {
        node: { status: 200, body: repaired },
        parlor: GONE,
      });
      assert.deepEqual(pick(await session.get()), own(t, due));
    });
  }
});

describe("5.2 a session by polling ends", () => {
  it("by a POST of application/octet-stream, which is answered 400", async () => {
    const session = await echo();
    const headers = { "content-type": "application/octet-stream" };
    assert.deepEqual(pick(await session.post("4a", { headers })), { status: 400, body: "" });
    await isGone(session);
  });

  it("by a close packet: `ok`, and a noop for the GET that waits", async () => {
    const session = await echo();
    const { get } = await waitingGet(session);
    assert.deepEqual(pick(await session.post("1")), OK);
    assert.deepEqual(pick(await get), { status: 200, body: "6" });
    await isGone(session);
  });

  it("by a close packet among others: those before it count, those behind it do not", async () => {
    const session = await echo();
    assert.deepEqual(pick(await session.post(["4a", "1", "4b"].join(SEPARATOR))), OK);
    await isGone(session);
  });

  it("by a second GET beside the first: that gets a close packet, the second 400", async () => {
    const session = await echo();
    const { get } = await waitingGet(session);
    assert.deepEqual(pick(await session.get()), { status: 400, body: "" });
    assert.deepEqual(pick(await get), { status: 200, body: "1" });
    await isGone(session);
  });

  it("by a second POST beside the first: it gets 400", async () => {
    const session = await echo();
    const first = slowPost(session, "4begun");
    first.asked.on("error", () => {});
    first.answer.catch(() => {}); // with an answer, or cut off
    await settle(lab.url, session.sid);
    assert.deepEqual(pick(await session.post("4second")), { status: 400, body: "" });
    first.asked.destroy();
    await isGone(session);
  });

  it("by a second POST beside the first, of which a GET that waits hears", async () => {
    const session = await echo();
    const { get } = await waitingGet(session);
    const first = slowPost(session, "4begun");
    first.asked.on("error", () => {});
    first.answer.catch(() => {});
    await settle(lab.url, session.sid);
    assert.deepEqual(pick(await session.post("4second")), { status: 400, body: "" });
    assert.deepEqual(pick(await get), { status: 200, body: "1" });
    first.asked.destroy();
    await isGone(session);
  });

  it("by a GET whose connection is reset", async () => {
    const session = await echo();
    const { get, reset } = await waitingGet(session);
    reset();
    await assert.rejects(get, { code: "ECONNRESET" });
    await settle(lab.url, session.sid);
    await isGone(session);
  });

  it("by a GET whose connection is closed by the client", async (t) => {
    const session = await echo();
    const { get, end } = await waitingGet(session);
    end();
    await assert.rejects(get, { code: "ECONNRESET" });
    await settle(lab.url, session.sid);
    const due = differs("workerd tells of a connection that is reset, not of one that is closed", {
      node: GONE,
      parlor: { status: 400, body: "" },
    });
    assert.deepEqual(pick(await session.get()), own(t, due));
    await isGone(session);
  });
});

describe("5.2 an event right behind CONNECT", () => {
  const payload = ["40", '42["message",1]'].join(SEPARATOR);

  it("in the same payload closes the session, as the next GET hears", async (t) => {
    for (let n = 0; n < 2; n += 1) { // on a fresh object, and a warm one
      const session = await poll(lab.url);
      assert.deepEqual(pick(await session.post(payload)), OK);
      assert.deepEqual(pick(await session.get()), own(t, CLOSE));
      await isGone(session);
    }
  });

  it("in the same payload closes the session, as a GET that waits hears", async () => {
    const session = await poll(lab.url);
    const { get } = await waitingGet(session);
    assert.deepEqual(pick(await session.post(payload)), OK);
    assert.deepEqual(pick(await get), { status: 200, body: "1" });
    await isGone(session);
  });
});

describe("5.2 the server closes a session by polling: a close packet waits for the next GET", () => {
  const ways = {
    "a bad packet": { ends: (session) => session.post("4x") },
    "a second CONNECT": { ends: (session) => session.post("40") },
    "disconnect(true)": { ends: (session) => session.post(kick(session, true)), before: LEFT },
  };
  for (const [how, { ends, before }] of Object.entries(ways)) {
    it(`by ${how}, without a GET`, async (t) => {
      const session = await pollMain(lab.url);
      await ends(session);
      const answers = before ? own(t, before) : [own(t, CLOSE).body];
      for (const body of answers) assert.deepEqual(pick(await session.get()), { status: 200, body });
      await isGone(session);
    });

    it(`by ${how}, with a GET that waits`, async (t) => {
      const session = await pollMain(lab.url);
      const { get } = await waitingGet(session);
      await ends(session);
      const [first, ...more] = before ? own(t, before) : ["1"];
      assert.deepEqual(pick(await get), { status: 200, body: first });
      for (const body of more) assert.deepEqual(pick(await session.get()), { status: 200, body });
      await isGone(session);
    });
  }

  it("by disconnect() nothing is closed: `41`, and CONNECT again works", async () => {
    const session = await pollMain(lab.url);
    const { get } = await waitingGet(session);
    await session.post(kick(session, false));
    assert.deepEqual(pick(await get), { status: 200, body: "41" });
    await session.post("40");
    assert.match((await session.get()).body, /^40{"sid":/);
  });
});

describe("5.4 why a session by polling ended, as the application is told", () => {
  const cut = async (session) => (await waitingGet(session)).reset();
  const cutPost = async (session) => {
    const { asked, answer } = slowPost(session, "42");
    answer.catch(() => {});
    await settle(lab.url, session.sid);
    asked.socket.resetAndDestroy();
  };
  const octets = { headers: { "content-type": "application/octet-stream" } };
  const reasons = [
    ["a GET whose connection is reset", cut, "transport error"],
    ["a POST whose connection is reset", cutPost, "transport error"],
    ["two GETs at once", (session) => Promise.all([session.get(), session.get()]), "transport error"],
    ["a POST of octets", (session) => session.post("4a", octets), "transport error"],
    ["a ping", (session) => session.post("2"), "transport error"],
    ["a close packet", (session) => session.post("1"), "transport close"],
    ["an unknown packet type", (session) => session.post("abc"), "parse error"],
    ["an empty body", (session) => session.post(""), "parse error"],
    ["DISCONNECT", (session) => session.post("41"), "client namespace disconnect"],
    ["a second CONNECT", (session) => session.post("40"), "forced server close"],
    ["disconnect()", (session) => session.post(kick(session, false)), "server namespace disconnect"],
    ["disconnect(true)", (session) => session.post(kick(session, true)), "server namespace disconnect"],
  ];
  for (const [how, end, reason] of reasons) {
    it(`${how}: ${reason}`, async (t) => {
      const watcher = await watch(t, lab.url);
      const session = await told();
      await end(session);
      assert.equal(await watcher.reason(session.id), reason);
    });
  }

  it("a bad Socket.IO packet: forced close, once a GET has fetched the close packet", async (t) => {
    const watcher = await watch(t, lab.url);
    const session = await told();
    await session.post("4x");
    assert.deepEqual(pick(await session.get()), own(t, CLOSE));
    assert.equal(await watcher.reason(session.id), "forced close");
  });
});
