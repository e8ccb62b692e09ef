// Which pages from elsewhere may talk to the server: the headers, row by row.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTarget } from "../support/target.mjs";
import { dial, poll, request } from "../support/wire.mjs";
import { refused } from "../support/words.mjs";

const HERE = "https://here.example";
const THERE = "https://there.example";
const ELSEWHERE = "https://elsewhere.example";
const OPEN = "EIO=4&transport=polling";
const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

/** What there is of CORS in an answer, `allow-origin` for `access-control-allow-origin`. */
function cors(headers) {
  const ours = Object.entries(headers).filter(([name]) => name.startsWith("access-control-") || name === "vary");
  return Object.fromEntries(ours.map(([name, value]) => [name.replace("access-control-", ""), value]));
}

const SETTINGS = [
  { title: "no CORS", due: () => ({}) },
  { title: "origin *", cors: { origin: "*" }, due: () => ({ "allow-origin": "*" }) },
  {
    title: "one origin, whoever asks",
    cors: { origin: HERE },
    due: () => ({ "allow-origin": HERE, vary: "Origin" }),
  },
  {
    title: "one origin, with credentials",
    cors: { origin: HERE, credentials: true },
    due: () => ({ "allow-origin": HERE, vary: "Origin", "allow-credentials": "true" }),
  },
  {
    title: "a list of origins, of which the one that asks is told",
    cors: { origin: [HERE, THERE] },
    due: (from) => ({ ...([HERE, THERE].includes(from) && { "allow-origin": from }), vary: "Origin" }),
  },
  {
    title: "a list of origins, with credentials",
    cors: { origin: [HERE, THERE], credentials: true },
    due: (from) => ({
      ...([HERE, THERE].includes(from) && { "allow-origin": from }),
      vary: "Origin",
      "allow-credentials": "true",
    }),
  },
];

for (const setting of SETTINGS) {
  describe(`3.3 cors: ${setting.title}`, () => {
    let lab;
    before(async () => (lab = await startTarget({ cors: setting.cors })));
    after(() => lab.stop());

    for (const from of [undefined, HERE, THERE, ELSEWHERE, "null"]) {
      const headers = from ? { origin: from } : {};
      const due = setting.due(from);

      it(`answers of a session tell ${from ?? "who names no origin"}`, async () => {
        const session = await poll(lab.url, "/engine.io/", { headers });
        assert.deepEqual(cors(session.opened.headers), due);
        const posted = await session.post("4a", { headers: { ...headers, "content-type": "text/plain" } });
        assert.deepEqual([posted.body, cors(posted.headers)], ["ok", due]);
        const got = await session.get({ headers });
        assert.deepEqual([got.body, cors(got.headers)], ["4a", due]);
      });

      it(`a refusal tells ${from ?? "who names no origin"}`, async () => {
        const answer = await request(lab.url, "EIO=4&transport=abc", { headers });
        refused(answer, 0);
        assert.deepEqual(cors(answer.headers), due);
        const denied = await request(lab.url, `${OPEN}&deny=`, { headers });
        refused(denied, 4, { status: 403 });
        assert.deepEqual(cors(denied.headers), due);
        const gone = await request(lab.url, `${OPEN}&sid=AAAAAAAAAAAAAAAAAAAA.any-0`, { headers });
        refused(gone, 1);
        assert.deepEqual(cors(gone.headers), due);
      });

      it(`the client's bundle tells ${from ?? "who names no origin"}`, async () => {
        const answer = await request(lab.url, undefined, { path: "/socket.io/socket.io.min.js", headers });
        assert.equal(answer.status, 200);
        assert.deepEqual(cors(answer.headers), due);
      });
    }

    if (!setting.cors) return;

    for (const from of [HERE, ELSEWHERE]) {
      it(`a preflight is answered ${from}`, async () => {
        const headers = { origin: from, "access-control-request-method": "POST" };
        const answer = await request(lab.url, OPEN, { method: "OPTIONS", headers });
        const { status, body } = answer;
        assert.deepEqual({ status, body }, { status: 204, body: "" });
        const due = preflight(setting.due(from));
        assert.deepEqual(cors(answer.headers), due);
      });

      it(`a preflight with headers is answered ${from}: those are allowed`, async () => {
        const headers = {
          origin: from,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,x-my-own",
        };
        const answer = await request(lab.url, OPEN, { method: "OPTIONS", headers });
        assert.equal(answer.status, 204);
        const due = preflight(setting.due(from));
        assert.deepEqual(cors(answer.headers), { ...due, "allow-headers": "authorization,x-my-own" });
      });
    }

    it("OPTIONS is answered 204 whatever the query, with a session and without", async () => {
      const session = await poll(lab.url);
      for (const query of ["", "EIO=3&transport=abc", `${OPEN}&sid=x`, session.query]) {
        const answer = await request(lab.url, query, { method: "OPTIONS" });
        assert.equal(answer.status, 204, query);
        assert.deepEqual(cors(answer.headers), preflight(setting.due()));
      }
      assert.equal((await session.post("40")).body, "ok");
    });

    it("other paths have none", async () => {
      const answer = await request(lab.url, undefined, { path: "/healthz", headers: { origin: HERE } });
      assert.deepEqual([answer.status, cors(answer.headers)], [200, {}]);
    });

    it("the 101 of a WebSocket has them too, and no origin is refused", async (t) => {
      for (const from of [HERE, ELSEWHERE]) {
        const socket = dial(t, lab.url, { headers: { origin: from } });
        assert.equal((await socket.next()).slice(0, 8), '0{"sid":');
        assert.deepEqual(cors(await socket.headers), setting.due(from));
      }
    });

    it("errors of a session have them: 400, 413 and 500", async () => {
      const session = await poll(lab.url, "/engine.io/");
      const headers = { origin: HERE };
      const large = await session.post("4".padEnd(1_000_001, "x"), { headers });
      assert.deepEqual([large.status, cors(large.headers)], [413, setting.due(HERE)]);
      const put = await request(lab.url, session.query, { path: "/engine.io/", method: "PUT", headers });
      assert.deepEqual([put.status, cors(put.headers)], [500, setting.due(HERE)]);
      const octets = { ...headers, "content-type": "application/octet-stream" };
      const bad = await session.post("4a", { headers: octets });
      assert.deepEqual([bad.status, cors(bad.headers)], [400, setting.due(HERE)]);
    });
  });
}

/** What is told beyond that to who asks beforehand. Nothing of how long it holds (`max-age`). */
function preflight(due) {
  const vary = [due.vary, "Access-Control-Request-Headers"].filter(Boolean).join(", ");
  return { ...due, vary, "allow-methods": METHODS };
}
