// npm run bench -- [options]: see USAGE, and README.md beside this file. Progress is on standard error, the report on standard output.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure, command, output, root, say, whenStopped } from "../scripts/lib.mjs";
import { setup } from "../scripts/setup.mjs";
import { busy, chooseCores, describeMachine } from "./machine.mjs";
import { report, summary } from "./report.mjs";
import { Rounds } from "./rounds.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { DEFAULT, NAMES, buildLoad, prepare, prepareStarts } from "./servers.mjs";

const USAGE = `npm run bench -- [options]
  --scenarios LIST       of: ${Object.keys(SCENARIOS).join(", ")}; default: all
  --servers LIST         of: ${NAMES.join(", ")};
                         default: ${DEFAULT.join(",")}
  --also NAME=BUILD_DIR  another build of the lab app, a folder with index.js and index_bg.wasm; may be repeated
  --rounds N             default 5
  --seconds T            measured time of each run, default 3
  --json FILE            every run, as it was
  --write-readme         the summary goes into README.md, between its markers
  --help`;

const README = join(root, "README.md");
const MARKED = /(<!-- bench:begin -->\n)[^]*?(<!-- bench:end -->)/;

await command(async (args) => {
  const options = read(args);
  if (options.help) return void console.log(USAGE);
  if (process.platform !== "linux") throw new Failure("the load generator is for Linux (epoll, /proc)");
  if (options.writeReadme && !MARKED.test(readFileSync(README, "utf8"))) throw new Failure("README.md has no markers for the benchmark");
  whenStopped(() => process.exit(1)); // what was started ends with this process
  const date = new Date();
  const othersLoad = busy();
  await setup();
  const load = await buildLoad();
  const servers = await prepare(options.servers, options.also);
  const startable = options.scenarios.includes("start") ? await prepareStarts(servers) : [];
  const cores = chooseCores();
  const rounds = new Rounds({ ...options, load, servers, startable, cores });
  const began = performance.now();
  await rounds.run();

  const { rows } = rounds;
  const minutes = ((performance.now() - began) / 60_000).toFixed(0);
  const notes = [
    `${cores.note} Objects store in ${tmpdir()} (${output("stat", ["-f", "-c", "%T", tmpdir()]) ?? "unknown"}).`,
    `${options.rounds} rounds, ${options.seconds} s for each run; ${minutes} min.`,
    ...unverified(rows),
    ...(othersLoad > 0.5 ? [`The machine was not idle before: load average ${othersLoad.toFixed(1)}.`] : []),
  ];
  const result = { date: date.toISOString(), machine: describeMachine(), versions: versions(), notes, rows };
  result.servers = servers.map(({ name, kind, isAlso = false }) => ({ name, kind, isAlso }));
  const text = report(result);
  console.log(text);

  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.date.slice(0, 16).replace(":", "")}.md`);
  writeFileSync(file, text);
  say(`bench: the report is in ${relative(process.cwd(), file)} too`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ options, ...result }, null, 1));
  if (rows.some(({ ok }) => !ok)) {
    if (options.writeReadme) say("bench: a run failed, so README.md stays as it is");
    return 1;
  }
  if (options.writeReadme) {
    writeFileSync(README, readFileSync(README, "utf8").replace(MARKED, (_, begin, end) => `${begin}${summary(result)}\n${end}`));
  }
});

function read(args) {
  const string = { type: "string" };
  const flag = { type: "boolean" };
  const also = { type: "string", multiple: true, default: [] };
  let values;
  try {
    const known = { scenarios: string, servers: string, also, rounds: string, seconds: string, json: string };
    ({ values } = parseArgs({ args, options: { ...known, "write-readme": flag, help: flag } }));
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
  const positive = (name, text, whole) => {
    const number = Number(text);
    if (!(number > 0) || (whole && !Number.isInteger(number))) throw new Failure(`--${name} wants a ${whole ? "whole " : ""}number above 0`);
    return number;
  };
  return {
    scenarios: list("scenarios", values.scenarios, Object.keys(SCENARIOS)) ?? Object.keys(SCENARIOS),
    servers: list("servers", values.servers, NAMES) ?? DEFAULT,
    also: Object.fromEntries(values.also.map(builds)),
    rounds: positive("rounds", values.rounds ?? 5, true),
    seconds: positive("seconds", values.seconds ?? 3, false),
    json: values.json,
    writeReadme: values["write-readme"],
    help: values.help,
  };
}

function list(name, text, known) {
  const chosen = text?.split(",");
  const unknown = chosen?.find((one) => !known.includes(one));
  if (unknown !== undefined) throw new Failure(`--${name}: no "${unknown}"; there are: ${known.join(", ")}`);
  return chosen && known.filter((one) => chosen.includes(one));
}

function builds(text) {
  const [, name, folder] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (!name) throw new Failure(`--also wants NAME=BUILD_DIR, not "${text}"`);
  return [name, resolve(folder)];
}

function unverified(rows) {
  const names = new Set(rows.filter(({ ok, isVerified }) => ok && isVerified === false).map(({ server }) => server));
  return [...names].map((name) => `wake, ${name}: not verified that its object had slept, because it does not answer GET /constructed.`);
}

function versions() {
  const npm = (name) => JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  const crate = (lock, name) => {
    const file = join(root, lock);
    return existsSync(file) ? readFileSync(file, "utf8").match(new RegExp(`name = "${name}"\r?\nversion = "([^"]+)"`))?.[1] : undefined;
  };
  return {
    parlor: output("git", ["describe", "--always", "--dirty"]) ?? "without git",
    node: process.versions.node,
    "socket.io": npm("socket.io"),
    workerd: npm("workerd"),
    socketioxide: crate("bench/peers/socketioxide/Cargo.lock", "socketioxide"),
    worker: crate("Cargo.lock", "worker"),
    rustc: output("rustc", ["--version"])?.split(" ")[1],
  };
}
