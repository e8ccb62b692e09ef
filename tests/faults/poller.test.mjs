// A polling client whose connection dies in the middle of a GET. Engine.IO numbers nothing, so such a GET ends the session,
// as on Node. What can be promised, and is tested here: within a session a client gets what it is sent without a gap and
// without a repeat; when the session ends both sides hear of it, and it never goes on behind something lost; what the
// client itself had not confirmed arrives when it is back. POLLER_SEED=n for other cuts.
//
// Connections are reset here, as by a crash of the client's machine. Of one that the client only closes (FIN) plain workerd
// says nothing: see "What polling promises" in ARCHITECTURE.md.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  POLLING,
  WEBSOCKET,
  call,
  client,
  clients,
  connected,
  eventually,
  heard,
  manager,
  next,
  within,
} from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startProxy } from "../support/proxy.mjs";
import { random } from "../support/random.mjs";
import { SEPARATOR, pollMain } from "../support/wire.mjs";

const SEED = Number(process.env.POLLER_SEED ?? 1);
const HASTE = { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 100 };

describe("a poller that is killed while its GET waits", () => {
  let lab;
  // Heartbeats take far longer than any of these tests: if the session ends, it is for the GET.
  before(async () => (lab = await startLab({ gateways: 2 })));
  after(() => lab.stop());

  /** One who watches the room, and a poller in it, on two Gateways. The watcher is told when the poller is gone. */
  async function pair(t) {
    const [watcher] = await clients(t, lab.url, 1, WEBSOCKET);
    await call(watcher, "join", "room");
    const poller = await pollMain(lab.url);
    await poller.post('421["join","room"]');
    assert.equal((await poller.get()).body, "431[]");
    await poller.post('422["set","tell","room"]');
    assert.equal((await poller.get()).body, "432[]");
    return { watcher, poller, told: heard(watcher, "gone") };
  }

  it("loses its session at once, and the others are told why", async (t) => {
    const { watcher, poller } = await pair(t);
    const gone = next(watcher, "gone");
    (await park(lab, poller)).resetAndDestroy();
    const [, reason] = await gone;
    assert.equal(reason, "transport error");
    watcher.emit("msg", "room", 1);
    assert.deepEqual(await refused(poller), { status: 400, code: 1 });
  });

  it("comes back as somebody new, and hears everything from then on", async (t) => {
    const { watcher, poller, told } = await pair(t);
    (await park(lab, poller)).resetAndDestroy();
    await told.reaches(1);
    watcher.emit("msg", "room", "in between");
    assert.deepEqual(await refused(poller), { status: 400, code: 1 });
    const again = await pollMain(lab.url);
    await again.post('421["join","room"]');
    assert.equal((await again.get()).body, "431[]");
    for (const x of [1, 2, 3]) watcher.emit("msg", "room", x);
    assert.deepEqual(await events(again, 3), [1, 2, 3]);
  });

  it("between two GETs, loses nothing: the session waits, and so do the events", async (t) => {
    const { watcher, poller, told } = await pair(t);
    const connection = await dialled(lab);
    for (const x of [1, 2, 3]) {
      connection.write(get(lab, poller)); // begun, and answered
      const answered = once(connection, "data");
      watcher.emit("msg", "room", x);
      assert.match(String(await answered), new RegExp(`\\["msg",${x}\\]`));
    }
    connection.resetAndDestroy();
    const list = heard(watcher);
    for (const x of [4, 5]) watcher.emit("all", "room", x);
    await list.reaches(2);
    assert.deepEqual(await events(poller, 2), [4, 5]);
    assert.deepEqual([...told], []);
  });
});

describe("an official client, polling, whose connections are cut at random", () => {
  let lab;
  // Short heartbeats: a session that is cut between two GETs, and left, ends by them.
  before(async () => (lab = await startLab({ gateways: 2, pingInterval: 1000, pingTimeout: 1000 })));
  after(() => lab.stop());

  it("hears, within each session, every message once and in order; and the server hears of each end", async (t) => {
    t.diagnostic(`POLLER_SEED=${SEED}`);
    const dice = random(SEED);
    const proxy = await startProxy(t, lab.url);
    const [sender] = await clients(t, lab.url, 1, WEBSOCKET);
    await call(sender, "join", "room");
    const told = heard(sender, "gone");
    const own = heard(sender);

    const receiver = client(t, proxy.url, POLLING, HASTE);
    const sessions = []; // of each its id, how many cuts it came after, from where on it was in the room, what it heard
    let sent = 0;
    let cuts = 0;
    receiver.on("connect", () => {
      const session = { id: receiver.id, cuts, from: undefined, heard: [] };
      sessions.push(session);
      // Lost with the connection: then there will be another.
      receiver.emit("set", "tell", "room", () => {});
      receiver.emit("join", "room", () => (session.from = sent));
    });
    receiver.on("msg", (n) => sessions.at(-1).heard.push(n));
    receiver.connect();

    const speak = async () => {
      sender.emit("all", "room", sent);
      sent += 1;
      await own.reaches(sent);
    };
    while (cuts < 40) {
      await speak();
      const parked = [...proxy.links].find((link) => link.parked); // the handshake's GET at times, and a POST never
      if (!parked || dice() > 0.1) continue;
      parked.cut();
      cuts += 1;
    }
    // The session behind the last cut is there to stay.
    await eventually("healed", () => sessions.at(-1).cuts === cuts && sessions.at(-1).from !== undefined);
    for (let n = 0; n < 20; n += 1) await speak();
    const last = sessions.at(-1);
    await eventually("the last message is heard", () => last.heard.at(-1) === sent - 1);

    t.diagnostic(`${sessions.length} sessions, ${sent} messages, ${sessions.flatMap((s) => s.heard).length} heard`);
    assert.ok(sessions.length > 10, `only ${sessions.length} sessions`);
    for (const { from, heard } of sessions) {
      assert.deepEqual(heard, heard.map((_, n) => heard[0] + n), "a gap, or a repeat");
      if (from !== undefined && heard.length > 0) assert.ok(heard[0] <= from, `of ${from} it should have heard first`);
    }
    const all = sessions.flatMap(({ heard }) => heard);
    assert.equal(new Set(all).size, all.length, "heard in two sessions");

    const tells = sessions.slice(0, -1).filter(({ from }) => from !== undefined);
    await eventually("all ends are told", () => tells.every(({ id }) => told.includes(id)));
    assert.equal(new Set(told).size, told.length, "an end was told twice");
    assert.ok(!told.includes(last.id));
  });

  it("has each of its own events acknowledged, with `retries`", async (t) => {
    const dice = random(SEED + 1);
    const proxy = await startProxy(t, lab.url);
    const socket = manager(t, proxy.url, POLLING, HASTE).socket("/", { retries: 1000, ackTimeout: 300 });
    socket.connect();
    const answers = [];
    const numbers = [...Array(100).keys()];
    const done = Promise.all(
      numbers.map((n) => new Promise((done) => socket.emit("echo", n, (...answer) => done(answers.push(answer))))),
    );
    for (const cut of [...Array(20).keys()]) {
      await eventually("more answers", () => answers.length > cut * 4 + dice() * 4);
      proxy.cut();
    }
    await within(done, "all acks", 60_000);
    assert.deepEqual(answers, numbers.map((n) => [null, n]));
  });

  it("sends once what it wanted to say while it was cut off", async (t) => {
    const proxy = await startProxy(t, lab.url);
    const [listener] = await clients(t, lab.url, 1, WEBSOCKET);
    await call(listener, "join", "room");
    const list = heard(listener);
    const socket = client(t, proxy.url, POLLING, HASTE);
    await connected(socket);
    const left = next(socket, "disconnect");
    await eventually("a GET waits", () => [...proxy.links].some((link) => link.parked));
    proxy.cut();
    await left;
    const numbers = [...Array(20).keys()];
    for (const n of numbers) socket.emit("msg", "room", n);
    await list.reaches(numbers.length);
    await call(socket, "echo", "and nothing behind it");
    assert.deepEqual([...list], numbers);
  });
});

/** What it hears as `msg`, so many of them or more. */
async function events(poller, count) {
  const heard = [];
  while (heard.length < count) {
    for (const packet of (await poller.get()).body.split(SEPARATOR)) heard.push(JSON.parse(packet.slice(2))[1]);
  }
  return heard;
}

function get(lab, { query }) {
  return `GET /socket.io/?${query} HTTP/1.1\r\nHost: ${new URL(lab.url).host}\r\n\r\n`;
}

async function dialled(lab) {
  const connection = connect(lab.port, "127.0.0.1");
  connection.on("error", () => {});
  await once(connection, "connect");
  return connection;
}

/** A connection of which a GET waits for an answer. */
async function park(lab, poller) {
  const connection = await dialled(lab);
  connection.write(get(lab, poller));
  await poller.post("3"); // a pong, which is nothing; what comes behind the GET says that the GET has come
  return connection;
}

async function refused(poller) {
  const { status, body } = await poller.get();
  return { status, code: JSON.parse(body).code };
}
