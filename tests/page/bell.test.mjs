import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createBell } from "../../public/js/bell.js";
import { createStore } from "../../public/js/store.js";
import { createTabs } from "../../public/js/surroundings.js";
import { BO, browser } from "./support.mjs";

const ROOM = { id: "tea", name: "Tea", topic: "", kind: "public" };
const notice = (id, data = {}) => ({ id, attempt: 1, data: { kind: "mention", room: ROOM, seq: id, from: BO, text: "hi", at: id, ...data } });

let page;

/** One tab; `inSight`: its room is being read. */
function open() {
  const around = page.tab();
  const store = createStore();
  const one = { around, store, inSight: false, followed: [], quiet: [] };
  let tabs;
  one.bell = createBell(store, {
    around,
    tabs: () => tabs,
    sayQuiet: (quiet) => one.quiet.push(quiet),
    follow: ({ id }) => one.followed.push(id),
    isInSight: () => one.inSight,
  });
  tabs = createTabs(around, `tab ${Math.random()}`, one.bell.heard);
  return one;
}

beforeEach(() => {
  page = browser();
});

test("one tab gets it, all know it, each once, acknowledged each time", () => {
  const [one, other] = [open(), open()];
  let acks = 0;
  one.bell.notice(notice(7), () => (acks += 1));
  other.bell.notice(notice(7), () => (acks += 1));
  assert.equal(acks, 2);
  for (const { store } of [one, other]) assert.deepEqual([store.notices.length, store.bell.unseen], [1, 1]);
  other.bell.saw();
  for (const { store } of [one, other]) assert.equal(store.bell.unseen, 0);
  one.bell.dismiss("7");
  assert.equal(other.store.notices.length, 0);
});

test("what is in sight in any tab is seen, and what is read", () => {
  const [one, other] = [open(), open()];
  other.inSight = true;
  one.bell.notice(notice(1));
  assert.equal(one.store.bell.unseen, 0);
  other.inSight = false;
  one.bell.notice(notice(2));
  one.bell.notice(notice(3));
  other.bell.read("tea", 2);
  assert.deepEqual(one.store.notices.map(({ id, seen }) => [id, seen]), [["3", false], ["2", true], ["1", true]]);
});

test("the browser tells it where that is wanted and nobody looks at any tab", async () => {
  const [one, other] = [open(), open()];
  one.bell.notice(notice(1));
  await one.bell.want(true);
  assert.equal(other.store.bell.wanted, true);
  one.around.looks(false);
  one.bell.notice(notice(2));
  assert.equal(one.around.shown.length, 0);
  other.around.looks(false);
  one.bell.notice(notice(3));
  assert.equal(one.around.shown.length, 1);
  assert.equal(one.around.shown[0].title, "Bo · Tea");
  one.around.shown[0].chosen();
  assert.deepEqual(one.followed, ["3"]);
  await one.bell.want(false);
  one.bell.notice(notice(4));
  assert.equal(one.around.shown.length, 1);
});

test("a tab that is closed does not look any more", async () => {
  const [one, other] = [open(), open()];
  await one.bell.want(true);
  one.around.looks(false);
  other.around.close();
  one.bell.notice(notice(1));
  assert.equal(one.around.shown.length, 1);
});

test("quiet, notices and wishes are kept", async () => {
  const one = open();
  one.bell.notice(notice(1));
  one.bell.quiet(true);
  await one.bell.want(true);
  const later = open();
  assert.deepEqual([later.store.notices.length, later.store.bell.quiet, later.store.bell.wanted], [1, true, true]);
});
