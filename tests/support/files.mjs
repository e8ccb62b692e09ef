// Which test files there are.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib.mjs";

/** The paths of the tests in a folder of tests/, sorted. */
export function testsIn(name) {
  const folder = join(root, "tests", name);
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return files.filter((file) => file.endsWith(".test.mjs")).sort().map((file) => join(folder, file));
}
