// Connection state recovery: offsets, and what a client gets that comes back with its pid and an offset.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as msgpack from "socket.io-msgpack-parser";
import { WEBSOCKET, call as ask, clients, connected, heard, next, within } from "../support/clients.mjs";
import { slot } from "../support/rows.mjs";
import { differs, own, startTarget } from "../support/target.mjs";
import { SEPARATOR, TELL, call, dial, dialMain, kick, poll, watch } from "../support/wire.mjs";

const LONG = 60_000;

let lab;
before(async () => (lab = await startTarget({ recovery: LONG })));
after(() => lab.stop());

/**
 * A connection whose CONNECT has this auth: with `sid` and `pid`, `missed`, which is the frames that came before the reply,
 * and `greeting`, the frame behind it.
 */
async function enter(t, auth, { url = lab.url } = {}) {
  const socket = dial(t, url);
  await socket.next();
  return again(socket, auth);
}

/** The same on a connection that is there already. */
async function again(socket, auth) {
  socket.send(`40${auth ? JSON.stringify(auth) : ""}`);
  const missed = [];
  let frame;
  while (!(frame = await socket.next()).startsWith?.("40")) missed.push(frame);
  const greeting = await socket.next();
  return Object.assign(socket, { ...JSON.parse(frame.slice(2)), missed, greeting, offset: split(greeting).offset });
}

/** An event's frame without its offset, and the offset. */
function split(frame, begin = '42["') {
  assert.ok(frame.startsWith(begin), frame);
  const [, name, offset] = frame.match(/^(.*),"([^"]+)"\]$/) ?? assert.fail(`no offset: ${frame}`);
  return { event: `${name}]`, offset };
}
const plain = (frames) => frames.map((frame) => (typeof frame === "string" ? split(frame, "4").event : frame));

/** Somebody in the room `den` who is away now, as the server has noticed, and somebody to talk there meanwhile. */
async function away(t) {
  const [talker, member] = [await enter(t), await enter(t)];
  for (const socket of [talker, member]) await call(socket, "join", "den");
  await call(member, "set", "k", 1);
  await leave(t, member);
  const { pid, offset } = member;
  return { talker, member, auth: { pid, offset } };
}

/** Sends events which the talker itself hears too, as events in text, and waits until it has. */
async function say(talker, ...frames) {
  talker.send(...frames);
  for (const _ of frames) split(await talker.next());
}

const all = (x) => `42${JSON.stringify(["all", "den", x])}`;
const msg = (x) => `42${JSON.stringify(["msg", x])}`;

/** Ends its connection, or does what else ends its socket, and waits until the server knows. */
async function leave(t, socket, { url = lab.url, by = () => socket.ws.terminate(), reason = /^transport (close|error)$/ } = {}) {
  const watcher = await watch(t, url);
  await call(socket, ...TELL);
  by();
  assert.match(await watcher.reason(socket.sid), reason);
}

describe("5.6 the CONNECT reply", () => {
  it("has a sid and a pid", async (t) => {
    const socket = dial(t, lab.url);
    await socket.next();
    socket.send("40");
    const [, sid, pid] = (await socket.next()).match(/^40{"sid":"([\w.-]+)","pid":"([\w.-]+)"}$/);
    assert.notEqual(sid, pid);
    socket.send("40/custom,");
    await socket.next();
    const custom = (await socket.next()).match(/^40\/custom,{"sid":"([\w.-]+)","pid":"([\w.-]+)"}$/);
    assert.notEqual(custom[2], pid, "each namespace has its own");
  });
});

describe("5.6 an offset", () => {
  const events = [
    ["an event", '42["message",1]', '42["message-back",1]'],
    ["an event without arguments", '42["message"]', '42["message-back"]'],
    ["an event whose last argument is a string", '42["message","x"]', '42["message-back","x"]'],
    ["an event to everyone", '42["everyone",1]', '42["msg",1]'],
  ];
  for (const [name, sent, due] of events) {
    it(`is behind the arguments of ${name}`, async (t) => {
      const socket = await enter(t);
      assert.equal(split(socket.greeting).event, '42["auth",{}]');
      socket.send(sent);
      const { event, offset } = split(await socket.next());
      assert.equal(event, due);
      assert.notEqual(offset, socket.offset);
    });
  }

  it("is behind the arguments of an event with bytes", async (t) => {
    const socket = await enter(t);
    socket.send(`451-["message",{"deep":${slot(0)}}]`, Buffer.from([1, 2]));
    assert.equal(split(await socket.next(), "451-").event, `451-["message-back",{"deep":${slot(0)}}]`);
    assert.deepEqual(await socket.next(), Buffer.from([1, 2]));
  });

  it("is behind the arguments of an event in another namespace", async (t) => {
    const socket = dial(t, lab.url);
    await socket.next();
    socket.send("40/custom,");
    await socket.next();
    assert.equal(split(await socket.next(), "42/custom,").event, '42/custom,["auth",{}]');
  });

  it("is not on an event that wants an acknowledgement, and not on one", async (t) => {
    const socket = await enter(t);
    socket.send(`427["ask-me","x",${LONG}]`);
    const [, id] = (await socket.next()).match(/^42(\d+)\["question","x"\]$/);
    socket.send(`43${id}["y"]`);
    assert.equal(await socket.next(), '437[{"answer":"y"}]');
  });

  it("is not on an event to a room that wants acknowledgements", async (t) => {
    const [asker, member] = [await enter(t), await enter(t)];
    await call(member, "join", "asked");
    asker.send(`427["ask","asked","x",${LONG}]`);
    const [, id] = (await member.next()).match(/^42(\d+)\["question","x"\]$/);
    member.send(`43${id}["y"]`);
    assert.equal(await asker.next(), '437[{"timedOut":false,"answers":["y"]}]');
  });

  it("is not on a volatile event", async (t) => {
    const [talker, member] = [await enter(t), await enter(t)];
    await call(member, "join", "light");
    talker.send('42["volatile","light",1]');
    assert.equal(await member.next(), '42["msg",1]');
  });
});

describe("5.6 who comes back with pid and offset", () => {
  it("gets what it has missed, in order, and then its CONNECT reply, with the same sid and pid", async (t) => {
    const { talker, member, auth } = await away(t);
    const sent = [1, "two", { three: [3] }];
    await say(talker, ...sent.map(all));
    const back = await enter(t, auth);
    assert.deepEqual(plain(back.missed), sent.map(msg));
    assert.deepEqual([back.sid, back.pid], [member.sid, member.pid]);
    assert.deepEqual(JSON.parse(back.greeting.slice(2)).slice(0, 2), ["auth", auth], "it is connected as others are");
  });

  it("gets only the reply when it has missed nothing", async (t) => {
    const { member, auth } = await away(t);
    const back = await enter(t, auth);
    assert.deepEqual([back.sid, back.pid, back.missed], [member.sid, member.pid, []]);
  });

  it("is in its rooms and has its data", async (t) => {
    const { talker, member, auth } = await away(t);
    const back = await enter(t, auth);
    assert.deepEqual(await call(back, "rooms"), [[member.sid, "den"].sort()]);
    assert.deepEqual(await call(back, "get", "k"), [1]);
    await say(talker, all("now"));
    assert.equal(split(await back.next()).event, msg("now"));
  });

  it("gets what was sent to its rooms, to its id and to everyone, and nothing else", async (t) => {
    const { talker, member, auth } = await away(t);
    const everyone = `everyone since ${member.sid} left`;
    await say(talker, all("to the room"), `42${JSON.stringify(["everyone", everyone])}`);
    const others = [["whisper", member.sid, "to the id"], ["msg", "elsewhere", 1], ["except", "den", member.sid, 2], ["volatile", "den", 3]];
    for (const event of others) talker.send(`42${JSON.stringify(event)}`);
    assert.deepEqual(await call(talker, "ask", "den", 4, 10), [{ timedOut: false, answers: [] }]);
    await say(talker, all("done"));
    const { missed } = await enter(t, auth);
    assert.deepEqual(plain(missed).sort(), ["to the room", everyone, "to the id", "done"].map(msg).sort());
  });

  it("gets bytes, attachments behind their event", async (t) => {
    const { talker, auth } = await away(t);
    talker.send(`451-["all","den",{"deep":${slot(0)}}]`, Buffer.from([1, 2]), all("then"));
    for (let frames = 0; frames < 3; frames += 1) await talker.next();
    const { missed } = await enter(t, auth);
    assert.deepEqual(plain(missed), [`451-["msg",{"deep":${slot(0)}}]`, Buffer.from([1, 2]), msg("then")]);
  });

  it("gets all behind its offset, also what was sent before it left", async (t) => {
    const member = await enter(t);
    member.send('42["message",1]', '42["message",2]', '42["message",3]');
    const [first, ...others] = [await member.next(), await member.next(), await member.next()];
    await leave(t, member);
    const { missed } = await enter(t, { pid: member.pid, offset: split(first).offset });
    assert.deepEqual(missed, others, "with the offsets that it had");
  });

  it("can do so again and again, also with the offset of what it missed", async (t) => {
    const { talker, member, auth } = await away(t);
    let { offset } = auth;
    for (const x of [1, 2, 3]) {
      await say(talker, all(x));
      const back = await enter(t, { ...auth, offset });
      assert.deepEqual([back.sid, back.pid, plain(back.missed)], [member.sid, member.pid, [msg(x)]]);
      await leave(t, back);
      const between = await enter(t, { ...auth, offset: split(back.missed[0]).offset });
      assert.deepEqual([between.sid, between.missed], [member.sid, [back.greeting]]);
      await leave(t, between);
      ({ offset } = between);
    }
  });

  it("can do so by polling", async (t) => {
    const { talker, member, auth } = await away(t);
    await say(talker, all(1), all(2));
    const session = await poll(lab.url);
    await session.post(`40${JSON.stringify(auth)}`);
    let packets = [];
    while (packets.length < 4) packets = [...packets, ...(await session.get()).body.split(SEPARATOR)];
    assert.deepEqual(plain(packets.slice(0, 2)), [msg(1), msg(2)]);
    assert.equal(packets[2], `40${JSON.stringify({ sid: member.sid, pid: member.pid })}`);
    assert.deepEqual(JSON.parse(packets[3].slice(2)).slice(0, 2), ["auth", auth]);
  });

  it("can do so in each namespace of the connection, each with its own pid", async (t) => {
    const main = await enter(t);
    main.send("40/custom,");
    const reply = await main.next();
    const custom = { pid: JSON.parse(reply.slice("40/custom,".length)).pid, offset: split(await main.next(), "42/custom,").offset };
    await leave(t, main);

    const stranger = await enter(t, custom);
    assert.notEqual(stranger.pid, custom.pid, "the pid of another namespace means nothing");
    const back = await enter(t, { pid: main.pid, offset: main.offset });
    assert.deepEqual([back.sid, back.pid], [main.sid, main.pid]);
    back.send(`40/custom,${JSON.stringify(custom)}`);
    assert.equal(await back.next(), reply);
  });
});

describe("5.6 a new session begins", () => {
  /** It is nobody that was there before. */
  async function isNew(socket, member) {
    assert.notEqual(socket.sid, member.sid);
    assert.notEqual(socket.pid, member.pid);
    assert.deepEqual(socket.missed, []);
    assert.deepEqual(await call(socket, "rooms"), [[socket.sid]]);
    assert.deepEqual(await call(socket, "get", "k"), [null]);
  }

  const wrong = [
    ["for an unknown pid", ({ offset }) => ({ pid: "AAAAAAAAAAAAAAAAAAAA", offset })],
    ["for an empty pid", ({ offset }) => ({ pid: "", offset })],
    ["for the sid for a pid", ({ offset }, { sid }) => ({ pid: sid, offset })],
    ["for a pid that is a number", ({ offset }) => ({ pid: 1, offset })],
    ["for a pid that is null", ({ offset }) => ({ pid: null, offset })],
    ["for a pid in a list", ({ pid, offset }) => ({ pid: [pid], offset })],
    ["for no pid", ({ offset }) => ({ offset })],
    ["for an unknown offset", ({ pid }) => ({ pid, offset: "nonsense" })],
    ["for an empty offset", ({ pid }) => ({ pid, offset: "" })],
    ["for an offset that is a number", ({ pid }) => ({ pid, offset: 1 })],
  ];
  for (const [name, auth] of wrong) {
    it(name, async (t) => {
      const { talker, member, auth: right } = await away(t);
      await say(talker, all(1));
      await isNew(await enter(t, auth(right, member)), member);
    });
  }

  it("after the client has left the namespace, on the same connection and on another", async (t) => {
    for (const here of [true, false]) {
      const member = await enter(t);
      const { sid, pid, offset } = member;
      await call(member, "join", "den");
      await leave(t, member, { by: () => member.send("41"), reason: /^client namespace disconnect$/ });
      const back = here ? await again(member, { pid, offset }) : await enter(t, { pid, offset });
      await isNew(back, { sid, pid });
    }
  });

  it("after the server has disconnected the client", async (t) => {
    for (const close of [true, false]) {
      const member = await enter(t);
      const by = () => member.send(kick({ id: member.sid }, close));
      await leave(t, member, { by, reason: /^server namespace disconnect$/ });
      await isNew(await enter(t, { pid: member.pid, offset: member.offset }), member);
    }
  });

  it("after too long", async (t) => {
    const short = await startTarget({ recovery: 300 });
    t.after(() => short.stop());
    const member = await enter(t, undefined, short);
    await leave(t, member, short);
    await sleep(1000);
    await isNew(await enter(t, { pid: member.pid, offset: member.offset }, short), member);
  });
});

describe("5.6 in other dialects", () => {
  it("a client of version 2, which can not come back", async (t) => {
    const mixed = await startTarget({ recovery: LONG, allowEIO3: true });
    t.after(() => mixed.stop());
    const newer = await enter(t, undefined, mixed);
    const old = dial(t, mixed.url, { query: "EIO=3&transport=websocket" });
    await old.next();
    assert.equal(await old.next(), "40");
    const events = [await old.next()];
    old.send('42["message",1]', '42["everyone",2]');
    events.push(await old.next(), await old.next());
    assert.equal(split(await newer.next()).event, msg(2));
    const due = ['42["auth",{}]', '42["message-back",1]', msg(2)];
    const hasOffsets = own(t, differs("offsets are for those who can use them", { node: true, parlor: false }));
    assert.deepEqual(hasOffsets ? plain(events) : events, due);
  });

  it("it is the same with msgpack", async (t) => {
    const packed = await startTarget({ recovery: LONG, parser: "msgpack" });
    t.after(() => packed.stop());
    const [talker, member] = await clients(t, packed.url, 2, WEBSOCKET, { parser: msgpack });
    for (const socket of [talker, member]) await ask(socket, "join", "den");
    await ask(member, "set", "tell", "den");
    const { id } = member;
    const gone = next(talker, "gone");
    member.io.engine.close();
    await gone;
    const [own, list] = [heard(talker), heard(member)];
    for (const x of [{ deep: [Buffer.from([1, 2])] }, "x"]) talker.emit("all", "den", x);
    await own.reaches(2);
    await connected(member);
    assert.deepEqual([member.recovered, member.id], [true, id]);
    const [{ deep: [bytes] }, x] = await list.reaches(2);
    assert.deepEqual([[...bytes], x], [[1, 2], "x"]);
  });
});

describe("5.6 where Parlor does more", () => {
  const SAME = { node: "new", parlor: "same" };
  const which = (back, member) => (back.sid === member.sid && back.pid === member.pid ? "same" : "new");

  it("without an offset, for who has had no event with one", async (t) => {
    const { talker, member, auth } = await away(t);
    await say(talker, all(1));
    const back = await enter(t, { pid: auth.pid });
    const due = differs("a session can be recovered before its first event too", {
      node: { session: "new", missed: [] },
      parlor: { session: "same", missed: ['42["auth",{}]', msg(1)] },
    });
    assert.deepEqual({ session: which(back, member), missed: plain(back.missed) }, own(t, due));
  });

  it("while the old connection has not ended yet, which then does", async (t) => {
    const [talker, member] = [await enter(t), await enter(t)];
    for (const socket of [talker, member]) await call(socket, "join", "den");
    await say(talker, all(1));
    const back = await enter(t, { pid: member.pid, offset: member.offset });
    const due = differs("whoever comes back takes over, for a server may be long in noticing that a client has gone", {
      node: { session: "new", missed: [] },
      parlor: { session: "same", missed: [msg(1)] },
    });
    assert.deepEqual({ session: which(back, member), missed: plain(back.missed) }, own(t, due));
    const old = differs("and the old connection, which nobody is behind any more, ends", { node: "goes on", parlor: "ends" });
    if (own(t, old) === "ends") await within(member.end, "the end of the old connection");
    else assert.deepEqual(await call(member, "echo", 1), [1]);
  });
});
