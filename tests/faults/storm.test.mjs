// A reconnect storm: the server restarts, and all its clients are back at the same moment, each in its rooms. Their Gateways
// share the work, so a Room is asked by Gateways, not by clients. STORM_CLIENTS=2000 for more of them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { eventually, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { Light } from "../support/light.mjs";

const CLIENTS = Number(process.env.STORM_CLIENTS ?? 500);
const GATEWAYS = 4;
const ROOMS = 10;
const EACH = 5; // rooms of one client
const LIMIT = 120_000;

it("all clients are back in their rooms after a restart, for far fewer requests to Rooms than joins", async (t) => {
  const persist = mkdtempSync(join(tmpdir(), "parlor-storm-"));
  t.after(() => rmSync(persist, { recursive: true, force: true }));
  const before = await startLab({ gateways: GATEWAYS, persist });
  t.after(() => before.kill());
  const clients = [];
  t.after(() => clients.forEach((client) => client.end()));
  for (let n = 0; n < CLIENTS; n += 1) {
    // Neighbours are on different Gateways, so each room has members on all of them.
    const rooms = Array.from({ length: EACH }, (_, k) => `room ${(Math.floor(n / GATEWAYS) + k) % ROOMS}`);
    clients.push(new Light(before.url, rooms));
    if (n % 100 === 99) await back(clients, 1);
  }
  await back(clients, 1);
  t.diagnostic(`${CLIENTS} clients in ${EACH} of ${ROOMS} rooms each: ${sum(await requests(before))} requests to Rooms`);

  let open; // else they crowd out the question whether the server is up
  const gate = new Promise((done) => (open = done));
  for (const client of clients) client.gate = gate;
  await before.kill();
  const started = Date.now();
  const after = await startLab({ gateways: GATEWAYS, persist, port: before.port });
  t.after(() => after.kill());
  const up = Date.now();
  open();
  await back(clients, 2);
  const all = Date.now();
  const asked = sum(await requests(after));
  const joins = CLIENTS * EACH;
  t.diagnostic(`after the restart ${asked} requests for ${joins} joins; workerd was up after ${up - started} ms, all were back ${all - up} ms later`);
  assert.ok(asked < joins / 10, `${asked} requests for ${joins} joins`);

  for (let n = 0; n < ROOMS; n += 1) clients[0].emit("all", `room ${n}`, n);
  await eventually("everyone hears of each of its rooms", () => clients.every(({ heard }) => heard >= EACH));
  assert.ok(clients.every(({ heard, rounds }) => heard === EACH && rounds === 2), "once, and nobody was lost since");
});

const back = (clients, rounds) => within(Promise.all(clients.map((client) => client.joined(rounds))), `${clients.length} clients`, LIMIT);

const requests = async (lab) => Object.values(await (await fetch(`${lab.url}/counts`)).json());
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
