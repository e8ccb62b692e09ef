// What a stranger may do with the frames of a WebSocket. Unless he cuts it himself, the server must.
import { WS } from "./stranger.mjs";

const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;

/** A frame as a client sends it, or as it should not: `length` is what it claims. */
function frame(opcode, payload, { end = true, reserved = 0, masked = true, length } = {}) {
  const data = Buffer.from(payload);
  const size = BigInt(length ?? data.length);
  const head = Buffer.alloc(10);
  head[0] = (end ? 128 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 128 : 0) | 127;
  head.writeBigUInt64BE(size, 2);
  let short = head;
  if (size < 126n) {
    short = head.subarray(0, 2);
    short[1] = (masked ? 128 : 0) | Number(size);
  } else if (size < 65536n) {
    short = head.subarray(0, 4);
    short[1] = (masked ? 128 : 0) | 126;
    short.writeUInt16BE(Number(size), 2);
  }
  return Buffer.concat([short, masked ? Buffer.alloc(4) : Buffer.alloc(0), data]); // a mask of zeros
}

async function open(stranger) {
  const connection = await stranger.tcp();
  await connection.write(stranger.head("GET", WS, UPGRADE));
  await connection.hears(/0\{"sid".*\}/);
  await connection.write(frame(TEXT, "40"));
  await connection.hears(/2\["auth"/);
  return connection;
}

/** Sends them, and behind them what ends any session that is still there. */
async function send(stranger, ...frames) {
  const connection = await open(stranger);
  await connection.write(...frames, frame(TEXT, "7 is no packet"));
  await connection.hears(/\x88[\x00-\x7d]/); // the server's close frame
}

export const FRAMES = {
  "opcodes that there are none": (stranger) => send(stranger, frame(stranger.pick([3, 5, 7, 11, 15]), "4hello")),

  "reserved bits": (stranger) => send(stranger, frame(TEXT, "4hello", { reserved: 1 + stranger.number(7) })),

  "no mask": (stranger) => send(stranger, frame(TEXT, "4hello", { masked: false })),

  async "a length beyond all measure"(stranger) {
    const length = stranger.pick([1_000_001, 2 ** 31, 2n ** 62n, 2n ** 64n - 1n]);
    await send(stranger, frame(stranger.pick([TEXT, BINARY]), "4".repeat(1000), { length }));
  },

  "fragments without an end": (stranger) =>
    send(
      stranger,
      frame(TEXT, "4", { end: false }),
      ...stranger.many(200, () => frame(0, "x".repeat(stranger.number(10_000)), { end: false })),
    ),

  "a fragment that continues nothing": (stranger) => send(stranger, frame(0, "4hello")),

  "a message begun within a message": (stranger) =>
    send(stranger, frame(TEXT, "4one", { end: false }), frame(TEXT, "4two"), frame(0, "three")),

  "pings beyond number": (stranger) => send(stranger, ...stranger.many(1000, () => frame(PING, stranger.bytes(10)))),

  "a ping that is too long, or in parts": (stranger) =>
    send(stranger, frame(PING, Buffer.alloc(126 + stranger.number(5000)), { end: stranger.number(2) === 0 })),

  "text that is not UTF-8": (stranger) =>
    send(stranger, frame(TEXT, Buffer.concat([Buffer.from("42[\"echo\",\""), stranger.pick(NOT_UTF8), Buffer.from('"]')]))),

  "a close with a strange code": (stranger) =>
    send(stranger, frame(CLOSE, stranger.pick([[3], [3, 237], [0, 0], [255, 255], [3, 232, 255, 254]]))),

  async "half a frame, and no more"(stranger) {
    const connection = await open(stranger);
    const whole = frame(TEXT, '42["echo","half"]');
    await connection.write(whole.subarray(0, 1 + stranger.number(whole.length - 1)));
    return { stays: stranger.number(2) === 0 };
  },

  async "noise"(stranger) {
    const connection = await open(stranger);
    await connection.write(stranger.bytes(1 + stranger.number(20_000))); // which may be the head of something long
  },
};

export const NOT_UTF8 = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc0, 0x80], [0xe2, 0x82]].map((bytes) =>
  Buffer.from(bytes),
);
