// The programs of the foreign clients, made ready: `const clients = await foreignClients()`. All they need goes into
// .tools/foreign.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, exe, hashOf, output, root, run, say, stampIn, tools } from "../../scripts/lib.mjs";
import { aptInstall, openssl } from "../../scripts/setup.mjs";

const folder = join(tools, "foreign");
const sources = join(root, "tests/foreign");
let clients;

/** Of each client its name, and either the command that plays a scenario, or what it is `missing` here. */
export function foreignClients() {
  clients ??= (async () => [
    { name: "python-socketio", ...(await python()) },
    { name: "rust_socketio", ...(await rust()) },
  ])();
  return clients;
}

/** A part of `npm test`'s set-up, since it takes a minute the first time. */
export async function prepare() {
  for (const { name, missing } of await foreignClients()) {
    if (missing) say(`${name} is left out, its tests are skipped: ${missing}`);
  }
}

async function python() {
  let found = findPython();
  // On Debian the module `venv` is there without what it needs: that comes with a package of its own.
  if (found.missing && (await aptInstall(["python3", "python3-venv"]))) found = findPython();
  if (found.missing) return found;
  const venv = join(folder, "venv");
  const program = join(venv, process.platform === "win32" ? "Scripts" : "bin", `python${exe}`);
  const requirements = join(sources, "python/requirements.txt");
  const stamp = join(venv, ".parlor");
  const wanted = `${hashOf(requirements)} ${found.version}`;
  if (stampIn(stamp) !== wanted) {
    say("installing python-socketio (some seconds)…");
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if ((await run(found.program, ["-m", "venv", venv])) !== 0) throw new Failure(`${found.program} -m venv failed`);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    if ((await run(program, pip)) !== 0) throw new Failure("pip failed (see above). Is PyPI reachable?");
    writeFileSync(stamp, wanted);
  }
  return { command: [program, join(sources, "python/client.py")] };
}

function findPython() {
  for (const program of ["python3", "python"]) {
    const version = output(program, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (version === undefined) continue;
    const [major, minor] = version.split(".").map(Number);
    if (major !== 3 || minor < 10) return { missing: `Python 3.10 or newer is needed, ${program} is ${version}` };
    const works = output(program, ["-c", "import venv, ensurepip"]) !== undefined;
    return works ? { program, version } : { missing: `${program} has no venv with pip; on Debian: apt install python3-venv` };
  }
  return { missing: "there is no Python (python3 or python)" };
}

async function rust() {
  await openssl("rust_socketio");
  const target = join(folder, "target");
  const built = join(target, "debug", `foreign${exe}`);
  if (!existsSync(built)) say("building a client on rust_socketio (a minute the first time)…");
  const args = ["build", "--quiet", "--locked", "--manifest-path", join(sources, "rust/Cargo.toml")];
  const status = await run("cargo", args, { env: { CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: "0" } });
  if (status !== 0) throw new Failure("building tests/foreign/rust failed (see above). Is crates.io reachable?");
  return { command: [built] };
}
