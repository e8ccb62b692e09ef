// A Chromium for the browser tests: `const browser = await launch()`, a Browser of playwright-core.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure, output, root, run, say } from "../../scripts/lib.mjs";
import { aptInstall } from "../../scripts/setup.mjs";

const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export async function launch(options = {}) {
  const { chromium } = await import("playwright-core");
  const sandbox = process.getuid?.() !== 0; // Chromium refuses to run as root with one
  return chromium.launch({ executablePath: await find(), chromiumSandbox: sandbox, ...options });
}

/** Part of `npm test`'s set-up: finds a browser or installs one. */
export async function ensureBrowser() {
  if (await find()) return;
  say("no Chromium here, and the browser tests need one: installing it (once)…");
  if (await aptInstall(["chromium", "fonts-liberation"])) return;
  const playwright = join(root, "node_modules/playwright-core/cli.js");
  if ((await run(process.execPath, [playwright, "install", "chromium"])) === 0 && (await find())) return;
  throw new Failure("no browser for the tests: install Chromium or Chrome, or name one in CHROMIUM_BIN");
}

async function find() {
  const named = process.env.CHROMIUM_BIN;
  if (named) {
    if (output(named, ["--version"]) === undefined) throw new Failure(`CHROMIUM_BIN=${named} does not run`);
    return named;
  }
  const { chromium } = await import("playwright-core");
  return [...USUAL, chromium.executablePath()].find((path) => path && existsSync(path));
}
