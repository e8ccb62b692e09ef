// Bare Engine.IO by WebSocket, frame by frame.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { dial, dialMain, request } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startLab()));
after(() => lab.stop());

/** A session at the echo, open. */
async function echo(t) {
  const socket = dial(t, lab.url, { path: "/engine.io/" });
  socket.sid = JSON.parse((await socket.next()).slice(1)).sid;
  return socket;
}

describe("messages by WebSocket", () => {
  it("are a text frame with a `4` before them", async (t) => {
    const socket = await echo(t);
    socket.send("4hello", "4", "4ü 😀");
    assert.deepEqual([await socket.next(), await socket.next(), await socket.next()], ["4hello", "4", "4ü 😀"]);
  });

  it("are a bare binary frame when binary", async (t) => {
    const socket = await echo(t);
    socket.send(Buffer.from([1, 2, 3]), Buffer.alloc(0), "4text", Buffer.from([0x34]));
    assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
    assert.deepEqual(await socket.next(), Buffer.alloc(0));
    assert.equal(await socket.next(), "4text");
    assert.deepEqual(await socket.next(), Buffer.from([0x34]));
  });

  it("are binary as base64 text too, for clients that cannot send bytes", async (t) => {
    const socket = await echo(t);
    socket.send("bAQID");
    assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
  });

  it("may be as large as maxPayload", async (t) => {
    const socket = await echo(t);
    const largest = "4".padEnd(1_000_000, "x");
    socket.send(largest);
    assert.ok((await socket.next()) === largest);
  });

  it("come a thousand at once and go back in order", async (t) => {
    const socket = await echo(t);
    for (let n = 0; n < 1000; n += 1) socket.send(`4${n}`);
    for (let n = 0; n < 1000; n += 1) assert.equal(await socket.next(), `4${n}`);
  });

  it("of packet types that mean nothing here are ignored", async (t) => {
    const socket = await echo(t);
    socket.send("5", "6", "0", "4on");
    assert.equal(await socket.next(), "4on");
  });
});

describe("a WebSocket session is closed without a code", () => {
  const frames = {
    "an unknown packet type": "abc",
    "an empty frame": "",
    "a ping, which only servers send": "2",
    "a probe on a session that needs none": "2probe",
  };
  for (const [what, frame] of Object.entries(frames)) {
    it(`by ${what}`, async (t) => {
      const socket = await echo(t);
      socket.send(frame);
      assert.deepEqual(await socket.ends(), { code: 1005 });
    });
  }

  it("by a close packet", async (t) => {
    const socket = await echo(t);
    socket.send("1");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("in the middle of the client's frames, of which no later one counts", async (t) => {
    const socket = await echo(t);
    socket.send("4before", "abc", "4after");
    assert.equal(await socket.next(), "4before");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });
});

describe("a WebSocket session is closed with 1009", () => {
  for (const [what, frame] of [
    ["text", "4".padEnd(1_000_001, "x")],
    ["binary", Buffer.alloc(1_000_001)],
    ["text of a few megabytes", "4".padEnd(5_000_000, "x")],
  ]) {
    it(`by a frame larger than maxPayload: ${what}`, async (t) => {
      const socket = await echo(t);
      socket.send(frame);
      assert.deepEqual(await socket.ends(), { code: 1009 });
    });
  }
});

describe("a session is gone when its WebSocket is", () => {
  const ways = {
    "by the client": (socket) => socket.ws.close(),
    "by a cut connection": (socket) => socket.ws.terminate(),
    "by the server": (socket) => socket.send("abc"),
  };
  for (const [how, leave] of Object.entries(ways)) {
    it(`closed ${how}`, async (t) => {
      const socket = await echo(t);
      leave(socket);
      await eventually("the session is gone", async () => {
        const { body } = await request(lab.url, `EIO=4&transport=polling&sid=${socket.sid}`, { path: "/engine.io/" });
        return JSON.parse(body).code === 1;
      });
    });
  }
});

describe("a close by the client is answered", () => {
  for (const code of [undefined, 1000, 4001]) {
    it(`with code ${code ?? "none"}`, async (t) => {
      const socket = await dialMain(t, lab.url);
      if (code) socket.ws.close(code, "enough");
      else socket.ws.close();
      const end = await socket.ends();
      assert.ok([code, 1005].includes(end.code), `${end.code}`); // 1006 is no answer at all
    });
  }
});
