// The crates' side: one process of the program in `src`, asked by lines of JSON.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure, exe, output, root, run } from "../../../scripts/lib.mjs";

/** Builds the program and starts it. */
export async function startNative() {
  if ((await run("cargo", ["build", "--quiet", "--package", "differential"])) !== 0) {
    throw new Failure("the crates' side of the differential tests does not compile (see above)");
  }
  const { target_directory: target } = JSON.parse(output("cargo", ["metadata", "--format-version=1", "--no-deps"]));
  const child = spawn(join(target, "debug", `differential${exe}`), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const waiting = [];
  let at = 0;
  lines.on("line", (line) => {
    waiting[at].resolve(JSON.parse(line));
    waiting[at] = undefined;
    at += 1;
  });
  child.on("close", () => {
    const question = waiting[at]?.question;
    for (const one of waiting.slice(at)) one?.reject(new Error(`the crates' side ended at ${question}`));
  });
  child.stdin.on("error", () => {}); // `close` tells more

  /** Asks all of these at once; the answers are in the same order. */
  const ask = (questions) => {
    const answers = questions.map((question) => {
      const line = JSON.stringify(question);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject, question: line });
        child.stdin.write(`${line}\n`);
      });
    });
    return Promise.all(answers);
  };
  return { ask, stop: () => child.stdin.end() };
}

/** A message as the native side writes it: text, or `{ b: base64 }`. */
export const toWire = (message) => (typeof message === "string" ? message : { b: message.toString("base64") });
export const fromWire = (wire) => (typeof wire === "string" ? wire : Buffer.from(wire.b, "base64"));
