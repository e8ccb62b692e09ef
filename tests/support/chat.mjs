// The chat as `npm start` serves it, page included: `const chat = await startChat()`, then `await chat.stop()`; and by itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { root } from "../../scripts/lib.mjs";
import { startWorkerd } from "../lab/workerd.mjs";
import { LOG } from "./lab.mjs"; // which also has a test that is stopped half-way clean up

const START_WITHIN = 60_000;

/** What opens `/moderators` in tests. */
export const MODERATOR_KEY = "only for these tests";

/**
 * `vars` are worker variables, such as `{ PARLOR_PING_INTERVAL: 300 }`. Each chat begins with empty storage; `restart` is what a
 * deploy does: everything goes and comes again on what is stored.
 */
export async function startChat({ vars = {} } = {}) {
  await build("chat"); // here, where it may take its time
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const storage = mkdtempSync(join(tmpdir(), "parlor-chat-"));
  const args = ["dev", "--ip", "127.0.0.1", "--port", port, "--persist-to", storage];
  for (const [name, value] of Object.entries({ MODERATOR_KEY, ...vars })) args.push("--var", `${name}:${value}`);

  let log = "";
  let child;
  let closed;
  const cleanUp = () => child.kill("SIGTERM");
  process.on("exit", cleanUp);
  const start = async (attempts = 3) => {
    const from = log.length;
    child = spawn(process.execPath, [join(root, "scripts/wrangler.mjs"), ...args.map(String)], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
    closed = once(child, "close");
    for (const end = Date.now() + START_WITHIN; Date.now() < end && child.exitCode === null; ) {
      if (await answers(url)) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    // wrangler looks for free ports some time before it takes them: another one that starts may have been quicker.
    if (child.exitCode !== null && attempts > 1 && /address already in use/i.test(log.slice(from))) return start(attempts - 1);
    await stop();
    throw new Error(`the chat did not start:\n${log}`);
  };
  const end = async () => {
    child.kill("SIGTERM");
    await closed;
  };
  const stop = async () => {
    await end();
    process.off("exit", cleanUp);
    rmSync(storage, { recursive: true, force: true });
  };
  await start();
  return { url, stop, restart: () => end().then(() => start()), log: () => log };
}

/** What a chat on plain workerd has, if a test says nothing else. */
export const SECRETS = { CHAT_SECRET: "a secret that is only for tests", MODERATOR_KEY: "a key that is only for tests" };

/** The chat on plain workerd, without the page: a test says from which address it comes, and no proxy stands before it. */
export async function startPlainChat({ vars = SECRETS, ...options } = {}) {
  return startWorkerd({ build: await build("chat"), vars, log: LOG, ready: "/socket.io/socket.io.js", ...options });
}

const answers = (url) => fetch(url, { signal: AbortSignal.timeout(5000) }).then((answer) => answer.ok, () => false);

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
