import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createAway, joined, left, looked, renamed } from "../../public/js/presence.js";
import { createListener, createTypist } from "../../public/js/presence.js";
import { ADA, BO, browser } from "./support.mjs";

let said;
const whisper = (event, data) => said.push(event === "typing" ? data.typing : `away ${data}`);

beforeEach(() => {
  said = [];
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000 });
});
afterEach(() => mock.timers.reset());

test("of oneself it is said every two seconds, and once that one stopped", () => {
  const typist = createTypist(whisper);
  typist.typing("tea");
  typist.typing("tea");
  mock.timers.tick(2_000);
  typist.typing("tea");
  assert.deepEqual(said, [true, true]);
  typist.stopped("tea");
  typist.stopped("tea");
  assert.deepEqual(said, [true, true, false]);
  typist.typing("tea");
  typist.sent("tea");
  typist.stopped("tea");
  assert.deepEqual(said, [true, true, false, true]);
});

test("others are believed for a while", () => {
  let changes = 0;
  const listener = createListener(() => (changes += 1));
  const room = { id: "tea", typing: new Map() };
  listener.heard(room, ADA, true);
  mock.timers.tick(3_000);
  listener.heard(room, ADA, true);
  mock.timers.tick(3_000);
  assert.equal(room.typing.size, 1);
  mock.timers.tick(2_000);
  assert.equal(room.typing.size, 0);
  assert.equal(changes, 2);
  listener.heard(room, ADA, true);
  listener.heard(room, BO, true);
  listener.heard(room, ADA, false);
  assert.deepEqual([...room.typing.keys()], [BO.id]);
  listener.forgetAll(room);
  assert.equal(room.typing.size, 0);
});

test("away is said after half a minute, back at once, and again to a new connection", () => {
  const tab = browser().tab();
  const away = createAway((isAway) => said.push(isAway), tab);
  tab.looks(false);
  mock.timers.tick(20_000);
  tab.looks(true);
  tab.looks(false);
  mock.timers.tick(29_000);
  assert.deepEqual(said, []);
  mock.timers.tick(2_000);
  away.again();
  tab.looks(true);
  away.again();
  assert.deepEqual(said, [true, true, false]);
});

test("who is here", () => {
  const room = { people: new Map() };
  const bo = { ...BO, away: false };
  assert.deepEqual(joined(room, bo), { what: "joined", name: "Bo", newName: "" });
  assert.equal(joined(room, bo), null);
  assert.equal(looked(room, { ...BO, away: true }), true);
  assert.equal(looked(room, { ...BO, away: true }), false);
  assert.equal(looked(room, { ...ADA, away: true }), false);
  assert.deepEqual(renamed(room, { id: BO.id, name: "Bob" }), { what: "renamed", name: "Bo", newName: "Bob" });
  assert.deepEqual(room.people.get(BO.id), { id: BO.id, name: "Bob", away: true });
  assert.deepEqual(left(room, BO), { what: "left", name: "Bo", newName: "" });
  assert.equal(left(room, BO), null);
});

test("in a crowd nobody is told who comes and goes", () => {
  const room = { people: new Map(Array.from({ length: 30 }, (_, i) => [`${i}`, { id: `${i}`, name: "x", away: false }])) };
  assert.equal(joined(room, { ...BO, away: false }), null);
  assert.equal(left(room, BO), null);
});
