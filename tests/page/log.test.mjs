import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../../public/js/room.js";
import { ADA, BO, told } from "./support.mjs";

const seqs = (log) => log.items().map(({ kind, seq, key }) => (kind === "note" ? key : seq || key));
const own = (id, text = id) => ({ id, text, at: 1, reply: null, files: [], attachments: [] });
const log = () => createLog(() => ADA.id);

test("messages stand by seq, however they come, each once", () => {
  const some = log();
  some.said(told(4));
  some.merge([told(1), told(2), told(3)]);
  some.said(told(6));
  some.said(told(5));
  some.said(told(4));
  assert.deepEqual(seqs(some), [1, 2, 3, 4, 5, 6]);
  assert.equal(some.hole(), null);
});

test("a live message is new once; what a page brought is not overwritten by an older live one", () => {
  const some = log();
  assert.ok(some.said(told(1)));
  assert.equal(some.said(told(1)), null);
  some.merge([told(2, BO, { text: "edited", edited: 5 })]);
  some.said(told(2));
  assert.equal(some.get(2).text, "edited");
});

test("a hole is found, and what is older can go", () => {
  const some = log();
  some.merge([told(1), told(2), told(7), told(8)]);
  assert.deepEqual(some.hole(), { after: 2, before: 7 });
  some.dropBefore(7);
  assert.deepEqual(seqs(some), [7, 8]);
  assert.equal(some.hole(), null);
});

test("one's own is pending after all others, then stored in its place, the same item", () => {
  const some = log();
  const item = some.pend(own("a"), ADA);
  some.pend(own("b"), ADA);
  some.said(told(1));
  assert.deepEqual(seqs(some), [1, "a", "b"]);
  some.confirm("a", 2, 99, []);
  assert.deepEqual(seqs(some), [1, 2, "b"]);
  assert.equal(some.get(2), item);
  assert.equal(item.state, "stored");
  assert.equal(item.at, 99);
  // Then it comes back from the room, with what the server found in it.
  some.said(told(2, ADA, { id: "a", mentions: [BO], text: "a @Bo" }));
  assert.deepEqual(item.mentions, [BO]);
  assert.equal(some.items().length, 3);
});

test("it may come back before the receipt, and in a page", () => {
  const some = log();
  const item = some.pend(own("a"), ADA);
  const other = some.pend(own("b"), ADA);
  assert.equal(some.said(told(1, ADA, { id: "a" })), item);
  some.confirm("a", 1, 1, []);
  some.merge([told(1, ADA, { id: "a" }), told(2, ADA, { id: "b", reactions: [{ by: BO.id, name: "Bo", emoji: "👍" }] })]);
  assert.deepEqual(seqs(some), [1, 2]);
  assert.equal(some.get(2), other);
  assert.equal(other.reactions[0].emoji, "👍");
});

test("somebody else's message with the id of one's own is another message", () => {
  const some = log();
  const item = some.pend(own("a"), ADA);
  some.said(told(1, BO, { id: "a" }));
  assert.equal(item.state, "sending");
  assert.equal(new Set(some.items().map(({ key }) => key)).size, 2);
});

test("failed, and taken out", () => {
  const some = log();
  some.pend(own("a"), ADA);
  some.fail("a", { code: "muted", message: "Not now." });
  assert.equal(some.find("a").state, "failed");
  some.take("a");
  assert.deepEqual(seqs(some), []);
});

test("an edit keeps the reactions, a removal does not; a page that brings nothing new changes nothing", () => {
  const some = log();
  const reactions = [{ by: BO.id, name: "Bo", emoji: "👍" }, { by: ADA.id, name: "Ada", emoji: "👍" }];
  some.merge([told(1, BO, { reactions })]);
  const message = some.get(1);
  assert.deepEqual(message.reactions, [{ emoji: "👍", by: [BO, ADA], mine: true }]);
  const { version } = message;
  some.merge([told(1, BO, { reactions })]);
  assert.equal(message.version, version);
  some.changed(1, told(1, BO, { text: "new", edited: 9 }).data);
  assert.equal(message.text, "new");
  assert.equal(message.reactions.length, 1);
  some.changed(1, told(1, BO, { text: "", removed: "moderator" }).data);
  assert.deepEqual([message.removed, message.reactions], ["moderator", []]);
});

test("reactions, on and off, said once or twice", () => {
  const some = log();
  some.said(told(1));
  const by = { seq: 1, by: ADA.id, name: "Ada", emoji: "🎉" };
  assert.equal(some.reacted({ ...by, on: true }), true);
  assert.equal(some.reacted({ ...by, on: true }), false);
  assert.equal(some.get(1).reactions[0].mine, true);
  assert.equal(some.reacted({ ...by, on: false }), true);
  assert.deepEqual(some.get(1).reactions, []);
  assert.equal(some.reacted({ ...by, seq: 7, on: true }), false);
});

test("notes stand where they were made; one who blinks is worth one", () => {
  const some = log();
  some.said(told(1));
  some.note({ what: "left", name: "Cy" });
  some.note({ what: "joined", name: "Cy" });
  some.said(told(2));
  const [, note] = some.items();
  assert.equal(note.what, "back");
  assert.deepEqual(some.items().map(({ kind }) => kind), ["message", "note", "message"]);
});
