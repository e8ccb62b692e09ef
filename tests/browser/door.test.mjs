// At the door: the names that people take, keep and change; and who may not come in.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;
const LONG = "x".repeat(25);
const NO_NAME = "Please tell us a name.";
const TOO_LONG = "That name is too long: 24 characters at most.";
const TAKEN = "Somebody here has that name already. Please take another one.";

/** Somebody who has the key of the house: they do something, and it is done. */
async function moderator(t, name) {
  const guest = await comeIn(t, house.url, name);
  const desk = await guest.enter("/moderators", { key: MODERATOR_KEY });
  return async (deed, data) => assert.equal((await desk.emitWithAck(deed, data))?.error, undefined);
}

/** The person as the server knows them: what the browser keeps of that. */
const known = ({ page }) => page.evaluate(() => ["id", "name"].map((key) => JSON.parse(localStorage.getItem(`parlor.${key}`))));

const problem = (person, words) => eventually(() => person.at("name-problem").textContent(), words);

it("a name that is empty or too long is told so in words, and another one opens the door", async (t) => {
  const ann = await visit(t);
  await ann.open();
  assert.equal(await ann.at("name-submit").textContent(), "Come in");
  await ann.enter("   ");
  await problem(ann, NO_NAME);
  await ann.enter(LONG);
  await problem(ann, TOO_LONG);
  assert.equal(await ann.at("new-room").isVisible(), false);
  await ann.at("name-input").fill("x");
  await problem(ann, "");
  await ann.enter("x".repeat(24));
  await ann.isIn();
  assert.equal(await ann.page.title(), "Parlor");
});

it("a name that only the server refuses is told so in words, and another one opens the door", async (t) => {
  const ann = await visit(t, { room: "refused" });
  await ann.open();
  await ann.enter("@Ann of the stairs");
  await problem(ann, "A name has 1 to 24 characters that can be seen, and does not begin with @.");
  assert.equal(await ann.at("name-input").getAttribute("aria-invalid"), "true");
  await ann.at("name-input").fill("Ann of the stairs");
  await problem(ann, "");
  assert.equal(await ann.at("name-submit").textContent(), "Come in");
  await ann.at("name-submit").click();
  await ann.isIn("refused");
  await ann.seesPeople("Ann of the stairs");
});

it("a name is one person's: somebody else who wants it, however they write it, is asked for another one", async (t) => {
  const clara = await arrive(t, "Clara Bow", { room: "taken" });
  const other = await visit(t, { room: "taken" });
  await other.open();
  await other.enter("clara  BOW");
  await problem(other, TAKEN);
  assert.deepEqual(await clara.roster(), ["Clara Bow"]);
  await other.enter("Clara Two");
  await other.isIn("taken");
  await clara.seesPeople("Clara Bow", "Clara Two");
  await other.say("we are two");
  await clara.sees([["Clara Two", "we are two", "received"]]);
});

it("the browser keeps who one is: the next visit needs no name, and has one's rooms", async (t) => {
  const dora = await arrive(t, "Dora", { room: "kept" });
  const first = await known(dora);
  await dora.page.close();
  const again = await dora.tab();
  await again.isIn();
  assert.deepEqual(await known(again), first);
  assert.equal(await again.at("name-input").isVisible(), false);
  assert.equal(await again.at("me").textContent(), "DDora");
  await again.seesRoom("kept", ["kept", "1"]);
  await again.goTo("kept");
  await again.isIn("kept");
  await again.seesPeople("Dora");
});

it("a name that an earlier page kept is taken along; one that is not allowed any more is to be shortened", async (t) => {
  const emil = await visit(t, { room: "lounge", storage: { "parlor.name": JSON.stringify("Emil") } });
  await emil.open();
  await emil.isIn("lounge");
  await emil.seesPeople("Emil");

  const long = await visit(t, { room: "lounge", storage: { "parlor.name": JSON.stringify(LONG) } });
  await long.open();
  await problem(long, TOO_LONG);
  assert.equal(await long.at("name-input").inputValue(), LONG);
  await long.enter("Short");
  await long.isIn("lounge");
  await emil.seesPeople("Emil", "Short");
});

it("two tabs are one person, who is there until the last of them is closed", async (t) => {
  const fay = await arrive(t, "Fay", { room: "tabs" });
  const gus = await arrive(t, "Gus", { room: "tabs" });
  const second = await fay.tab({ room: "tabs" });
  await second.isIn("tabs");
  for (const tab of [fay, second]) await tab.seesPeople("Fay", "Gus");

  await second.say("from my second tab");
  await fay.sees([["Fay", "from my second tab", "sent"]]);
  await fay.say("and from my first");
  await second.seesTexts("from my second tab", "and from my first");
  await gus.sees([["Fay", "from my second tab", "received"], ["Fay", "and from my first", "received"]]);
  assert.deepEqual([await gus.roster(), await gus.notes()], [["Gus", "Fay"], []], "nobody else came");

  await second.page.close();
  await fay.say("still here");
  await gus.seesTexts("from my second tab", "and from my first", "still here");
  assert.deepEqual([await gus.roster(), await gus.notes()], [["Gus", "Fay"], []], "nobody left");
  await fay.page.close();
  await gus.seesPeople("Gus");
  await eventually(() => gus.notes(), ["Fay left"]);
});

it("somebody takes another name: others hear of it, and so do one's other tabs, whatever they show", async (t) => {
  const ivy = await arrive(t, "Ivy", { room: "rename" });
  const elsewhere = await arrive(t, "Hal");
  const hal = await elsewhere.tab({ room: "rename" });
  await hal.isIn("rename");
  await hal.say("my old name");

  await hal.at("me").click();
  await hal.at("change-name").click();
  assert.equal(await hal.at("name-input").inputValue(), "Hal");
  assert.equal(await hal.at("name-submit").textContent(), "Take this name");
  await hal.enter("Hal Incandenza");
  await hal.isIn("rename");
  await ivy.seesPeople("Ivy", "Hal Incandenza");
  await hal.seesPeople("Hal Incandenza", "Ivy");
  await eventually(() => ivy.notes(), ["Hal came in", "Hal is now called Hal Incandenza"]);
  await eventually(() => elsewhere.at("me").textContent(), "HIHal Incandenza");

  // What the other tab says now is said under the new name, as what the first one does.
  await elsewhere.goTo("rename");
  await elsewhere.say("from the other tab");
  await hal.say("from the first tab");
  await eventually(async () => (await ivy.messages()).map(([author]) => author), ["Hal", "Hal Incandenza", "Hal Incandenza"]);
  await eventually(async () => (await ivy.texts()).toSorted(), ["from the first tab", "from the other tab", "my old name"]);
  await ivy.page.reload();
  await ivy.seesPeople("Ivy", "Hal Incandenza");

  // The old name is free again.
  const next = await arrive(t, "Hal", { room: "rename" });
  await next.seesPeople("Hal", "Hal Incandenza", "Ivy");
});

it("a new name that is taken is told so; one may keep the old one, and nobody has noticed", async (t) => {
  const jo = await arrive(t, "Jo", { room: "keep" });
  const kit = await arrive(t, "Kit", { room: "keep" });
  await kit.at("me").click();
  await kit.at("change-name").click();
  await kit.enter("JO");
  await problem(kit, TAKEN);
  await kit.at("name-cancel").click();
  await kit.isIn("keep");
  assert.deepEqual(await known(kit).then(([, name]) => name), "Kit");
  await kit.say("it is still me");
  await jo.sees([["Kit", "it is still me", "received"]]);
  assert.deepEqual(await jo.notes(), ["Kit came in"]);
});

it("who is sent away reads why, and may come back; who is banned reads why, and may not until that is over", async (t) => {
  const lee = await arrive(t, "Lee", { room: "order" });
  const mia = await arrive(t, "Mia", { room: "order" });
  const [id, name] = await known(lee);
  const does = await moderator(t, "The landlady");
  const shutOut = async (person) => (await person.at("shut-out").locator(":is(h1, p, blockquote, button):visible").allTextContents());

  await lee.isUpgraded(); // or a poll comes too late, which the browser calls an error
  await does("kick", { id, name, why: "Feet off the table." });
  const sentAway = ["You were asked to leave", "You may come back in when you like.", "You were sent away by a moderator: Feet off the table.", "Come back in"];
  await eventually(() => shutOut(lee), sentAway);
  await mia.seesPeople("Mia");
  await lee.at("come-back").click();
  await lee.isIn("order");
  await mia.seesPeople("Mia", "Lee");

  const tab = await lee.tab({ room: "order" });
  await tab.isIn("order");
  await Promise.all([lee.isUpgraded(), tab.isUpgraded()]);
  await does("ban", { id, name, minutes: 5, why: "The table again." });
  const isBanned = async (person) => {
    await person.page.getByRole("heading", { name: "The door stays shut" }).waitFor();
    const [, lead, why, button] = await shutOut(person);
    assert.deepEqual([lead, button], ["The house is closed to you for a while.", "Try again"]);
    assert.match(why, /The table again\./);
    assert.equal(await person.at("composer").isVisible(), false);
  };
  await lee.at("come-back").click();
  await isBanned(lee);
  await tab.at("come-back").click();
  await isBanned(tab);
  await mia.seesPeople("Mia");
  await lee.page.reload();
  await isBanned(lee);

  await does("unban", { id, name });
  await lee.at("come-back").click();
  await lee.isIn("order");
  await mia.seesPeople("Mia", "Lee");
});

it("who wants to be forgotten is asked, and then stands at the door, in every tab", async (t) => {
  const nia = await arrive(t, "Nia", { room: "forget" });
  const tab = await nia.tab();
  await tab.isIn();
  await nia.at("me").click();
  await nia.at("forget-me").click();
  await nia.at("really-forget-yes").click();
  for (const one of [nia, tab]) {
    await one.at("name-input").waitFor();
    assert.equal(await one.at("name-input").inputValue(), "");
    assert.equal(await one.page.evaluate(() => localStorage.length), 0);
  }
  await nia.page.reload();
  await nia.at("name-input").waitFor();
  await nia.enter("Somebody new");
  await nia.isIn();
  assert.equal(await nia.roomLine("forget").then((line) => line?.[1]), undefined, "not in any room");
});
