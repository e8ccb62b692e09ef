// Tables of what goes in and what comes out by WebSocket: `table(title, start, rows)`.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { own } from "./target.mjs";

/** At this nothing more is sent until the server has done with what went before. */
export const REST = Symbol("rest");

export const slot = (num) => `{"_placeholder":true,"num":${num}}`;
export const slots = (count) => Array.from({ length: count }, (_, num) => slot(num)).join();

export const invalid = (nsp) => `44${nsp},{"message":"Invalid namespace"}`;

/** A CONNECT reply, with exactly a sid. */
export const connects = (prefix = "40") => (received) => {
  const frame = received.shift();
  assert.match(frame, /^[^{]*{"sid":"[\w-]{20}(\.any-0)?"}$/);
  assert.equal(frame.slice(0, frame.indexOf("{")), prefix);
};

/** The prefix, then JSON equal to this, whatever the order of keys. */
export const json = (prefix, value) => (received) => {
  const frame = received.shift();
  assert.equal(frame.slice(0, prefix.length), prefix);
  assert.deepEqual(JSON.parse(frame.slice(prefix.length)), value);
};

/** A packet with attachments, whichever way its placeholders are numbered. */
export const binary = (prefix, count, value) => (received) => {
  const [frame, ...attachments] = received.splice(0, 1 + count);
  assert.equal(frame.slice(0, prefix.length), prefix);
  const fill = (_, inner) => (inner?._placeholder ? [...attachments[inner.num]] : inner);
  assert.deepEqual(JSON.parse(frame.slice(prefix.length), fill), value);
};

/**
 * `rows`: a name, the frames to send, and what is due: frames, or what judges them; "closes" at the end, or alone. Each
 * may differ by server. After it the connection must be at rest, with nothing else come, or closed.
 */
export function table(title, start, rows) {
  describe(title, () => {
    for (const [name, frames, expectation] of rows) {
      it(name, async (t) => {
        const socket = await start(t);
        const due = [own(t, expectation)].flat();
        const closes = due.at(-1) === "closes";
        const expected = closes ? due.slice(0, -1) : due;
        const received = [];
        for (const frame of frames) {
          if (frame === REST) await rest(socket, received);
          else socket.send(frame);
        }
        if (closes) await untilClosed(socket, received);
        else await rest(socket, received);
        for (const one of expected) {
          if (typeof one === "function") one(received);
          else assert.deepEqual(received.shift(), one);
        }
        assert.deepEqual(received, [], "nothing else comes");
      });
    }
  });
}

async function untilClosed(socket, received) {
  assert.deepEqual(await socket.ends({ after: "anything" }), { code: 1005 });
  for (let frame; (frame = await socket.next().catch(() => undefined)) !== undefined; ) received.push(frame);
}

async function rest(socket, received) {
  for (let twice = 0; twice < 2; twice += 1) { // for Node answers a refused CONNECT before what came before it
    socket.send("40/rest,");
    for (let frame; (frame = await socket.next()) !== invalid("/rest"); ) received.push(frame);
  }
}
