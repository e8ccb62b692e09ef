// Answers each line with the milliseconds that a fixed piece of work took: see startCalibration in machine.mjs.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

const block = Buffer.alloc(1 << 20);

function work() {
  const start = performance.now();
  for (let round = 0; round < 8; round += 1) createHash("sha256").update(block).digest();
  return performance.now() - start;
}

work(); // the first time it is slower
for await (const _ of createInterface({ input: process.stdin })) console.log(work());
