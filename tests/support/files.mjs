// Which test files there are.
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../../scripts/lib.mjs";

/** The paths of the tests in a folder of tests/: those that are to be `first`, in this order, then the others, sorted. */
export function testsIn(name, first = []) {
  const folder = join(root, "tests", name);
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  const place = (file) => (first.indexOf(basename(file, ".test.mjs")) + 1 || Infinity);
  const before = (a, b) => place(a) - place(b) || (a < b ? -1 : 1);
  return files.filter((file) => file.endsWith(".test.mjs")).sort(before).map((file) => join(folder, file));
}
