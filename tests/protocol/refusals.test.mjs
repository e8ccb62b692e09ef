// All the ways in which a request is turned away: status, type and body, by HTTP and on the way to a WebSocket.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { differs, own, startTarget } from "../support/target.mjs";
import { dial, pick, poll, request } from "../support/wire.mjs";
import { REFUSALS, isGone, refused } from "../support/words.mjs";

/** Not of any session: well formed on a Gateway that exists, on made-up ones, not formed at all. */
const STRANGE_SIDS = [
  "AAAAAAAAAAAAAAAAAAAA.any-0",
  "AAAAAAAAAAAAAAAAAAAA.any-1",
  "AAAAAAAAAAAAAAAAAAAA.any-00",
  "AAAAAAAAAAAAAAAAAAAA.atlantis-0",
  "AAAAAAAAAAAAAAAAAAAA.",
  "AAAAAAAAAAAAAAAAAAAA",
  "x",
  "a.b",
  "__proto__",
  "%00",
  "%F0%9F%98%80",
  "..%2F..%2Fhealthz",
  "A".repeat(4000),
];

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

describe("5.1 a request is refused", () => {
  const post = { method: "POST", body: "40" };
  const cases = [
    ["without a transport", "EIO=4", 0],
    ["with an unknown transport", "EIO=4&transport=abc", 0],
    ["with an empty transport", "EIO=4&transport=", 0],
    ["with transport=webtransport", "EIO=4&transport=webtransport", 0],
    ["with an empty query", "", 0],
    ["without a query", undefined, 0],
    ["with a transport spelt otherwise", "EIO=4&transport=Polling", 0],
    ["with a POST without a transport", "EIO=4", 0, post],
    ["with a sid and an unknown transport", "EIO=4&transport=abc&sid=x", 0],
    ["with transport=websocket, no upgrade and an unknown sid", "EIO=4&transport=websocket&sid=x", 1],
    ["with a PUT and an unknown sid", "EIO=4&transport=polling&sid=x", 1, { method: "PUT" }],
    ["with an unknown sid and a wrong EIO", "EIO=3&transport=polling&sid=x", 1],
    ["with a POST for a handshake", "EIO=4&transport=polling", 2, post],
    ["with a POST for a handshake, the sid empty", "EIO=4&transport=polling&sid=", 2, post],
    ["with a PUT for a handshake", "EIO=4&transport=polling", 2, { method: "PUT" }],
    ["with a DELETE for a handshake", "EIO=4&transport=polling", 2, { method: "DELETE" }],
    ["with OPTIONS, where there is no CORS", "EIO=4&transport=polling", 2, { method: "OPTIONS" }],
    ["with a POST for a handshake and a wrong EIO", "EIO=3&transport=polling", 2, post],
    ["with a POST for a WebSocket", "EIO=4&transport=websocket", 2, post],
    ["with a POST that the application would deny", "EIO=4&transport=polling&deny=no", 2, post],
    ["with transport=websocket and no upgrade", "EIO=4&transport=websocket", 3],
    ["with transport=websocket, no upgrade and a wrong EIO", "EIO=3&transport=websocket", 3],
    ["with transport=websocket and no upgrade, whatever the application says", "EIO=4&transport=websocket&deny=", 3],
    ["without EIO", "transport=polling", 5],
    ["with EIO=3", "EIO=3&transport=polling", 5],
    ["with EIO=5", "EIO=5&transport=polling", 5],
    ["with EIO=abc", "EIO=abc&transport=polling", 5],
    ["with EIO=44", "EIO=44&transport=polling", 5],
    ["with an empty EIO", "EIO=&transport=polling", 5],
  ];
  for (const [when, query, code, options] of cases) {
    it(`${when}: ${code}`, async () => refused(await request(lab.url, query, options), code));
  }

  it("with a HEAD for a handshake, which has no body", async () => {
    const answer = await request(lab.url, "EIO=4&transport=polling", { method: "HEAD" });
    assert.deepEqual(pick(answer), { status: 400, body: "" });
    assert.equal(answer.type, "application/json");
  });

  for (const sid of STRANGE_SIDS) {
    it(`with the sid ${sid.slice(0, 40)} that no session has`, async (t) => {
      const query = `EIO=4&transport=polling&sid=${sid}`;
      refused(await request(lab.url, query), 1);
      refused(await request(lab.url, query, { method: "POST", body: "40" }), 1);
      const end = await dial(t, lab.url, { sid }).ends();
      assert.deepEqual(end, { status: 400, type: "text/html", body: REFUSALS[1] });
    });
  }

  it("with a session's sid and another Gateway's name", async () => {
    const { sid } = await poll(lab.url);
    refused(await request(lab.url, `EIO=4&transport=polling&sid=${sid.split(".")[0]}.weur-0`), 1);
  });

  it("with transport=websocket and no upgrade, and the session lives on", async () => {
    const session = await poll(lab.url);
    refused(await request(lab.url, `EIO=4&transport=websocket&sid=${session.sid}`), 3);
    assert.equal((await session.post("40")).body, "ok");
  });

  for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
    it(`with ${method} by an empty 500, and the session lives on`, async () => {
      const session = await poll(lab.url);
      assert.deepEqual(pick(await request(lab.url, session.query, { method })), { status: 500, body: "" });
      assert.equal((await session.post("40")).body, "ok");
    });
  }

  for (const EIO of ["3", "5", ""]) {
    it(`with a session's sid and EIO=${EIO}, and the session lives on`, async (t) => {
      const session = await poll(lab.url, "/engine.io/");
      const query = session.query.replace("EIO=4", `EIO=${EIO}`);
      refused(await request(lab.url, query, { path: "/engine.io/", method: "POST", body: "4a" }), 3);
      refused(await request(lab.url, query, { path: "/engine.io/" }), 3);
      const upgrade = { query: `EIO=${EIO}&transport=websocket`, sid: session.sid, path: "/engine.io/" };
      assert.deepEqual(await dial(t, lab.url, upgrade).ends(), { status: 400, type: "text/html", body: REFUSALS[3] });
      await session.post("4alive");
      assert.equal((await session.get()).body, "4alive");
    });
  }
});

describe("5.1 a WebSocket is refused with status 400 and the message as text", () => {
  const LATE = "on Node the refusal follows the 101, and to the client is an invalid frame";
  const text = (code) => ({ status: 400, type: "text/html", body: REFUSALS[code] });
  const late = (code) => differs(LATE, { node: { code: 1006 }, parlor: text(code) });
  const cases = [
    ["without a transport", "EIO=4", text(0)],
    ["with an unknown transport", "EIO=4&transport=abc", text(0)],
    ["with an unknown sid and no EIO", "transport=websocket&sid=x", text(1)],
    ["without EIO", "transport=websocket", late(5)],
    ["with EIO=3", "EIO=3&transport=websocket", late(5)],
    ["with EIO=abc", "EIO=abc&transport=websocket", late(5)],
    [
      "with transport=polling",
      "EIO=4&transport=polling",
      differs("a clear answer; Node opens it and closes it at once", { node: { code: 1005 }, parlor: text(3) }),
    ],
  ];
  for (const [when, query, due] of cases) {
    it(`${when}`, async (t) => assert.deepEqual(await dial(t, lab.url, { query }).ends(), own(t, due)));
  }

  it("with a polling session's sid and transport=polling, and the session lives on", async (t) => {
    const session = await poll(lab.url, "/engine.io/");
    const end = await dial(t, lab.url, { query: session.query, path: "/engine.io/" }).ends();
    assert.deepEqual(end, own(t, cases.at(-1)[2]));
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });
});

describe("3.2 allowRequest", () => {
  for (const [words, message] of [["not%20today", "not today"], ["", "Forbidden"]]) {
    it(`denies a handshake by polling with 403 and "${message}"`, async () => {
      const answer = await request(lab.url, `EIO=4&transport=polling&deny=${words}`);
      refused(answer, 4, { status: 403, message });
    });

    it(`denies a WebSocket with 400 and "${message}"`, async (t) => {
      const end = await dial(t, lab.url, { query: `EIO=4&transport=websocket&deny=${words}` }).ends();
      assert.deepEqual(end, { status: 400, type: "text/html", body: message });
    });
  }

  it("is asked before EIO is looked at", async (t) => {
    refused(await request(lab.url, "EIO=3&transport=polling&deny="), 4, { status: 403 });
    const end = await dial(t, lab.url, { query: "EIO=3&transport=websocket&deny=" }).ends();
    assert.deepEqual(end, { status: 400, type: "text/html", body: "Forbidden" });
  });

  it("is for handshakes: a session's later requests are not asked for", async () => {
    const session = await poll(lab.url, "/engine.io/");
    const query = `${session.query}&deny=no`;
    assert.equal((await request(lab.url, query, { path: "/engine.io/", method: "POST", body: "4a" })).body, "ok");
    assert.equal((await request(lab.url, query, { path: "/engine.io/" })).body, "4a");
  });
});

describe("3.3 transports", () => {
  for (const [only, other] of [["polling", "websocket"], ["websocket", "polling"]]) {
    it(`[${only}]: ${other} is unknown`, async (t) => {
      const lab = await startTarget({ transports: [only] });
      t.after(() => lab.stop());
      refused(await request(lab.url, `EIO=4&transport=${other}`), 0);
      const socket = dial(t, lab.url);
      if (only === "polling") {
        const gone = differs("as every refused upgrade; without WebSockets Node takes it for any request", {
          node: { status: 400, type: "application/json", body: JSON.stringify({ code: 0, message: REFUSALS[0] }) },
          parlor: { status: 400, type: "text/html", body: REFUSALS[0] },
        });
        assert.deepEqual(await socket.ends(), own(t, gone));
        const session = await poll(lab.url);
        assert.equal((await session.post("1")).body, "ok");
        await isGone(session);
      } else {
        assert.equal((await socket.next()).slice(0, 8), '0{"sid":');
      }
    });
  }

  it("allowUpgrades: false tells of none, and what becomes of a client that tries", async (t) => {
    const lab = await startTarget({ allowUpgrades: false });
    t.after(() => lab.stop());
    const session = await poll(lab.url, "/engine.io/");
    assert.deepEqual(session.open.upgrades, []);
    const socket = dial(t, lab.url, { sid: session.sid, path: "/engine.io/" });
    await socket.opened();
    socket.send("2probe");
    const due = differs("what is not allowed is refused; Node only does not tell of it", {
      node: "3probe",
      parlor: { code: 1005 },
    });
    assert.deepEqual(await socket.next().catch(() => socket.end), own(t, due));
    await session.post("4alive");
    assert.equal((await session.get()).body, "4alive");
  });
});
