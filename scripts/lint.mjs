// npm run lint: formatting, then clippy, for this machine and for wasm (other code is compiled there), then the
// documentation, whether the crates can be packaged, and the types of the chat's page. Warnings are errors. And the tests that
// docs/compatibility.md and docs/cost.md name have to be there, what docs/getting-started.md, docs/learn.md, docs/cost.md and
// docs/upgrading.md show has to be as it is, and every error of the code has to be in docs/errors.md. At the end, what is known of
// the packages that all of it stands on.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { upToDate } from "../docs/cost.mjs";
import { audit } from "./audit.mjs";
import { missingErrors } from "./errors.mjs";
import { staleInGuide } from "./guide.mjs";
import { staleInLearn } from "./learn.mjs";
import { Failure, command, examples, root, run, say } from "./lib.mjs";
import { packages, rust } from "./setup.mjs";
import { staleVersions } from "./versions.mjs";

const STRICT = ["--", "-D", "warnings"];
const WORKERS = ["parlor-worker", "chat", "lab", ...examples.map((name) => `example-${name}`)];
const CRATES = ["parlor-codec-derive", "parlor-codec", "parlor-engine-io", "parlor-socket-io", "parlor", "parlor-worker"]; // what is published
const WASM = [...WORKERS.flatMap((name) => ["-p", name]), "--target", "wasm32-unknown-unknown"];

await command(async () => {
  await rust();
  for (const args of [
    ["fmt", "--all", "--check"],
    ["fmt", "--check", "--manifest-path", "tests/foreign/rust/Cargo.toml"],
    ["fmt", "--check", "--manifest-path", "bench/load/Cargo.toml"],
    ["fmt", "--check", "--", "examples/minimal/src/lib.rs"], // which is in no workspace
    ["clippy", "--workspace", "--all-targets", ...STRICT],
    ["clippy", ...WASM, ...STRICT],
    ["clippy", "--manifest-path", "bench/load/Cargo.toml", ...STRICT],
    ["doc", "--workspace", "--no-deps", "--document-private-items"],
    ["package", "--no-verify", "--allow-dirty", "--quiet", ...CRATES.flatMap((name) => ["-p", name])],
  ]) {
    say(`cargo ${args.join(" ")}`);
    if ((await run("cargo", args, { env: { RUSTDOCFLAGS: "-D warnings" } })) !== 0) throw new Failure(`cargo ${args[0]} found something (see above)`);
  }
  await packages();
  say("tsc --project tsconfig.json");
  const tsc = [join(root, "node_modules/typescript/bin/tsc"), "--project", join(root, "tsconfig.json")];
  if ((await run(process.execPath, tsc)) !== 0) throw new Failure("tsc found something in public/js (see above)");
  for (const page of ["docs/compatibility.md", "docs/cost.md"]) {
    say(`tests named in ${page}`);
    const lost = lostTests(page);
    if (lost.length > 0) throw new Failure(`${page} names tests that are not there:\n${lost.join("\n")}`);
  }
  say("files shown in docs/getting-started.md");
  const stale = staleInGuide();
  if (stale.length > 0) throw new Failure(`docs/getting-started.md is out of date:\n${stale.join("\n")}`);
  const other = staleInLearn();
  if (other.length > 0) throw new Failure(`docs/learn.md is out of date:\n${other.join("\n")}`);
  const changed = staleVersions();
  if (changed.length > 0) throw new Failure(`docs/upgrading.md has other versions of stored forms than the code:\n${changed.join("\n")}`);
  const missing = missingErrors();
  if (missing.length > 0) throw new Failure(`docs/errors.md does not have these errors of the code:\n${missing.join("\n")}`);
  const cost = readFileSync(join(root, "docs/cost.md"), "utf8");
  if (upToDate(cost) !== cost) throw new Failure("docs/cost.md is out of date: node docs/cost.mjs --write");
  await audit();
});

/** Links to a file of tests whose words are not in it. */
function lostTests(page) {
  const text = readFileSync(join(root, page), "utf8");
  const links = [...text.matchAll(/\[([^\]]+)\]\(\.\.\/((?:tests|crates)\/[^)]+)\)/g)];
  if (links.length === 0) throw new Failure(`${page} names no tests`);
  const isThere = ([, words, file]) => existsSync(join(root, file)) && readFileSync(join(root, file), "utf8").includes(words);
  return links.filter((link) => !isThere(link)).map(([, words, file]) => `  ${words}: ${file}`);
}
