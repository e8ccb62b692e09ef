// A room of more members than are sent to at once: the shell sends to them in portions, and gathers what comes meanwhile.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, heard } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const MEMBERS = 50;
const EACH = 40;

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

it("fifty members hear three who talk at once in one order, bytes and all, whoever goes meanwhile", async (t) => {
  const members = await clients(t, lab.url, MEMBERS);
  for (const member of members) await call(member, "join", "square");
  const [ann, bob, cid] = members;
  const [leaver, whispered] = members.slice(-2);
  const hears = members.map((member) => heard(member));
  leaver.once("msg", () => leaver.disconnect());

  for (let n = 0; n < EACH; n += 1) {
    // Three frames to each, or one.
    for (const [from, who] of Object.entries({ ann, bob })) who.emit("all", "square", { from, n, bytes: [Buffer.from([n]), Buffer.from(from)] });
    cid.emit("all", "square", { from: "cid", n });
    if (n % 8 === 0) cid.emit("whisper", whispered.id, { whisper: n });
  }
  const staying = hears.filter((_, index) => members[index] !== leaver);
  const whispers = Math.ceil(EACH / 8);
  await Promise.all(staying.map((list) => list.reaches(3 * EACH + (list === hears.at(-1) ? whispers : 0))));

  const told = hears.at(-1).filter((said) => "whisper" in said);
  assert.deepEqual(told, Array.from({ length: whispers }, (_, n) => ({ whisper: 8 * n })));
  const [order] = staying;
  for (const list of staying) assert.deepEqual(list.filter((said) => "from" in said), [...order]);
  for (const who of ["ann", "bob", "cid"]) {
    const said = order.filter(({ from }) => from === who);
    const bytes = (n) => (who === "cid" ? {} : { bytes: [Buffer.from([n]), Buffer.from(who)] });
    assert.deepEqual(said, Array.from({ length: EACH }, (_, n) => ({ from: who, n, ...bytes(n) })));
  }
});
