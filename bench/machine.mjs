// What a measurement needs from the machine: cores, their speed just now, and what its servers are doing.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { output } from "../scripts/lib.mjs";

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Where servers and load run: each on a core of its own, the first two that this process may use. With one core, or without
 * taskset, they run wherever they are put, and `note` says so.
 */
export function chooseCores() {
  const [server, load] = allowedCores();
  const on = (core) => (core === undefined ? [] : ["taskset", "-c", String(core)]);
  if (load === undefined) return { server: [], load: [], note: "Only one core here: servers and load share it, and the figures mean little." };
  if (!output("taskset", ["--version"])) {
    return { server: [], load: [], note: "There is no taskset here (util-linux): servers and load run on any core, and the figures mean less." };
  }
  output("taskset", ["-acp", String(load), String(process.pid)]); // this process itself stays out of the servers' way
  return { server: on(server), load: on(load), note: `Servers on core ${server}, load on core ${load}.` };
}

/** As the kernel writes it: `0-3,8`. */
function allowedCores() {
  const list = readFileSync("/proc/self/status", "utf8").match(/^Cpus_allowed_list:\s*(\S+)/m)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** A process on the servers' core that says how many milliseconds a fixed piece of work takes there just now. */
export function startCalibration(prefix) {
  const [program, ...args] = [...prefix, process.execPath, fileURLToPath(new URL("calibrate.mjs", import.meta.url))];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure() {
      child.stdin.write("\n");
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

/** Until the servers have done what the last run left them with: closed connections, garbage. */
export async function quiet(pids, most = 5000) {
  await pause(200);
  for (const end = Date.now() + most; Date.now() < end; ) {
    const before = cpuMs(pids);
    await pause(100);
    if (cpuMs(pids) - before < 5) return;
  }
}

/** CPU time of processes, with all their threads. */
function cpuMs(pids) {
  let nanoseconds = 0;
  for (const pid of pids) {
    const tasks = `/proc/${pid}/task`;
    for (const task of existsSync(tasks) ? readdirSync(tasks) : []) {
      try {
        nanoseconds += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
      } catch {} // a thread that has ended
    }
  }
  return nanoseconds / 1e6;
}

export const busy = () => loadavg()[0];

export function describeMachine() {
  const all = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${all[0].model.trim()}, ${all.length} cores, ${memory}, Linux ${release()}`;
}
