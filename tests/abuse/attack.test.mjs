// A minute of strangers who mean no good. ABUSE_SEED=n for others, ABUSE_ONLY=word for some kinds; longer by
// `node tests/abuse/run.mjs --minutes 10`.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ACTS, attack } from "./attack.mjs";

it("ten thousand acts of strangers disturb nobody", async (t) => {
  const only = process.env.ABUSE_ONLY ?? "";
  const { acts } = await attack({ seed: Number(process.env.ABUSE_SEED ?? 1), only, say: (line) => t.diagnostic(line) });
  assert.ok(acts >= ACTS || only !== "", `${acts}`);
});
