// What the chat guards beside the library's limits: its secrets, the moderators' key, how much a person does; and its log.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { SECRETS, startPlainChat } from "../support/chat.mjs";
import { WEBSOCKET, call, connected, manager, next } from "../support/clients.mjs";

async function startChat(t, vars = SECRETS, options = {}) {
  const chat = await startPlainChat({ vars, ...options });
  t.after(() => chat.stop());
  return chat;
}

/** A tab: its socket in `/`, and those in others, all of one connection. */
function tab(t, url, address = "192.0.2.1") {
  const made = manager(t, url, WEBSOCKET, { extraHeaders: { "cf-connecting-ip": address } });
  return {
    enter: (nsp, auth) => connected(made.socket(nsp, { auth })),
    async comeIn(auth) {
      const socket = made.socket("/", { auth });
      const welcome = next(socket, "welcome");
      await connected(socket);
      return Object.assign(socket, (await welcome)[0]);
    },
  };
}

const newcomer = (name) => ({ name, seed: `${name}-seed-0123456789` });
const WRONG = "the server's settings are wrong: its log says which (npx wrangler tail)";
const code = (promise) => promise.then(() => "let in", (error) => error.data?.code ?? error.message);

it("without a secret, or with one that is easy to guess, it serves nobody, and tells strangers no more than that", async (t) => {
  for (const vars of [{ MODERATOR_KEY: SECRETS.MODERATOR_KEY }, { ...SECRETS, CHAT_SECRET: "swordfish" }, { ...SECRETS, MODERATOR_KEY: "mods" }]) {
    const chat = await startChat(t, vars, { isReady: ({ status }) => status === 500 });
    for (const path of ["/socket.io/?EIO=4&transport=polling", "/socket.io/socket.io.js", "/moderators"]) {
      const answer = await fetch(chat.url + path);
      assert.equal(answer.status, 500, path);
      assert.equal(await answer.text(), WRONG);
    }
  }
});

it("with the secrets of a development machine it serves there, and nobody where it is deployed", async (t) => {
  const { url } = await startChat(t, { ...SECRETS, MODERATOR_KEY: "dev-0123456789abcdef" });
  const path = `${url}/socket.io/?EIO=4&transport=polling`;
  assert.equal((await fetch(path)).status, 200);
  const deployed = await fetch(path, { headers: { "cf-ray": "8f0c1d2e3a4b5c6d-FRA" } }); // as Cloudflare adds it to each
  assert.equal(deployed.status, 500);
  assert.equal(await deployed.text(), WRONG);
});

it("the moderators' key is guessed five times from an address, and then not even the right one opens", async (t) => {
  const { url } = await startChat(t);
  const { token } = await tab(t, url).comeIn(newcomer("Ann"));
  const knock = (key, address) => code(tab(t, url, address).enter("/moderators", { token, key }));
  for (let n = 0; n < 5; n += 1) assert.equal(await knock(`guess ${n}`), "wrong key");
  assert.equal(await knock("guess 5"), "slow down");
  assert.equal(await knock(SECRETS.MODERATOR_KEY), "slow down");
  assert.equal(await knock(SECRETS.MODERATOR_KEY, "192.0.2.2"), "let in", "who comes from elsewhere is not disturbed");
  assert.equal(await knock("", "192.0.2.2"), "wrong key");
});

it("a person says so much in all tabs together, and others are heard", async (t) => {
  const { url } = await startChat(t);
  const eve = await tab(t, url).comeIn(newcomer("Eve"));
  const bob = await tab(t, url, "192.0.2.2").comeIn(newcomer("Bob"));
  const answers = [];
  for (let tabs = 0; tabs < 6; tabs += 1) {
    const socket = await tab(t, url).comeIn({ token: eve.token });
    await call(socket, "join", { room: "tea" });
    const say = (n) => call(socket, "say", { room: "tea", id: `${tabs}-${n}`, text: "spam", files: [] });
    answers.push(...(await Promise.all(Array.from({ length: 8 }, (_, n) => say(n)))));
  }
  const refused = answers.filter(([answer]) => answer.error);
  assert.deepEqual([...new Set(refused.map(([answer]) => answer.error))], ["slow down"]);
  const said = answers.length - refused.length;
  assert.ok(said >= 30 && said < 48, `${said} of ${answers.length}`); // 30, and what time gave back
  await call(bob, "join", { room: "tea" });
  const [answer] = await call(bob, "say", { room: "tea", id: "1", text: "hello", files: [] });
  assert.equal(typeof answer.seq, "number");
});

it("a name in another form of Unicode is the same name, by the tables that JavaScript has", async (t) => {
  const { url } = await startChat(t);
  await tab(t, url).comeIn(newcomer("Zo\u00e9"));
  for (const name of ["Zoe\u0301", "ZO\u00c9", "\uff3ao\u00e9", "Zo\u00e9\u3164"]) {
    assert.equal(await code(tab(t, url).enter("/", { name, seed: "another-seed-0123456789" })), "name taken", name);
  }
});

it("the people of an address open so many public rooms, and come into those that are there", async (t) => {
  const { url } = await startChat(t);
  const rooms = [];
  for (let n = 0; n < 13; n += 1) {
    const socket = await tab(t, url).comeIn(newcomer(`Guest ${n}`));
    for (let room = 0; room < 5; room += 1) rooms.push((await call(socket, "join", { room: `room ${n} ${room}` }))[0].error);
  }
  const refused = rooms.filter((error) => error);
  assert.deepEqual([...new Set(refused)], ["slow down"]);
  assert.ok(rooms.indexOf("slow down") >= 60, `${rooms.indexOf("slow down")}`);
  const late = await tab(t, url).comeIn(newcomer("Late"));
  assert.equal((await call(late, "join", { room: "room 0 0" }))[0].error, undefined);
  const elsewhere = await tab(t, url, "192.0.2.2").comeIn(newcomer("Elsewhere"));
  assert.equal((await call(elsewhere, "join", { room: "another" }))[0].error, undefined);
});

it("so many people are new from an address, and those who are known come in all the same", async (t) => {
  const { url } = await startChat(t, { ...SECRETS, PARLOR_MESSAGES_PER_CONNECTION: "none" });
  const { token } = await tab(t, url).comeIn(newcomer("Ann"));
  const door = tab(t, url);
  let last = "let in";
  let came = 1;
  for (; last === "let in" && came < 400; came += 1) last = await code(door.enter("/", newcomer(`Guest ${came}`)).then((socket) => socket.disconnect()));
  assert.equal(last, "slow down");
  assert.ok(came > 300, `${came}`);
  assert.equal((await tab(t, url).comeIn({ token })).me.name, "Ann");
  assert.equal((await tab(t, url, "192.0.2.2").comeIn(newcomer("Bob"))).me.name, "Bob");
});

it("no secret, token, key or text is in its log", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlor-chat-log-"));
  const log = openSync(join(folder, "log"), "w");
  t.after(() => (closeSync(log), rmSync(folder, { recursive: true })));
  const { url } = await startChat(t, { ...SECRETS, PARLOR_LOG_LEVEL: "debug" }, { log });
  const ann = await tab(t, url).comeIn(newcomer("Ann"));
  const [card] = await call(ann, "open", { name: "Secret plans", topic: "", private: true, seed: "0123456789abcdef" });
  await call(ann, "join", { room: card.id });
  const TEXT = "what nobody else is to read";
  await call(ann, "say", { room: card.id, id: "1", text: TEXT, files: [] });
  // All that goes wrong is logged: payloads that fit nothing, with the text where it does not belong.
  for (const wrong of [TEXT, [TEXT], { room: TEXT }, { room: card.id, id: 1, text: [TEXT] }, { room: card.id, id: "2", text: TEXT, files: TEXT }]) {
    const [{ error }] = await call(ann, "say", wrong);
    assert.equal(error, "bad payload");
  }
  await call(ann, "react", { room: card.id, seq: 1, emoji: TEXT, on: TEXT });
  assert.equal(await code(tab(t, url).enter("/moderators", { token: ann.token, key: "a guess of the key" })), "wrong key");
  assert.equal(await code(tab(t, url).enter("/", { token: `${ann.token}x` })), "bad token");
  await code(tab(t, url).enter("/", { token: { text: TEXT } }));
  const { engine } = ann.io;
  const sid = engine.id;
  engine.transport.ws.send('42["say",{'); // no JSON: the connection is closed, and the log says which
  await next(ann, "disconnect");
  const text = readFileSync(join(folder, "log"), "utf8");
  assert.match(text, /bad payload/);
  assert.match(text, /"event":"violation","error":"invalid payload","id":"\w+","object":"gateway any-0"/);
  assert.match(text, /"event":"ordered",.*"object":"room \/#\S{10}…"/); // of a private room
  for (const secret of [...Object.values(SECRETS), ann.token, TEXT, "a guess of the key", card.id, sid]) {
    assert.ok(!text.includes(secret), `${secret} is in the log:\n${text}`);
  }
});
