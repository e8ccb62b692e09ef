// Engine.IO by WebSocket, frame by frame: messages, and how a session ends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../support/clients.mjs";
import { differs, own, startTarget } from "../support/target.mjs";
import { TELL, call, dial, dialMain, kick, request, watch } from "../support/wire.mjs";

let lab;
before(async () => (lab = await startTarget()));
after(() => lab.stop());

/** A session at the echo, open. */
async function echo(t, url = lab.url) {
  const socket = dial(t, url, { path: "/engine.io/" });
  socket.sid = JSON.parse((await socket.next()).slice(1)).sid;
  return socket;
}

describe("3.1 messages by WebSocket", () => {
  const same = [
    ["a text frame with a `4` before them", ["4hello", "4", "4ü 😀", "4\0\x1e"]],
    ["a bare binary frame when binary", [Buffer.from([1, 2, 3]), Buffer.alloc(0), Buffer.from([0x34])]],
    ["text and binary, in order", ["4a", Buffer.from([1]), "4b", Buffer.from([2])]],
    ["a hundred kilobytes", ["4".padEnd(100_000, "ü"), Buffer.alloc(100_000, 7)]],
  ];
  for (const [name, frames] of same) {
    it(`are ${name}`, async (t) => {
      const socket = await echo(t);
      socket.send(...frames);
      for (const frame of frames) assert.deepEqual(await socket.next(), frame);
    });
  }

  it("are binary as base64 text too, for clients that cannot send bytes", async (t) => {
    const socket = await echo(t);
    socket.send("bAQID", "b");
    assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
    assert.deepEqual(await socket.next(), Buffer.alloc(0));
  });

  it("are base64 text back with b64=1", async (t) => {
    const socket = dial(t, lab.url, { path: "/engine.io/", query: "EIO=4&transport=websocket&b64=1" });
    await socket.next();
    socket.send(Buffer.from([1, 2, 3]), "4text", Buffer.alloc(0));
    assert.equal(await socket.next(), "bAQID");
    assert.equal(await socket.next(), "4text");
    assert.equal(await socket.next(), "b");
  });

  it("come a thousand at once and go back in order", async (t) => {
    const socket = await echo(t);
    for (let n = 0; n < 1000; n += 1) socket.send(`4${n}`);
    for (let n = 0; n < 1000; n += 1) assert.equal(await socket.next(), `4${n}`);
  });

  it("of packet types that mean nothing here are ignored", async (t) => {
    const socket = await echo(t);
    socket.send("5", "6", "0", "0{}", "6x", "4on");
    assert.equal(await socket.next(), "4on");
  });
});

it("3.3 perMessageDeflate, which clients offer, is off", async (t) => {
  const socket = await echo(t);
  const due = differs("the runtime takes the offer by itself", { node: "", parlor: "permessage-deflate" });
  assert.equal(socket.ws.extensions, own(t, due));
});

describe("5.4 a WebSocket session is closed without a code", () => {
  const frames = {
    "an unknown packet type": "abc",
    "a type beyond the last": "7",
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

  it("in the middle of the client's frames, of which no later one counts", async (t) => {
    const socket = await echo(t);
    socket.send("4before", "abc", "4after");
    assert.equal(await socket.next(), "4before");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("by a close packet, at once", async (t) => {
    const socket = await echo(t);
    socket.send("1", "4still there?");
    const due = differs("a close packet is what it says; Node waits for the next ping timeout", {
      node: "4still there?",
      parlor: { code: 1005 },
    });
    assert.deepEqual(await Promise.race([socket.next().catch(() => socket.end), socket.end]), own(t, due));
  });
});

describe("3.3 maxHttpBufferSize by WebSocket", () => {
  for (const [maxHttpBufferSize, limit] of [[undefined, 1_000_000], [2000, 2000]]) {
    describe(`of ${limit} bytes`, () => {
      let lab;
      before(async () => (lab = await startTarget({ maxHttpBufferSize })));
      after(() => lab.stop());

      it("a frame that large is taken, text and binary", async (t) => {
        const socket = await echo(t, lab.url);
        const largest = "4".padEnd(limit, "x");
        socket.send(largest, Buffer.alloc(limit));
        assert.ok((await socket.next()) === largest);
        assert.equal((await socket.next()).length, limit);
      });

      for (const [what, frame] of [
        ["a text one byte larger", "4".padEnd(limit + 1, "x")],
        ["a text with too many bytes in fewer characters", "4".padEnd(limit / 2 + 1, "ü")],
        ["bytes one more", Buffer.alloc(limit + 1)],
        ["a text of a few megabytes", "4".padEnd(5_000_000, "x")],
      ]) {
        it(`closes with 1009: ${what}`, async (t) => {
          const socket = await echo(t, lab.url);
          socket.send(frame);
          assert.deepEqual(await socket.ends(), { code: 1009 });
        });
      }
    });
  }
});

describe("5.4 a session is gone when its WebSocket is", () => {
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

describe("5.4 a close by the client is answered", () => {
  const NO_CODE = { code: 1005 }; // 1006 would be no answer at all
  for (const code of [undefined, 1000, 3000, 4001]) {
    it(`with code ${code ?? "none"}`, async (t) => {
      const socket = await dialMain(t, lab.url);
      if (code) socket.ws.close(code, "enough");
      else socket.ws.close();
      const due = code ? differs("a close is answered without a code", { node: { code }, parlor: NO_CODE }) : NO_CODE;
      assert.deepEqual(await socket.ends(), own(t, due));
    });
  }
});

describe("5.4 why a session by WebSocket ended, as the application is told", () => {
  const reasons = [
    ["the client closes it", (socket) => socket.ws.close(), "transport close"],
    ["the client closes it with a code", (socket) => socket.ws.close(4001, "enough"), "transport close"],
    ["the connection is cut", (socket) => socket.ws.terminate(), "transport close"],
    ["a frame is too large", (socket) => socket.send("4".padEnd(1_000_001, "x")), "transport error"],
    ["a ping comes", (socket) => socket.send("2"), "transport error"],
    ["a probe comes", (socket) => socket.send("2probe"), "transport error"],
    ["an unknown packet type comes", (socket) => socket.send("abc"), "parse error"],
    ["an empty frame comes", (socket) => socket.send(""), "parse error"],
    ["a bad Socket.IO packet comes", (socket) => socket.send("4x"), "forced close"],
    ["bytes come that nobody announced", (socket) => socket.send(Buffer.from([1])), "forced close"],
    ["a reserved event comes", (socket) => socket.send('42["disconnect"]'), "forced close"],
    ["a second CONNECT comes", (socket) => socket.send("40"), "forced close"],
    ["a CONNECT_ERROR comes", (socket) => socket.send('44{"message":"x"}'), "forced close"],
    ["an event to a strange namespace comes", (socket) => socket.send('42/custom,["a"]'), "forced close"],
    ["DISCONNECT comes", (socket) => socket.send("41"), "client namespace disconnect"],
    ["disconnect()", (socket) => socket.send(kick(socket, false)), "server namespace disconnect"],
    ["disconnect(true)", (socket) => socket.send(kick(socket, true)), "server namespace disconnect"],
  ];
  for (const [how, end, reason] of reasons) {
    it(`${how}: ${reason}`, async (t) => {
      const watcher = await watch(t, lab.url);
      const socket = await dialMain(t, lab.url);
      await call(socket, ...TELL);
      end(socket);
      assert.equal(await watcher.reason(socket.id), reason);
    });
  }
});

describe("5.5 the server disconnects a socket", () => {
  it("disconnect(): `41`, and the connection stays, for CONNECT again", async (t) => {
    const socket = await dialMain(t, lab.url);
    socket.send(kick(socket, false));
    assert.equal(await socket.next(), "41");
    socket.send("40");
    assert.match(await socket.next(), /^40{"sid":/);
  });

  it("disconnect(true): `41`, then the connection is closed", async (t) => {
    const socket = await dialMain(t, lab.url);
    socket.send(kick(socket, true));
    assert.equal(await socket.next(), "41");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });

  it("disconnect(true) takes leave of every namespace of the connection, in the order joined", async (t) => {
    const socket = await dialMain(t, lab.url);
    socket.send("40/custom,");
    await socket.next();
    await socket.next();
    socket.send(kick(socket, true));
    assert.equal(await socket.next(), "41");
    assert.equal(await socket.next(), "41/custom,");
    assert.deepEqual(await socket.ends(), { code: 1005 });
  });
});
