// docs/getting-started.md, followed to the letter in a folder of its own, and `npm run new`: what they make builds, serves, and
// people hear each other.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { it } from "node:test";
import { guideFiles } from "../../scripts/guide.mjs";
import { root, run } from "../../scripts/lib.mjs";
import { create } from "../../scripts/new.mjs";
import { variables } from "../lab/config.mjs";
import { startWorkerd } from "../lab/workerd.mjs";
import { clients, next } from "../support/clients.mjs";
import { LOG } from "../support/lab.mjs";

/** Quick to compile, and what it shares with the lab is compiled already. */
const PROFILE = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^\[profile\.lab\]\n(?:.+\n)+/m)[0];
const COMPILING = 600_000;

it("makes a chat in a folder outside of the repository", { timeout: COMPILING }, async (t) => {
  const folder = outside(t, "my-chat");
  copyFileSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  for (const [path, content] of Object.entries(guideFiles())) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content.replaceAll("../parlor", root));
  }
  await isHeard(t, folder, "chat message", "chat message");
});

it("a new project is made of the template, and is one that runs", { timeout: COMPILING }, async (t) => {
  const folder = outside(t, "my-app");
  create(folder);
  await isHeard(t, folder, "say", "said");
  assert.throws(() => create(folder), /is not empty/);
  assert.throws(() => create(join(folder, "My App")), /is named by/);
});

function outside(t, name) {
  const around = mkdtempSync(join(tmpdir(), "parlor-outside-"));
  t.after(() => rmSync(around, { recursive: true, force: true }));
  const folder = join(around, name);
  mkdirSync(folder);
  return folder;
}

/** Builds and serves the application in a folder; what one says, both hear. */
async function isHeard(t, folder, says, hears) {
  writeFileSync(join(folder, "Cargo.toml"), `\n${PROFILE}`, { flag: "a" });
  const script = join(root, "scripts/build.mjs");
  const options = { cwd: folder, stdio: LOG, env: { CARGO_TARGET_DIR: join(root, "target") } };
  assert.equal(await run(process.execPath, [script, "--profile", "lab"], options), 0, "it builds");

  const [build, assets] = [join(folder, "build/lab"), join(folder, "public")];
  const server = await startWorkerd({ build, assets, ready: "/index.html", vars: variables({ gateways: 2 }), log: LOG });
  t.after(() => server.stop());
  assert.equal((await fetch(`${server.url}/socket.io/socket.io.js`)).status, 200);
  const people = await clients(t, server.url, 2);
  const heard = people.map((socket) => next(socket, hears));
  people[0].emit(says, "hello");
  assert.deepEqual(await Promise.all(heard), [["hello"], ["hello"]]);
}
