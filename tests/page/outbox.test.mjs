import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { createOutbox } from "../../public/js/outbox.js";
import { Failure, problem } from "../../public/js/problem.js";
import { browser, fakeRequests, settled } from "./support.mjs";

let page, tab, server, ready, told;

const message = (id, room = "tea", more = {}) => ({ id, room, text: `text ${id}`, at: Date.now(), reply: null, files: [], uploads: [], problem: null, ...more });

function outbox(around = tab, uploaded = () => []) {
  return createOutbox({
    send: (say) => server.request("say", say),
    ready: (room) => ready.has(room),
    notIn: (room) => told.push(`not in ${room}`),
    uploaded,
    sent: ({ id }, { seq }) => told.push(`${id} is ${seq}`),
    failed: ({ id }, { code }) => told.push(`${id} failed: ${code}`),
    found: ({ id }) => told.push(`found ${id}`),
  }, around);
}

/** Answers the question that waits, which has to be this message. */
async function answer(id, seq) {
  const question = await server.next("say");
  assert.equal(question.args[0].id, id);
  if (seq instanceof Failure) question.refuse(seq);
  else question.answer({ seq, at: seq });
  await settled();
}

beforeEach(() => {
  page = browser();
  tab = page.tab();
  server = fakeRequests();
  ready = new Set(["tea", "rust"]);
  told = [];
  mock.timers.reset();
});

test("one after another in each room, rooms at once", async () => {
  const out = outbox();
  for (const id of ["a", "b"]) out.put(message(id));
  out.put(message("c", "rust"));
  assert.deepEqual(server.asked.map(({ args: [{ id }] }) => id), ["a", "c"]);
  await answer("a", 1);
  await answer("c", 1);
  await answer("b", 2);
  assert.deepEqual(told, ["a is 1", "c is 1", "b is 2"]);
  assert.deepEqual(out.messages, []);
  assert.deepEqual(page.lasting.keys("outbox."), []);
});

test("offline it waits, and goes when flushed, with the same id", async () => {
  const out = outbox();
  ready.clear();
  out.put(message("a"));
  assert.equal(server.asked.length, 0);
  ready.add("tea");
  out.flush("tea");
  await answer("a", new Failure("offline"));
  assert.equal(server.asked.length, 0);
  out.flush();
  await answer("a", 1);
  assert.deepEqual(told, ["a is 1"]);
});

test("what passes is waited for, and nobody overtakes meanwhile", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const out = outbox();
  for (const id of ["a", "b"]) out.put(message(id));
  for (const [code, wait] of [["slow down", 2_000], ["timeout", 2_000], ["busy", 4_000]]) {
    await answer("a", new Failure(code));
    out.flush();
    assert.equal(server.asked.length, 0);
    mock.timers.tick(wait);
  }
  await answer("a", 1);
  await answer("b", 2);
  assert.deepEqual(told, ["a is 1", "b is 2"]);
});

test("not in the room: joins, and goes on", async () => {
  const out = outbox();
  out.put(message("a"));
  ready.clear();
  await answer("a", new Failure("not in room"));
  assert.deepEqual(told, ["not in tea"]);
  ready.add("tea");
  out.flush("tea");
  await answer("a", 1);
});

test("refused for good it fails, the next one goes, and it is still there to be retried", async () => {
  const out = outbox();
  for (const id of ["a", "b"]) out.put(message(id));
  await answer("a", new Failure("muted", "Not now."));
  await answer("b", 1);
  assert.deepEqual(told, ["a failed: muted", "b is 1"]);
  assert.equal(out.get("a").problem.message, "Not now.");
  out.put({ ...out.get("a"), problem: null });
  await answer("a", 2);
  assert.deepEqual(out.messages, []);
});

test("it came back from the room without a receipt", async () => {
  const out = outbox();
  for (const id of ["a", "b"]) out.put(message(id));
  out.arrived("a", { seq: 1, at: 1 });
  assert.deepEqual(told, ["a is 1"]);
  await answer("a", new Failure("offline"));
  out.flush();
  await answer("b", 2);
  assert.deepEqual(told, ["a is 1", "b is 2"]);
});

test("a reload keeps what waits and what failed", async () => {
  const out = outbox();
  ready.clear();
  out.put(message("a"));
  out.put(message("b", "tea", { problem: problem("muted") }));
  tab.close();
  ready.add("tea");
  const again = outbox(page.tab(tab.session));
  await again.restore();
  assert.deepEqual(told, ["found a", "found b"]);
  await answer("a", 1);
  assert.deepEqual(again.messages.map(({ id }) => id), ["b"]);
});

test("another tab takes over what a closed one left, but nothing of one that lives", async () => {
  ready.clear();
  outbox().put(message("a"));
  const other = page.tab();
  outbox(other).put(message("b"));
  other.close();
  const third = outbox(page.tab());
  await third.restore();
  assert.deepEqual(told, ["found b"]);
  assert.deepEqual(third.messages.map(({ id }) => id), ["b"]);
  assert.equal(page.lasting.keys("outbox.").length, 2);
});

test("old words do not go out by themselves", async () => {
  outbox().put(message("a", "nowhere", { at: Date.now() - 48 * 3600_000 }));
  tab.close();
  const again = outbox(page.tab(tab.session));
  await again.restore();
  assert.equal(again.get("a").problem.code, "written long ago");
});

test("a message waits for its files, and those after it for the message", async () => {
  let files = null;
  const out = outbox(tab, () => files);
  out.put(message("a", "tea", { uploads: ["u"] }));
  out.put(message("b"));
  assert.equal(server.asked.length, 0);
  files = [{ id: "f" }];
  out.flush();
  assert.deepEqual(server.asked[0].args[0].files, [{ id: "f" }]);
  await answer("a", 1);
  await answer("b", 2);
});

test("files that will not come fail the message; after a reload they are lost, the words are not", async () => {
  const out = outbox(tab, () => problem("too large"));
  out.put(message("a", "tea", { uploads: ["u"] }));
  assert.deepEqual(told, ["a failed: too large"]);
  ready.clear();
  const other = page.tab();
  outbox(other, () => null).put(message("b", "tea", { uploads: ["u"] }));
  other.close();
  const again = outbox(page.tab(other.session));
  await again.restore();
  assert.equal(again.get("b").problem.code, "file lost");
  assert.equal(again.get("b").text, "text b");
});

test("a room that was left", () => {
  ready.clear();
  const out = outbox();
  out.put(message("a"));
  out.put(message("b", "rust"));
  out.abandon("tea", problem("left"));
  assert.deepEqual(told, ["a failed: left"]);
});
