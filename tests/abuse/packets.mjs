// What a stranger may do with packets, by either transport: whole messages that nobody sends, or nobody sends so many of.
import { SEPARATOR } from "../support/wire.mjs";
import { NOT_UTF8 } from "./frames.mjs";

const DEEP = 100_000;
const LARGE = "x".repeat(999_000);

/** By WebSocket or by polling, as chance has it. What follows says "still here" or has it closed: one must happen. */
async function say(stranger, ...messages) {
  if (stranger.number(2)) {
    const socket = await stranger.member();
    socket.send(...messages.map((message) => (typeof message === "string" ? `4${message}` : message)), '429["echo","here"]');
    const answered = async () => {
      for (let frame = ""; !String(frame).startsWith("439["); ) frame = await socket.next();
    };
    await Promise.race([answered().catch(() => socket.end), socket.end]);
    return;
  }
  const session = await stranger.session();
  for (const body of payloads(messages)) await stranger.post(session, body);
  await stranger.knock(session);
}

/** As a client packs them: as many in one body as it may hold. */
function payloads(messages) {
  const bodies = [];
  let body = "";
  for (const message of messages) {
    const packet = typeof message === "string" ? `4${message}` : `b${message.toString("base64")}`;
    if (body && body.length + packet.length >= 1_000_000) bodies.push(body), (body = "");
    body += (body && SEPARATOR) + packet;
  }
  return [...bodies, body];
}

export const PACKETS = {
  async "a payload of 100,000 packets"(stranger) {
    const session = await stranger.session();
    const packet = stranger.pick(["3", "6", "4", "", '42["a"]', "b", "40"]);
    await stranger.post(session, Array(100_000).fill(packet).join(SEPARATOR));
    await stranger.knock(session);
  },

  async "a body that is not UTF-8"(stranger) {
    const session = await stranger.session();
    await stranger.post(session, Buffer.concat([Buffer.from('42["echo","'), stranger.pick(NOT_UTF8), Buffer.from('"]')]));
    await stranger.post(session, stranger.bytes(1000));
  },

  async "a body that is a megabyte and more"(stranger) {
    const session = await stranger.session();
    await stranger.post(session, "4".padEnd(stranger.pick([999_999, 1_000_000, 1_000_001, 5_000_000]), "x"));
  },

  "attachments beyond number": (stranger) =>
    say(stranger, `5${stranger.pick(["11", "4294967296", "99999999999999999999", "1e9", "-1", "0"])}-["message",{"_placeholder":true,"num":0}]`),

  async "attachments that never come"(stranger) {
    const socket = await stranger.member();
    socket.send('4510-["message",{"_placeholder":true,"num":9}]');
    for (let n = 0; n < stranger.number(10); n += 1) socket.send(Buffer.alloc(stranger.number(100_000)));
    await socket.opened();
  },

  "attachments that nobody announced": (stranger) => say(stranger, stranger.bytes(1000), Buffer.alloc(0)),

  "placeholders for what is not there": (stranger) =>
    say(stranger, `51-["message",{"_placeholder":true,"num":${stranger.pick([1, -1, 1e9, '"0"', "null", "{}"])}}]`, Buffer.alloc(3)),

  async "JSON of a depth beyond all measure"(stranger) {
    const [open, close] = stranger.pick([["[", "]"], ['{"a":', "}"], ['[{"a":', "}]"]]);
    const value = `${open.repeat(DEEP)}1${close.repeat(stranger.pick([0, DEEP]))}`;
    await say(stranger, `2["${stranger.pick(["echo", "set", "msg", "message", "nothing"])}",${value}]`);
  },

  "JSON that is none": (stranger) =>
    say(stranger, `2${stranger.pick(["[", '["a"', '["a",]', "{}", "null", "1", '["a",1e999]', '["\\ud800"]', "[]", '[{"a":1}]', "[1,2]"])}`),

  "a name of a megabyte": (stranger) => say(stranger, `2["${LARGE}"]`),

  "an id of an ack beyond all measure": (stranger) =>
    say(stranger, `2${"9".repeat(1 + stranger.number(500))}["echo",1]`),

  "acks that nobody asked for": (stranger) => say(stranger, ...stranger.many(3000, (n) => `3${n}["ack"]`)),

  "events by the thousand": (stranger) => say(stranger, ...stranger.many(3000, (n) => `2${n}["echo",${n}]`)),

  "a thousand namespaces": (stranger) =>
    say(stranger, ...stranger.many(1000, (n) => `0/${stranger.pick(["org-", "nowhere-", "ü", "a/b/"])}${n},`)),

  "connects that are none": (stranger) =>
    say(stranger, `0${stranger.pick(["[]", '"x"', "{", "1", "null", `{"token":"${LARGE}"}`, "/custom", "/members,{}", ",,,"])}`),

  "events before, and after, he is in": (stranger) =>
    say(stranger, ...stranger.pick([['2/custom,["message",1]'], ["1", '2["echo",1]'], ["0", "0"], ["4{}"], ["7"], [""]])),

  async "in and out and in and out"(stranger) {
    const socket = await stranger.member();
    socket.ws.on("message", (data) => String(data) === "2" && socket.send("3")); // where the machine is busy it takes a while
    for (let n = 0; n < 50; n += 1) {
      socket.send("41", "40"); // a CONNECT that comes while one waits closes the connection, so wait for each
      for (let frame = ""; !String(frame).startsWith("40"); ) frame = await socket.next();
    }
  },

  "in and out, by the connection": (stranger) =>
    Promise.all(
      stranger.many(20, async () => {
        const socket = await stranger.member();
        socket.send('42["join","revolving door"]', stranger.pick(["1", "41", "42[", "7"]));
        socket.ws.terminate();
      }),
    ),

  "joins and leaves by the hundred": (stranger) =>
    say(stranger, ...stranger.many(500, (n) => `2["${stranger.pick(["join", "leave"])}","room ${n % 50}"]`)),

  "rooms with names of any length": (stranger) =>
    say(
      stranger,
      ...stranger.many(10, () => {
        const room = JSON.stringify(stranger.pick(["x", "ü", "\0", "😀"]).repeat(stranger.number(50_000)));
        return `2["${stranger.pick(["join", "leave", "msg", "all", "union", "except", "whisper"])}",${room},1]`;
      }),
    ),

  "arguments of the wrong kind": (stranger) =>
    say(
      stranger,
      ...["join", "leave", "msg", "all", "union", "except", "whisper", "set", "get", "boom"].map((event) => {
        return `2["${event}",${stranger.pick(["null", "[]", "{}", "1", "true", '""', '["a",["b"]]'])}]`;
      }),
    ),

  async "upgrades, one over the other"(stranger) {
    const session = await stranger.session();
    const sockets = stranger.many(5, () => stranger.dial({ sid: session.sid }));
    for (const socket of sockets) {
      await socket.opened().catch(() => {});
      if (!socket.ended) socket.send(...stranger.pick([["2probe"], ["2probe", "5"], ["5"], ["2probe", "2probe"], ["4"]]));
    }
    await stranger.post(session, '42["message","which way?"]');
  },

  async "an upgrade without an end"(stranger) {
    const session = await stranger.session();
    const socket = stranger.dial({ sid: session.sid });
    await socket.opened();
    socket.send("2probe");
    await socket.next();
    await stranger.post(session, '42["message","which way?"]');
    return { stays: stranger.number(2) === 0 };
  },
};
