// npm run lint: formatting, then clippy, for this machine and for wasm (other code is compiled there). Warnings are
// errors.
import { Failure, command, run, say } from "./lib.mjs";
import { rust } from "./setup.mjs";

const STRICT = ["--", "-D", "warnings"];
const WASM = ["-p", "parlor-worker", "-p", "chat", "-p", "lab", "--target", "wasm32-unknown-unknown"];

await command(async () => {
  await rust();
  for (const args of [
    ["fmt", "--all", "--check"],
    ["fmt", "--check", "--manifest-path", "tests/foreign/rust/Cargo.toml"],
    ["clippy", "--workspace", "--all-targets", ...STRICT],
    ["clippy", ...WASM, ...STRICT],
  ]) {
    say(`cargo ${args.join(" ")}`);
    if ((await run("cargo", args)) !== 0) throw new Failure(`cargo ${args[0]} found something (see above)`);
  }
});
