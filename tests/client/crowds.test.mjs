// A room of more members than are sent to at once: the shell sends to them in portions, and gathers what comes meanwhile.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { call, clients, heard } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const MEMBERS = 50;
const ASIDE = 5; // members to whom some things are said aside, at once for they are few
const EACH = 40;

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

it("fifty members hear three who talk at once in one order, bytes and all, whoever goes meanwhile", async (t) => {
  const members = await clients(t, lab.url, MEMBERS);
  const [ann, bob, cid, leaver] = members;
  for (const [index, member] of members.entries()) {
    await call(member, "join", "square");
    if (index < MEMBERS - ASIDE) await call(member, "join", "most");
  }
  const hears = members.map((member) => heard(member));
  leaver.once("msg", () => leaver.disconnect());

  for (let n = 0; n < EACH; n += 1) {
    // Three frames to each, or one.
    for (const [from, who] of Object.entries({ ann, bob })) who.emit("all", "square", { from, n, bytes: [Buffer.from([n]), Buffer.from(from)] });
    cid.emit("all", "square", { from: "cid", n });
    cid.emit("except", "square", "most", { from: "cid", n, aside: true });
  }
  const most = hears.slice(0, -ASIDE).filter((_, index) => members[index] !== leaver);
  const few = hears.slice(-ASIDE);
  await Promise.all([...most.map((list) => list.reaches(3 * EACH)), ...few.map((list) => list.reaches(4 * EACH))]);

  const by = (who) => few[0].filter(({ from }) => from === who);
  for (const who of ["ann", "bob"]) {
    assert.deepEqual(by(who), Array.from({ length: EACH }, (_, n) => ({ from: who, n, bytes: [Buffer.from([n]), Buffer.from(who)] })));
  }
  assert.deepEqual(by("cid"), Array.from({ length: EACH }, (_, n) => [{ from: "cid", n }, { from: "cid", n, aside: true }]).flat());
  const order = [...few[0]];
  for (const list of few) assert.deepEqual([...list], order);
  for (const list of most) assert.deepEqual([...list], order.filter(({ aside }) => !aside));
});
