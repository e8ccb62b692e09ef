import assert from "node:assert/strict";
import { test } from "node:test";
import { createIdentity } from "../../public/js/names.js";
import { completions, idOf, initials, kindOf, nameProblem, roomProblem } from "../../public/js/names.js";
import { addressOf, roomIn } from "../../public/js/surroundings.js";
import { createDrafts } from "../../public/js/writing.js";
import { ADA, browser } from "./support.mjs";

test("a newcomer keeps a seed until a token has come", () => {
  const { lasting } = browser();
  const one = createIdentity(lasting);
  one.want("Ada");
  const { name, seed } = one.auth();
  assert.equal(name, "Ada");
  assert.match(seed, /^[\w-]{16,64}$/);
  assert.deepEqual(createIdentity(lasting).auth(), { name: "", seed });
  one.known(ADA, "token");
  assert.deepEqual(one.auth(), { token: "token" });
  assert.deepEqual([one.id, one.name], [ADA.id, "Ada"]);
  one.want("Adele");
  assert.deepEqual(one.auth(), { token: "token", name: "Adele" });
  one.unwant();
  one.forget();
  assert.notEqual(one.auth().seed, seed);
  assert.equal(one.name, "Ada");
});

test("names", () => {
  assert.equal(nameProblem(" Ada "), null);
  assert.equal(nameProblem("  ").code, "no name");
  assert.equal(nameProblem("🦀".repeat(24)), null);
  assert.equal(nameProblem("🦀".repeat(25)).code, "name too long");
  assert.equal(roomProblem("Tea & Cake").code, "bad room name");
  assert.equal(initials("Ada Lovelace"), "AL");
});

test("rooms by their ids, and their addresses", () => {
  const ids = { public: idOf(" Tea Room "), private: `~${"a".repeat(22)}`, direct: `@${"a".repeat(16)}.${"b".repeat(16)}` };
  for (const [kind, id] of Object.entries(ids)) {
    assert.equal(kindOf(id), kind);
    assert.equal(roomIn(addressOf(id)), id);
  }
  assert.equal(kindOf("~short"), null);
  assert.equal(roomIn("/r/Tea%20Room"), "tea room");
  assert.equal(roomIn("/r/%E0%A4%A"), "%e0%a4%a");
  for (const path of ["/", "/r/", "/r/a/b", "/moderators"]) assert.equal(roomIn(path), null);
});

test("completions: those who are called so, then those who have a word that is", () => {
  const people = ["Bo", "Ada Lovelace", "Lovell", "adam"].map((name) => ({ name }));
  assert.deepEqual(completions(people, "lov", 8).map(({ name }) => name), ["Lovell", "Ada Lovelace"]);
  assert.deepEqual(completions(people, "AD", 8).map(({ name }) => name), ["Ada Lovelace", "adam"]);
  assert.equal(completions(people, "", 2).length, 2);
});

test("drafts are kept, in this tab and for the next visit; an edit sets them aside", () => {
  const page = browser();
  const tab = page.tab();
  const drafts = createDrafts(tab, (file) => ({ file }));
  const draft = drafts.of("tea");
  Object.assign(draft, { text: "half a", reply: { seq: 3, from: ADA, text: "x" }, attachments: [{ file: { id: "f" } }, { file: null }] });
  drafts.changed("tea");
  drafts.beginEdit("tea", 9, "old words");
  assert.deepEqual([draft.text, draft.editing, draft.reply], ["old words", 9, null]);
  tab.close();
  for (const around of [page.tab(tab.session), page.tab()]) {
    const kept = createDrafts(around, (file) => ({ file })).of("tea");
    assert.deepEqual([kept.text, kept.reply.seq, kept.editing, kept.attachments], ["half a", 3, null, [{ file: { id: "f" } }]]);
  }
  drafts.endEdit("tea");
  assert.equal(draft.text, "half a");
  drafts.empty("tea");
  assert.equal(createDrafts(page.tab(), () => {}).of("tea").text, "");
});
