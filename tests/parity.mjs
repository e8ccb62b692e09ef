// npm run test:parity: the cases of tests/protocol against Node's socket.io and against the lab on workerd, and what
// came of each: the same, or different and why. Files may be named: npm run test:parity -- packets upgrade.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "../scripts/build.mjs";
import { Failure, command, isMain, root, run, whenStopped } from "../scripts/lib.mjs";
import { nodePath, setup } from "../scripts/setup.mjs";
import { testsIn } from "./support/files.mjs";

const RESULTS = join(root, "tests/results");
const STATES = { same: "same", different: "different", failed: "FAILED" };
const TITLES = { node: "Socket.IO on Node", parlor: "Parlor" };

/** Runs them, and writes tests/results/parity.md. Gives `{passed, failed, report}`: two counts, and its lines. */
export async function parity({ files = testsIn("protocol"), onSpawn } = {}) {
  mkdirSync(RESULTS, { recursive: true });
  console.log(`\n${Object.values(TITLES).join(" and ")}`);
  // Side by side: most cases wait. Files of one server one after another, as the reporter has to know which one runs.
  const both = Object.keys(TITLES).map(async (target) => [target, await outcomesOn(target, files, onSpawn)]);
  const outcomes = Object.fromEntries(await Promise.all(both));
  const cases = matched(outcomes);
  const report = [...sections(cases), "", summary(cases)];
  writeFileSync(join(RESULTS, "parity.md"), `# ${TITLES.parlor} and ${TITLES.node}\n${report.join("\n")}\n`);
  const failed = countOf(cases, "failed");
  return { passed: cases.length - failed, failed, report };
}

/** What came of every case on one of the servers, by file and name. */
async function outcomesOn(target, files, onSpawn) {
  const results = join(RESULTS, `protocol-${target}.jsonl`);
  rmSync(results, { force: true });
  const reporters = [["dot", "stdout"], [join(root, "tests/support/reporter.mjs"), results]];
  const args = reporters.flatMap(([name, to]) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`]);
  await run(nodePath(), ["--test", "--test-concurrency=1", "--test-timeout=180000", ...args, ...files], {
    env: { PARLOR_TARGET: target },
    onSpawn,
  });
  const text = existsSync(results) ? readFileSync(results, "utf8") : "";
  const lines = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  if (lines.length === 0) throw new Failure(`no case ran against ${TITLES[target]}`);
  const seen = new Map();
  for (const one of lines) {
    const key = JSON.stringify([one.file, ...one.name]);
    if (seen.has(key)) throw new Failure(`two cases of one name: ${key}`);
    seen.set(key, one);
  }
  return seen;
}

/** Each case once: its section, its name, and what is to be said of it. */
function matched({ node, parlor }) {
  return [...new Set([...node.keys(), ...parlor.keys()])].map((key) => {
    const [file, ...names] = JSON.parse(key);
    const both = { node: node.get(key), parlor: parlor.get(key) };
    const wrong = Object.entries(both).filter(([, outcome]) => !outcome?.ok);
    const reasons = [...new Set([...(both.node?.reasons ?? []), ...(both.parlor?.reasons ?? [])])];
    return {
      section: [...names.slice(0, -1), `(${file})`].join(" "),
      name: names.at(-1),
      state: wrong.length > 0 ? "failed" : reasons.length > 0 ? "different" : "same",
      words: wrong.map(failure).join("; ") || reasons.join("; "),
    };
  });
}

const countOf = (cases, wanted) => cases.filter(({ state }) => state === wanted).length;

function failure([target, outcome]) {
  const words = outcome ? outcome.error?.replace(/\s+/g, " ").slice(0, 300) : "it did not run";
  return `on ${TITLES[target]}: ${words}`;
}

function sections(cases) {
  return cases.flatMap(({ section, name, state, words }, n) => {
    const title = section === cases[n - 1]?.section ? [] : ["", `## ${section}`, ""];
    return [...title, `- ${name}: ${[STATES[state], words].filter(Boolean).join(state === "failed" ? " " : ": ")}`];
  });
}

function summary(cases) {
  const counts = Object.entries(STATES).map(([state, words]) => `${countOf(cases, state)} ${words}`);
  return `${cases.length} cases: ${counts.join(", ")}`;
}

if (isMain(import.meta)) {
  const children = [];
  whenStopped((signal) => (children.forEach((child) => child.kill(signal)), process.exit(1)));
  await command(async (args) => {
    await setup();
    await build("lab");
    const named = (file) => args.length === 0 || args.includes(basename(file, ".test.mjs"));
    const files = testsIn("protocol").filter(named);
    const { failed, report } = await parity({ files, onSpawn: (node) => children.push(node) });
    console.log(report.join("\n"));
    return failed > 0 ? 1 : 0;
  });
}
