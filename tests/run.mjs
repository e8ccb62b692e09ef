// npm test [-- --only rust,client]: sets up, builds, and runs every test. The last lines say which failed, and the sum.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "../scripts/build.mjs";
import { Failure, command, examples, option, root, run, whenStopped } from "../scripts/lib.mjs";
import { nodePath, setup } from "../scripts/setup.mjs";
import { prepare as foreignClients } from "./foreign/clients.mjs";
import { fuzz } from "./fuzz.mjs";
import { parity } from "./parity.mjs";
import { ensureBrowser } from "./support/browser.mjs";
import { testsIn } from "./support/files.mjs";

/**
 * In this order: what is quick and what the rest stands on comes first. `build` is what a part needs built, and `profile`
 * how, where it is not as usual. `atOnce` is how many of its files run at once, which have servers of their own: one, but where
 * they wait more than they do. `first` are those files that take longest, so that the others fit beside them.
 */
const PARTS = [
  { name: "rust", run: cargoTest },
  { name: "differential", atOnce: 2 },
  { name: "fuzz", run: fuzzTest },
  { name: "protocol", build: ["lab"], run: bothServers },
  { name: "client", build: ["lab"], atOnce: 2, first: ["recovery", "queues"] },
  { name: "examples", before: ensureBrowser, build: examples.map((name) => `example-${name}`), profile: "lab" },
  { name: "foreign", build: ["lab"], before: foreignClients },
  { name: "faults", build: ["lab", "chat"], atOnce: 2, first: ["crowd", "sleep"] },
  { name: "abuse", build: ["lab", "chat"], atOnce: 2 },
  { name: "page" }, // the modules of the chat's page by themselves; no build
  { name: "browser", build: ["chat", "lab"], before: ensureBrowser, atOnce: 2, first: ["connection", "talk"] },
];
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = []; // what is said of each at the end, where nobody has to look for it
const children = new Set(); // what runs, and is to end with us

await command(async (args) => {
  const parts = chosen(option(args, "only"));
  whenStopped((signal) => (children.forEach((child) => child.kill(signal)), process.exit(1)));
  try {
    await phase("set-up", setup);
    for (const part of parts.filter(hasTests)) {
      if (part.before) await phase(`${part.name}: set-up`, part.before);
      for (const name of part.build ?? []) await phase(`build ${name}`, () => build(name, { profile: part.profile }));
      await phase(part.name, () => (part.run ?? nodeTest)(part));
    }
  } catch (error) {
    total.failed += 1; // a step that could not be done counts, and there is no use in going on
    failures.push(error.message);
    console.error(error instanceof Failure ? `\nparlor: ${error.message}` : error);
  }
  if (failures.length > 0) console.log(`\nWhat failed:\n${failures.map((line) => `- ${line}`).join("\n")}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed > 0 ? 1 : 0;
});

function chosen(only) {
  const all = PARTS.map(({ name }) => name);
  const names = only?.split(",") ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Failure(`no part "${unknown}"; there are: ${all.join(", ")}`);
  return PARTS.filter(({ name }) => names.includes(name));
}

function hasTests(part) {
  if (part.run || testsIn(part.name).length > 0) return true;
  console.log(`\n── ${part.name}: no tests`);
}

function onSpawn(child) {
  children.add(child);
  child.on("close", () => children.delete(child));
}

async function phase(title, work) {
  console.log(`\n── ${title}`);
  const started = Date.now();
  await work();
  console.log(`── ${title}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Unit, property and documentation tests of every crate, on this machine's own processor. */
async function cargoTest() {
  let text = "";
  const status = await run("cargo", ["test", "--workspace", "--no-fail-fast"], {
    stdio: ["ignore", "pipe", "inherit"],
    onSpawn: (cargo) => {
      onSpawn(cargo);
      cargo.stdout.setEncoding("utf8").on("data", (part) => {
        text += part;
        process.stdout.write(part);
      });
    },
  });
  failures.push(...[...text.matchAll(/^test (.+) \.\.\. FAILED$/gm)].map(([, name]) => `rust: ${name}`));
  const results = text.matchAll(/^test result: \S+ (\d+) passed; (\d+) failed/gm);
  count(status, [...results].map(([, passed, failed]) => [Number(passed), Number(failed)]));
}

/** Each case is one, whose passing is that on Node's socket.io and on the lab it does what the table says of each. */
async function bothServers() {
  const { passed, failed, report } = await parity({ onSpawn });
  failures.push(...report.filter((line) => line.startsWith("- ") && line.includes("FAILED")).map((line) => line.replace(/^- /, "protocol: ")));
  console.log(`${report.at(-1)}; case by case in tests/results/parity.md`);
  count(0, [[passed, failed]]);
}

/** A minute over all targets, where there is what it takes. */
async function fuzzTest() {
  const { passed, failed, skipped } = await fuzz({ seconds: 12, onSpawn });
  total.skipped += skipped;
  count(failed, [[passed, failed]]);
}

/** Files of tests, which share the machine's processors with the servers that they start. */
async function nodeTest({ name, atOnce = 1, first = [] }) {
  const tap = join(root, "tests/results", `${name}.tap`);
  mkdirSync(dirname(tap), { recursive: true });
  rmSync(tap, { force: true });
  const reporters = ["spec", "stdout", "tap", tap];
  const args = ["--test", `--test-concurrency=${atOnce}`, "--test-timeout=600000"]; // of a whole file, too
  for (let i = 0; i < reporters.length; i += 2) {
    args.push(`--test-reporter=${reporters[i]}`, `--test-reporter-destination=${reporters[i + 1]}`);
  }
  const status = await run(nodePath(), [...args, ...testsIn(name, first)], { onSpawn });
  const text = existsSync(tap) ? readFileSync(tap, "utf8") : "";
  const sum = (word) => Number(text.match(new RegExp(`^# ${word} (\\d+)$`, "m"))?.[1] ?? 0);
  total.skipped += sum("skipped");
  failures.push(...failedIn(text).map((line) => `${name}: ${line}`));
  count(status, [[sum("pass"), sum("fail") + sum("cancelled")]]);
}

/** The tests that TAP says are not ok, each with the first words of its error; not the suites around them. */
function failedIn(tap) {
  return tap
    .split(/^(?= *not ok )/m)
    .slice(1)
    .filter((block) => !block.includes("failureType: 'subtestsFailed'"))
    .map((block) => {
      const [, test] = /^ *not ok \d+ - (.*)/.exec(block) ?? [];
      // In quotes of any kind, or the lines below that are further in.
      const [, , , line, lines] = /^( *)error: (?:(['"`])(.*)\2$|\|-\n((?:\1 +.*\n|\n)*))/m.exec(block) ?? [];
      return `${test}: ${(line ?? lines ?? "").replace(/\s+/g, " ").trim().slice(0, 300)}`;
    });
}

/** A program that fails without a failed test, by not compiling for instance, is one failure as well. */
function count(status, results) {
  const failed = results.reduce((all, [, some]) => all + some, 0);
  total.passed += results.reduce((all, [some]) => all + some, 0);
  total.failed += status !== 0 && failed === 0 ? 1 : failed;
}
