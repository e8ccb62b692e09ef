// `npm run deploy` makes the secrets that a deployment has none of, and leaves alone those that it has.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { TEMPLATE } from "../../scripts/lib.mjs";
import { create } from "../../scripts/new.mjs";
import { forDeploy } from "../../scripts/secrets.mjs";

delete process.env.CI; // where it makes none

/** A folder with an application that names two secrets, and `ask`, a wrangler whose deployment has some. */
function application(t, has) {
  const folder = mkdtempSync(join(tmpdir(), "parlor-secrets-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "wrangler.toml"), 'name = "app"\n# Secrets: ONE, TWO\n');
  const asked = [];
  const ask = (args) => {
    asked.push(args.join(" "));
    if (has === undefined) return { status: 1, stdout: "", stderr: 'X [ERROR] Worker "app" not found.\n\nIf this is a new Worker, run `wrangler deploy` first' };
    if (has === "unknown") return { status: 1, stdout: "", stderr: "X [ERROR] A request to the Cloudflare API failed." };
    return { status: 0, stdout: JSON.stringify(has.map((name) => ({ name, type: "secret_text" }))), stderr: "" };
  };
  return { folder, ask, asked };
}

const given = ({ options: [option, file] }) => {
  assert.equal(option, "--secrets-file");
  return Object.fromEntries(readFileSync(file, "utf8").trimEnd().split("\n").map((line) => line.split("=")));
};

it("the first deploy is given all of them, and a second try the same", (t) => {
  const { folder, ask } = application(t);
  const first = forDeploy(folder, ["deploy"], ask);
  const secrets = given(first);
  assert.deepEqual(Object.keys(secrets), ["ONE", "TWO"]);
  assert.ok(Object.values(secrets).every((value) => value.length === 32));
  assert.notEqual(secrets.ONE, secrets.TWO);
  first.after(1);
  assert.ok(!existsSync(first.options[1]), "what wrangler read is gone");
  assert.equal(statSync(join(folder, ".deploy.vars")).mode & 0o777, 0o600);
  const second = forDeploy(folder, ["deploy"], ask);
  assert.deepEqual(given(second), secrets);
  second.after(0);
});

it("what the deployment has is not touched", (t) => {
  const { folder, ask } = application(t, ["ONE"]);
  const deploy = forDeploy(folder, ["deploy"], ask);
  assert.deepEqual(Object.keys(given(deploy)), ["TWO"]);
  deploy.after(0);
  const complete = application(t, ["TWO", "ONE", "MORE"]);
  assert.deepEqual(forDeploy(complete.folder, ["deploy"], complete.ask).options, []);
});

it("each environment has its own", (t) => {
  const { folder, ask, asked } = application(t);
  const [production, staging] = [["deploy"], ["deploy", "--env", "staging"]].map((args) => forDeploy(folder, args, ask));
  assert.deepEqual(asked, ["secret list --format json", "secret list --format json --env staging"]);
  assert.notEqual(given(production).ONE, given(staging).ONE);
  for (const deploy of [production, staging]) deploy.after(0);
});

it("when Cloudflare does not say what is set, none is made", (t) => {
  const { folder, ask } = application(t, "unknown");
  assert.throws(() => forDeploy(folder, ["deploy"], ask), /wrangler does not say which secrets are set:.*request to the Cloudflare API/s);
  assert.ok(!existsSync(join(folder, ".deploy.vars")));
});

it("a new project gets none that were left in the template", (t) => {
  const around = mkdtempSync(join(tmpdir(), "parlor-new-"));
  t.after(() => rmSync(around, { recursive: true, force: true }));
  const [template, folder] = [join(around, "template"), join(around, "my-app")];
  cpSync(TEMPLATE, template, { recursive: true });
  const left = [".dev.vars", ".dev.vars.staging", ".deploy.vars", ".env", ".env.local"];
  writeFileSync(join(template, ".dev.vars.example"), "KEY=\n");
  for (const name of left) writeFileSync(join(template, name), "KEY=secret\n");
  create(folder, template);
  assert.deepEqual(left.filter((name) => existsSync(join(folder, name))), []);
  assert.ok(existsSync(join(folder, ".dev.vars.example")) && existsSync(join(folder, "src/lib.rs")), "the rest is there");
});
