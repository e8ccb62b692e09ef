// npm run fuzz [-- --target packet] [--seconds 60]: each target of tests/fuzz, or one of them, for so long.
// npm run fuzz -- --target packet --input FILE: one input again. New inputs that reach new code are kept in tests/fuzz/corpus.
import { mkdirSync, readdirSync } from "node:fs";
import { delimiter, join, relative, resolve } from "node:path";
import { Failure, command, isMain, option, root, run, say, tools, whenStopped } from "../scripts/lib.mjs";
import { cargoFuzz } from "../scripts/setup.mjs";

const folder = join(root, "tests/fuzz");
const TARGETS = ["packet", "payload", "msgpack", "session", "server"];

/** Runs the targets, two at once, as each has one thread; gives how many held. Where there can be no fuzzing it says so, and that is all. */
export async function fuzz({ targets = TARGETS, seconds, onSpawn }) {
  const obstacle = await cargoFuzz();
  if (obstacle) {
    say(`fuzz: skipped. ${obstacle}`);
    return { passed: 0, failed: 0, skipped: targets.length };
  }
  if ((await cargo(["build"], { onSpawn })) !== 0) throw new Failure("the fuzz targets do not compile (see above)");
  const waiting = targets.values();
  let passed = 0;
  const oneByOne = async () => {
    for (const target of waiting) if (await holds(target, seconds, onSpawn)) passed += 1;
  };
  await Promise.all([oneByOne(), oneByOne()]);
  return { passed, failed: targets.length - passed, skipped: 0 };
}

async function holds(target, seconds, onSpawn) {
  const [corpus, artifacts] = ["corpus", "artifacts"].map((name) => join(folder, name, target));
  for (const path of [corpus, artifacts]) mkdirSync(path, { recursive: true });
  const before = new Set(readdirSync(artifacts));
  let log = "";
  const keep = (fuzzer) => {
    onSpawn?.(fuzzer);
    for (const stream of [fuzzer.stdout, fuzzer.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
  };
  const limits = [`-max_total_time=${seconds}`, "-timeout=20", "-print_final_stats=1"];
  const args = ["run", target, corpus, join(folder, "seeds", target), "--", ...limits];
  const status = await cargo(args, { stdio: ["ignore", "pipe", "pipe"], onSpawn: keep });
  const [, runs = "?"] = /stat::number_of_executed_units: *(\d+)/.exec(log) ?? [];
  const [covered = "?"] = log.match(/(?<=cov: )\d+/g)?.slice(-1) ?? [];
  console.log(`${status === 0 ? "✔" : "✖"} ${target}: ${runs} inputs in ${seconds} s, ${covered} places reached`);
  if (status === 0) return true;
  console.log(log.slice(-8000));
  for (const file of readdirSync(artifacts).filter((file) => !before.has(file))) {
    const path = relative(root, join(artifacts, file));
    console.log(`The input is ${path}; this runs it again:\n  npm run fuzz -- --target ${target} --input ${path}`);
  }
  return false;
}

/** cargo-fuzz takes a stable toolchain for its own otherwise: rust-toolchain.toml says so. */
function cargo([name, ...args], options) {
  const env = { RUST_LIB_BACKTRACE: "0", PATH: join(tools, "bin") + delimiter + process.env.PATH };
  return run("cargo", ["+nightly", "fuzz", name, "--fuzz-dir", ".", ...args], { cwd: folder, env, ...options });
}

if (isMain(import.meta)) {
  await command(async (args) => {
    const target = option(args, "target");
    if (target && !TARGETS.includes(target)) throw new Failure(`no target "${target}"; there are: ${TARGETS.join(", ")}`);
    const children = [];
    const onSpawn = (fuzzer) => children.push(fuzzer);
    whenStopped((signal) => (children.forEach((child) => child.kill(signal)), process.exit(1)));
    const input = option(args, "input");
    if (input) {
      const obstacle = await cargoFuzz();
      if (obstacle || !target) throw new Failure(obstacle ?? "an input of which --target?");
      return cargo(["run", target, resolve(input)], { onSpawn });
    }
    const seconds = Number(option(args, "seconds") ?? 60);
    const { failed } = await fuzz({ targets: target ? [target] : TARGETS, seconds, onSpawn });
    return failed > 0 ? 1 : 0;
  });
}
