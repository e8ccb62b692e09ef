// Engine.IO version 3, which clients of Socket.IO v2 speak: payloads, polling in its three ways, WebSocket, heartbeat.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { differs, own, startTarget } from "../support/target.mjs";
import { dial, jsonp, payload3, pick, poll, request, settle } from "../support/wire.mjs";
import { SID, isGone, refused } from "../support/words.mjs";

const PATH = "/engine.io/";
const OK = { status: 200, body: "ok" };
const OCTETS = { headers: { "content-type": "application/octet-stream" } };

let lab;
before(async () => (lab = await startTarget({ allowEIO3: true })));
after(() => lab.stop());

const open = (more, url = lab.url) => poll(url, PATH, { EIO: 3, more });
async function dialEcho(t, url = lab.url) {
  const socket = dial(t, url, { path: PATH, query: "EIO=3&transport=websocket" });
  assert.match(await socket.next(), /^0{"sid":/);
  return socket;
}

describe("3.1 version 3: a handshake", () => {
  for (const [name, query] of [
    ["with EIO=3", "EIO=3&transport=polling"],
    ["without EIO", "transport=polling"],
    ["with an EIO that is none", "EIO=abc&transport=polling"],
  ]) {
    it(`${name} is answered with the open packet, its length before it`, async (t) => {
      const answer = await request(lab.url, query, { path: PATH });
      assert.deepEqual([answer.status, answer.type], [200, "text/plain; charset=UTF-8"]);
      const packet = answer.body.slice(answer.body.indexOf(":") + 1);
      assert.equal(answer.body, payload3(packet));
      assert.equal(packet[0], "0");
      const { sid, ...rest } = JSON.parse(packet.slice(1));
      assert.match(sid, own(t, SID));
      assert.deepEqual(Object.keys(rest), ["upgrades", "pingInterval", "pingTimeout", "maxPayload"]);
      assert.deepEqual(rest.upgrades, ["websocket"]);
    });
  }

  it("by WebSocket has the open packet as its first frame, without a length", async (t) => {
    const socket = dial(t, lab.url, { path: PATH, query: "EIO=3&transport=websocket" });
    const { upgrades } = JSON.parse((await socket.next()).slice(1));
    assert.deepEqual(upgrades, []);
  });

  it("by WebSocket needs no EIO", async (t) => {
    const socket = dial(t, lab.url, { path: PATH, query: "transport=websocket" });
    assert.match(await socket.next(), /^0{"sid":/);
  });

  it("leaves clients of version 4 what they are used to", async () => {
    const session = await poll(lab.url, PATH);
    assert.equal(session.opened.body[0], "0");
    await session.post("4a\x1e4b");
    assert.equal((await session.get()).body, "4a\x1e4b");
  });

  it("is of this version for good: another EIO with its sid is a bad request", async () => {
    const session = await open();
    refused(await request(lab.url, session.query.replace("EIO=3", "EIO=4"), { path: PATH }), 3);
    assert.deepEqual(pick(await session.post(payload3("4a"))), OK);
  });
});

describe("3.1 version 3: messages by polling, in text", () => {
  const rows = [
    ["one", ["4hello"]],
    ["an empty one", ["4"]],
    ["several", ["4one", "4", "4two"]],
    ["lengths in UTF-16 units", ["4ä", "4€uro", "4😀", "4👩‍👧x"]],
    ["what looks like a length", ["43:4a", "4:", "4 1:2"]],
    ["packets that mean nothing here, ignored", ["0", "5", "6", "4on"], ["4on"]],
  ];
  for (const [name, packets, due = packets] of rows) {
    it(name, async () => {
      const session = await open();
      assert.deepEqual(pick(await session.post(payload3(...packets))), OK);
      const answer = await session.get();
      assert.deepEqual(pick(answer), { status: 200, body: payload3(...due) });
      assert.equal(answer.type, "text/plain; charset=UTF-8");
    });
  }

  const bad = [
    ["no length", "4a"],
    ["a length that is none", "x:4a"],
    ["a length too large", "3:4a"],
    ["a length too small", "1:4a"],
    ["a negative length", "-1:4a"],
    ["an empty body", ""],
    ["an unknown packet type", "1:9"],
    ["a payload of version 4", "4a\x1e4b"],
  ];
  for (const [name, body] of bad) {
    it(`${name} ends the session, the answer being \`ok\``, async () => {
      const session = await open();
      assert.deepEqual(pick(await session.post(body)), OK);
      await isGone(session);
    });
  }

  it("a close packet ends the session: a noop for the GET that waits", async () => {
    const session = await open();
    const waiting = session.get();
    await settle(lab.url, session.sid);
    assert.deepEqual(pick(await session.post(payload3("1"))), OK);
    assert.deepEqual(pick(await waiting), { status: 200, body: payload3("6") });
    await isGone(session);
  });
});

/** Binary payloads: for each packet 0 or 1 (text or bytes), the digits of its length as bytes, 255, and the packet. */
function octets(...packets) {
  const one = (packet) => {
    const bytes = Buffer.from(packet);
    const digits = [...String(bytes.length)].map(Number);
    return Buffer.concat([Buffer.from([typeof packet === "string" ? 0 : 1, ...digits, 255]), bytes]);
  };
  return Buffer.concat(packets.map(one));
}
const bytes4 = (...bytes) => Buffer.from([4, ...bytes]);

describe("3.1 version 3: binary by polling", () => {
  it("is base64 in text with `b4`, to where it is not asked for otherwise bytes come back", async () => {
    const session = await open();
    assert.deepEqual(pick(await session.post(payload3("b4AQID"))), OK);
    const answer = await session.get();
    assert.equal(answer.type, "application/octet-stream");
    assert.deepEqual(answer.bytes, octets(bytes4(1, 2, 3)));
  });

  it("is octets both ways, text among them", async () => {
    const session = await open();
    const body = octets("4ä€😀", bytes4(1, 2, 3), "4", bytes4());
    assert.deepEqual(pick(await session.post(body, OCTETS)), OK);
    const answer = await session.get();
    assert.equal(answer.type, "application/octet-stream");
    assert.deepEqual(answer.bytes, body);
  });

  it("is text where there are no bytes, though octets were posted", async () => {
    const session = await open();
    assert.deepEqual(pick(await session.post(octets("4ä"), OCTETS)), OK);
    assert.equal((await session.get()).body, payload3("4ä"));
  });

  it("has lengths of several digits", async () => {
    const session = await open();
    const body = octets(Buffer.concat([bytes4(), Buffer.alloc(12_345, 7)]));
    await session.post(body, OCTETS);
    assert.deepEqual((await session.get()).bytes, body);
  });

  it("is base64 both ways with b64=1", async () => {
    const session = await open("&b64=1");
    assert.deepEqual(pick(await session.post(payload3("b4AQID", "4a"))), OK);
    const answer = await session.get();
    assert.deepEqual([answer.type, answer.body], ["text/plain; charset=UTF-8", payload3("b4AQID", "4a")]);
  });
});

describe("3.3 version 3: options", () => {
  it("a long answer is compressed, text and bytes", async () => {
    const session = await open();
    for (const [body, options] of [[payload3("4".padEnd(2000, "x"))], [octets(Buffer.alloc(2000, 4)), OCTETS]]) {
      await session.post(body, options);
      const answer = await session.get({ headers: { "accept-encoding": "gzip" } });
      assert.equal(answer.headers["content-encoding"], "gzip");
      assert.deepEqual(gunzipSync(answer.bytes), Buffer.from(body));
    }
  });

  it("octets that are too many are answered 413, and the session lives on", async () => {
    const session = await open();
    assert.deepEqual(pick(await session.post(Buffer.alloc(1_000_001), OCTETS)), { status: 413, body: "" });
    await session.post(payload3("4alive"));
    assert.equal((await session.get()).body, payload3("4alive"));
  });
});

describe("3.1 version 3: JSONP", () => {
  const FORM = { headers: { "content-type": "application/x-www-form-urlencoded" } };
  const form = (...packets) => `d=${encodeURIComponent(payload3(...packets).replaceAll("\n", "\\n"))}`;

  for (const [j, call] of [["0", "___eio[0]"], ["12", "___eio[12]"], ["x1);alert(2", "___eio[12]"], ["", "___eio[]"]]) {
    it(`with j=${j} answers are a script that calls ${call}`, async () => {
      const session = await open(`&j=${encodeURIComponent(j)}`);
      const answer = jsonp(session.opened.body);
      assert.equal(answer.call, call);
      assert.match(answer.data, /^\d+:0{"sid":/);
      assert.equal(session.opened.type, "text/plain; charset=UTF-8");
    });
  }

  it("posts a form, and gets scripts", async () => {
    const session = await open("&j=0");
    assert.deepEqual(pick(await session.post(form("4a b&c=d", "4ü"), FORM)), OK);
    assert.deepEqual(jsonp((await session.get()).body), { call: "___eio[0]", data: payload3("4a b&c=d", "4ü") });
  });

  it("escapes new lines in the form, and what is no JavaScript in the script", async () => {
    const session = await open("&j=0");
    assert.deepEqual(pick(await session.post(form("4a\nb", '4"\u2028\u2029'), FORM)), OK);
    assert.equal((await session.get()).body, String.raw`___eio[0]("4:4a\nb4:4\"\u2028\u2029");`);
  });

  it("is there in version 4 as well", async () => {
    const session = await poll(lab.url, PATH, { more: "&j=3" });
    assert.match(session.opened.body, /^___eio\[3\]\("0{\\"sid\\":.*"\);$/);
    await session.post(`d=${encodeURIComponent("4a\x1ebAQID")}`, FORM);
    assert.equal((await session.get()).body, '___eio[3]("4a\\u001ebAQID");');
  });

  it("is base64 for bytes with b64=1", async () => {
    const session = await open("&j=0&b64=1");
    await session.post(form("b4AQID"), FORM);
    assert.equal(jsonp((await session.get()).body).data, payload3("b4AQID"));
  });

  it("a form without `d` is no message, and the session lives on", async () => {
    const session = await open("&j=0");
    assert.deepEqual(pick(await session.post("e=1", FORM)), OK);
    await session.post(form("4alive"), FORM);
    assert.equal(jsonp((await session.get()).body).data, payload3("4alive"));
  });
});

describe("3.1 version 3: WebSocket", () => {
  it("text is as in version 4, bytes have their type as a byte before them", async (t) => {
    const socket = await dialEcho(t);
    socket.send("4hello", bytes4(1, 2, 3), bytes4(), "4ü");
    assert.equal(await socket.next(), "4hello");
    assert.deepEqual(await socket.next(), bytes4(1, 2, 3));
    assert.deepEqual(await socket.next(), bytes4());
    assert.equal(await socket.next(), "4ü");
  });

  it("bytes may come as base64, and go so with b64=1", async (t) => {
    const socket = dial(t, lab.url, { path: PATH, query: "EIO=3&transport=websocket&b64=1" });
    await socket.next();
    socket.send("b4AQID", bytes4(1));
    assert.equal(await socket.next(), "b4AQID");
    assert.equal(await socket.next(), "b4AQ==");
  });

  for (const [what, frame] of [["an unknown packet type", "abc"], ["an empty frame", ""]]) {
    it(`${what} closes it without a code`, async (t) => {
      const socket = await dialEcho(t);
      socket.send(frame);
      assert.deepEqual(await socket.ends(), { code: 1005 });
    });
  }

  it("a pong, which only servers send, closes it without a code", async (t) => {
    const socket = await dialEcho(t);
    socket.send("3");
    const due = differs("where objects sleep the runtime answers pongs by itself, with a noop", {
      node: { code: 1005 },
      parlor: "6",
    });
    assert.deepEqual(await socket.next().catch(() => socket.end), own(t, due));
  });

  it("an upgrade is as in version 4", async (t) => {
    const session = await open();
    const waiting = session.get();
    await settle(lab.url, session.sid);
    const socket = dial(t, lab.url, { path: PATH, query: "EIO=3&transport=websocket", sid: session.sid });
    await socket.opened();
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    assert.deepEqual(pick(await waiting), { status: 200, body: payload3("6") });
    await session.post(payload3("4queued"));
    socket.send("5", bytes4(1));
    assert.equal(await socket.next(), "4queued");
    assert.deepEqual(await socket.next(), bytes4(1));
    refused(await session.get(), 3);
  });
});

describe("5.4 version 3: the heartbeat is the client's", { concurrency: true }, () => {
  let lab;
  before(async () => (lab = await startTarget({ allowEIO3: true, pingInterval: 1000, pingTimeout: 1000 })));
  after(() => lab.stop());

  it("a ping is answered with a pong, by WebSocket", async (t) => {
    const socket = await dialEcho(t, lab.url);
    for (let n = 0; n < 3; n += 1) {
      await sleep(1000);
      socket.send("2");
      assert.equal(await socket.next(), "3", "and the server pings nobody");
    }
  });

  it("a ping is answered with a pong, by polling", async () => {
    const session = await open("", lab.url);
    for (let n = 0; n < 3; n += 1) {
      await sleep(1000);
      assert.deepEqual(pick(await session.post(payload3("2"))), OK);
      assert.equal((await session.get()).body, payload3("3"));
    }
  });

  it("a client that does not ping is closed, by WebSocket, not before an interval and a timeout", async (t) => {
    const socket = await dialEcho(t, lab.url);
    const pinged = performance.now();
    socket.send("2");
    assert.equal(await socket.next(), "3");
    assert.deepEqual(await socket.ends(), { code: 1005 });
    assert.ok(performance.now() - pinged >= 1995, "too early"); // timers round
  });

  it("a client that does not ping is closed, by polling", async () => {
    const session = await open("", lab.url);
    assert.deepEqual(pick(await session.get()), { status: 200, body: payload3("1") });
    await isGone(session);
  });

  it("a pong closes the connection, in the wrong direction as it is", async (t) => {
    const socket = await dialEcho(t, lab.url);
    socket.send("3");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("messages are no pings", async (t) => {
    const socket = await dialEcho(t, lab.url);
    const chatter = setInterval(() => socket.send("4and another thing"), 20);
    t.after(() => clearInterval(chatter));
    assert.deepEqual(await socket.ends({ after: "anything" }), { code: 1005 });
  });
});
