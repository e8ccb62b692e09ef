// What connection state recovery remembers is in storage: it outlives the memory of every object, and the process.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { POLLING, WEBSOCKET, connected, next } from "../support/clients.mjs";
import { startMortal } from "../support/lab.mjs";
import { startMiniflare } from "../support/miniflare.mjs";
import { HASTE, comeBack, drop, elsewhere, standsOn, twoMembers } from "../support/recovery.mjs";

const SETTINGS = { gateways: 2, recovery: 60_000 };

describe("eviction of all objects", () => {
  let lab;
  before(async () => (lab = await startMiniflare(SETTINGS)));
  after(() => lab.stop());

  const MOMENTS = ["while it is connected", "when it has just gone", "while it is away", "when it is back"];
  /** On each move from Gateway to Gateway all objects lose their memory at these moments. */
  const noticesNothing = (transport, moments) => async (t) => {
    const { member, say, isRecovered, list } = await twoMembers(t, lab.url, transport);
    const evict = async (moment) => {
      if (moments.includes(moment)) assert.ok((await lab.evictAll()) > 0);
    };
    const due = [];
    for (const to of [elsewhere(member), standsOn(member), elsewhere(member)]) {
      await say(`here ${to}`);
      await list.reaches(due.push(`here ${to}`));
      await evict(MOMENTS[0]);
      await drop(member);
      await evict(MOMENTS[1]);
      await say(`away ${to}`);
      due.push(`away ${to}`);
      await evict(MOMENTS[2]);
      await comeBack(t, lab.url, member, to);
      await evict(MOMENTS[3]);
      assert.deepEqual([...(await list.reaches(due.length))], due);
      await isRecovered();
    }
  };
  for (const moment of MOMENTS) it(`${moment} is not noticed by who comes back`, noticesNothing(WEBSOCKET, [moment]));
  it("at every step is not noticed by who comes back", noticesNothing(WEBSOCKET, MOMENTS));
  // Not while a GET waits: miniflare evicts an object when its requests are answered.
  it("while it is away is not noticed by who comes back by polling", noticesNothing(POLLING, [MOMENTS[2]]));

  it("that ends the connections too is a reason to come back, and nothing is missed", async (t) => {
    const { talker, member, say, isRecovered, list } = await twoMembers(t, lab.url, WEBSOCKET, HASTE);
    const due = [];
    for (const n of [1, 2, 3, 4]) {
      await say(n);
      due.push(n);
      const left = [next(member, "disconnect"), next(talker, "disconnect")];
      const back = [next(member, "connect"), next(talker, "connect")];
      for (const name of ["any-0", "any-1"]) assert.ok(await lab.crash("Gateway", name));
      await Promise.all([...left, ...back]);
      assert.ok(talker.recovered);
      assert.deepEqual([...(await list.reaches(due.length))], due);
      await isRecovered();
    }
  });
});

describe("with a window of a second, where all objects sleep", () => {
  let lab;
  before(async () => (lab = await startMiniflare({ ...SETTINGS, recovery: 1000 })));
  after(() => lab.stop());

  it("who is away for longer is forgotten", async (t) => {
    const { member, say, isNew, list } = await twoMembers(t, lab.url);
    await drop(member);
    await say("missed");
    await lab.evictAll();
    await sleep(3000);
    await connected(member);
    await isNew();
    assert.deepEqual([...list], []);
  });

  it("who is idle for longer, and then loses its connection, is not", async (t) => {
    const { member, say, isRecovered, list } = await twoMembers(t, lab.url);
    await say(1);
    await list.reaches(1);
    await lab.evictAll();
    await sleep(3000);
    await drop(member);
    await say(2);
    await comeBack(t, lab.url, member, elsewhere(member));
    assert.deepEqual([...(await list.reaches(2))], [1, 2]);
    await isRecovered();
  });
});

describe("a kill of the process", () => {
  it("leaves all of them who they were, and they hear each other as before", async (t) => {
    const lab = await startMortal(t, SETTINGS);
    const { talker, member, say, isRecovered, list } = await twoMembers(t, lab.url, WEBSOCKET, HASTE);
    const due = [];
    for (const n of [1, 2, 3]) {
      const left = [next(member, "disconnect"), next(talker, "disconnect")];
      const back = [next(member, "connect"), next(talker, "connect")];
      await lab.killed();
      await Promise.all([...left, ...back]);
      assert.ok(talker.recovered);
      await isRecovered();
      await say(n);
      due.push(n);
      assert.deepEqual([...(await list.reaches(due.length))], due);
    }
  });

  for (const transport of [WEBSOCKET, POLLING]) {
    it(`keeps what somebody has missed who was away already, ${transport.name}`, async (t) => {
      const lab = await startMortal(t, SETTINGS);
      const { talker, member, say, isRecovered, list } = await twoMembers(t, lab.url, transport);
      await drop(member);
      await say(1, 2);
      await Promise.all([next(talker, "disconnect"), lab.killed()]);
      await comeBack(t, lab.url, talker);
      assert.ok(talker.recovered);
      await say(3);
      await comeBack(t, lab.url, member, elsewhere(member));
      assert.deepEqual([...(await list.reaches(3))], [1, 2, 3]);
      await isRecovered();
    });
  }
});
