// Every kind of argument, there and back: in an event, in an acknowledgement, in auth; by WebSocket and by polling.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { differs, own, startTarget } from "../support/target.mjs";
import { SEPARATOR, dial, dialMain, pollMain } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

/** A name, the JSON of an argument, and that JSON parsed and written anew, where that changes it. */
const VALUES = [
  ["null", "null"],
  ["true", "true"],
  ["false", "false"],
  ["zero", "0"],
  ["a negative number", "-1"],
  ["a fraction", "0.1"],
  ["a small fraction", "5e-324"],
  ["a large number", "1.7976931348623157e+308"],
  ["the largest safe integer", "9007199254740991"],
  ["an integer beyond the safe ones", "9007199254740993", "9007199254740992"],
  ["a number beyond all", "1e999", "null"],
  ["minus zero", "-0", "0"],
  ["a number written at length", "1.500", "1.5"],
  ["an empty string", '""'],
  ["a string", '"hello"'],
  ["quotes and backslashes", '"\\"\\\\/\\b\\f\\n\\r\\t"'],
  ["a control character", '"\\u0000\\u001f"'],
  ["a letter written by its number", '"\\u00e9"', '"é"'],
  ["umlauts, Chinese, Arabic", '"äöü 中文 العربية"'],
  ["an emoji", '"😀👩‍👩‍👧"'],
  ["line separators", '"\u2028\u2029"'],
  ["half a surrogate pair by its number", '"\\ud83d"'],
  ["what looks like a separator of payloads", '"\\u001e"'],
  ["what looks like a packet", '"42[\\"x\\"]"'],
  ["an empty list", "[]"],
  ["a list of every kind", '[null,true,1,"a",[],{}]'],
  ["an empty object", "{}"],
  ["an object with every kind", '{"a":null,"b":false,"c":1.5,"d":"x","e":[1,[2,[3]]],"f":{"g":{"h":{}}}}'],
  ["an object with an empty key", '{"":1}'],
  ["an object with the keys of all objects", '{"constructor":1,"toString":2}'],
  ["an object with a number for a key, first", '{"1":1,"a":2}'],
  ["an object with a number for a key, last", '{"a":2,"1":1}', '{"1":1,"a":2}'],
  ["an object with a key twice", '{"a":1,"a":2}', '{"a":2}'],
  ["white space between", '{ "a" : [ 1 , 2 ] }', '{"a":[1,2]}'],
  ["a hundred lists, one in another", "[".repeat(100) + "]".repeat(100)],
  ["a long string", `"${"ü".repeat(100_000)}"`],
];
const anew = (sent, written) =>
  written === undefined
    ? sent
    : differs("arguments are passed on as they came, not parsed and written anew", { node: written, parlor: sent });

describe("5.5 an argument comes back as it went, by WebSocket", () => {
  for (const [name, sent, written] of VALUES) {
    it(name, async (t) => {
      const socket = await dialMain(t, lab.url);
      const back = own(t, anew(sent, written));
      socket.send(`42["message",${sent},1]`, `427["echo",${sent}]`, `428["message-with-ack",1,${sent}]`);
      assert.equal(await socket.next(), `42["message-back",${back},1]`);
      assert.equal(await socket.next(), `437[${back}]`);
      assert.equal(await socket.next(), `438[1,${back}]`);
    });
  }
});

describe("5.5 an argument comes back as it went, by polling", () => {
  for (const [name, sent, written] of VALUES) {
    it(name, async (t) => {
      const session = await pollMain(lab.url);
      const back = own(t, anew(sent, written));
      await session.post([`42["message",${sent},1]`, `427["echo",${sent}]`].join(SEPARATOR));
      assert.equal((await session.get()).body, [`42["message-back",${back},1]`, `437[${back}]`].join(SEPARATOR));
    });
  }
});

describe("5.5 auth comes back as it went", () => {
  for (const [name, sent, written = sent] of VALUES.filter(([, sent]) => sent.startsWith("{"))) {
    it(name, async (t) => {
      const socket = dial(t, lab.url); // auth is for the application to read: both parse it
      await socket.next();
      socket.send(`40${sent}`);
      assert.match(await socket.next(), /^40{"sid":/);
      assert.equal(await socket.next(), `42["auth",${written}]`);
    });
  }
});
