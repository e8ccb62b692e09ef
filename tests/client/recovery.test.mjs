// Connection state recovery with the official client, over two Gateways: whoever comes back is who it was, and has missed
// nothing.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call, client, clients, connected, heard, manager, next, upgraded, withEveryTransport } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startProxy } from "../support/proxy.mjs";
import { HASTE, comeBack, cutOff, drop, elsewhere, emitOutside, standsOn, twoMembers } from "../support/recovery.mjs";

const WINDOW = 10_000;
const SHORT = 1000;

let lab;
let short; // its window is
before(async () => {
  lab = await startLab({ gateways: 2, recovery: WINDOW });
  short = await startLab({ gateways: 2, recovery: SHORT });
});
after(() => Promise.all([lab.stop(), short.stop()]));

const pair = (t, transport, more) => twoMembers(t, lab.url, transport, more);

withEveryTransport("who comes back", (transport) => {
  const ways = [["the same Gateway", standsOn], ["the other Gateway", elsewhere]];
  for (const [where, to] of ways) {
    it(`to ${where} gets what it has missed, in order, and is who it was`, async (t) => {
      const { member, say, isRecovered, list } = await pair(t, transport);
      await say("before");
      await list.reaches(1);
      await drop(member);
      await say(1, "two", { three: 3 });
      await comeBack(t, lab.url, member, to(member));
      assert.deepEqual([...(await list.reaches(4))], ["before", 1, "two", { three: 3 }]);
      await isRecovered();
      await say("after");
      assert.deepEqual((await list.reaches(5)).slice(4), ["after"]);
    });

    it(`to ${where} before it has had any event does so too`, async (t) => {
      const member = client(t, lab.url, transport, { nsp: "/members", auth: { token: "letmein" } });
      await connected(member);
      if (transport.endsOn === "websocket") await upgraded(member);
      const { id } = member;
      const list = heard(member);
      await drop(member);
      for (const x of [1, 2]) await emitOutside(lab.url, "/members", "msg", x);
      await comeBack(t, lab.url, member, to(member));
      assert.deepEqual([...(await list.reaches(2))], [1, 2]);
      assert.deepEqual([member.recovered, member.id], [true, id]);
      await emitOutside(lab.url, "/members", "msg", 3);
      assert.deepEqual([...(await list.reaches(3))], [1, 2, 3]);
    });

    it(`to ${where} does so again and again, also when nothing was missed`, async (t) => {
      const { member, say, isRecovered, list } = await pair(t, transport);
      const due = [];
      for (const missed of [[1, 2], [], [], [3], [], [4, 5]]) {
        await drop(member);
        await say(...missed);
        await comeBack(t, lab.url, member, to(member));
        due.push(...missed);
        assert.deepEqual([...(await list.reaches(due.length))], due);
        await isRecovered();
      }
    });

    it(`to ${where} while its old connection is open takes over from it`, async (t) => {
      const proxy = await startProxy(t, lab.url);
      const { member, say, isRecovered, list } = await pair(t, transport, { through: proxy.url });
      await cutOff(member, proxy, "strand");
      await say(1, 2, 3); // and the server sends it to nobody
      await comeBack(t, lab.url, member, to(member));
      assert.deepEqual([...(await list.reaches(3))], [1, 2, 3]);
      await isRecovered();
      await say(4);
      assert.deepEqual([...(await list.reaches(4))], [1, 2, 3, 4]);
    });
  }

  it("by a second client with the same pid takes over from the first, which is disconnected", async (t) => {
    const { talker, member, id, room, say, list: first } = await pair(t, transport);
    await say(1);
    await first.reaches(1);
    const second = client(t, lab.url, transport);
    Object.assign(second, { _pid: member._pid, _lastOffset: member._lastOffset });
    const list = heard(second);
    const left = next(member, "disconnect");
    await connected(second);
    await left;
    assert.deepEqual([second.recovered, second.id], [true, id]);
    await say(2);
    assert.deepEqual([...(await list.reaches(1))], [2]);
    assert.deepEqual(await call(second, "rooms"), [[id, room].sort()]);
    assert.deepEqual(await call(talker, "who", room), [[id, talker.id].sort()]);
  });

  it("again and again, in the middle of a stream, hears each message once and in order", async (t) => {
    const proxy = await startProxy(t, lab.url);
    const { talker, member, room, list } = await pair(t, transport, { through: proxy.url, ...HASTE });
    const recoveries = [];
    member.on("connect", () => recoveries.push(member.recovered));
    let over = false;
    let sent = 0;
    const talk = async () => {
      while (!over) {
        talker.emit("all", room, sent++);
        if (sent % 10 === 0) await call(talker, "echo", "taken");
        await sleep(5);
      }
    };
    const talking = talk();
    for (let n = 0; n < 12; n += 1) {
      const back = next(member, "connect");
      if (n % 3 === 2) {
        // Not before, for then the client has the last events both now and when it is recovered: see `drop`.
        if (transport.endsOn === "websocket") await upgraded(member);
        await drop(member);
      } else {
        await cutOff(member, proxy, n % 3 === 0 ? "cut" : "strand");
      }
      await back;
      await sleep(20 * (n % 4)); // at times it is cut off before its upgrade
    }
    over = true;
    await talking;
    assert.deepEqual([...(await list.reaches(sent))], [...Array(sent).keys()]);
    assert.ok(recoveries.every(Boolean), `recovered each time: ${recoveries}`);
  });

  it("hears bytes that it has missed", async (t) => {
    const { member, say, list } = await pair(t, transport);
    await drop(member);
    await say({ deep: [Buffer.from([1, 2]), "text"] }, Buffer.from([3]));
    await comeBack(t, lab.url, member);
    const [{ deep: [bytes, text] }, last] = await list.reaches(2);
    assert.deepEqual([[...bytes], text, [...last]], [[1, 2], "text", [3]]);
    assert.ok(bytes instanceof Uint8Array, "bytes stay bytes");
  });

  it("hears much that it has missed, and much that is large", async (t) => {
    const { member, say, list, isRecovered } = await pair(t, transport);
    const many = Array.from({ length: 1000 }, (_, n) => n);
    const large = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(100_000));
    await drop(member);
    await say(...many, ...large);
    await comeBack(t, lab.url, member, elsewhere(member));
    assert.deepEqual([...(await list.reaches(many.length + large.length))], [...many, ...large]);
    await isRecovered();
  });

  it("is back in two namespaces", async (t) => {
    const connection = manager(t, lab.url, transport);
    const [main, custom] = [connection.socket("/"), connection.socket("/custom")];
    await Promise.all([connected(main), connected(custom)]);
    if (transport.endsOn === "websocket") await upgraded(main);
    const ids = [main.id, custom.id];
    const lists = [heard(main), heard(custom)];
    await drop(main);
    await emitOutside(lab.url, "/", "msg", "main");
    await emitOutside(lab.url, "/custom", "msg", "custom");
    await comeBack(t, lab.url, main, elsewhere(main));
    if (!custom.connected) await next(custom, "connect");
    assert.deepEqual([main.id, custom.id], ids);
    assert.deepEqual([main.recovered, custom.recovered], [true, true]);
    assert.deepEqual([...(await lists[0].reaches(1)), ...(await lists[1].reaches(1))], ["main", "custom"]);
    await emitOutside(lab.url, "/custom", "msg", "again");
    assert.deepEqual([...(await lists[1].reaches(2))], ["custom", "again"]);
  });

  it("does not hear volatile events that it has missed", async (t) => {
    const { talker, member, room, say, list } = await pair(t, transport);
    await drop(member);
    talker.emit("volatile", room, "light");
    await call(talker, "echo", "sent");
    await say("heavy");
    await comeBack(t, lab.url, member);
    await say("after");
    assert.deepEqual([...(await list.reaches(2))], ["heavy", "after"]);
  });

  it("is not asked what wanted an acknowledgement while it was away", async (t) => {
    const { talker, member, room, say, list, isRecovered } = await pair(t, transport);
    const questions = heard(member, "question");
    await drop(member);
    await call(talker, "ask", room, "?", 100);
    await say(1);
    await comeBack(t, lab.url, member);
    await list.reaches(1);
    await isRecovered();
    assert.deepEqual([...questions], []);
  });

  it("hears nothing of a room that it had left before, or that was never its own", async (t) => {
    const { talker, member, room, say, list, own } = await pair(t, transport);
    const others = [`${room}, left`, `${room}, not joined`];
    await call(member, "join", others[0]);
    await call(member, "leave", others[0]);
    for (const other of others) await call(talker, "join", other);
    await drop(member);
    for (const other of others) talker.emit("all", other, "for others");
    await own.reaches(2);
    await say("for members");
    await comeBack(t, lab.url, member);
    await say("after");
    assert.deepEqual([...(await list.reaches(2))], ["for members", "after"]);
  });

  it("after its own `disconnect()` is somebody new", async (t) => {
    const { member, say, isNew, list } = await pair(t, transport);
    member.disconnect();
    await say("missed");
    await connected(member);
    await isNew();
    assert.deepEqual([...list], []);
  });

  for (const [what, close] of [["its socket", false], ["its connection", true]]) {
    it(`after the server has disconnected ${what} is somebody new`, async (t) => {
      const { talker, member, id, say, isNew, list } = await pair(t, transport);
      const left = next(member, "disconnect");
      await call(talker, "kick", id, close);
      assert.deepEqual((await left)[0], "io server disconnect");
      await say("missed");
      await connected(member);
      await isNew();
      assert.deepEqual([...list], []);
    });
  }

  it("hears what was whispered to its id while it was away, and, wherever it is, what is whispered to it now", async (t) => {
    const { talker, member, id, list } = await pair(t, transport);
    const [home, other] = [standsOn(member), elsewhere(member)];
    const due = [];
    for (const place of [other, other, home, other]) {
      await drop(member);
      talker.emit("whisper", id, `while it was away, then ${place}`);
      await call(talker, "echo", "sent");
      await comeBack(t, lab.url, member, place);
      await list.reaches(due.length + 1);
      talker.emit("whisper", id, `now ${place}`);
      due.push(`while it was away, then ${place}`, `now ${place}`);
      assert.deepEqual([...(await list.reaches(due.length))], due);
    }
    assert.equal(member.id, id);
  });

  it("can join, leave and talk as before, and recover that too", async (t) => {
    const { talker, member, id, room, list, own } = await pair(t, transport);
    await drop(member);
    await comeBack(t, lab.url, member, elsewhere(member));
    await call(member, "leave", room);
    await call(member, "join", `${room}, 2`);
    await call(member, "set", "name", "another");
    await drop(member);
    await comeBack(t, lab.url, member);
    assert.deepEqual(await call(member, "rooms"), [[id, `${room}, 2`].sort()]);
    assert.deepEqual(await call(member, "get", "name"), ["another"]);
    member.emit("msg", room, "from outside");
    assert.deepEqual([...(await own.reaches(1))], ["from outside"]);
    talker.emit("msg", room, "not for it");
    talker.emit("msg", `${room}, 2`, "for it");
    assert.deepEqual([...(await list.reaches(1))], ["for it"]);
  });

  it("has what it said meanwhile taken", async (t) => {
    const { member, room, own } = await pair(t, transport);
    await drop(member);
    for (const x of [1, 2, 3]) member.emit("msg", room, x); // the client keeps it until it is connected
    await comeBack(t, lab.url, member, elsewhere(member));
    assert.deepEqual([...(await own.reaches(3))], [1, 2, 3]);
  });

  it("hears what was published meanwhile", async (t) => {
    const { talker, member, room } = await pair(t, transport);
    const list = heard(member, "said");
    await call(talker, "publish", room, "before");
    await list.reaches(1);
    await drop(member);
    for (const x of ["a", "b"]) await call(talker, "publish", room, x);
    await comeBack(t, lab.url, member, elsewhere(member));
    await call(talker, "publish", room, "after");
    const due = ["before", "a", "b", "after"].map((data, n) => ({ seq: n + 1, data }));
    assert.deepEqual([...(await list.reaches(4))], due);
  });

  it("too late is somebody new, and in time is not", async (t) => {
    const { member, say, isRecovered, isNew, list } = await twoMembers(t, short.url, transport);
    await drop(member);
    await say(1);
    await comeBack(t, short.url, member);
    await list.reaches(1);
    await isRecovered();
    await drop(member);
    await say(2);
    await sleep(3 * SHORT);
    await connected(member);
    await isNew();
    assert.deepEqual([...list], [1]);
  });

  it("is recovered though it was idle for long before it lost its connection", async (t) => {
    const { member, say, isRecovered, list } = await twoMembers(t, short.url, transport);
    await say(1);
    await sleep(3 * SHORT);
    await drop(member);
    await say(2);
    await comeBack(t, short.url, member, elsewhere(member));
    assert.deepEqual([...(await list.reaches(2))], [1, 2]);
    await isRecovered();
  });
});
