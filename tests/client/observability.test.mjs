// What whoever runs a server sees: the log, and what was counted.
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import parsePrometheus from "parse-prometheus-text-format";
import { POLLING, WEBSOCKET, call, clients, connected, client, eventually, heard } from "../support/clients.mjs";
import { startLab, startLogged } from "../support/lab.mjs";

it("one message is followed by its id from the Worker through Gateway and Room to the Gateways", async (t) => {
  const lab = await startLogged(t, { gateways: 2, logLevel: "debug" });
  const [ann, bob] = await clients(t, lab.url, 2, WEBSOCKET, { auth: { token: "a secret token" } });
  for (const member of [ann, bob]) await call(member, "join", "tea");
  const heardByBob = heard(bob);
  ann.emit("all", "tea", "a secret text");
  await heardByBob.reaches(1);
  const of = (id) => lab.lines().filter((line) => line.id === id);
  const called = async (handler) => {
    const is = ({ event, name }) => event === "called" && name === handler;
    await eventually(`"${handler}" is in the log`, () => lab.lines().some(is));
    return lab.lines().find(is).id;
  };
  const id = await called("all");
  await eventually("both have delivered it", () => of(id).filter(({ event }) => event === "delivered").length === 2);
  const [request] = id.split("."); // that which opened the connection
  const here = `gateway ${ann.id.split(".").at(-1)}`;
  const there = `gateway ${bob.id.split(".").at(-1)}`;
  assert.deepEqual(
    of(request).slice(0, 2).map(({ object, event }) => [object, event]),
    [["worker", "forwarded"], [here, "opened"]],
  );
  const story = of(id).map(({ object, event }) => `${object} ${event}`);
  assert.deepEqual(story.slice(0, 4), [`${here} called`, `${here} handled`, `${here} broadcast`, "room /#tea ordered"]);
  assert.deepEqual(story.slice(4).sort(), [`${here} delivered`, `${there} delivered`].sort());
  assert.deepEqual(of(id).filter(({ event }) => event === "delivered").map(({ sockets }) => sockets), [1, 1]);

  await call(ann, "publish", "tea", "a secret text");
  const published = await called("publish");
  await eventually("it is told everywhere", () => of(published).length >= 5);
  const [ordered] = of(published).filter(({ event }) => event === "ordered");
  assert.deepEqual([ordered.object, ordered.seq, ordered.gateways], ["room /#tea", 1, 2]);

  for (const line of lab.lines()) assert.ok(line.level && line.event && line.object && line.time > 0, JSON.stringify(line));
  const sids = [ann, bob].map((socket) => socket.io.engine.id);
  for (const secret of ["a secret token", "a secret text", ...sids]) assert.ok(!lab.text().includes(secret), secret);
});

it("a request is known by the id that it came with, and a refusal is in the log by custom", async (t) => {
  const lab = await startLogged(t, { gateways: 1 });
  const ask = (query, ray) => fetch(`${lab.url}/socket.io/?EIO=4&transport=${query}`, { headers: { "cf-ray": ray } });
  assert.equal((await ask("polling", "8f2a0c1d2e3f4a5b-AMS")).status, 200);
  assert.equal((await ask("pigeons", "8f2a0c1d2e3f4a5c-AMS")).status, 400);
  assert.equal((await ask("pigeons", "x".repeat(41))).status, 400);
  await eventually("all is in the log", () => lab.lines().length >= 3);
  const lines = lab.lines().map(({ time, ...line }) => line);
  assert.deepEqual(lines, [
    { level: "info", event: "opened", transport: "polling", id: "8f2a0c1d2e3f4a5b-AMS", object: "gateway any-0" },
    { level: "info", event: "refused", code: 0, id: "8f2a0c1d2e3f4a5c-AMS", object: "worker" },
    { level: "info", event: "refused", code: 0, object: "worker" },
  ]);
});

/** What `/metrics` says: by name, and within by Gateway. */
async function scrape(lab, token = "the token of tests") {
  const answer = await fetch(`${lab.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.match(answer.headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  const families = parsePrometheus(text);
  /** The sum over all Gateways. */
  const sum = (name) => {
    const family = families.find((one) => one.name === name);
    assert.ok(family, `${name} is missing:\n${text}`);
    return family.metrics.reduce((all, { value }) => all + Number(value), 0);
  };
  return { text, families, sum, gateways: families.find(({ name }) => name === "parlor_up").metrics };
}

it("/metrics counts what has happened, in what a parser of Prometheus's text reads", async (t) => {
  const lab = await startLab({ gateways: 3, metricsToken: "the token of tests" });
  t.after(() => lab.stop());
  const empty = await scrape(lab);
  assert.deepEqual(empty.gateways, [{ value: "1", labels: { gateway: "any-0" } }], "no other one was ever used");
  assert.equal(empty.sum("parlor_connections"), 0);

  const [ann, bob] = await clients(t, lab.url, 2); // of the first two Gateways
  for (const member of [ann, bob]) await call(member, "join", "tea");
  const [byAnn, byBob] = [heard(ann), heard(bob)];
  for (let n = 0; n < 10; n += 1) ann.emit("all", "tea", n);
  await Promise.all([byAnn.reaches(10), byBob.reaches(10)]);
  for (let n = 0; n < 3; n += 1) await call(bob, "publish", "tea", n);
  await call(bob, "boom");
  await call(ann, "push", "letters", "one");
  await assert.rejects(connected(client(t, lab.url, WEBSOCKET, { nsp: "/members" })), /unauthorized/);
  await call(ann, "rooms");

  await eventually("all Gateways are in the list", async () => (await scrape(lab)).gateways.length === 3);
  const { text, families, sum, gateways } = await scrape(lab);
  assert.ok(gateways.every(({ value }) => value === "1"));
  const totals = {
    connections_opened: 3,
    sockets_connected: 2,
    sockets_refused: 1,
    // joins, broadcasts, publications, boom, push, rooms
    events_received: 2 + 10 + 3 + 1 + 1 + 1,
    acks_sent: 2 + 3 + 1 + 1 + 1,
    handlers_failed: 1,
    broadcasts_sent: 10,
    violations: 0,
    broadcasts_dropped: 0,
    room_broadcasts: 10 + 3,
    room_messages_stored: 3,
    jobs_pushed: 1,
  };
  const found = Object.fromEntries(Object.keys(totals).map((name) => [name, sum(`parlor_${name}_total`)]));
  assert.deepEqual(found, totals);
  // Greetings; each of ten, and of three stored ones, to two.
  assert.equal(sum("parlor_messages_sent_total"), 2 + 2 * (10 + 3));
  assert.deepEqual([sum("parlor_sockets"), sum("parlor_rooms")], [2, 4]); // the room, and everyone, on each
  const histogram = families.find(({ name }) => name === "parlor_handler_seconds");
  assert.equal(histogram.type, "HISTOGRAM");
  // That parser takes the histograms of all Gateways for one.
  const handled = (what) => {
    const lines = [...text.matchAll(/^parlor_handler_seconds_(\w+)\{gateway="any-\d"(?:,le="(.+)")?\} (.+)$/gm)];
    return lines.filter(([, name, le]) => name === what && (le ?? "+Inf") === "+Inf").reduce((all, [, , , value]) => all + Number(value), 0);
  };
  const due = 18 + 3; // events, and three who asked to be let in
  assert.deepEqual([handled("count"), handled("bucket")], [due, due]);

  ann.disconnect();
  await eventually("one has left", async () => (await scrape(lab)).sum("parlor_sockets_disconnected_total") === 1);
});

it("counters outlive the memory of their objects", async (t) => {
  const { startMiniflare } = await import("../support/miniflare.mjs");
  const lab = await startMiniflare({ metricsToken: "the token of tests" });
  t.after(() => lab.stop());
  const [ann] = await clients(t, lab.url, 1);
  await call(ann, "echo", 1);
  await eventually("it is stored", async () => {
    await new Promise((done) => setTimeout(done, 1100)); // a moment behind the last that was counted
    await lab.evict("Gateway", "any-0");
    return (await scrape(lab)).sum("parlor_events_received_total") === 1;
  });
  await call(ann, "echo", 2);
  const { sum } = await scrape(lab);
  assert.equal(sum("parlor_events_received_total"), 2);
  assert.ok(sum("parlor_starts_total") >= 2);
  assert.equal(sum("parlor_connections"), 1);
});

it("whoever has not the token is told nothing, and nobody where there is none", async (t) => {
  const lab = await startLab({ metricsToken: "the token of tests" });
  t.after(() => lab.stop());
  const ask = (headers) => fetch(`${lab.url}/metrics`, { headers });
  for (const authorization of ["", "Bearer", "Bearer ", "Bearer the token of test", "Bearer the token of tests!", "Basic the token of tests"]) {
    const answer = await ask({ authorization });
    assert.equal(answer.status, 401, authorization);
    assert.doesNotMatch(await answer.text(), /parlor_/);
  }
  assert.equal((await ask({})).status, 401);
  assert.deepEqual(await (await fetch(`${lab.url}/objects`)).json(), {}, "and no object is woken for it");

  const without = await startLab({});
  t.after(() => without.stop());
  for (const authorization of ["", "Bearer ", "Bearer undefined"]) {
    assert.equal((await fetch(`${without.url}/metrics`, { headers: { authorization } })).status, 404);
  }
});

it("points go to Analytics Engine where a data set is bound", async (t) => {
  const lab = await startLab({ pingInterval: 300, front: join(import.meta.dirname, "observability.front.mjs") });
  t.after(() => lab.stop());
  const [ann] = await clients(t, lab.url, 1, POLLING);
  await call(ann, "echo", 1);
  const points = async () => (await fetch(`${lab.url}/points`)).json();
  await eventually("there is one", async () => (await points()).length > 0);
  const [{ indexes, blobs, doubles }] = await points();
  assert.deepEqual([indexes, blobs, doubles.length], [["any-0"], ["any-0"], 20]);
  const [connections, sockets, , opened] = doubles;
  assert.deepEqual([connections, opened], [1, 1]);
  assert.ok(sockets <= 1);
  assert.equal((await fetch(`${lab.url}/metrics`)).status, 404, "without a token that is all");
});
