// Whether docs/learn.md shows the code as it is: each piece of Rust is in the file that was named last before it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib.mjs";

const PIECE = /\]\(\.\.\/((?:src|tests)\/[^)]+\.rs)\)|^```rust\n([\s\S]*?)^```$/gm;

/** What is not in its file, a line each. */
export function staleInLearn() {
  const text = readFileSync(join(root, "docs/learn.md"), "utf8");
  let file;
  let code = "";
  const stale = [];
  for (const [, named, piece] of text.matchAll(PIECE)) {
    if (named) {
      file = named;
      code = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8").replaceAll("\r", "") : "";
    } else if (!code.includes(piece)) {
      stale.push(`  ${file} does not have:\n${piece}`);
    }
  }
  return stale;
}
