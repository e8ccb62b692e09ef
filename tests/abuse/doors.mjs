// What a stranger may do at the door: come from elsewhere, come too often, stand in it, and try keys.
import assert from "node:assert/strict";
import { POLL, WS } from "./stranger.mjs";

const EVIL = ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1", "file://", "https://"];

export const DOORS = {
  async "a page from elsewhere"(stranger) {
    const origin = stranger.pick(EVIL);
    const answer = await stranger.ask(POLL, { headers: { origin } });
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [403, { code: 4, message: "Origin not allowed" }]);
    assert.equal((await stranger.dial({ origin }).ends()).status, 400);
  },

  async "a page from elsewhere that knows a session"(stranger) {
    const session = await stranger.session();
    const headers = { origin: stranger.pick(EVIL) };
    assert.equal((await stranger.ask(session.query, { headers })).status, 403);
    assert.equal((await stranger.ask(session.query, { method: "POST", body: '42["message",1]', headers })).status, 403);
    assert.equal((await stranger.dial({ sid: session.sid, headers }).ends()).status, 400);
  },

  async "one address, again and again"(stranger) {
    const headers = { "cf-connecting-ip": `192.0.2.${stranger.number(256)}` };
    const answers = await Promise.all(stranger.many(150, () => stranger.ask(POLL, { headers })));
    const statuses = new Set(answers.map((answer) => answer?.status));
    assert.deepEqual([...statuses].filter((status) => ![200, 429].includes(status)), []);
    assert.ok(statuses.has(429), "no limit");
  },

  async "many addresses"(stranger) {
    const address = () => `2001:db8:${stranger.number(65536).toString(16)}:${stranger.number(65536).toString(16)}::1`;
    await Promise.all(stranger.many(50, () => stranger.ask(POLL, { headers: { "cf-connecting-ip": address() } })));
  },

  async "sessions that nothing comes of"(stranger) {
    await Promise.all(stranger.many(20, () => stranger.session({ main: false })));
    const sockets = stranger.many(20, () => stranger.dial());
    await Promise.all(sockets.map((socket) => socket.next()));
    return { stays: stranger.number(2) === 0 };
  },

  async "the id of another's socket for that of a session"(stranger) {
    const other = await stranger.member();
    for (const how of [{}, { method: "POST", body: '42["message",1]' }]) {
      assert.equal((await stranger.ask(`${POLL}&sid=${other.id}`, how)).status, 400);
    }
    assert.equal((await stranger.dial({ sid: other.id }).ends()).status, 400);
    assert.equal((await stranger.ask(`${WS}&sid=${other.id}`)).status, 400);
  },

  async "guesses by the hundred"(stranger) {
    const guess = () => `${stranger.bytes(15).toString("base64url")}.any-${stranger.number(3)}`;
    const answers = await Promise.all(stranger.many(100, () => stranger.ask(`${POLL}&sid=${guess()}`)));
    for (const answer of answers) assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 1]);
  },

  async "namespaces that mean something elsewhere"(stranger) {
    const socket = stranger.dial();
    await socket.next();
    const names = ["//", "/#", "/..", "/__proto__", "/org-", "/org-1/2", "/org-\n1", "/org-٣", "/org-+1", `/org-${"9".repeat(5000)}`, "/\0", "/🫖"];
    socket.send(...names.map((name) => `40${name},`));
    for (const _ of names) assert.match(await socket.next(), /^44[^]*Invalid namespace/);
  },

  async "secrets for what is served over HTTP"(stranger) {
    for (const authorization of ["Bearer ", "Bearer la", "Bearer labb", "lab", `Bearer ${"x".repeat(5000)}`, "Basic bGFiOmxhYg=="]) {
      for (const path of ["/emit", "/queue"]) {
        const answer = await stranger.ask(undefined, { path, method: "POST", body: "{}", headers: { authorization } });
        assert.equal(answer.status, 401);
      }
    }
  },
};
