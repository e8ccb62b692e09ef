// One of examples/ for a test: `const chat = await startExample("chat", { gateways: 2 })`, then `await chat.stop()`.
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { root } from "../../scripts/lib.mjs";
import { variables } from "../lab/config.mjs";
import { startWorkerd } from "../lab/workerd.mjs";
import { LOG } from "./lab.mjs";

/** Options as of `startLab`. Gives the same, and `pages`, the folder of its static files. */
export async function startExample(name, options = {}) {
  const pages = join(root, "examples", name, "public");
  const built = await build(`example-${name}`, { profile: "lab" });
  const server = await startWorkerd({ build: built, assets: pages, ready: "/index.html", vars: variables(options), log: LOG });
  return { ...server, pages };
}
