// build.mjs chat|lab [--profile release|lab] [--release] [--force]: compiles a worker to wasm with worker-build, unless
// what is there is newer than its sources. wrangler runs it too (`[build]` in wrangler.toml).
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { Failure, command, isMain, option, root, run, say, stampIn } from "./lib.mjs";
import { buildEnv, setup, workerBuildPath } from "./setup.mjs";

const WORKERS = {
  chat: { folder: root, sources: ["src"], profile: "release" },
  lab: { folder: join(root, "tests/lab"), sources: ["tests/lab/src", "tests/lab/Cargo.toml"], profile: "lab" },
};
const SHARED = ["crates", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/** Builds if needed, and gives the folder with index.js and index_bg.wasm. */
export async function build(name, { profile = WORKERS[name]?.profile, force = false } = {}) {
  if (!WORKERS[name]) throw new Failure(`build what? one of: ${Object.keys(WORKERS).join(", ")}`);
  const { folder, sources } = WORKERS[name];
  // Each profile has its own place, so that a benchmark and a test do not undo each other's build.
  const out = profile === WORKERS[name].profile ? "build" : join("build", profile);
  const stamp = join(folder, out, ".built");
  if (!force && newest([...SHARED, ...sources]) < Number(stampIn(stamp) ?? 0)) return join(folder, out);

  await setup();
  say(`building ${name}, profile ${profile} (a minute or two the first time)…`);
  const started = Date.now(); // what is saved while it compiles is newer than this, and built the next time
  const args = [folder, "--profile", profile, "--out-dir", out];
  if (profile !== "release") args.push("--no-opt");
  args.push("--package", name); // for cargo: in the root folder it would compile the whole workspace
  const status = await run(workerBuildPath(), args, { cwd: folder, env: buildEnv() });
  if (status !== 0) throw new Failure(`building ${name} failed (see above)`);
  if (profile === "release") dropNames(join(folder, out, "index_bg.wasm"));
  writeFileSync(stamp, String(started));
  return join(folder, out);
}

/** Takes the names of functions out of a module, a quarter of its size, which worker-build keeps for stack traces. */
function dropNames(file) {
  const wasm = readFileSync(file);
  const kept = [wasm.subarray(0, 8)]; // the magic number and the version
  for (let at = 8; at < wasm.length; ) {
    const [size, start] = leb128(wasm, at + 1);
    const [length, name] = leb128(wasm, start);
    const isNames = wasm[at] === 0 && wasm.toString("latin1", name, name + length) === "name";
    if (!isNames) kept.push(wasm.subarray(at, start + size));
    at = start + size;
  }
  writeFileSync(file, Buffer.concat(kept));
}

/** An unsigned number as wasm writes it, and where it ends. */
function leb128(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (bytes[at] & 127) * 2 ** shift;
    if (bytes[at] < 128) return [value, at + 1];
  }
}

/** The time of the latest change in files and folders; a folder's own time tells of deleted files. */
function newest(paths) {
  return Math.max(...paths.map((path) => changed(join(root, path))));
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
  return `${relative(root, file)}: ${kb(wasm.length)}, gzipped ${kb(gzipSync(wasm, { level: 9 }).length)}`;
}

if (isMain(import.meta)) {
  await command(async (args) => {
    const profile = args.includes("--release") ? "release" : option(args, "profile");
    console.log(size(await build(args[0], { profile, force: args.includes("--force") })));
  });
}
