// npm run profile -- [options]: see USAGE. Where the CPU time of a server goes, by perf, with the names of wasm's functions.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { build } from "../scripts/build.mjs";
import { Failure, command, output, say, whenStopped } from "../scripts/lib.mjs";
import { setup } from "../scripts/setup.mjs";
import { chooseCores, pause } from "./machine.mjs";
import { Rounds } from "./rounds.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { buildLoad, prepare, start } from "./servers.mjs";
import { Stacks } from "./stacks.mjs";

const SERVERS = ["parlor", "parlor-2", "parlor-log", "object", "object-lead"];
const LOADS = Object.keys(SCENARIOS).filter((name) => SCENARIOS[name].load && name !== "idle");
const USAGE = `npm run profile -- SCENARIO [options]
  SCENARIO      one of: ${LOADS.join(", ")}
  --server S    one of: ${SERVERS.join(", ")}; default: parlor
  --seconds T   measured time, default 4
  --least P     the tree has what takes this part of all, in %; default 2
  --help`;

/** V8 writes where its code lies, for perf. */
const V8_FLAGS = ["--perf-basic-prof"];
/** How long a run warms up, and when perf begins: behind the connections that are made first, and just before an object wakes. */
const [WARMUP, AFTER, BEFORE_WAKING] = [4, 3, 12];
/** Those of which connections are the work, from the beginning: V8 has them warm after half a second. */
const CONNECTING = ["connect", "upgrade"];
const FREQUENCY = 4999;

await command(async (args) => {
  const options = read(args);
  if (options.help) return void console.log(USAGE);
  if (!output("perf", ["--version"])) throw new Failure("this wants Linux and its perf (Debian: apt-get install linux-perf)");
  whenStopped(() => process.exit(1));
  await setup();
  const load = await buildLoad();
  const [server] = await prepare([options.server], {}, () => build("lab", { profile: "release", names: true }));
  const cores = chooseCores();
  const rounds = new Rounds({ load, cores, seconds: options.seconds });
  const running = await start(server, cores.server, V8_FLAGS);
  const folder = mkdtempSync(join(tmpdir(), "parlor-profile-"));
  try {
    rounds.running = [running];
    await rounds.warmUp();
    const { load, sleeps } = SCENARIOS[options.scenario];
    const [warmUp, after] = CONNECTING.includes(options.scenario) ? [0.5, 0.5] : [WARMUP, sleeps ? BEFORE_WAKING : AFTER];
    const run = rounds.loadOn(running, [...load(["--seconds", options.seconds, "--warmup", warmUp]), "--pid", running.pid]);
    await pause(1000 * after);
    say(`profiling ${options.scenario} on ${options.server}…`);
    const file = join(folder, "perf.data");
    const perf = spawn("perf", ["record", "-F", FREQUENCY, "-g", "-e", "cpu-clock", "-p", running.pid, "-o", file].map(String), { stdio: "ignore" });
    const recorded = new Promise((done) => perf.on("close", done).on("error", done));
    const result = await run;
    perf.kill("SIGINT");
    await recorded;
    if (!result.ok) throw new Failure(`the run failed: ${result.why}`);
    const stacks = await readStacks(file);
    const each = result.server_us_each ?? (stacks.count / FREQUENCY) * 1e6;
    console.log(`## ${options.scenario}, ${options.server}: ${each.toFixed(1)} µs of CPU ${result.server_us_each ? "each" : "in all"}\n`);
    console.log(stacks.groups(each));
    console.log(stacks.tree(each, options.least / 100));
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function readStacks(file) {
  const script = spawn("perf", ["script", "-i", file, "--no-inline", "-F", "ip,sym"], { stdio: ["ignore", "pipe", "ignore"] });
  const stacks = new Stacks();
  for await (const line of createInterface({ input: script.stdout })) stacks.line(line);
  if (stacks.count === 0) throw new Failure("perf recorded nothing; may it? (sysctl kernel.perf_event_paranoid=1)");
  return stacks;
}

function read(args) {
  const string = { type: "string" };
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { server: { ...string, default: "parlor" }, seconds: { ...string, default: "4" }, least: { ...string, default: "2" }, help: { type: "boolean" } },
    });
    const [scenario] = positionals;
    const [seconds, least] = [Number(values.seconds), Number(values.least)];
    if (values.help) return { help: true };
    if (!LOADS.includes(scenario) || positionals.length > 1) throw new Error("which scenario?");
    if (!SERVERS.includes(values.server)) throw new Error(`no server "${values.server}"`);
    if (!(seconds > 0 && least > 0)) throw new Error("--seconds and --least want a number above 0");
    return { scenario, server: values.server, seconds, least };
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
}
