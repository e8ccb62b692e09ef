#!/usr/bin/env node
// wasm-opt as worker-build starts it, for a module without what is dead; so the code behind that goes too.
import { join } from "node:path";
import { command, root, run } from "./lib.mjs";
import { dropClasses } from "./wasm.mjs";

await command(async (args) => {
  dropClasses(args[0]);
  return run(join(root, "node_modules/binaryen/bin/wasm-opt"), args);
});
