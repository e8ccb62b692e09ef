#!/usr/bin/env node
// wasm-opt as worker-build starts it, for a module without what is dead, so that the code behind that goes too. Then again,
// to put its functions next to those that are like them.
import { join } from "node:path";
import { command, root, run } from "./lib.mjs";
import { dropClasses, nameByLikeness } from "./wasm.mjs";

await command(async (args) => {
  const wasmOpt = (args) => run(join(root, "node_modules/binaryen/bin/wasm-opt"), args);
  dropClasses(args[0]);
  if (process.env.PARLOR_NAMES) return wasmOpt([...args, "-g"]); // for a profile
  const status = await wasmOpt(args);
  const [output, features] = [args[args.indexOf("-o") + 1], args.filter((arg) => arg.startsWith("--enable-"))];
  if (status !== 0) return status;
  nameByLikeness(output);
  return wasmOpt([output, "-o", output, "--reorder-functions-by-name", ...features]);
});
