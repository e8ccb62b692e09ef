// The secrets of an application, which are named in its wrangler.toml (`# Secrets: A, B`): made where there are none yet, at
// random. Those of this machine are in .dev.vars, where wrangler looks for them. Those of a deployment are Cloudflare's, which
// shows them to nobody, and in .deploy.vars here. Git has neither.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, option, say } from "./lib.mjs";

/** How those of a machine for development begin: where the application is deployed the Worker serves nobody with them. */
const OF_DEVELOPMENT = "dev-";

/** Secrets that a deployment may have or not. */
const OPTIONAL = ["ADMIN_PASSWORD", "PARLOR_METRICS_TOKEN"];

/** A secret in wrangler.toml, in a table of its own or in one line, would be in git, and in the dashboard for all to read. */
export function refuseOpenSecrets(folder) {
  const settings = readFileSync(join(folder, "wrangler.toml"), "utf8").replace(/^\s*#.*$/gm, "");
  const open = [...named(folder), ...OPTIONAL].find((name) => new RegExp(`(?<![\\w-])${name}["']?\\s*=`).test(settings));
  if (open === undefined) return;
  throw new Failure(`${open} is a secret, and stands in wrangler.toml: take it out there, and npx wrangler secret put ${open}`);
}

/** Makes those that this machine has none of. */
export function makeForDev(folder) {
  const file = join(folder, ".dev.vars");
  const made = make(file, named(folder), OF_DEVELOPMENT);
  if (made.length > 0) say(`made ${made.join(" and ")} for this machine, and put them into ${file}`);
}

/**
 * What `wrangler deploy` has to be given so that no secret is missing: options, and `after(status)`, which tells what was
 * made. A secret that the deployment has is left as it is. `ask(args)` runs wrangler and gives `{status, stdout, stderr}`.
 */
export function forDeploy(folder, args, ask) {
  const nothing = { options: [], after: () => {} };
  const names = named(folder);
  // In a build on somebody else's machine nobody would ever learn them.
  if (names.length === 0 || process.env.CI || option(args, "secrets-file") !== undefined) return nothing;
  const environment = option(args, "env") ?? (args.includes("-e") ? args[args.indexOf("-e") + 1] : undefined);
  const has = deployed(environment ? ["--env", environment] : [], ask);
  const missing = names.filter((name) => !has.includes(name));
  if (missing.length === 0) return nothing;

  const kept = join(folder, environment ? `.deploy.vars.${environment}` : ".deploy.vars");
  make(kept, missing);
  const temporary = mkdtempSync(join(tmpdir(), "parlor-secrets-"));
  const file = join(temporary, "secrets");
  const lines = readFileSync(kept, "utf8").split("\n");
  const line = (name) => lines.findLast((line) => lineOf(name).test(line));
  writeFileSync(file, missing.map((name) => `${line(name)}\n`).join(""), { mode: 0o600 });
  const after = (status) => {
    rmSync(temporary, { recursive: true, force: true });
    if (status === 0) say(`gave it ${missing.join(" and ")}, which are in ${kept}. Keep them: Cloudflare shows them to nobody`);
  };
  return { options: ["--secrets-file", file], after };
}

/** The names of the secrets that a deployment has. One that is not there has none; whatever else fails is no reason to make others. */
function deployed(which, ask) {
  const { status, stdout, stderr } = ask(["secret", "list", "--format", "json", ...which]);
  if (status === 0) return JSON.parse(stdout).map(({ name }) => name);
  if (/Worker ".*"( \(env: .*\))? not found/.test(stdout + stderr)) return [];
  throw new Failure(`wrangler does not say which secrets are set:\n${(stderr || stdout).trim()}`);
}

const lineOf = (name) => new RegExp(`^${name}\\s*=`, "m");

function named(folder) {
  return /^# Secrets: (.*)$/m.exec(readFileSync(join(folder, "wrangler.toml"), "utf8"))?.[1].trim().split(/,\s*/) ?? [];
}

/** Adds to a file those of the names that it has not. Gives them. */
function make(file, names, beginning = "") {
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  const missing = names.filter((name) => !lineOf(name).test(kept));
  if (missing.length === 0) return [];
  const lines = missing.map((name) => `${name}=${beginning}${randomBytes(24).toString("base64url")}\n`);
  writeFileSync(file, kept + (kept === "" || kept.endsWith("\n") ? "" : "\n") + lines.join(""), { mode: 0o600 });
  chmodSync(file, 0o600); // also where it was there
  return missing;
}
