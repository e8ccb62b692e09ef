// Each limit and each refusal, crossed; and that others are not disturbed meanwhile. docs/limits.md has all of them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { WEBSOCKET, call, client, clients, connected, eventually, heard, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { TELL, call as callRaw, dial, dialMain, pick, poll, pollMain, request, watch } from "../support/wire.mjs";

const POLL = "EIO=4&transport=polling";
const TOO_MANY = { code: 4, message: "Too many requests" };
const from = (address) => ({ headers: { "cf-connecting-ip": address } });

let chats = 0;

/** Two who chat in a room of their own: `await chat.goesOn()` when something was done beside them. */
async function chatting(t, url) {
  const room = `chat ${(chats += 1)}`;
  const [a, b] = await clients(t, url, 2);
  const lost = [];
  for (const socket of [a, b]) {
    socket.on("disconnect", (reason) => lost.push(reason));
    await call(socket, "join", room);
  }
  const list = heard(b);
  let sent = 0;
  return {
    async goesOn() {
      a.emit("msg", room, (sent += 1));
      await list.reaches(sent);
      assert.deepEqual([...list], Array.from({ length: sent }, (_, n) => n + 1));
      assert.deepEqual(lost, []);
    },
  };
}

async function lab(t, options) {
  const started = await startLab(options);
  t.after(() => started.stop());
  return started;
}

describe("an address", () => {
  it("has so many connections at once: one more is refused with 429, by either transport", async (t) => {
    const { url } = await lab(t, { connectionsPerAddress: 3 });
    const chat = await chatting(t, url);
    const one = from("192.0.2.1");
    const sockets = [dial(t, url, one), dial(t, url, one)];
    for (const socket of sockets) await socket.next();
    await poll(url, "/socket.io/", one);
    const refused = await request(url, POLL, one);
    assert.deepEqual([refused.status, JSON.parse(refused.body), refused.headers["retry-after"]], [429, TOO_MANY, "10"]);
    assert.deepEqual(await dial(t, url, one).ends(), { status: 429, type: "text/html", body: "Too many requests" });
    assert.equal((await request(url, POLL, from("192.0.2.2"))).status, 200);
    await chat.goesOn();
    sockets[0].ws.terminate();
    await eventually("there is room again", async () => (await request(url, POLL, one)).status === 200);
  });

  it("opens so many in a while; all of a customer's IPv6 are one", async (t) => {
    const { url } = await lab(t, { handshakesPerAddress: "5/3600" });
    const chat = await chatting(t, url);
    for (let n = 0; n < 5; n += 1) (await dial(t, url, from(`2001:db8:1:2::${n}`))).ws.on("open", function () { this.terminate(); });
    await eventually("it is too often", async () => (await request(url, POLL, from("2001:db8:1:2:9::"))).status === 429);
    const { headers } = await request(url, POLL, from("2001:db8:1:2:9::"));
    assert.ok(Number(headers["retry-after"]) > 600, `${headers["retry-after"]} s`);
    assert.equal((await request(url, POLL, from("2001:db8:1:3::"))).status, 200);
    await chat.goesOn();
  });

  it("sends so many messages: the connection that sends one more is closed", async (t) => {
    const { url } = await lab(t, { messagesPerAddress: "50/3600" });
    const chat = await chatting(t, url);
    const sockets = [dial(t, url, from("192.0.2.1")), dial(t, url, from("192.0.2.1"))];
    for (const socket of sockets) {
      await socket.next();
      socket.send("40");
      for (let n = 0; n < 40; n += 1) socket.send('42["nothing"]');
    }
    await Promise.race(sockets.map((socket) => socket.ends({ after: "anything" })));
    await chat.goesOn();
  });

  it("makes so many requests, where the platform counts them: the objects hear nothing of more", async (t) => {
    const ratelimits = { REQUESTS: { namespace_id: "1", simple: { limit: 8, period: 60 } } };
    const limited = await startMiniflare({ ratelimits });
    t.after(() => limited.stop());
    const { url } = limited;
    // It counts by the minutes of the clock, and one may begin at any moment: then it lets as many through once more.
    const refusal = async (query, allowed) => {
      let answer;
      let passed = -1;
      await eventually("it is too many", async () => {
        passed += 1;
        answer = await request(url, query, from("192.0.2.1"));
        return answer.status !== allowed;
      });
      return { passed, status: answer.status, body: JSON.parse(answer.body) };
    };
    const { passed, ...refused } = await refusal(POLL, 200);
    assert.deepEqual(refused, { status: 429, body: TOO_MANY });
    assert.ok(passed >= 8, `${passed} passed`);
    const session = `${POLL}&sid=AAAAAAAAAAAAAAAAAAAA.any-0`;
    assert.deepEqual(pick(await refusal(session, 400)), refused);
    assert.equal((await request(url, session, from("192.0.2.2"))).status, 400);
    assert.equal((await request(url, POLL, from("192.0.2.2"))).status, 200);
  });
});

describe("a connection", () => {
  let server;
  before(async () => {
    server = await startLab({ messagesPerConnection: "100/3600", namespacesPerConnection: 3, roomsPerSocket: 5 });
  });
  after(() => server.stop());

  it("sends so many messages, by WebSocket or by polling: with one more it is closed", async (t) => {
    const chat = await chatting(t, server.url);
    const socket = await dialMain(t, server.url);
    for (let n = 0; n < 150; n += 1) socket.send(`42${n}["echo",${n}]`);
    await socket.ends({ after: "anything" });
    const session = await pollMain(server.url);
    await session.post(Array(150).fill('42["nothing"]').join("\x1e"));
    await eventually("the session is gone", async () => (await session.get()).status === 400);
    await chat.goesOn();
  });

  it("is in so many namespaces", async (t) => {
    const chat = await chatting(t, server.url);
    const socket = await dialMain(t, server.url);
    for (const n of [1, 2]) {
      socket.send(`40/org-${n},`);
      for (let frame = ""; !frame.startsWith(`40/org-${n},`); ) frame = await socket.next();
    }
    socket.send("40/org-3,");
    for (let frame = ""; ; ) {
      frame = await socket.next();
      if (!frame.startsWith("44")) continue;
      assert.equal(frame, '44/org-3,{"message":"Too many namespaces"}');
      break;
    }
    await chat.goesOn();
  });

  it("has sockets that are in so many rooms", async (t) => {
    const chat = await chatting(t, server.url);
    const [socket] = await clients(t, server.url, 1);
    for (let n = 0; n < 4; n += 1) assert.deepEqual(await call(socket, "join", `room ${n}`), []);
    assert.equal((await call(socket, "join", "room 4"))[0].error, "too many rooms");
    await chat.goesOn();
  });

  it("has rooms whose names become the names of objects: of 512 bytes, in one line", async (t) => {
    const [socket] = await clients(t, server.url, 1);
    for (const name of ["x".repeat(513), "é".repeat(257), "a\nb", "\0", "\x7f", "\x85"]) {
      assert.equal((await call(socket, "join", name))[0].error, "bad room name", JSON.stringify(name));
    }
    const raw = await dialMain(t, server.url);
    for (const name of [`/org-${"1".repeat(300)}`, "/org-1\n", "/org-\x00", "/org-1\x85"]) {
      raw.send(`40${name},`);
      for (let frame = ""; !frame.startsWith("44"); ) {
        frame = await raw.next();
        assert.doesNotMatch(frame, /^40/);
      }
    }
  });

  it("sends no body and no frame of more than a megabyte", async (t) => {
    const chat = await chatting(t, server.url);
    const session = await pollMain(server.url);
    const status = await session.post("4".repeat(1_000_001)).then((answer) => answer.status, () => 413);
    assert.equal(status, 413);
    const socket = await dialMain(t, server.url);
    socket.send("4".repeat(1_000_001));
    assert.deepEqual(await socket.ends({ after: "anything" }), { code: 1009 });
    await chat.goesOn();
  });
});

describe("a connection that does not go on", { concurrency: true }, () => {
  let server;
  before(async () => {
    // Those who do go on are in a namespace sooner, on a busy machine too.
    server = await startLab({ connectTimeout: 4000, upgradeTimeout: 1000, pingInterval: 1000, pingTimeout: 5000 });
  });
  after(() => server.stop());

  it("is closed if it never enters a namespace", async (t) => {
    const chat = await chatting(t, server.url);
    const socket = dial(t, server.url);
    socket.ws.on("message", (data) => String(data) === "2" && socket.send("3")); // it lives, and asks for nothing
    await socket.ends({ after: "anything" });
    const session = await poll(server.url);
    await eventually("the session is gone", async () => (await session.get()).status === 400);
    await chat.goesOn();
  });

  it("is closed if it never polls", async (t) => {
    const chat = await chatting(t, server.url);
    const watcher = await watch(t, server.url);
    const session = await pollMain(server.url);
    await session.post(`42${JSON.stringify(TELL)}`);
    assert.equal(await watcher.reason(session.id), "ping timeout");
    assert.equal((await session.get()).status, 400);
    await chat.goesOn();
  });

  it("loses an upgrade that it never finishes, and lives on", async (t) => {
    const session = await pollMain(server.url);
    const polling = (async () => {
      for (;;) {
        const { status, body } = await session.get();
        if (status !== 200) return;
        if (body.includes("2")) await session.post("3");
      }
    })();
    t.after(() => session.post("1").then(() => polling));
    const socket = dial(t, server.url, { sid: session.sid });
    await socket.opened();
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    await socket.ends();
    assert.equal((await session.post('42["nothing"]')).status, 200);
  });
});

describe("the id of a session", () => {
  let server;
  before(async () => (server = await startLab()));
  after(() => server.stop());

  it("is 120 random bits, and no other id of its connection", async (t) => {
    const sids = new Set();
    const letters = Array.from({ length: 20 }, () => new Set());
    for (let n = 0; n < 100; n += 1) {
      const { sid } = await poll(server.url);
      assert.match(sid, /^[\w-]{20}\.any-0$/);
      sids.add(sid);
      [...sid.slice(0, 20)].forEach((letter, at) => letters[at].add(letter));
    }
    assert.equal(sids.size, 100);
    for (const seen of letters) assert.ok(seen.size > 20, `one of its characters is one of ${[...seen].join("")}`);
    const session = await pollMain(server.url);
    assert.notEqual(session.id, session.sid);
    const other = client(t, server.url, WEBSOCKET, { nsp: "/custom" });
    await connected(other);
    assert.notEqual(other.id, other.io.engine.id);
  });

  it("is what opens it: no id of a socket does, which others know, from whichever namespace", async (t) => {
    const session = await pollMain(server.url);
    const custom = client(t, server.url, WEBSOCKET, { nsp: "/custom" });
    await connected(custom);
    for (const id of [session.id, custom.id, session.sid.replace(/^.{20}/, "A".repeat(20)), session.sid.replace("any-0", "weur-0")]) {
      const query = `${POLL}&sid=${id}`;
      for (const how of [{}, { method: "POST", body: '42["join","chat"]' }]) {
        const answer = await request(server.url, query, how);
        assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 1], id);
      }
      assert.equal((await dial(t, server.url, { sid: id }).ends()).status, 400);
    }
    assert.deepEqual((await session.post('420["rooms"]')).status, 200, "it is untouched");
  });

  it("lets a connection act in the namespaces that it has entered, and in no other", async (t) => {
    const socket = await dialMain(t, server.url);
    socket.send('42/members,["anything"]');
    await socket.ends({ after: "anything" }); // which none but a hostile client sends
    const guest = await dialMain(t, server.url);
    guest.send('40/members,{"token":"a guess"}');
    assert.match(await guest.next(), /^44\/members,.*unauthorized/);
    assert.deepEqual(await callRaw(guest, "echo", 1), [1]);
  });
});

it("every answer says to browsers what it is not", async (t) => {
  const { url } = await lab(t, { connectionsPerAddress: 1, cors: { origin: "https://friend.example" } });
  const opened = await poll(url, "/socket.io/", from("192.0.2.1"));
  await opened.post("40");
  const answers = {
    "a handshake": opened.opened,
    "a poll": await opened.get(),
    "a post": await opened.post('42["nothing"]'),
    "a wrong transport": await request(url, "EIO=4&transport=smoke"),
    "an unknown session": await request(url, `${POLL}&sid=AAAAAAAAAAAAAAAAAAAA.any-0`),
    "an unknown Gateway": await request(url, `${POLL}&sid=AAAAAAAAAAAAAAAAAAAA.any-9`),
    "another origin": await request(url, POLL, { headers: { origin: "https://evil.example" } }),
    "a denied handshake": await request(url, `${POLL}&deny=no`),
    "too many": await request(url, POLL, from("192.0.2.1")),
    "too much": await opened.post("4".repeat(1_000_001)).catch(() => undefined),
    "a method that is none": await request(url, opened.query, { method: "PUT" }),
    "a preflight": await request(url, POLL, { method: "OPTIONS" }),
    "the client": await request(url, undefined, { path: "/socket.io/socket.io.min.js" }),
    "what is not there": await request(url, undefined, { path: "/socket.io" }),
    "metrics without a token": await request(url, undefined, { path: "/metrics" }),
    "emitting without a secret": await request(url, undefined, { path: "/emit", method: "POST" }),
    "emitting nothing": await request(url, undefined, { path: "/emit", method: "POST", body: "x", headers: { authorization: "Bearer lab" } }),
    "a queue without a name": await request(url, undefined, { path: "/queue", method: "POST", body: "x", headers: { authorization: "Bearer lab" } }),
  };
  const broken = await lab(t, { parser: "xml" }).catch(() => undefined);
  assert.equal(broken?.url !== undefined, true);
  answers["a wrong setting"] = await request(broken.url, POLL);
  assert.equal(answers["a wrong setting"].status, 500);
  for (const [what, answer] of Object.entries(answers)) {
    if (answer === undefined) continue; // cut off before it was read
    const { headers, status } = answer;
    assert.equal(headers["x-content-type-options"], "nosniff", `${what}: ${status}`);
    assert.match(headers["content-security-policy"] ?? "", /frame-ancestors 'none'/, `${what}: ${status}`);
    assert.match(headers["strict-transport-security"] ?? "", /max-age=\d{8}/, `${what}: ${status}`);
  }
  const refused = dial(t, url, { origin: "https://evil.example" });
  const response = await within(new Promise((done) => refused.ws.once("unexpected-response", (_, answer) => done(answer))), "a refusal");
  assert.equal(response.headers["x-content-type-options"], "nosniff");
});
