// What an operator does from a terminal: going through a deployment, a room's history as lines of JSON, and all that a person has
// said taken out of it. Without a browser, but with the chat that browsers have.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { root } from "../../scripts/lib.mjs";
import { MODERATOR_KEY, startChat } from "../support/chat.mjs";
import { client, connected, next } from "../support/clients.mjs";

const TEA = "tea";
const TABS = 3; // each may say ten things in ten seconds, and a person thirty in all of theirs

let chat;
before(async () => (chat = await startChat()));
after(() => chat?.stop());

it("exports more than a page of a room, and erases what one person has said there", async (t) => {
  const ann = await person(t, "Ann");
  const bob = await person(t, "Bob");
  const eve = await person(t, "Eve");
  for (const name of ["Ann", "Eve"]) {
    for (let tab = 0; tab < TABS; tab += 1) await says(t, name, 9);
  }
  await says(t, "Bob", 1);

  const before = exported();
  assert.deepEqual(before.map(({ seq }) => seq), Array.from({ length: 2 * TABS * 9 + 1 }, (_, n) => n + 1));
  assert.ok(before.every(({ data }) => data.text !== ""));

  const { status, stderr } = npm("erase", chat.url, ann, TEA, "nowhere");
  assert.equal(status, 0, stderr);
  assert.match(stderr, new RegExp(`${TABS * 9} messages erased in tea, nowhere`));
  const after = exported();
  assert.equal(after.length, before.length, "each keeps its place");
  const kept = after.filter(({ data }) => data.text !== "").map(({ data }) => data.from.id);
  assert.deepEqual(kept, [...Array(TABS * 9).fill(eve), bob]);
  assert.ok(after.every(({ data }) => (data.from.id === ann) === (data.removed === "moderator")));
});

it("says what is wrong", () => {
  assert.match(npm("export", chat.url).stderr, /npm run export -- URL ROOM/);
  assert.match(npm("export", chat.url, TEA, { MODERATOR_KEY: "" }).stderr, /set MODERATOR_KEY/);
  assert.match(npm("export", "http://chat.example", TEA).stderr, /say https/);
  const refused = npm("export", chat.url, TEA, { MODERATOR_KEY: "another" });
  assert.match(refused.stderr, /the chat does not let us in: That is not the key/);
  assert.equal(refused.status, 1);
});

it("goes through a deployment, and fits Cloudflare's free plan", () => {
  const args = [join(root, "scripts/wrangler.mjs"), "deploy", "--dry-run", "--env", "staging"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  const [, share] = stderr.match(/the bundle has \d+ kB, gzipped \d+ kB: (\d+) % of the 3 MB of the free plan/);
  assert.ok(Number(share) <= 100);
  assert.match(stderr, /it starts in \d+ ms here/);
});

function npm(...args) {
  const env = typeof args.at(-1) === "object" ? args.pop() : { MODERATOR_KEY };
  const options = { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 1e9 };
  return spawnSync(process.execPath, [join(root, "scripts/moderate.mjs"), ...args], options);
}

function exported() {
  const { status, stdout, stderr } = npm("export", chat.url, TEA);
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** A tab of somebody: the same name and seed are the same person. */
async function enter(t, name) {
  const socket = client(t, chat.url, undefined, { auth: { name, seed: `the only seed of ${name}` } });
  const welcome = next(socket, "welcome");
  await connected(socket);
  const [{ me }] = await welcome;
  return { socket, me };
}

async function person(t, name) {
  const { socket, me } = await enter(t, name);
  socket.disconnect();
  return me.id;
}

async function says(t, name, count) {
  const { socket } = await enter(t, name);
  await socket.emitWithAck("join", { room: TEA });
  for (let n = 0; n < count; n += 1) {
    const { seq } = await socket.emitWithAck("say", { room: TEA, id: `${socket.id} ${n}`, text: `${n}`, files: [] });
    assert.ok(seq);
  }
  socket.disconnect();
}
