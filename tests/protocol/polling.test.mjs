// HTTP long-polling, request by request.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, describe, it } from "node:test";
import { within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { SEPARATOR, poll, pollMain, request } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

const echo = () => poll(lab.url, "/engine.io/");

async function isGone(session) {
  const { status, body } = await session.get();
  assert.equal(status, 400);
  assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
}

/** A POST whose body is not at its end yet. */
function slowPost(session, text) {
  const options = { method: "POST", headers: { "content-type": "text/plain;charset=UTF-8" } };
  const sending = httpRequest(`${lab.url}/engine.io/?${session.query}`, options);
  const answer = new Promise((done, failed) => {
    sending.on("response", (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (part) => (body += part)).on("end", () => done({ status: response.statusCode, body }));
    });
    sending.on("error", failed);
  });
  sending.write(text);
  return { sending, answer: within(answer, "the answer to a slow POST") };
}

describe("messages by polling", () => {
  it("go by POST, which is answered `ok`, and come by GET", async () => {
    const session = await echo();
    const posted = await session.post("4hello");
    assert.deepEqual(posted, { status: 200, type: "text/html", cache: posted.cache, body: "ok" });
    const got = await session.get();
    assert.equal(got.status, 200);
    assert.equal(got.type?.toLowerCase(), "text/plain; charset=utf-8");
    assert.equal(got.cache, "no-store");
    assert.equal(got.body, "4hello");
  });

  it("come several in one payload, and are answered in one", async () => {
    const session = await echo();
    await session.post(["4one", "4", "4zwei ü 😀", "4\n"].join(SEPARATOR));
    assert.equal((await session.get()).body, ["4one", "4", "4zwei ü 😀", "4\n"].join(SEPARATOR));
  });

  it("queued by several POSTs wait for the next GET", async () => {
    const session = await echo();
    for (const n of [1, 2, 3]) assert.equal((await session.post(`4${n}`)).body, "ok");
    assert.equal((await session.get()).body, ["41", "42", "43"].join(SEPARATOR));
  });

  it("reach a GET that waits already", async () => {
    const session = await echo();
    const waiting = session.get();
    await session.post("4here");
    assert.equal((await waiting).body, "4here");
  });

  it("are base64 with a `b` when binary, both ways", async () => {
    const session = await echo();
    await session.post(["4text", "bAQIDBA==", "b", "b/w=="].join(SEPARATOR));
    assert.equal((await session.get()).body, ["4text", "bAQIDBA==", "b", "b/w=="].join(SEPARATOR));
  });

  it("may arrive in pieces of a body", async () => {
    const session = await echo();
    const { sending, answer } = slowPost(session, "4in ");
    sending.end("pieces");
    assert.deepEqual(await answer, { status: 200, body: "ok" });
    assert.equal((await session.get()).body, "4in pieces");
  });

  it("of Socket.IO with attachments are text and base64 packets", async () => {
    const session = await pollMain(lab.url);
    await session.post(['451-["message",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
    const { body } = await session.get();
    const [text, attachment] = body.split(SEPARATOR);
    assert.deepEqual(JSON.parse(text.slice("451-".length)), ["message-back", { _placeholder: true, num: 0 }]);
    assert.equal(attachment, "bAQID");
  });

  it("of packet types that mean nothing here are ignored", async () => {
    const session = await echo();
    await session.post(["3", "5", "6", "0", "4on"].join(SEPARATOR));
    assert.equal((await session.get()).body, "4on");
  });
});

describe("a session by polling ends", () => {
  // Node: 200 `ok`, and the session is closed.
  const bad = {
    "an unknown packet type": "abc",
    "an empty body": "",
    "an empty packet between others": ["4a", "", "4b"].join(SEPARATOR),
    "a trailing separator": `4a${SEPARATOR}`,
    "a ping, which only servers send": "2",
    "a probe, which belongs on a WebSocket": "2probe",
  };
  for (const [what, body] of Object.entries(bad)) {
    it(`by a POST of ${what}`, async () => {
      const session = await echo();
      const { status, body: answer } = await session.post(body);
      assert.deepEqual({ status, answer }, { status: 200, answer: "ok" });
      await isGone(session);
    });
  }

  it("by a POST of bytes that are not UTF-8, or lives on without them; and the server lives in any case", async () => {
    const session = await echo();
    await session.post(new Uint8Array([0x34, 0xff, 0xfe]), { headers: { "content-type": "text/plain" } });
    const { status } = await session.get();
    assert.ok(status === 200 || status === 400);
    assert.equal((await echo()).opened.status, 200);
  });

  it("by a POST of application/octet-stream, which is answered 400", async () => {
    const session = await echo();
    const headers = { "content-type": "application/octet-stream" };
    assert.equal((await session.post("4a", { headers })).status, 400);
    await isGone(session);
  });

  it("by a close packet: `ok`, and a noop for the GET that waits", async () => {
    const session = await echo();
    const waiting = session.get();
    // It must be there first; a message that goes through it and back says so.
    await session.post("4there?");
    assert.equal((await waiting).body, "4there?");
    const last = session.get();
    await settle(session);
    assert.equal((await session.post("1")).body, "ok");
    assert.deepEqual(pick(await last), { status: 200, body: "6" });
    await isGone(session);
  });

  it("by a second GET beside the first: that gets a close packet, the second 400", async () => {
    const session = await echo();
    const answers = await Promise.all([session.get(), session.get()]);
    answers.sort((a, b) => a.status - b.status);
    assert.deepEqual(answers.map(pick), [
      { status: 200, body: "1" },
      { status: 400, body: "" },
    ]);
    await isGone(session);
  });

  it("by a second POST beside the first: it gets 400", async () => {
    const session = await echo();
    const first = slowPost(session, "4begun");
    await settle(session);
    const ended = first.answer.catch(() => {}); // with an answer, or cut off
    assert.equal((await session.post("4second")).status, 400);
    first.sending.end();
    await ended;
    await isGone(session);
  });

  it("by an event right behind CONNECT in the same payload, on a fresh object and a warm one", async () => {
    for (let n = 0; n < 2; n += 1) {
      const session = await poll(lab.url);
      assert.equal((await session.post(["40", '42["message",1]'].join(SEPARATOR))).body, "ok");
      // Node gives a waiting GET `6\x1e1`; without one the session is just gone, or says its close packet.
      const { status, body } = await session.get();
      assert.ok(status === 400 || body.endsWith("1"), `${status} ${body}`);
      await isGone(session);
    }
  });
});

describe("a body larger than maxPayload", () => {
  it("is answered 413 when it says its size, and the session survives", async () => {
    const session = await echo();
    assert.equal((await session.post("4".padEnd(1_000_001, "x"))).status, 413);
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });

  it("is answered 413 when it comes in pieces without end, and the session survives", async () => {
    const session = await echo();
    const { sending, answer } = slowPost(session, "4");
    sending.write("x".repeat(1_100_000));
    sending.on("error", () => {}); // the server need not read the rest
    assert.equal((await answer).status, 413);
    sending.destroy();
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });

  it("begins at one byte more than the limit", async () => {
    const session = await echo();
    const largest = "4".padEnd(1_000_000, "x");
    assert.equal((await session.post(largest)).body, "ok");
    assert.ok((await session.get()).body === largest);
  });
});

it("a cancelled GET ends the session: the next one is not left waiting", async () => {
  const session = await echo();
  const cancel = new AbortController();
  const cancelled = session.get({ signal: cancel.signal });
  await settle(session);
  cancel.abort();
  await assert.rejects(cancelled, { name: "AbortError" });
  assert.equal((await session.get()).status, 400);
  await isGone(session);
});

const pick = ({ status, body }) => ({ status, body });

/** Gives requests that are under way the time to arrive: others go there and back, over the same Worker and Gateway. */
async function settle(session) {
  const gateway = session.sid.split(".").at(-1);
  for (let n = 0; n < 5; n += 1) {
    await request(lab.url, `EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA.${gateway}`);
  }
}
