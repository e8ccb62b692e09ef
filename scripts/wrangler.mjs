// wrangler.mjs dev|deploy|… [options]: sets up, builds, then runs wrangler with a Node that it accepts, until it ends
// or is told to. It does so for the application in the folder where this is started, which may be anywhere.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, workerIn } from "./build.mjs";
import { Failure, command, isMain, root, say, whenStopped } from "./lib.mjs";
import { nodePath, setup } from "./setup.mjs";

/** Gives wrangler's exit status. */
export async function wrangler(folder, args) {
  if (args[0] === "deploy") refuseOpenSecrets(folder);
  // wrangler would build by itself, but silently until it is done.
  if (["dev", "deploy"].includes(args[0])) await build(workerIn(folder));
  else await setup();
  if (args[0] === "dev") makeSecrets(folder);
  const child = spawn(nodePath(), [join(root, "node_modules/wrangler/bin/wrangler.js"), ...args], {
    cwd: folder,
    stdio: "inherit",
    env: { WRANGLER_SEND_METRICS: "false", ...process.env },
  });
  // Ctrl+C reaches wrangler by the terminal; a signal sent to us alone does not. It answers either by closing down.
  whenStopped((signal) => {
    child.kill(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5000).unref();
  });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 0)));
}

/** The names of an application's secrets, as its wrangler.toml has them in a comment. */
function secretsOf(settings) {
  return /^# Secrets: (.*)$/m.exec(settings)?.[1].split(", ") ?? [];
}

/** A secret in wrangler.toml would be in git, and in the dashboard for all to read. */
export function refuseOpenSecrets(folder) {
  const settings = readFileSync(join(folder, "wrangler.toml"), "utf8");
  const open = secretsOf(settings).find((name) => new RegExp(`^\\s*["']?${name}["']?\\s*=`, "m").test(settings));
  if (open === undefined) return;
  throw new Failure(`${open} is a secret, and stands in wrangler.toml: take it out there, and npx wrangler secret put ${open}`);
}

/**
 * Secrets of an application that this machine has none of yet, in `.dev.vars`, where wrangler looks for them and git does not.
 * They begin as none does that serves where the application is deployed.
 */
function makeSecrets(folder) {
  const file = join(folder, ".dev.vars");
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  const named = secretsOf(readFileSync(join(folder, "wrangler.toml"), "utf8"));
  const missing = named.filter((name) => !new RegExp(`^${name}\\s*=`, "m").test(kept));
  if (missing.length === 0) return;
  const lines = missing.map((name) => `${name}=dev-${randomBytes(24).toString("base64url")}\n`);
  writeFileSync(file, kept + (kept === "" || kept.endsWith("\n") ? "" : "\n") + lines.join(""), { mode: 0o600 });
  say(`made ${missing.join(" and ")} for this machine, and put them into ${file}`);
}

if (isMain(import.meta)) await command((args) => wrangler(process.cwd(), args));
