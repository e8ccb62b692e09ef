// Secrets come from secrets: what stands in wrangler.toml is in git.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { examples, root } from "../../scripts/lib.mjs";
import { refuseOpenSecrets } from "../../scripts/secrets.mjs";

it("a secret in wrangler.toml is not deployed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlor-secrets-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const written = (line) => writeFileSync(join(folder, "wrangler.toml"), `# Secrets: CHAT_SECRET, MODERATOR_KEY\n[vars]\n${line}\n`);
  for (const line of ['MODERATOR_KEY = "x"', '  CHAT_SECRET="x"', '"CHAT_SECRET" = "x"', '[env.staging]\nvars = { A = "#1", CHAT_SECRET = "x" }', 'ADMIN_PASSWORD = "x"', 'PARLOR_METRICS_TOKEN = "x"']) {
    written(line);
    assert.throws(() => refuseOpenSecrets(folder), /is a secret, and stands in wrangler.toml/, line);
  }
  for (const line of ["", '# CHAT_SECRET = "x"', 'OTHER_CHAT_SECRET = "x"']) {
    written(line);
    refuseOpenSecrets(folder);
  }
  for (const one of [root, ...examples.map((name) => join(root, "examples", name))]) refuseOpenSecrets(one);
});
