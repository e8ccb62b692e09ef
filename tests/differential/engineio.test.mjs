// Packets and payloads of Engine.IO, versions 4 and 3, by `engine-io` and by Node's parsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compare, show } from "./lib/compare.mjs";
import { differences3, differences3Binary, differences4 } from "./lib/differences/engine.mjs";
import { Ledger } from "./lib/ledger.mjs";
import { mutate } from "./lib/mutate.mjs";
import { fromWire, startNative, toWire } from "./lib/native.mjs";
import { decodeBody, decodeFrame, encodeBody, fromNativeEngine } from "./lib/node.mjs";
import { Random } from "./lib/random.mjs";
import { inBatches, seed, share } from "./lib/settings.mjs";

let native;
before(async () => (native = await startNative()));
after(() => native?.stop());

/** An input is one frame or one body; what is said is its packets. */
const sides = (question, onNode) => ({
  onNode: ([message]) => onNode(message),
  onNative: async (inputs) => {
    const answers = await native.ask(inputs.map(([message]) => question(message)));
    return answers.map(({ packets }) => packets.map((step) => ({ said: fromNativeEngine(step), why: step.refused })));
  },
});
const frames = sides((text) => ({ do: "packet", text }), decodeFrame);
const bodies = (version) =>
  sides((body) => ({ do: "packets", version, body: toWire(body) }), (body) => decodeBody(version, body));

const FORMS = [
  { name: "version 4", version: 4, binary: false, cases: share(0.2), differences: differences4 },
  { name: "version 3", version: 3, binary: false, cases: share(0.1), differences: differences3 },
  { name: "version 3, as bytes", version: 3, binary: true, cases: share(0.1), differences: differences3Binary },
];

for (const { name, version, binary, cases, differences } of FORMS) {
  test(`${name}: ${cases} payloads are encoded and decoded as by Node`, async (t) => {
    const random = new Random(seed);
    const ledger = new Ledger(differences);
    await inBatches(cases, async (size) => {
      const lists = Array.from({ length: size }, () => messagesOf(random));
      const answers = await native.ask(
        lists.map((messages) => ({ do: "body", version, binary, messages: messages.map(toWire) })),
      );
      const inputs = lists.map((messages) => [encodeBody(version, binary, messages)]);
      for (const [at, { frames }] of answers.entries()) {
        assert.equal(show(frames.map(fromWire)), show(inputs[at]), `seed ${seed}: ${show(lists[at])}`);
      }
      await compare({ inputs, ledger, ...bodies(version) });
    });
    ledger.report((line) => t.diagnostic(line));
  });

  test(`${name}: ${cases} mutated payloads are taken or refused as by Node`, async (t) => {
    const random = new Random(seed + 1);
    const ledger = new Ledger(differences);
    await inBatches(cases, async (size) => {
      const pool = Array.from({ length: 200 }, () => encodeBody(version, binary, messagesOf(random)));
      const inputs = Array.from({ length: size }, () => {
        let body = mutate(random, random.pick(pool), random.pick(pool));
        while (random.chance(1, 3)) body = mutate(random, body, random.pick(pool));
        return [body];
      });
      await compare({ inputs, ledger, ...bodies(version) });
      if (version === 4) await compare({ inputs, ledger, ...frames });
    });
    ledger.report((line) => t.diagnostic(line));
  });
}

function messagesOf(random) {
  const messages = random.list(5, () => (random.chance(1, 4) ? random.bytes() : random.text().toWellFormed()));
  return messages.length > 0 ? messages : ["only"];
}
