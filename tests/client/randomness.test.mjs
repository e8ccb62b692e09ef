// Where the platform gives no randomness nobody gets an id that could be guessed.
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { startLab } from "../support/lab.mjs";

it("a request without randomness fails, and the next one with it does not", async (t) => {
  const lab = await startLab({ front: join(import.meta.dirname, "randomness.front.mjs") });
  t.after(() => lab.stop());
  const handshake = () => fetch(`${lab.url}/socket.io/?EIO=4&transport=polling`);
  const without = await handshake();
  assert.ok(without.status >= 500, `${without.status}`);
  assert.doesNotMatch(await without.text(), /sid/);
  await fetch(`${lab.url}/random`);
  const { status } = await handshake();
  assert.equal(status, 200);
});
