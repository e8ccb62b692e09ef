// Brings a fresh clone to where it builds and runs: npm packages, the wasm target, worker-build, wasm-bindgen, a Node
// that wrangler accepts, the browser bundles of Socket.IO. Everything goes into node_modules/ and .tools/. Each step
// looks first whether its work is done, so that a second run takes a blink.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { Failure, command, exe, hashOf, isMain, output, root, run, say, stampIn, tools } from "./lib.mjs";
import { withLock } from "./lock.mjs";

export const WORKER_BUILD = "0.8.7"; // the same as `worker` in Cargo.toml
const CARGO_FUZZ = "0.13.2";
const toolsTarget = join(tools, "target"); // where both are compiled, and wasm-bindgen, with which the first shares two thirds
const WASM = "wasm32-unknown-unknown";
const CLIENT_FILES = ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"];

const modules = join(root, "node_modules");
const bin = (name) => join(tools, "bin", name + exe);

/** Does whatever is missing. Two at once wait for each other. */
export async function setup() {
  if (major(process.versions.node) < 20) {
    throw new Failure(`Node 20 or newer is needed, this is ${process.versions.node}: https://nodejs.org/`);
  }
  if (ready()) return;
  await withLock(join(tools, "lock"), async () => {
    if (ready()) return; // another one did it while we waited
    await npmPackages();
    await node22();
    await rust();
    await workerBuild();
    await wasmBindgen();
    rmSync(toolsTarget, { recursive: true, force: true }); // a gigabyte, of no further use
    clientFiles(join(root, "public"));
    writeFileSync(join(tools, "ready"), inputs());
  });
}

function ready() {
  const client = join(root, "public/socket.io/socket.io.js");
  const results = [workerBuildPath(), join(modules, ".parlor"), client, nodePath()];
  return results.every((file) => existsSync(file)) && stampIn(join(tools, "ready")) === inputs();
}

/** What the set-up depends on, as one line: when it changes, every step is looked at again. */
function inputs() {
  const locks = ["package-lock.json", "scripts/node22/package-lock.json"];
  const files = [...locks, "scripts/setup.mjs", "rust-toolchain.toml"];
  const hash = hashOf(...files.map((file) => join(root, file)));
  const { platform, arch, env } = process;
  return [hash, wasmBindgenVersion(), platform, arch, env.WASM_BINDGEN_BIN ?? ""].join(" ").trim();
}

/** The environment in which worker-build finds every program that it would otherwise download. */
export function buildEnv() {
  const env = {
    RUST_LIB_BACKTRACE: "0", // where worker-build failed inside itself interests nobody
    PARLOR_CLIENT_VERSION: clientVersion(),
  };
  const offer = (name, file) => {
    if (!process.env[name] && existsSync(file)) env[name] = file;
  };
  offer("WASM_BINDGEN_BIN", bin("wasm-bindgen"));
  const esbuild = join(modules, "@esbuild", `${process.platform}-${process.arch}`);
  offer("ESBUILD_BIN", join(esbuild, exe ? "esbuild.exe" : "bin/esbuild"));
  // This one is a Node script, which Windows cannot start by itself; there worker-build downloads its own.
  if (!exe && existsSync(join(modules, "binaryen/bin/wasm-opt"))) offer("WASM_OPT_BIN", join(root, "scripts/wasm-opt.mjs"));
  return env;
}

export const workerBuildPath = () => bin("worker-build");

/** The Node for wrangler and miniflare: this one if new enough, else the one in .tools. */
export function nodePath() {
  const [a, b] = process.versions.node.split(".").map(Number);
  if (a > 22 || (a === 22 && b >= 12)) return process.execPath;
  const os = process.platform === "win32" ? "win" : process.platform;
  const name = `${os === "darwin" && process.arch === "arm64" ? "node-bin" : "node"}-${os}-${process.arch}`;
  return join(tools, "node22/node_modules", name, "bin", `node${exe}`);
}

/** The npm packages alone, for what needs nothing else. */
export const packages = () => withLock(join(tools, "lock"), npmPackages);

const major = (version) => Number(version.split(".")[0]);

async function npmPackages() {
  const stamp = join(modules, ".parlor");
  const wanted = hashOf(join(root, "package-lock.json"));
  if (stampIn(stamp) === wanted) return;
  say("installing npm packages (about 15 seconds)…");
  await npmCi(root);
  writeFileSync(stamp, wanted);
}

async function node22() {
  if (existsSync(nodePath())) return;
  say(`wrangler needs Node 22.12 or newer, this is ${process.versions.node}: fetching one from npm into .tools…`);
  const folder = join(tools, "node22");
  cpSync(join(root, "scripts/node22"), folder, { recursive: true });
  await npmCi(folder);
  if (!existsSync(nodePath())) {
    throw new Failure(`npm has no Node 22 for ${process.platform}-${process.arch}: get it from https://nodejs.org/`);
  }
}

/** Nothing that we use needs its install script. */
async function npmCi(cwd) {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath; // npm's own JavaScript file, when it was npm that started us
  const status = npm?.endsWith("npm-cli.js")
    ? await run(process.execPath, [npm, ...args], { cwd })
    : await run("npm", args, { cwd });
  if (status !== 0) throw new Failure(`npm ci failed in ${cwd} (see above). Is the npm registry reachable?`);
}

/** cargo, and the target that a worker is compiled for; for the Rust that is used in that folder. */
export async function rust(cwd = root) {
  if (process.env.WORKERS_CI) await rustOfBuilder();
  if (!output("cargo", ["--version"])) {
    throw new Failure("cargo was not found. Install Rust (curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh, or https://rustup.rs), open a new terminal, and try again.");
  }
  const library = output("rustc", ["--print", "target-libdir", "--target", WASM], { cwd });
  if (library && existsSync(library)) return;
  say(`adding the Rust target ${WASM}…`);
  if (!output("rustup", ["--version"])) {
    throw new Failure(`this Rust has no ${WASM} target and no rustup to add it: see https://rustup.rs`);
  }
  if ((await run("rustup", ["target", "add", WASM], { cwd })) !== 0) throw new Failure(`rustup target add ${WASM} failed`);
}

/** Where Cloudflare builds, after its Deploy button for instance, there is none, and nobody who could install it. */
async function rustOfBuilder() {
  const cargo = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  if (!process.env.PATH.split(delimiter).includes(cargo)) process.env.PATH += delimiter + cargo;
  if (output("cargo", ["--version"])) return;
  say("installing Rust…");
  const install = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --no-modify-path";
  if ((await run("sh", ["-c", install])) !== 0) throw new Failure("rustup could not be installed (see above)");
}

async function workerBuild() {
  if (output(bin("worker-build"), ["--version"]) === WORKER_BUILD) return;
  await openssl("worker-build");
  await cargoInstall("worker-build", WORKER_BUILD, "1 to 4 minutes");
}

/** On Linux some programs are built against OpenSSL, and cargo cannot bring that along. */
export async function openssl(who) {
  if (process.platform !== "linux" || output("pkg-config", ["--exists", "openssl"]) !== undefined) return;
  const packages = ["pkg-config", "libssl-dev"];
  if (process.env.OPENSSL_DIR || (await aptInstall(packages))) return;
  throw new Failure(`${who} needs OpenSSL's headers, on Debian: sudo apt-get install ${packages.join(" ")}`);
}

/** Why there can be no fuzzing here, and how there could; `undefined` if cargo-fuzz is there, or was built now. */
export async function cargoFuzz() {
  if (process.platform === "win32") return "cargo-fuzz does not run on Windows";
  if (!output("rustup", ["toolchain", "list"])?.match(/^nightly-/m)) {
    return "cargo-fuzz needs a nightly Rust, and installing one is left to you: rustup toolchain install nightly --profile minimal";
  }
  const isThere = () => output(bin("cargo-fuzz"), ["--version"])?.endsWith(` ${CARGO_FUZZ}`);
  if (isThere()) return undefined;
  await withLock(join(tools, "lock"), async () => {
    if (!isThere()) await cargoInstall("cargo-fuzz", CARGO_FUZZ, "1 to 2 minutes");
    rmSync(toolsTarget, { recursive: true, force: true });
  });
}

async function wasmBindgen() {
  const version = wasmBindgenVersion();
  if (process.env.WASM_BINDGEN_BIN) return;
  if (output(bin("wasm-bindgen"), ["--version"])?.endsWith(` ${version}`)) return;
  rmSync(bin("wasm-bindgen"), { force: true }); // an old version would be refused
  if (await workerBuildBringsBindgen(version)) return;
  say("GitHub's release of wasm-bindgen is out of reach: building the same version from its crate instead");
  await cargoInstall("wasm-bindgen-cli", version, "1 to 2 minutes");
}

/** The wasm-bindgen command and the library in Cargo.lock have to be the same version. */
export function wasmBindgenVersion(file = join(root, "Cargo.lock")) {
  const lock = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r", "") : "";
  return lock.match(/name = "wasm-bindgen"\nversion = "([^"]+)"/)?.[1];
}

/** worker-build fetches wasm-bindgen from GitHub by itself, unless it has it in its cache. */
async function workerBuildBringsBindgen(version) {
  const cpu = process.arch === "arm64" ? "aarch64" : "x86_64";
  const target = {
    darwin: `${cpu}-apple-darwin`,
    linux: `${cpu}-unknown-linux-musl`,
    win32: "x86_64-pc-windows-msvc",
  }[process.platform];
  const cache = {
    darwin: join(homedir(), "Library/Caches"),
    linux: process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    win32: process.env.LOCALAPPDATA,
  }[process.platform];
  if (!target || !cache) return false;
  if (existsSync(join(cache, "worker-build", `wasm-bindgen-${target}-${version}`, `wasm-bindgen${exe}`))) return true;
  const releases = "https://github.com/wasm-bindgen/wasm-bindgen/releases/download";
  const url = `${releases}/${version}/wasm-bindgen-${version}-${target}.tar.gz`;
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) }).then((answer) => answer.ok, () => false);
}

async function cargoInstall(crate, version, time) {
  say(`building ${crate} ${version} (once, ${time})…`);
  // Neither speed nor debugging of these programs matters, only how soon they are there.
  const env = { CARGO_TARGET_DIR: toolsTarget, CARGO_PROFILE_DEV_DEBUG: "0", CARGO_INCREMENTAL: "0" };
  const args = ["install", `${crate}@${version}`, "--locked", "--debug", "--force", "--root", tools];
  if ((await run("cargo", args, { env })) !== 0) {
    throw new Failure(`building ${crate} failed (see above). Is crates.io reachable, is there a C compiler?`);
  }
}

/** Puts the files that a Socket.IO server serves beside itself among the static ones, where they are not there yet. */
export function clientFiles(folder) {
  mkdirSync(join(folder, "socket.io"), { recursive: true });
  for (const file of CLIENT_FILES.flatMap((name) => [name, `${name}.map`])) {
    const [from, to] = [join(modules, "socket.io-client/dist", file), join(folder, "socket.io", file)];
    // What is the same is left alone: wrangler watches the folder.
    if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to))) copyFileSync(from, to);
  }
}

/** What the client's files are tagged with. */
function clientVersion() {
  return JSON.parse(readFileSync(join(modules, "socket.io-client/package.json"), "utf8")).version;
}

/** Installs system packages where that is surely wanted: as root on a Debian, such as in CI. False elsewhere. */
export async function aptInstall(packages) {
  if (process.getuid?.() !== 0 || !output("apt-get", ["--version"])) return false;
  say(`installing ${packages.join(", ")} with apt-get…`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  if ((await run("apt-get", ["update", "-qq"], { env })) !== 0) return false;
  return (await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env })) === 0;
}

if (isMain(import.meta)) {
  await command(async () => {
    const start = Date.now();
    await setup();
    say(`set up (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  });
}
