// The lab app for a test: `const lab = await startLab({ pingInterval: 300, gateways: 2 })`, then `await lab.stop()`.
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { variables } from "../lab/config.mjs";
import { startWorkerd } from "../lab/workerd.mjs";

// Else a test that is stopped half-way would leave its workerd running: only an exit lets it be cleaned up.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

export const LOG = process.env.LAB_LOG ? "inherit" : "ignore";

/**
 * Options: `pingInterval`, `pingTimeout`, `gateways`, `recovery`, `persist` (a folder that outlives the lab), `port`
 * (any free one by default). Gives `{url, port, stop(), kill()}`: start again with the same `persist` after `kill()` to
 * see what a crash leaves. `edition` is another build than the usual one, whose stored forms are newer. `front` is a module that is the Worker in its place, and may import `index.js`. workerd's log is silent unless LAB_LOG is set, or goes where `log` says (as in `stdio`).
 */
export async function startLab({ port = 0, persist, log = LOG, front, edition = 0, ...options } = {}) {
  const usual = await build("lab");
  const folder = edition === 0 ? usual : another(usual, edition);
  const started = startWorkerd({ build: folder, port, persist, vars: variables(options), log, front });
  return folder === usual ? started : started.finally(() => rmSync(folder, { recursive: true, force: true })); // it has a copy
}

/** The same build but for its edition, which `crates/parlor/src/edition.rs` keeps in one byte. */
function another(folder, edition) {
  const copy = mkdtempSync(join(tmpdir(), `parlor-edition-${edition}-`));
  copyFileSync(join(folder, "index.js"), join(copy, "index.js"));
  const wasm = readFileSync(join(folder, "index_bg.wasm"));
  const name = "parlor edition ";
  const [at, again] = [wasm.indexOf(name), wasm.lastIndexOf(name)];
  if (at < 0 || at !== again) throw new Error("the lab's wasm does not say which edition it is, or says so twice");
  wasm.write(String(edition), at + name.length);
  writeFileSync(join(copy, "index_bg.wasm"), wasm);
  return copy;
}

/**
 * The same for one test, on storage that outlives it: `killed()` is a power cut, and the start of the next lab on the same
 * port; `deployed(edition)` is that with another build. They resolve when it is ready.
 */
export async function startMortal(t, options) {
  const persist = mkdtempSync(join(tmpdir(), "parlor-mortal-"));
  let lab;
  t.after(async () => {
    await lab?.kill();
    rmSync(persist, { recursive: true, force: true });
  });
  lab = await startLab({ ...options, persist });
  const { url, port } = lab;
  const deployed = async (edition) => {
    await lab.kill();
    lab = await startLab({ ...options, edition, persist, port });
  };
  return { url, deployed, killed: () => deployed(options.edition) };
}

/** The lab, and its log: `lines()` are those of JSON so far. */
export async function startLogged(t, options) {
  const folder = mkdtempSync(join(tmpdir(), "parlor-observability-"));
  const path = join(folder, "log");
  const file = openSync(path, "a");
  const lab = await startLab({ ...options, log: file });
  t.after(async () => {
    await lab.stop();
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  });
  const text = () => readFileSync(path, "utf8");
  const written = () => text().split("\n").slice(0, -1); // workerd may be in the middle of the last line
  const lines = () => written().flatMap((line) => (line.includes('{"level"') ? [JSON.parse(line.slice(line.indexOf("{")))] : []));
  return { ...lab, text, lines };
}
