// wrangler.mjs dev|deploy|… [options]: sets up, builds, then runs wrangler with a Node that it accepts, until it ends
// or is told to. It does so for the application in the folder where this is started, which may be anywhere.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, workerIn } from "./build.mjs";
import { command, isMain, root, whenStopped } from "./lib.mjs";
import { nodePath, setup } from "./setup.mjs";

/** Gives wrangler's exit status. */
export async function wrangler(folder, args) {
  // wrangler would build by itself, but silently until it is done.
  if (["dev", "deploy"].includes(args[0])) await build(workerIn(folder));
  else await setup();
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

if (isMain(import.meta)) await command((args) => wrangler(process.cwd(), args));
