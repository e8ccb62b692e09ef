// The table of stored forms in docs/upgrading.md against the code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib.mjs";

/** How a row of the table begins, and where its version is. */
const FORMS = {
  "a connection": ["gateway/client.rs"],
  "a socket that is away": ["gateway/absence.rs", "gateway/moving.rs"],
  "the log for recovery": ["gateway/log.rs"],
  "what it has counted": ["gateway/seen.rs"],
  "a history's messages": ["room/history.rs"],
  values: ["room/values.rs"],
  "jobs and what is remembered of pushes": ["queue/jobs.rs"],
  consumers: ["queue/consumers.rs"],
  "what objects send each other": ["wire/form.rs"],
};

/** What is not in the table as it should be, a line each. */
export function staleVersions() {
  const page = readFileSync(join(root, "docs/upgrading.md"), "utf8");
  return Object.entries(FORMS).flatMap(([form, files]) => {
    const row = page.match(new RegExp(`^\\| ${form}[^|]*\\| (\\d+)`, "m"));
    return files.flatMap((file) => {
      const code = readFileSync(join(root, "crates/parlor/src", file), "utf8");
      const version = code.match(/const (?:\w+_)?VERSION: u8 = (\d+);/)?.[1];
      return version !== undefined && version === row?.[1] ? [] : [`  ${form}: ${row?.[1]}, in ${file} it is ${version}`];
    });
  });
}
