// A deployment whose variables are wrong serves nothing: its log says why, and strangers hear no more than that.
import assert from "node:assert/strict";
import { it } from "node:test";
import { client, connected, eventually } from "../support/clients.mjs";
import { startLogged } from "../support/lab.mjs";

const WRONG = "the server's settings are wrong: its log says which (npx wrangler tail)";

/** The words of the log, without those of its other lines. */
async function logged(lab) {
  const wrong = () => lab.lines().find(({ event }) => event === "wrong settings");
  await eventually("it is in the log", wrong);
  return wrong().error;
}

it("a setting that is wrong is named in the log, and its value nowhere", async (t) => {
  const lab = await startLogged(t, { parser: "hunter2", pingTimeout: 0, transports: "smoke", jurisdiction: "EU" });
  for (const path of ["/socket.io/?EIO=4&transport=polling", "/", "/socket.io/socket.io.js"]) {
    const answer = await fetch(lab.url + path);
    assert.equal(answer.status, 500, path);
    assert.equal(await answer.text(), WRONG);
  }
  const words = await logged(lab);
  assert.match(words, /PARLOR_PARSER is not default or msgpack/);
  assert.match(words, /PARLOR_PING_TIMEOUT is not a whole number of milliseconds above 0/);
  assert.match(words, /PARLOR_TRANSPORTS is not /);
  assert.match(words, /jurisdiction: it is eu, us or fedramp/);
  assert.doesNotMatch(lab.text(), /hunter2|smoke/);
  const emitted = await fetch(`${lab.url}/emit`, { method: "POST", headers: { authorization: "Bearer lab" }, body: '{"event":"x"}' });
  assert.equal(emitted.status, 500);
  await assert.rejects(connected(client(t, lab.url)));
});

it("a variable that the application needs and that is missing is named likewise", async (t) => {
  for (const word of ["", null]) {
    const lab = await startLogged(t, { word });
    const answer = await fetch(lab.url);
    assert.equal(answer.status, 500);
    assert.equal(await answer.text(), WRONG);
    assert.match(await logged(lab), /LAB_WORD is missing: any word, which `\/beyond` tells/);
    await assert.rejects(connected(client(t, lab.url)));
  }
});
