// npm run official -- PATH [--runs 3]: the protocol suites of socketio/socket.io against the lab, that of Engine.IO v3 with
// `allowEIO3`. PATH is a clone of https://github.com/socketio/socket.io, or a bare one. Nothing of theirs is kept.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "../scripts/build.mjs";
import { Failure, command, option, output, run, say, whenStopped } from "../scripts/lib.mjs";
import { setup } from "../scripts/setup.mjs";
import { variables } from "./lab/config.mjs";
import { startWorkerd } from "./lab/workerd.mjs";

const SUITES = [
  { path: "docs/engine.io-protocol/v4-test-suite" },
  { path: "docs/socket.io-protocol/v5-test-suite" },
  { path: "docs/engine.io-protocol/v3-test-suite", options: { allowEIO3: true } },
];
const PATHS = SUITES.map(({ path }) => path);
const PORT = 3000; // written into the suites, as are the two heartbeat times
const HEARTBEAT = { pingInterval: 300, pingTimeout: 200 };

await command(async (args) => {
  const from = args[0]?.startsWith("--") ? undefined : args[0];
  if (!from) throw new Failure("which clone of socketio/socket.io? npm run official -- PATH [--runs 3]");
  const runs = Number(option(args, "runs") ?? 3);
  await setup();
  const folder = mkdtempSync(join(tmpdir(), "parlor-official-"));
  let lab;
  const cleanUp = async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  whenStopped(() => cleanUp().then(() => process.exit(1)));
  try {
    await take(resolve(from), folder);
    const built = await build("lab");
    const rows = [];
    for (const { path, options } of SUITES) {
      lab = await startWorkerd({ build: built, port: PORT, vars: variables({ ...HEARTBEAT, ...options }) });
      const suite = path.split("/").slice(1).join(" ");
      for (let n = 1; n <= runs; n += 1) rows.push({ suite, run: n, ...(await mocha(folder, path)) });
      await lab.stop();
    }
    console.table(rows);
    return rows.every(({ passing, failing }) => passing > 0 && failing === 0) ? 0 : 1;
  } finally {
    await cleanUp();
  }
});

/** Copies the suites out of a clone's last commit, or out of a plain folder, and installs what they need. */
async function take(from, folder) {
  const commit = output("git", ["-C", from, "rev-parse", "HEAD"]);
  if (commit) {
    const archive = join(folder, "suites.tar");
    const archived = await run("git", ["-C", from, "archive", `--output=${archive}`, commit, ...PATHS]);
    const unpacked = archived || (await run("tar", ["-xf", archive, "-C", folder]));
    if (unpacked !== 0) throw new Failure(`${from} has no ${PATHS.join(" or ")}`);
    say(`suites of socketio/socket.io at ${commit}`);
  } else {
    for (const suite of PATHS) {
      if (!existsSync(join(from, suite))) throw new Failure(`${from} has no ${suite}`);
      cpSync(join(from, suite), join(folder, suite), { recursive: true });
    }
  }
  for (const suite of PATHS) {
    const npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    if ((await run("npm", npm, { cwd: join(folder, suite) })) !== 0) throw new Failure(`npm ci failed in ${suite}`);
  }
}

async function mocha(folder, suite) {
  let text = "";
  await run(process.execPath, ["node_modules/.bin/mocha", "test-suite.js"], {
    cwd: join(folder, suite),
    stdio: ["ignore", "pipe", "inherit"],
    onSpawn: (child) => child.stdout.on("data", (part) => {
      text += part;
      process.stdout.write(part);
    }),
  });
  const number = (word) => Number(text.match(new RegExp(`^ *(\\d+) ${word}`, "m"))?.[1] ?? 0);
  return { passing: number("passing"), failing: number("failing"), pending: number("pending") };
}
