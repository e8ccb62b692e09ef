// A reporter for node:test that writes one line of JSON for each case: `{file, name, ok, reasons, error}`. Its name is with
// those of the describes around it; `reasons` are those for a difference between the servers (`own` in target.mjs). One that
// is marked as `todo` is not ok.
import { basename } from "node:path";

/** What a diagnostic begins with that is such a reason. */
export const DIFFERS = "differs: ";

export default async function* report(events) {
  const names = [];
  let last; // the case whose diagnostics follow
  const line = () => {
    const text = last ? `${JSON.stringify(last)}\n` : "";
    last = undefined;
    return text;
  };
  let file; // one after the other; a case of a table says rows.mjs, where it was made
  for await (const { type, data } of events) {
    if (type === "test:dequeue" && data.nesting === 0 && data.name.endsWith(".test.mjs")) file = basename(data.name);
    if (type === "test:start") {
      names.length = data.nesting;
      names.push(data.name);
    } else if (type === "test:pass" || type === "test:fail") {
      yield line();
      const { details, name, nesting } = data;
      const failure = details.error?.cause ?? details.error;
      // A suite counts only where it is more than the sum of its cases: when setting it up failed.
      if (details.type === "suite" && details.error?.failureType !== "hookFailed") continue;
      last = {
        file,
        name: [...names.slice(0, nesting), name],
        ok: type === "test:pass" && data.todo === undefined,
        reasons: [],
        error: failure && String(failure.message ?? failure),
      };
    } else if (type === "test:diagnostic" && data.message.startsWith(DIFFERS)) {
      last?.reasons.push(data.message.slice(DIFFERS.length));
    }
  }
  yield line();
}
