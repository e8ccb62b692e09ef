// Runs the built lab, or another worker, on plain `workerd serve`: no wrangler and no proxy in front, so what is measured is
// the server.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Failure, root } from "../../scripts/lib.mjs";
import { configFile } from "./config.mjs";

const START_WITHIN = 20_000;
const STOP_WITHIN = 1000;
const MODULES = ["index.js", "index_bg.wasm"];

/**
 * Starts workerd with the modules in `build`, behind the module `front` if there is one, and the static files in `assets`.
 * Port 0 takes any free one. Resolves, once
 * the path `ready` answers as `isReady` says, to `{url, port, pid, tookMs, closed, stop(), kill()}`: `tookMs` is from the process's start to
 * that answer, `stop` asks politely first, `kill` is the power cut; `closed` is a promise of the exit status.
 *
 * Another worker than an application of Parlor names its `modules` and has a `config` of its own, in place of `configFile`.
 * `prefix` is a command that starts a program, such as `["taskset", "-c", "0"]`; `v8Flags` are for V8.
 */
export async function startWorkerd({ build, assets = join(root, "public"), ready = "/healthz", ...options }) {
  const { port = 0, persist, vars = {}, log = "inherit", front, modules = MODULES, config = configFile, prefix = [], v8Flags = [], isReady = ({ ok }) => ok } = options;
  await portFree(port);
  const folder = mkdtempSync(join(tmpdir(), "parlor-lab-"));
  const storage = persist ? resolve(persist) : join(folder, "storage");
  mkdirSync(storage, { recursive: true });
  for (const file of modules) copyFileSync(join(build, file), join(folder, file));
  if (front) copyFileSync(front, join(folder, "front.js"));
  const text = config({ port, storage, assets, vars, front });
  const flags = `Workerd.Config = (\n  v8Flags = ${JSON.stringify(v8Flags)},`;
  writeFileSync(join(folder, "config.capnp"), text.replace("Workerd.Config = (", flags));

  // File descriptor 3 is where workerd reports which port it listens on.
  const [program, ...args] = [...prefix, workerdPath(), "serve", "config.capnp", "--control-fd=3"];
  const started = performance.now();
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", log, log, "pipe"] });
  const cleanUp = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", cleanUp);
  const closed = new Promise((done, failed) => {
    child.on("error", (error) => failed(new Failure(`cannot start workerd: ${error.message}`)));
    child.on("close", (code) => done(code ?? 1));
  }).finally(() => {
    process.off("exit", cleanUp);
    cleanUp();
  });

  const kill = () => (child.kill("SIGKILL"), closed);
  const stop = () => {
    child.kill("SIGTERM");
    // It waits for requests that are under way, such as parked polls.
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN);
    return closed.finally(() => clearTimeout(late));
  };
  try {
    const listening = await Promise.race([listensOn(child.stdio[3]), gone(closed)]);
    const url = `http://127.0.0.1:${listening}`;
    await Promise.race([healthy(url + ready, isReady, child), gone(closed)]);
    const tookMs = performance.now() - started;
    return { url, port: listening, pid: child.pid, tookMs, closed, stop, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** The program itself; node_modules/.bin/workerd is a Node script around it. */
function workerdPath() {
  const require = createRequire(join(root, "node_modules/workerd/package.json"));
  const os = { darwin: "darwin", linux: "linux", win32: "windows" }[process.platform];
  const cpu = process.arch === "arm64" ? "arm64" : "64";
  return require.resolve(`@cloudflare/workerd-${os}-${cpu}/bin/workerd${os === "windows" ? ".exe" : ""}`);
}

function portFree(port) {
  if (port === 0) return;
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on("error", (error) => failed(new Failure(`cannot listen on port ${port}: ${because(error)}`)));
    probe.listen(port, "127.0.0.1", () => probe.close(done));
  });
}

const because = ({ code, message }) => (code === "EADDRINUSE" ? "another program uses it already" : message);

async function listensOn(pipe) {
  for await (const line of createInterface({ input: pipe })) {
    const message = JSON.parse(line);
    if (message.event === "listen") return message.port;
  }
}

async function gone(closed) {
  throw new Failure(`workerd ended before it was ready (exit status ${await closed})`);
}

async function healthy(address, isReady, child) {
  let last;
  for (const end = Date.now() + START_WITHIN; Date.now() < end && child.exitCode === null; ) {
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(5000) });
      if (isReady(answer)) return;
      last = `${answer.status} ${await answer.text()}`;
    } catch (error) {
      last = error.cause?.message ?? error.message;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Failure(`workerd does not answer at ${address}: ${last}`);
}
