// Events of the server that want an acknowledgement.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { differs, own, startTarget } from "../support/target.mjs";
import { dialMain } from "../support/wire.mjs";

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
  it("has the number 0 if it is the first in its namespace, then 1", async (t) => {
    const lab = await startTarget();
    t.after(() => lab.stop());
    const [a, b] = [await dialMain(t, lab.url), await dialMain(t, lab.url)];
    a.send(`427["ask-me","x",${LONG}]`);
    assert.equal(await a.next(), '420["question","x"]');
    b.send(`428["ask-me","y",${LONG}]`);
    assert.equal(await b.next(), '421["question","y"]');
    b.send('431["second"]');
    assert.equal(await b.next(), '438[{"answer":"second"}]');
    a.send('430["first"]');
    assert.equal(await a.next(), '437[{"answer":"first"}]');
  });

  it("holds up the next event of its socket", async (t) => {
    const lab = await startTarget();
    t.after(() => lab.stop());
    const socket = await dialMain(t, lab.url);
    socket.send(`427["ask-me","x",${LONG}]`, `428["ask-me","y",${LONG}]`);
    assert.equal(await socket.next(), '420["question","x"]');
    socket.send('430["first"]');
    const [answer, question] = ['437[{"answer":"first"}]', '421["question","y"]'];
    const due = differs("events of one socket are handled one after another, also where a handler waits", {
      node: [question, answer],
      parlor: [answer, question],
    });
    assert.deepEqual([await socket.next(), await socket.next()], own(t, due));
    socket.send('431["second"]');
    assert.equal(await socket.next(), '438[{"answer":"second"}]');
  });

  it("to another socket's client is no question to this one", async (t) => {
    const { socket, id } = await asked(t);
    const other = await dialMain(t, lab.url);
    other.send(`43${id}["mine"]`, '429["echo",1]');
    assert.equal(await other.next(), "439[1]");
    socket.send(`43${id}["v"]`);
    assert.equal(await socket.next(), '437[{"answer":"v"}]');
  });

  it("is answered once: what comes again is ignored", async (t) => {
    const { socket, id } = await asked(t);
    socket.send(`43${id}["v"]`, `43${id}["w"]`);
    assert.equal(await socket.next(), '437[{"answer":"v"}]');
    socket.send('429["echo",1]');
    assert.equal(await socket.next(), "439[1]");
  });

  it("may be answered with bytes", async (t) => {
    const { socket, id } = await asked(t);
    socket.send(`461-${id}[{"_placeholder":true,"num":0}]`, Buffer.from([1, 2]));
    assert.equal(await socket.next(), '461-7[{"answer":{"_placeholder":true,"num":0}}]');
    assert.deepEqual(await socket.next(), Buffer.from([1, 2]));
  });

  it("is over after its time, and a late answer is ignored", async (t) => {
    const { socket, id } = await asked(t, 50);
    assert.equal(await socket.next(), '437[{"error":"timeout"}]');
    socket.send(`43${id}["late"]`, '429["echo",1]');
    assert.equal(await socket.next(), "439[1]");
  });
});
