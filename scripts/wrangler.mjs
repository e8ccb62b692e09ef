// wrangler.mjs dev|deploy|… [options]: sets up, builds, then runs wrangler with a Node that it accepts, until it ends
// or is told to. It does so for the application in the folder where this is started, which may be anywhere.
// `deploy` needs nothing but an account: it logs in, and makes the secrets. `deploy --dry-run` compares with the limits.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, workerIn } from "./build.mjs";
import { Failure, command, isMain, root, whenStopped } from "./lib.mjs";
import { dryRun } from "./limits.mjs";
import { forDeploy, makeForDev, refuseOpenSecrets } from "./secrets.mjs";
import { nodePath, setup } from "./setup.mjs";

/** Gives wrangler's exit status. */
export async function wrangler(folder, args) {
  if (args[0] === "deploy") refuseOpenSecrets(folder);
  const start = (args, options) => run(folder, args, options);
  // wrangler would build by itself, but silently until it is done.
  if (["dev", "deploy"].includes(args[0])) await build(workerIn(folder));
  else await setup();
  if (args[0] === "dev") makeForDev(folder);
  if (args[0] !== "deploy") return start(args);
  // Where there are several environments, wrangler wants to hear that none of them is meant.
  if (!process.env.CLOUDFLARE_ENV && !args.some((arg) => /^(-e|--env)\b/.test(arg))) args = [...args, "--env="];
  if (args.includes("--dry-run")) return dryRun(args, start);

  await logIn(folder);
  const { options, after } = forDeploy(folder, args, (args) => ask(folder, args));
  const status = await start([...args, ...options]);
  after(status);
  return status;
}

/** By the browser, where there is a person in front of it. */
async function logIn(folder) {
  if (ask(folder, ["whoami", "--json"]).status === 0) return;
  if (!process.stdin.isTTY) throw new Failure("wrangler is not logged in to Cloudflare, and nobody is here to do it: set CLOUDFLARE_API_TOKEN");
  if ((await run(folder, ["login"])) !== 0) throw new Failure("wrangler could not log in to Cloudflare (see above)");
}

const PROGRAM = join(root, "node_modules/wrangler/bin/wrangler.js");
const env = { WRANGLER_SEND_METRICS: "false", ...process.env };

/** A quick command's answer. */
const ask = (folder, args) => spawnSync(nodePath(), [PROGRAM, ...args], { cwd: folder, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });

function run(folder, args, { stdio = "inherit" } = {}) {
  const child = spawn(nodePath(), [PROGRAM, ...args], { cwd: folder, stdio, env });
  // Ctrl+C reaches wrangler by the terminal; a signal sent to us alone does not. It answers either by closing down.
  whenStopped((signal) => {
    child.kill(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5000).unref();
  });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 0)));
}

if (isMain(import.meta)) await command((args) => wrangler(process.cwd(), args));
