// Rooms: the list of them, coming in by it or by a link, what was not read yet, private rooms, talks between two, and leaving.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { comeIn } from "./guest.mjs";
import { addressOf, eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;

const headCount = (person) => person.page.locator("#head-count").textContent();
const isTitled = (person, title) => eventually(() => person.page.title(), title);
/** What the browser keeps of the room that is called "unread". */
const known = ({ page }) => page.evaluate(() => JSON.parse(localStorage.getItem("parlor.rooms")).find(({ room }) => room.id === "unread"));
/** What stands where one is kept out: the reason, and the buttons. */
const keptOut = (person) => person.at("barred").locator(":is(p, button):visible").allTextContents();
const LEAVE = ["Try again", "Leave"];

it("somebody opens a room; it stands in everybody's list, with how many are in it, until they have left", async (t) => {
  const ann = await arrive(t, "Ann");
  const bob = await arrive(t, "Bob");
  for (const room of ["lounge", "random", "rust"]) assert.deepEqual(await bob.roomLine(room), [room], "always there");
  await ann.openRoom("Book Club", { topic: "Chapter three, at nine" });
  assert.equal(ann.where, "/r/book club");
  assert.equal(await ann.at("room-topic").textContent(), "Chapter three, at nine");
  assert.equal(await headCount(ann), "Only you");
  await isTitled(ann, "Book Club · Parlor");

  await bob.seesRoom("book club", ["Book Club", "1"]);
  await bob.goTo("book club");
  await bob.isIn("Book Club");
  assert.equal(await bob.at("room-topic").textContent(), "Chapter three, at nine");
  for (const one of [ann, bob]) {
    await one.seesRoom("book club", ["Book Club", "2"]);
    await eventually(() => headCount(one), "2 people");
  }

  // One may be in several rooms at once; what one leaves is not one's own any more.
  await bob.goTo("rust");
  await ann.seesRoom("rust", ["rust", "1"]);
  await ann.seesPeople("Ann", "Bob");
  await bob.goTo("book club");
  await bob.leave();
  await bob.isIn();
  assert.equal(bob.where, "/");
  await ann.seesPeople("Ann");
  await eventually(() => ann.notes(), ["Bob left"]); // one line tells all of it
  for (const one of [ann, bob]) await one.seesRoom("book club", ["Book Club", "1"]);
  await bob.page.reload();
  await bob.seesRoom("rust", ["rust", "1"]);
  await eventually(() => bob.page.locator("#mine a").allTextContents().then((all) => all.length), 1);
  await ann.leave();
  await bob.seesRoom("book club", ["Book Club"]);
});

it("a room's name that is not allowed, or taken, is told so; one can go into the one that is there", async (t) => {
  const cleo = await arrive(t, "Cleo", { room: "kitchen" });
  const dan = await arrive(t, "Dan");
  const says = (words) => eventually(() => dan.at("room-problem").textContent(), words);
  await dan.at("new-room").click();
  const tries = async (name) => {
    await dan.at("room-name").fill(name);
    await dan.at("open-room").click();
  };
  await tries(" ");
  await says("Please give the room a name.");
  await tries("<b>");
  await says("A room's name has letters, digits, spaces, - and _, and starts with a letter or digit.");
  await tries("x".repeat(33));
  await says("That is too long for a room: 32 characters at most.");
  await tries("Kitchen");
  await says("There is a room of that name already.");
  assert.equal(await dan.at("join-instead").textContent(), "Go into “Kitchen”");
  await dan.at("join-instead").click();
  await dan.isIn("kitchen");
  await cleo.seesPeople("Cleo", "Dan");
});

it("a link leads into its room: a newcomer by the door, somebody known straight away, and old links as well", async (t) => {
  const eva = await visit(t, { room: "кухня 2" });
  await eva.open();
  assert.equal(await eva.page.locator("#invitation").textContent(), "A seat is kept for you in “кухня 2”.");
  await eva.enter("Eva");
  await eva.isIn("кухня 2");
  await eva.aboutRoom(async () => assert.equal(await eva.at("link").inputValue(), house.url + addressOf("кухня 2")));

  const finn = await arrive(t, "Finn");
  await finn.open(addressOf("кухня 2"));
  await finn.isIn("кухня 2");
  await finn.seesPeople("Finn", "Eva");
  // Addresses as they were before.
  const tab = await finn.tab();
  await tab.isIn();
  await tab.page.goto("about:blank");
  await tab.open("/#/Book%20Worms");
  await tab.isIn("book worms");
  assert.equal(tab.where, "/r/book worms");
  // One that is no room's.
  await tab.open("/r/%3Cb%3E");
  await eventually(() => keptOut(tab), ["You cannot come in hereA room's name has letters, digits, spaces, - and _, and starts with a letter or digit.", ...LEAVE]);
  await tab.at("leave-refused").click();
  await tab.isIn();
  assert.equal(tab.where, "/");
});

it("back and forward go from room to room", async (t) => {
  const gil = await arrive(t, "Gil", { room: "first" });
  await gil.goTo("lounge");
  await gil.isIn("lounge");
  await gil.page.locator("#home").click();
  await gil.page.locator("#welcome").waitFor();
  await gil.at("door-random").click();
  await gil.isIn("random");
  await gil.page.goBack();
  await gil.page.locator("#welcome").waitFor();
  await gil.page.goBack();
  await gil.isIn("lounge");
  await gil.page.goBack();
  await gil.isIn("first");
  assert.equal(gil.where, "/r/first");
  await gil.page.goForward();
  await gil.isIn("lounge");
  assert.equal(await gil.page.evaluate(() => performance.getEntriesByType("navigation").length), 1, "on one page");
});

it("a new topic is seen by everybody who is in the room", async (t) => {
  const hana = await arrive(t, "Hana", { room: "topics" });
  const ian = await arrive(t, "Ian", { room: "topics" });
  await hana.aboutRoom(async () => {
    await hana.at("topic").fill("  What to read next?  ");
    await hana.at("topic-submit").click();
    await eventually(() => hana.at("topic-done").textContent(), "Saved. Everyone in the room sees it.");
  });
  for (const one of [hana, ian]) await eventually(() => one.at("room-topic").textContent(), "What to read next?");
  await ian.aboutRoom(async () => assert.equal(await ian.at("topic").inputValue(), "What to read next?"));
  await ian.page.reload();
  await eventually(() => ian.at("room-topic").textContent(), "What to read next?");
});

it("what was said while one was in another room is counted, until one has read it, in whichever tab", async (t) => {
  const jan = await arrive(t, "Jan", { room: "unread" });
  const kay = await arrive(t, "Kay", { room: "unread" });
  await kay.say("before");
  await jan.seesTexts("before");
  const phone = await jan.tab({ room: "random" });
  await jan.goTo("lounge");
  await jan.isIn("lounge");
  for (const text of ["one", "two", "three"]) await kay.say(text);
  for (const tab of [jan, phone]) await tab.seesRoom("unread", ["unread", "3 unread"]);
  await isTitled(jan, "(3) lounge · Parlor");
  await kay.say("four, and this is for you, @Jan");
  for (const tab of [jan, phone]) await tab.seesRoom("unread", ["unread", "1 for you"]);
  await isTitled(jan, "(!4) lounge · Parlor");
  assert.deepEqual(await jan.texts(), [], "what is said in one room is not shown in another");

  await jan.goTo("unread");
  await jan.seesTexts("before", "one", "two", "three", "four, and this is for you, @Jan");
  const lines = () => jan.page.locator("#log > li").evaluateAll((all) => all.map((line) => line.querySelector("[data-testid=message-text]")?.textContent ?? line.textContent));
  const log = ["before", "New since you were here", "one", "two", "three", "four, and this is for you, @Jan"];
  await eventually(async () => (await lines()).slice(-6), log);
  for (const tab of [jan, phone]) await tab.seesRoom("unread", ["unread", "2"]);
  await isTitled(phone, "random · Parlor");
  // What comes while one looks is not new; having been elsewhere, nothing is.
  const token = await jan.page.evaluate(() => JSON.parse(localStorage.getItem("parlor.token")));
  const device = await comeIn(t, house.url, "Jan", { token });
  await kay.say("and on");
  await eventually(async () => (await lines()).slice(-7), [...log, "and on"]);
  await jan.goTo("lounge");
  await jan.goTo("unread");
  await eventually(() => jan.at("new-since").count(), 0);
  await device.next("read", ({ room, seq }) => room === "unread" && seq === 6);
  device.leave();
  // Who reads, and goes before that was told, has read it.
  await kay.say("in a hurry");
  await eventually(async () => (await jan.texts()).at(-1), "in a hurry");
  await jan.open("/");
  await jan.seesPeople();
  await jan.seesRoom("unread", ["unread", "2"]);
  await eventually(async () => (await known(jan)).read, 7);

  // Who was away finds how much there was. (A page that goes while it polls is only missed after a while.)
  await Promise.all([jan.isUpgraded(), phone.isUpgraded()]);
  await jan.page.close();
  await phone.page.close();
  await kay.seesPeople("Kay");
  for (const text of ["five", "six"]) await kay.say(text);
  const back = await jan.tab();
  await back.seesRoom("unread", ["unread", "2 unread"]);
  await back.goTo("unread");
  await eventually(() => back.at("new-since").count(), 1);
  await back.seesRoom("unread", ["unread", "2"]);
});

it("a private room is found by nobody; its link and an invitation lead into it", async (t) => {
  const lola = await arrive(t, "Lola");
  const max = await arrive(t, "Max", { room: "lounge" });
  await lola.openRoom("Surprise for Ned", { topic: "At eight", isPrivate: true });
  const id = lola.where.slice("/r/".length);
  assert.match(id, /^~[\w-]{22}$/);
  assert.equal(await lola.page.locator("#room-kind").textContent(), "private");

  await lola.aboutRoom(async () => {
    await lola.at("invite-name").fill("Nobody at all");
    await lola.at("invite-submit").click();
    await eventually(() => lola.at("invite-problem").textContent(), "Nobody here has that name.");
    await lola.at("invite-name").fill("max");
    await lola.at("invite-submit").click();
    await eventually(() => lola.at("invite-done").textContent(), "Max is told of it, wherever they are.");
    assert.equal(await lola.at("link").inputValue(), house.url + addressOf(id));
  });
  await eventually(() => max.page.locator("#bell .dot").textContent(), "1");
  assert.equal(await max.roomLine(id), null);
  await max.at("bell").click();
  assert.equal(await max.at("notice-item").locator(".what").textContent(), "Lola invites you to Surprise for Ned");
  await max.at("notice-item").locator(".follow").click();
  await max.isIn("Surprise for Ned");
  await lola.seesPeople("Lola", "Max");

  const ned = await visit(t, { room: id });
  await ned.open();
  assert.equal(await ned.page.locator("#invitation").textContent(), "You are invited to a private room.");
  await ned.enter("Ned");
  await ned.isIn("Surprise for Ned");
  await ned.seesPeople("Ned", "Lola", "Max");
  assert.equal(await ned.at("room-topic").textContent(), "At eight");

  const olga = await arrive(t, "Olga", { room: "lounge" });
  assert.equal(await olga.at("room-list").getByText("Surprise").count(), 0);
  await olga.open(addressOf(`${id.slice(0, -1)}${id.endsWith("A") ? "B" : "A"}`));
  await eventually(() => keptOut(olga), ["You cannot come in hereThere is no such room. Perhaps the link is not complete.", ...LEAVE]);
});

it("two people talk where nobody else can; each sees whether the other is there", async (t) => {
  const pia = await arrive(t, "Pia", { room: "crowd" });
  const quin = await arrive(t, "Quin", { room: "crowd" });
  const rob = await arrive(t, "Rob", { room: "crowd" });
  await pia.writeTo("Quin");
  assert.equal(await headCount(pia), "not here at the moment");
  await pia.page.getByText("A quiet corner with Quin").waitFor();
  const id = pia.where.slice("/r/".length);
  await pia.say("Between us?");
  await quin.seesRoom(id, ["Pia", "1 for you"]);
  assert.equal(await quin.page.locator("#direct a").count(), 1);
  await quin.goTo(id);
  await quin.isIn("Pia");
  await quin.seesTexts("Between us?");
  await quin.say("Always.");
  await pia.seesTexts("Between us?", "Always.");
  for (const one of [pia, quin]) await eventually(() => headCount(one), "here");

  // Each knows it by the other's name, also when that changes.
  await quin.at("me").click();
  await quin.at("change-name").click();
  await quin.enter("Quincy");
  await quin.isIn("Pia");
  await eventually(() => pia.at("current-room").textContent(), "Quincy");
  await pia.seesRoom(id, ["Quincy"]);

  assert.equal(await rob.roomLine(id), null);
  await rob.open(addressOf(id));
  await eventually(() => keptOut(rob), ["You cannot come in hereThis room is not for you.", ...LEAVE]);
  await quin.page.close();
  await eventually(() => headCount(pia), "not here at the moment");
});

it("a room that a moderator closes says why, and lets people in again once it is open", async (t) => {
  const sue = await arrive(t, "Sue", { room: "smoky" });
  await sue.say("What is that smell?");
  const tom = await arrive(t, "Tom", { room: "lounge" });
  const desk = await (await comeIn(t, house.url, "The landlord")).enter("/moderators", { key: MODERATOR_KEY });
  assert.equal((await desk.emitWithAck("close room", { room: "smoky", why: "We air it." }))?.error, undefined);
  await eventually(() => keptOut(sue), ["This room is closed: We air it.", ...LEAVE]);
  assert.equal(await sue.at("composer").isVisible(), false);
  assert.deepEqual(await sue.texts(), ["What is that smell?"], "what was said can still be read");
  await tom.seesRoom("smoky", null);
  await tom.open(addressOf("smoky"));
  await eventually(() => keptOut(tom), ["This room is closed: We air it.", ...LEAVE]);

  assert.equal((await desk.emitWithAck("open room", { room: "smoky" }))?.error, undefined);
  for (const one of [sue, tom]) {
    await one.at("rejoin").click();
    await one.isIn("smoky");
    await one.seesTexts("What is that smell?");
  }
  await sue.seesPeople("Sue", "Tom");
});
