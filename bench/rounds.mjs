// The runs, in rounds, and what each told.
import { spawn } from "node:child_process";
import { say } from "../scripts/lib.mjs";
import { pause, quiet, startCalibration } from "./machine.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { start, startTime } from "./servers.mjs";

/** Seconds: before what is measured of each run, and of each load beforehand. V8 compiles a large module bit by bit. */
const WARMUP = 1;
const WARMUP_BEFORE = 3;

/** In seconds, more than a ping interval: by then the alarms for the connections of earlier runs, which wake an object, are over. */
const ALARMS_OVER = 26;

/** The rounds. In each all servers are started, run side by side, with work for one at a time, and are stopped. */
export class Rounds {
  constructor(options) {
    Object.assign(this, options);
    this.time = ["--seconds", this.seconds, "--warmup", WARMUP];
    this.rows = [];
  }

  async run() {
    this.calibration = startCalibration(this.cores.server);
    try {
      for (this.round = 1; this.round <= this.rounds; this.round += 1) await this.oneRound();
    } finally {
      this.calibration.stop();
    }
  }

  async oneRound() {
    if (this.scenarios.includes("start")) await this.starts();
    this.running = [];
    try {
      for (const server of this.servers) this.running.push(await start(server, this.cores.server));
      const loads = this.scenarios.filter((name) => SCENARIOS[name].load);
      const isFresh = (name) => Boolean(SCENARIOS[name].fresh);
      for (const name of loads.filter(isFresh)) await this.scenario(name);
      const others = loads.filter((name) => !isFresh(name));
      if (others.length > 0) await this.warmUp();
      for (const name of others) await this.scenario(name);
    } finally {
      await Promise.all(this.running.map((server) => server.stop()));
    }
  }

  async scenario(name) {
    const { kinds, sleeps } = SCENARIOS[name];
    const those = this.running.filter(({ kind }) => kinds.includes(kind));
    if (sleeps) await pause(1000 * ALARMS_OVER);
    for (const server of rotated(those, this.round)) await this.measure(name, server);
  }

  /** Servers of their own, one after another, before those of the round are there. */
  async starts() {
    const { times, figures } = SCENARIOS.start;
    for (let time = 0; time < times; time += 1) {
      for (const server of rotated(this.startable, this.round + time)) {
        const calibrationMs = [await this.calibration.measure()];
        const timed = await startTime(server, this.cores.server).then((ms) => ({ ok: true, ms }), ({ message }) => ({ ok: false, why: message }));
        this.keep({ ...timed, scenario: "start", server: server.name, round: this.round, calibrationMs }, figures);
      }
    }
  }

  /** Until a server's code has been compiled for real; nobody looks at how fast that is. */
  async warmUp() {
    for (const server of this.running) {
      for (const load of [["echo", "--clients", 50], ["broadcast", "--clients", 100, "--senders", 8]]) {
        await this.loadOn(server, [...load, "--seconds", WARMUP_BEFORE, "--warmup", 0]);
      }
    }
  }

  async measure(name, server) {
    const { load, fresh, sleeps, figures } = SCENARIOS[name];
    // What is paid once, for code and buffers, is not a connection's.
    if (fresh) await this.loadOn(server, ["idle", "--clients", 50, "--settle", 0.3, "--seconds", 0.1]);
    await quiet(this.running.map(({ pid }) => pid));
    const before = await this.calibration.measure();
    const run = () => this.loadOn(server, [...load(this.time), "--pid", server.pid]);
    const result = await (sleeps ? this.asleep(server, run) : run());
    const calibrationMs = [before, await this.calibration.measure()];
    this.keep({ ...result, scenario: name, server: server.name, round: this.round, calibrationMs }, figures);
  }

  /** Looks whether the object was made anew while `run` was under way: that it slept is not to be seen from outside. */
  async asleep(server, run) {
    await this.loadOn(server, ["idle", "--clients", 1, "--settle", 0, "--seconds", 0.1]); // now it is awake
    const before = await constructions(server);
    const result = await run();
    const after = await constructions(server);
    if (!result.ok || before === undefined || after === undefined) return { ...result, isVerified: false };
    const wanted = result.pings > 0 ? 2 : 1; // a ping wakes it too
    if (after - before >= wanted) return { ...result, isVerified: true };
    return { ...result, ok: false, why: `its object did not sleep: constructed ${after - before} times, not ${wanted}` };
  }

  keep(row, figures) {
    this.rows.push(row);
    const shown = row.ok ? figures.map(({ key, title, unit }) => `${title} ${row[key]?.toFixed(1)} ${unit}`.trim()).join(", ") : `FAILED: ${row.why}`;
    say(`round ${row.round}/${this.rounds}  ${row.scenario.padEnd(15)} ${row.server.padEnd(13)} ${shown}`);
  }

  /** One run of the load generator; one that says nothing has failed. */
  loadOn(server, load) {
    const args = [...load, "--url", server.url].map(String);
    const [program, ...rest] = [...this.cores.load, this.load, ...args];
    return new Promise((done) => {
      const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
      const kill = () => child.kill("SIGKILL");
      process.on("exit", kill);
      const limit = 120_000 + 3000 * this.seconds;
      const timer = setTimeout(kill, limit);
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
      child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
      child.on("error", (error) => (err += error.message));
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        process.off("exit", kill);
        try {
          done(JSON.parse(out));
        } catch {
          const why = signal ? `not finished after ${limit / 1000} s` : `the load generator ended with ${code}: ${err.trim().slice(-200)}`;
          done({ ok: false, why });
        }
      });
    });
  }
}

/** In every round another one is the first. */
function rotated(list, by) {
  const first = by % Math.max(list.length, 1);
  return [...list.slice(first), ...list.slice(0, first)];
}

/** How often the objects that hold connections have been constructed, if the server says so: not those of rooms. */
async function constructions({ http }) {
  const answer = await fetch(`${http}/constructed`);
  if (!answer.ok) return undefined;
  const counts = Object.entries(await answer.json()).filter(([name]) => !name.startsWith("/"));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
