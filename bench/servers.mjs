// The servers that are compared: how each is built, and how it is started.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { build } from "../scripts/build.mjs";
import { Failure, root, run, say } from "../scripts/lib.mjs";
import { COMPATIBILITY_DATE, variables } from "../tests/lab/config.mjs";
import { startWorkerd } from "../tests/lab/workerd.mjs";

const here = join(root, "bench");
const START_WITHIN = 10_000;

const lab = () => build("lab", { profile: "release" });

/** Each server by name. `kind` is what a scenario asks for; `path` where its Socket.IO is. */
const KNOWN = {
  node: { kind: "node", start: (on) => startProcess([...on, process.execPath, join(here, "peers/node.mjs")]) },
  socketioxide: {
    kind: "socketioxide",
    build: () => cargo("peers/socketioxide", "peer-socketioxide"),
    start: (on, program) => startProcess([...on, program]),
  },
  object: { kind: "object", start: startObject },
  "object-lead": { kind: "object", path: "/lead/", start: startObject },
  parlor: parlor({}),
  "parlor-2": { ...parlor({ gateways: 2 }), kind: "parlor-2" },
  "parlor-log": parlor({ logLevel: "info" }),
};
export const NAMES = Object.keys(KNOWN);
export const DEFAULT = NAMES.filter((name) => !["object-lead", "parlor-log"].includes(name));

function parlor(options, from = lab) {
  return {
    kind: "parlor",
    build: from,
    start: (prefix, folder, v8Flags) =>
      startWorkerd({ build: folder, vars: variables({ logLevel: "warn", ...options }), log: "ignore", prefix, v8Flags }),
  };
}

/**
 * The servers of these names, and those builds of the lab besides; each is built, or there, when this resolves. `buildLab` is
 * how Parlor's are, if not as usual.
 */
export async function prepare(names, also, buildLab = lab) {
  const servers = names.map((name) => ({ name, path: "/socket.io/", ...KNOWN[name] }));
  for (const [name, folder] of Object.entries(also)) {
    if (NAMES.includes(name)) throw new Failure(`--also ${name}: that is the name of another server`);
    const file = ["index.js", "index_bg.wasm"].find((file) => !existsSync(join(folder, file)));
    if (file) throw new Failure(`--also ${name}: there is no ${file} in ${resolve(folder)}`);
    servers.push({ name, path: "/socket.io/", ...parlor({}, () => resolve(folder)), isAlso: true });
  }
  for (const server of servers) server.built = await (server.build === lab ? buildLab : server.build)?.();
  return servers;
}

/** What the time until the first answer is measured of: a worker that does nothing, those of the servers, and the chat. */
export async function prepareStarts(servers) {
  const chat = await build("chat", { profile: "release" });
  const isWorker = ({ kind }) => kind === "parlor" || kind === "object";
  return [
    { name: "empty", start: startEmpty },
    ...servers.filter(isWorker),
    { name: "chat", start: (prefix) => startWorkerd({ build: chat, vars: { CHAT_SECRET: "a secret of the benchmark", PARLOR_LOG_LEVEL: "warn" }, ready: "/index.html", log: "ignore", prefix }) },
  ];
}

/** In milliseconds. */
export async function startTime(server, prefix) {
  const { tookMs, stop } = await server.start(prefix, server.built);
  await stop();
  return tookMs;
}

/** The load generator. */
export const buildLoad = () => cargo("load", "load");

async function cargo(crate, program) {
  const cwd = join(here, crate);
  say(`cargo build --release in bench/${crate}`);
  // The folder is named because a configuration of cargo's elsewhere may say another.
  const args = ["build", "--release", "--locked", "--quiet", "--target-dir", "target"];
  if ((await run("cargo", args, { cwd, stdio: ["ignore", 2, 2] })) !== 0) throw new Failure(`bench/${crate} does not build (see above)`);
  return join(cwd, "target/release", program);
}

/** Starts a server, on a core if `prefix` says so: with `url`, `http`, `pid` and `stop()`. */
export async function start(server, prefix, v8Flags) {
  const { url, pid, stop } = await server.start(prefix, server.built, v8Flags);
  return { ...server, http: url, url: url.replace("http", "ws") + server.path, pid, stop };
}

function startObject(prefix, _, v8Flags) {
  const modules = ["index.js", "hub.js", "lead-hub.js"];
  return startWorkerd({ build: join(here, "peers/object"), modules, config: objectConfig, log: "ignore", prefix, v8Flags });
}

function startEmpty(prefix) {
  return startWorkerd({ build: join(here, "peers/empty"), modules: ["index.js"], config: emptyConfig, log: "ignore", prefix });
}

const emptyConfig = ({ port }) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "empty", worker = .empty)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "empty")],
);

const empty :Workerd.Worker = (
  compatibilityDate = "${COMPATIBILITY_DATE}",
  modules = [(name = "index.js", esModule = embed "index.js")],
);
`;

const objectConfig = ({ port, storage }) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "object", worker = .object),
    (name = "storage", disk = (path = ${JSON.stringify(storage)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "object")],
);

const object :Workerd.Worker = (
  compatibilityDate = "${COMPATIBILITY_DATE}",
  modules = [
    (name = "index.js", esModule = embed "index.js"),
    (name = "hub.js", esModule = embed "hub.js"),
    (name = "lead-hub.js", esModule = embed "lead-hub.js"),
  ],
  durableObjectStorage = (localDisk = "storage"),
  durableObjectNamespaces = [
    (className = "Hub", uniqueKey = "hub", enableSql = true),
    (className = "LeadHub", uniqueKey = "lead-hub", enableSql = true),
  ],
  bindings = [
    (name = "HUB", durableObjectNamespace = "Hub"),
    (name = "LEAD_HUB", durableObjectNamespace = "LeadHub"),
  ],
);
`;

/** A server that takes its port as the last argument. */
async function startProcess(command) {
  const port = await freePort();
  const [program, ...args] = [...command, String(port)];
  const child = spawn(program, args, { stdio: ["ignore", 2, 2] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const closed = new Promise((done) => child.on("error", done).on("close", done)).finally(() => process.off("exit", kill));
  const stop = () => (kill(), closed);
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + START_WITHIN; Date.now() < end && child.exitCode === null; ) {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (answer?.ok) return { url, pid: child.pid, stop };
    await new Promise((done) => setTimeout(done, 50));
  }
  await stop();
  throw new Failure(`${program} does not answer`);
}

function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer().on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
