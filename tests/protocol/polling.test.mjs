// HTTP long-polling, request by request, while the session lives.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTarget } from "../support/target.mjs";
import { SEPARATOR, call, callByPoll, dialMain, pick, poll, pollMain, settle, slowPost } from "../support/wire.mjs";
import { refused } from "../support/words.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

const echo = () => poll(lab.url, "/engine.io/");
const OK = { status: 200, body: "ok" };

describe("5.2 messages by polling", () => {
  it("go by POST, which is answered `ok`, and come by GET", async () => {
    const session = await echo();
    const { status, type, cache, body, headers } = await session.post("4hello");
    assert.deepEqual({ status, type, cache, body }, { status: 200, type: "text/html", cache: "no-store", body: "ok" });
    assert.equal(headers["content-length"], "2");
    const got = await session.get();
    assert.equal(got.status, 200);
    assert.equal(got.type, "text/plain; charset=UTF-8");
    assert.equal(got.cache, "no-store");
    assert.equal(got.headers["content-length"], "6");
    assert.equal(got.body, "4hello");
  });

  // What is posted, and what an echo of it is, if that is not the same.
  const payloads = [
    ["one packet", ["4hello"]],
    ["several in one payload", ["4one", "4", "4zwei ü 😀", "4\n"]],
    ["a hundred in one payload", Array.from({ length: 100 }, (_, n) => `4${n}`)],
    ["text with quotes, backslashes and nulls", ['4"\\"', "4\\x1e", "4\0", "4\u2028"]],
    ["binary in base64 with a `b`", ["bAQIDBA==", "b", "b/w==", "b+/+/"]],
    ["text and binary, in order", ["4text", "bAQIDBA==", "4more", "b/w=="]],
    ["what means nothing here, ignored", ["3", "5", "6", "0", "3probe", "6x", "4on"], ["4on"]],
  ];
  for (const [name, packets, due = packets] of payloads) {
    it(`are ${name}`, async () => {
      const session = await echo();
      assert.deepEqual(pick(await session.post(packets.join(SEPARATOR))), OK);
      assert.deepEqual(pick(await session.get()), { status: 200, body: due.join(SEPARATOR) });
    });
  }

  it("queued by several POSTs wait for the next GET, which gets them all", async () => {
    const session = await echo();
    for (const n of [1, 2, 3]) assert.deepEqual(pick(await session.post(`4${n}`)), OK);
    assert.equal((await session.get()).body, ["41", "42", "43"].join(SEPARATOR));
  });

  it("queued are not split at maxPayload, which is for the client's payloads", async () => {
    const session = await echo();
    const large = "4".padEnd(600_000, "x");
    for (let n = 0; n < 3; n += 1) await session.post(large);
    assert.ok((await session.get()).body === [large, large, large].join(SEPARATOR));
  });

  it("reach a GET that waits already", async () => {
    const session = await echo();
    const waiting = session.get();
    await session.post("4here");
    assert.equal((await waiting).body, "4here");
  });

  it("go by POST while a GET waits, and by GET while a POST is under way", async () => {
    const session = await echo();
    const { asked, answer } = slowPost(session, "4slow");
    const waiting = session.get();
    asked.end("ly");
    assert.deepEqual(pick(await answer), OK);
    assert.equal((await waiting).body, "4slowly");
  });

  it("may arrive in pieces of a body, cut in the middle of a character", async () => {
    const session = await echo();
    const { asked, answer } = slowPost(session, Buffer.from([0x34, 0xc3]));
    asked.write(Buffer.from([0xbc]));
    asked.end(`${SEPARATOR}4pieces`);
    assert.deepEqual(pick(await answer), OK);
    assert.equal((await session.get()).body, ["4ü", "4pieces"].join(SEPARATOR));
  });

  it("are taken whatever the content type says, but for octets", async () => {
    const session = await echo();
    for (const type of ["application/x-www-form-urlencoded", "text/html", "application/json", ""]) {
      assert.deepEqual(pick(await session.post("4a=b", { headers: { "content-type": type } })), OK);
      assert.equal((await session.get()).body, "4a=b");
    }
  });

  it("that are not UTF-8 have U+FFFD in place of what is not", async () => {
    const session = await echo();
    const headers = { "content-type": "text/plain" };
    assert.deepEqual(pick(await session.post(Buffer.from([0x34, 0xff, 0x61, 0xfe]), { headers })), OK);
    assert.equal((await session.get()).body, "4\ufffda\ufffd");
  });

  it("of Socket.IO with attachments are text and base64 packets", async () => {
    const session = await pollMain(lab.url);
    await session.post(['451-["message",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
    const { body } = await session.get();
    assert.equal(body, ['451-["message-back",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
  });

  it("of Socket.IO may have their attachments in the next POST", async () => {
    const session = await pollMain(lab.url);
    assert.deepEqual(pick(await session.post('451-["message",{"_placeholder":true,"num":0}]')), OK);
    assert.deepEqual(pick(await session.post("bAQID")), OK);
    const { body } = await session.get();
    assert.equal(body, ['451-["message-back",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
  });

  it("sent by others between two GETs wait, in order", async (t) => {
    const session = await pollMain(lab.url);
    const other = await dialMain(t, lab.url);
    for (let n = 0; n < 5; n += 1) other.send(`42["whisper","${session.id}",${n}]`);
    await call(other, "echo", 1);
    assert.equal((await session.get()).body, [0, 1, 2, 3, 4].map((n) => `42["msg",${n}]`).join(SEPARATOR));
  });
});

describe("3.2 volatile messages by polling", () => {
  async function inRoom(t) {
    const session = await pollMain(lab.url);
    await callByPoll(session, "join", "room");
    const other = await dialMain(t, lab.url);
    return { session, other };
  }

  it("are dropped while no GET waits", async (t) => {
    const { session, other } = await inRoom(t);
    other.send('42["volatile","room","dropped"]', '42["msg","room","kept"]');
    await call(other, "echo", 1);
    assert.equal((await session.get()).body, '42["msg","kept"]');
  });

  it("reach a GET that waits", async (t) => {
    const { session, other } = await inRoom(t);
    const waiting = session.get();
    await settle(lab.url, session.sid);
    other.send('42["volatile","room","caught"]');
    assert.equal((await waiting).body, '42["msg","caught"]');
  });
});

describe("5.2 a session by polling in `/`", () => {
  it("gets CONNECT's reply and what follows by GET", async () => {
    const session = await poll(lab.url);
    const waiting = session.get();
    assert.deepEqual(pick(await session.post('40{"token":"x"}')), OK);
    const packets = (await waiting).body.split(SEPARATOR);
    while (packets.length < 2) packets.push(...(await session.get()).body.split(SEPARATOR));
    assert.match(packets[0], /^40{"sid":"[\w-]{20}[^"]*"}$/);
    assert.deepEqual(packets.slice(1), ['42["auth",{"token":"x"}]']);
  });

  it("goes on after DISCONNECT, which has no answer, and may connect again", async () => {
    const session = await pollMain(lab.url);
    assert.deepEqual(pick(await session.post("41")), OK);
    assert.deepEqual(pick(await session.post("40/nope,")), OK);
    assert.equal((await session.get()).body, '44/nope,{"message":"Invalid namespace"}');
    await session.post("40");
    assert.match((await session.get()).body, /^40{"sid":/);
  });
});

describe("3.3 maxHttpBufferSize by polling", () => {
  const LIMITS = [[undefined, 1_000_000], [2000, 2000]];
  for (const [maxHttpBufferSize, limit] of LIMITS) {
    describe(`of ${limit} bytes`, () => {
      let lab;
      before(async () => (lab = await startTarget({ maxHttpBufferSize })));
      after(() => lab.stop());

      const lives = async (session) => {
        await session.post("4alive");
        assert.equal((await session.get()).body, "4alive");
      };

      it("a body that large is taken", async () => {
        const session = await poll(lab.url, "/engine.io/");
        const largest = "4".padEnd(limit, "x");
        assert.deepEqual(pick(await session.post(largest)), OK);
        assert.ok((await session.get()).body === largest);
      });

      it("one byte more is answered 413, and the session lives on", async () => {
        const session = await poll(lab.url, "/engine.io/");
        assert.deepEqual(pick(await session.post("4".padEnd(limit + 1, "x"))), { status: 413, body: "" });
        await lives(session);
      });

      it("bytes count, not characters", async () => {
        const session = await poll(lab.url, "/engine.io/");
        const { status } = await session.post("4".padEnd(limit / 2 + 1, "ü"));
        assert.equal(status, 413);
        await lives(session);
      });

      it("a chunked body without end is answered 413 once it is too large, and the session lives on", async () => {
        const session = await poll(lab.url, "/engine.io/");
        const { asked, answer } = slowPost(session, "4");
        asked.on("error", () => {}); // the server need not read the rest
        asked.write("x".repeat(limit));
        assert.equal((await answer).status, 413);
        asked.destroy();
        await lives(session);
      });

      it("several packets count together", async () => {
        const session = await poll(lab.url, "/engine.io/");
        const half = "4".padEnd(limit / 2, "x");
        assert.equal((await session.post([half, half].join(SEPARATOR))).status, 413);
        await lives(session);
      });

      it("a body that is too large for no session is refused for that", async () => {
        const session = await poll(lab.url, "/engine.io/");
        await session.post("1");
        refused(await session.post("4".padEnd(limit + 1, "x")), 1);
      });
    });
  }
});
