// Events of the server that want an acknowledgement.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { later, startTarget } from "../support/target.mjs";
import { dialMain } from "../support/wire.mjs";

const LATER = later("acknowledgements by clients come with a later part of the library");
const LONG = 20_000;

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

/** Has the server ask, and gives the number under which it wants the answer. */
async function asked(t, ms = LONG, x = "x") {
  const socket = await dialMain(t, lab.url);
  socket.send(`427["ask-me",${JSON.stringify(x)},${ms}]`);
  const frame = await socket.next();
  const [, id] = frame.match(/^42(\d+)\["question","x"\]$/) ?? assert.fail(frame);
  return { socket, id };
}

describe("5.5 the server's question", () => {
  it("has the number 0 if it is the first in its namespace, then 1", LATER, async (t) => {
    const lab = await startTarget();
    t.after(() => lab.stop());
    const socket = await dialMain(t, lab.url);
    socket.send(`427["ask-me","x",${LONG}]`, `428["ask-me","y",${LONG}]`);
    assert.equal(await socket.next(), '420["question","x"]');
    assert.equal(await socket.next(), '421["question","y"]');
    socket.send('431["second"]', '430["first"]');
    assert.equal(await socket.next(), '438[{"answer":"second"}]');
    assert.equal(await socket.next(), '437[{"answer":"first"}]');
  });

  it("is answered once: what comes again is ignored", LATER, async (t) => {
    const { socket, id } = await asked(t);
    socket.send(`43${id}["v"]`, `43${id}["w"]`);
    assert.equal(await socket.next(), '437[{"answer":"v"}]');
    socket.send('429["echo",1]');
    assert.equal(await socket.next(), "439[1]");
  });

  it("may be answered with bytes", LATER, async (t) => {
    const { socket, id } = await asked(t);
    socket.send(`461-${id}[{"_placeholder":true,"num":0}]`, Buffer.from([1, 2]));
    assert.equal(await socket.next(), '461-7[{"answer":{"_placeholder":true,"num":0}}]');
    assert.deepEqual(await socket.next(), Buffer.from([1, 2]));
  });

  it("is over after its time, and a late answer is ignored", LATER, async (t) => {
    const { socket, id } = await asked(t, 50);
    assert.equal(await socket.next(), '437[{"error":"timeout"}]');
    socket.send(`43${id}["late"]`, '429["echo",1]');
    assert.equal(await socket.next(), "439[1]");
  });
});
