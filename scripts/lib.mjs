// Small helpers for the scripts. Node built-ins only: they run before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const tools = join(root, ".tools");
export const exe = process.platform === "win32" ? ".exe" : "";

/** What a new project begins with: it is copied out of here, and built there. */
export const TEMPLATE = join(root, "examples/minimal");

/** The names of the applications in examples/. */
export const examples = readdirSync(join(root, "examples")).filter((name) => {
  const folder = join(root, "examples", name);
  return folder !== TEMPLATE && existsSync(join(folder, "Cargo.toml"));
});

export const say = (line) => console.error(`parlor: ${line}`);

/** A failure that the person at the keyboard can do something about: printed without a stack. */
export class Failure extends Error {}

/** Runs `main`, printing a Failure as one message and any other error with its stack. */
export async function command(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `\nparlor: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/** True if this file is the command that was started, not a module that another one imports. */
export const isMain = (meta) => process.argv[1] && fileURLToPath(meta.url) === realpathSync(process.argv[1]);

/** Runs a program to its end with our own terminal; resolves to its exit status. */
export function run(program, args, { cwd = root, env = {}, stdio = "inherit", onSpawn } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio });
    onSpawn?.(child);
    child.on("error", (error) => reject(new Failure(`cannot start ${program}: ${error.message}`)));
    child.on("close", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** The trimmed standard output of a quick program, or undefined if it is missing or fails. */
export function output(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: "utf8", ...options });
  return status === 0 ? stdout.trim() : undefined;
}

export function hashOf(...files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** The content of a stamp file, or undefined. */
export const stampIn = (file) => (existsSync(file) ? readFileSync(file, "utf8").trim() : undefined);

/** For a value of an option: `--name value` or `--name=value`; `undefined` where it is not given. */
export function option(args, name) {
  for (const [index, arg] of args.entries()) {
    if (arg === `--${name}`) return args[index + 1];
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
  }
}

/**
 * Calls `stop` once, when this process is told to end. A signal sent to npm never gets here: npm passes it to its
 * shell, which dies and leaves us alone; so, under npm, losing the parent counts too.
 */
export function whenStopped(stop) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && once("SIGTERM");
  const watch = process.env.npm_lifecycle_event ? setInterval(orphaned, 200).unref() : undefined;
  let stopped = false;
  const once = (signal) => {
    clearInterval(watch);
    if (!stopped) stop(signal);
    stopped = true;
  };
  for (const signal of signals) process.on(signal, once);
}
