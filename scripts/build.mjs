// build.mjs [chat|lab|example-…] [--profile release|lab] [--release] [--names] [--force]: compiles a worker to wasm with
// worker-build, unless what is there is newer than its sources. Without a name it is the worker in the folder where this
// is started, which may be anywhere: so wrangler runs it (`[build]` in wrangler.toml).
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { Failure, command, examples, isMain, option, output, root, run, say, stampIn } from "./lib.mjs";
import { buildEnv, clientFiles, rust, setup, wasmBindgenVersion, workerBuildPath } from "./setup.mjs";
import { dropNames } from "./wasm.mjs";

const WORKERS = {
  chat: { name: "chat", folder: root, profile: "release" },
  lab: { name: "lab", folder: join(root, "tests/lab"), profile: "lab" },
};
for (const example of examples) {
  const name = `example-${example}`;
  WORKERS[name] = { name, folder: join(root, "examples", example), profile: "release" };
}
const SHARED = ["crates", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].map((path) => join(root, path));
const OWN = ["src", "Cargo.toml", "Cargo.lock"];

/** The worker whose Cargo.toml is in a folder: one of this repository, or of anybody. */
export function workerIn(folder) {
  const known = Object.values(WORKERS).find((worker) => worker.folder === folder);
  if (known) return known;
  const manifest = join(folder, "Cargo.toml");
  const name = existsSync(manifest) && readFileSync(manifest, "utf8").match(/^name\s*=\s*"([^"]+)"/m)?.[1];
  if (!name) throw new Failure(`there is no application in ${folder}: start this where its Cargo.toml and wrangler.toml are`);
  return { name, folder, profile: "release" };
}

/** Builds a worker, by its name or as `workerIn` gives it, if needed. Gives the folder with index.js and index_bg.wasm. */
export async function build(which, { profile: wanted, force = false, names = false } = {}) {
  const worker = WORKERS[which] ?? which;
  if (!worker?.folder) throw new Failure(`build what? one of: ${Object.keys(WORKERS).join(", ")}`);
  const { name, folder } = worker;
  const profile = wanted ?? worker.profile;
  await setup();
  if (existsSync(join(folder, "public"))) clientFiles(join(folder, "public"));
  // Each profile has its own place, so that a benchmark and a test do not undo each other's build.
  const out = names ? "build/names" : profile === worker.profile ? "build" : join("build", profile);
  const stamp = join(folder, out, ".built");
  const sources = [...SHARED, ...OWN.map((path) => join(folder, path))];
  if (!force && newest(sources) < Number(stampIn(stamp) ?? 0)) return join(folder, out);

  await rust(folder);
  checkLock(folder);
  say(`building ${name}, profile ${profile} (a minute or two the first time)…`);
  const started = Date.now(); // what is saved while it compiles is newer than this, and built the next time
  const args = [folder, "--profile", profile, "--out-dir", out];
  if (profile !== "release") args.push("--no-opt");
  args.push("--package", name); // for cargo: in the root folder it would compile the whole workspace
  const status = await run(workerBuildPath(), args, { cwd: folder, env: { ...buildEnv(), ...smallCopies(folder), ...(names && { PARLOR_NAMES: "1" }) } });
  if (status !== 0) throw new Failure(`building ${name} failed (see above)`);
  if (profile === "release" && !names) dropNames(join(folder, out, "index_bg.wasm"));
  writeFileSync(stamp, String(started));
  return join(folder, out);
}

/**
 * Has what is more than one word copied by wasm's own instruction, which V8 makes as quick as the loads and stores that
 * LLVM writes for up to 32 bytes: a twentieth of the module, gzipped. The option is LLVM's, so the compiler is asked.
 */
function smallCopies(cwd) {
  const name = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
  const flags = ["memcpy", "memmove"].map((copy) => `-Cllvm-args=--max-store-${copy}=1`);
  const knows = output("rustc", [...flags, "--print=cfg"], { cwd, stdio: ["ignore", "pipe", "ignore"] }) !== undefined;
  return knows ? { [name]: [process.env[name], ...flags].filter(Boolean).join(" ") } : {};
}

/** Elsewhere cargo may have chosen another wasm-bindgen than the command that the set-up has, and they do not mix. */
function checkLock(folder) {
  if (process.env.WASM_BINDGEN_BIN) return;
  const manifest = output("cargo", ["locate-project", "--workspace", "--message-format=plain"], { cwd: folder });
  const lock = join(manifest ? dirname(manifest) : folder, "Cargo.lock");
  const [found, wanted] = [wasmBindgenVersion(lock), wasmBindgenVersion()];
  if (found === wanted) return;
  const problem = found ? `has wasm-bindgen ${found}, and Parlor's tools are for ${wanted}` : "is not there";
  throw new Failure(`${lock} ${problem}. Begin with Parlor's versions:\n  cp ${join(root, "Cargo.lock")} ${lock}`);
}

/** The time of the latest change in files and folders; a folder's own time tells of deleted files. */
function newest(paths) {
  return Math.max(...paths.map(changed));
}

function changed(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  const inside = statSync(path).isDirectory() ? readdirSync(path).map((name) => changed(join(path, name))) : [];
  return Math.max(mtimeMs, ...inside);
}

function size(folder) {
  const file = join(folder, "index_bg.wasm");
  const wasm = readFileSync(file);
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  return `${relative(process.cwd(), file)}: ${kb(wasm.length)}, gzipped ${kb(gzipSync(wasm, { level: 9 }).length)}`;
}

if (isMain(import.meta)) {
  await command(async (args) => {
    const profile = args.includes("--release") ? "release" : option(args, "profile");
    const which = args[0]?.startsWith("--") === false ? args[0] : workerIn(process.cwd());
    console.log(size(await build(which, { profile, force: args.includes("--force"), names: args.includes("--names") })));
  });
}
