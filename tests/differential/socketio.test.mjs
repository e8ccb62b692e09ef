// Packets of Socket.IO, in both of its forms, by `socket-io` and by Node's parsers: encoded and decoded the same, and
// what is nearly right is taken or refused alike.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromNative } from "./lib/canonical.mjs";
import { compare, show } from "./lib/compare.mjs";
import { differences as ofJson } from "./lib/differences/json.mjs";
import { differences as ofMsgpack } from "./lib/differences/msgpack.mjs";
import { Ledger } from "./lib/ledger.mjs";
import { mutateMessages } from "./lib/mutate.mjs";
import { fromWire, startNative, toWire } from "./lib/native.mjs";
import { decodeMessages, encodeMessages } from "./lib/node.mjs";
import { Random } from "./lib/random.mjs";
import { inBatches, seed, share } from "./lib/settings.mjs";

const PARSERS = {
  json: { cases: share(0.4), differences: ofJson, maxAttachments: 11, odd: false },
  msgpack: { cases: share(0.2), differences: ofMsgpack, maxAttachments: 30, odd: true },
};

let native;
before(async () => (native = await startNative()));
after(() => native?.stop());

for (const [parser, { cases, differences, maxAttachments, odd }] of Object.entries(PARSERS)) {
  const sides = {
    onNode: (messages) => decodeMessages(parser, messages),
    onNative: async (inputs) => {
      const questions = inputs.map((messages) => ({ do: "decode", parser, messages: messages.map(toWire) }));
      const answers = await native.ask(questions);
      return answers.map(({ steps }) => steps.map((step) => ({ said: fromNative(step), why: step.refused })));
    },
  };

  test(`${parser}: ${cases} packets are encoded and decoded as by Node`, async (t) => {
    const random = new Random(seed);
    const ledger = new Ledger(differences);
    let spelled = 0;
    await inBatches(cases, async (size) => {
      const packets = Array.from({ length: size }, () => random.packet({ maxAttachments }));
      const inputs = packets.map((packet) => encodeMessages(parser, packet));
      await compare({ inputs, ledger, ...sides });
      for (const values of [false, true]) {
        spelled += await compareEncoded({ parser, values, packets, inputs, ledger });
      }
      if (!odd) return;
      const more = packets.map(() => encodeMessages(parser, random.packet({ maxAttachments, odd })));
      await compare({ inputs: more, ledger, ...sides });
    });
    t.diagnostic(`${spelled} × the same values, spelled otherwise`);
    ledger.report((line) => t.diagnostic(line));
  });

  test(`${parser}: ${cases} mutated packets are taken or refused as by Node`, async (t) => {
    const random = new Random(seed + 1);
    const ledger = new Ledger(differences);
    await inBatches(cases, async (size) => {
      const pool = Array.from({ length: 200 }, () => encodeMessages(parser, random.packet({ maxAttachments: 3, odd })));
      const inputs = Array.from({ length: size }, () => {
        const right = random.chance(1, 3) ? [...random.pick(pool), ...random.pick(pool)] : random.pick(pool);
        return mutateMessages(random, right, pool.flat());
      });
      await compare({ inputs, ledger, ...sides });
    });
    ledger.report((line) => t.diagnostic(line));
  });
}

/**
 * The same packets, encoded natively: byte for byte what Node writes, or, where JSON and msgpack have several spellings
 * for a number or a character, what Node reads as the same. Gives how many were spelled otherwise.
 */
async function compareEncoded({ parser, values, packets, inputs, ledger }) {
  const questions = packets.map((packet) => ({ do: "encode", parser, values, packet: toNative(packet) }));
  const answers = await native.ask(questions);
  let spelled = 0;
  for (const [at, answer] of answers.entries()) {
    const encoded = answer.frames?.map(fromWire).map((frame, at) => (at === 0 && parser === "json" ? frame.slice(1) : frame));
    if (encoded && show(encoded) === show(inputs[at])) continue;
    const [expected, actual] = [inputs[at], encoded].map((messages) => messages && decodeMessages(parser, messages).at(-1));
    const it = { values, packet: packets[at], messages: inputs[at], native: actual, why: answer.refused, node: expected };
    if (actual === expected) spelled += 1;
    else if (!ledger.explainEncoded(it)) {
      const input = JSON.stringify(questions[at]);
      assert.fail(`seed ${seed}: ${input}\nnatively: ${encoded ? show(encoded) : answer.refused}\non Node: ${show(inputs[at])}`);
    }
  }
  return spelled;
}

/** The packet as the native side takes it: arguments as JSON with placeholders. */
function toNative({ type, nsp, id, data }) {
  if (type !== 2 && type !== 3) return { type, nsp, data: data === undefined ? undefined : JSON.stringify(data) };
  const attachments = [];
  const replaced = JSON.stringify(data, function (key, value) {
    if (!Buffer.isBuffer(this[key])) return value; // `value` is what toJSON made of it
    return { _placeholder: true, num: attachments.push(this[key].toString("base64")) - 1 };
  });
  const name = type === 2 ? JSON.parse(replaced)[0] : undefined;
  const args = replaced.slice(1 + (type === 2 ? JSON.stringify(name).length : 0), -1).replace(/^,/, "");
  return { type, nsp, id, name: name === undefined ? undefined : String(name).toWellFormed(), args, attachments };
}
