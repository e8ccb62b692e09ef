// A deployment whose variables are wrong says so, and serves nothing.
import assert from "node:assert/strict";
import { it } from "node:test";
import { client, connected } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

it("a setting that is wrong is named to whoever asks for anything", async (t) => {
  const lab = await startLab({ parser: "xml", pingTimeout: 0, transports: "smoke", jurisdiction: "EU" });
  t.after(() => lab.stop());
  for (const path of ["/socket.io/?EIO=4&transport=polling", "/", "/socket.io/socket.io.js"]) {
    const answer = await fetch(lab.url + path);
    const words = await answer.text();
    assert.equal(answer.status, 500, path);
    assert.match(words, /PARLOR_PARSER is "xml", not default or msgpack/);
    assert.match(words, /PARLOR_PING_TIMEOUT is "0", not a whole number of milliseconds above 0/);
    assert.match(words, /PARLOR_TRANSPORTS is "smoke"/);
    assert.match(words, /jurisdiction: it is eu, us or fedramp/);
  }
  const emitted = await fetch(`${lab.url}/emit`, { method: "POST", headers: { authorization: "Bearer lab" }, body: '{"event":"x"}' });
  assert.equal(emitted.status, 500);
  await assert.rejects(connected(client(t, lab.url)));
});

it("a variable that the application needs and that is missing is named likewise", async (t) => {
  for (const word of ["", null]) {
    const lab = await startLab({ word });
    t.after(() => lab.stop());
    const answer = await fetch(lab.url);
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /LAB_WORD is missing: any word, which `\/beyond` tells/);
    await assert.rejects(connected(client(t, lab.url)));
  }
});
