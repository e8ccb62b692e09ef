// The runs, in rounds, and what each told.
import { spawn } from "node:child_process";
import { say } from "../scripts/lib.mjs";
import { quiet, startCalibration } from "./machine.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { start } from "./servers.mjs";

const WARMUP = 0.5;

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
    this.running = [];
    try {
      for (const server of this.servers) this.running.push(await start(server, this.cores.server));
      const isFresh = (name) => Boolean(SCENARIOS[name].fresh);
      for (const name of this.scenarios.filter(isFresh)) await this.scenario(name);
      await this.warmUp();
      for (const name of this.scenarios.filter((name) => !isFresh(name))) await this.scenario(name);
    } finally {
      await Promise.all(this.running.map((server) => server.stop()));
    }
  }

  /** In every round another server goes first. */
  async scenario(name) {
    const those = this.running.filter(({ kind }) => SCENARIOS[name].kinds.includes(kind.replace(/^parlor-2$/, "parlor")));
    const first = this.round % Math.max(those.length, 1);
    for (const server of [...those.slice(first), ...those.slice(0, first)]) await this.measure(name, server);
  }

  /** Until a server's code has been compiled for real; nobody looks at how fast that is. */
  async warmUp() {
    if (!this.scenarios.some((name) => SCENARIOS[name].load && !SCENARIOS[name].fresh)) return;
    for (const server of this.running) {
      for (const load of [["echo", "--clients", 50], ["broadcast", "--clients", 100, "--senders", 8]]) {
        await this.loadOn(server, [...load, "--seconds", 1, "--warmup", 0]);
      }
    }
  }

  async measure(name, server) {
    const { load, fresh, figures } = SCENARIOS[name];
    // What is paid once, for code and buffers, is not a connection's.
    if (fresh) await this.loadOn(server, ["idle", "--clients", 50, "--settle", 0.3, "--seconds", 0.1]);
    await quiet(this.running.map(({ pid }) => pid));
    const before = await this.calibration.measure();
    const result = await this.loadOn(server, [...load(this.time), "--pid", server.pid]);
    const calibrationMs = [before, await this.calibration.measure()];
    this.keep({ ...result, scenario: name, server: server.name, round: this.round, calibrationMs }, figures);
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
