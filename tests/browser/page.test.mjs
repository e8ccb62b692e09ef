// The page itself: the door, and how it fits a phone, in light and in dark.
import assert from "node:assert/strict";
import { it } from "node:test";
import { eventually, parlor } from "./people.mjs";

const { visit, arrive } = parlor();
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const LONG = "x".repeat(25);

it("a name that is empty or too long is told so in words, and another one opens the door", async (t) => {
  const ann = await visit(t);
  const says = (words) => eventually(() => ann.at("name-problem").textContent(), words);
  await ann.open();
  await ann.enter("   ");
  await says("Please tell us a name.");
  await ann.enter(LONG);
  await says("That name is too long: 24 characters at most.");
  assert.equal(await ann.at("new-room").isVisible(), false);
  await ann.enter("x".repeat(24));
  await ann.isIn();
  await ann.at("new-room").waitFor();
});

it("a remembered name that is not allowed any more is told so in words", async (t) => {
  const ann = await visit(t, { room: "lounge", storage: { "parlor.name": JSON.stringify(LONG) } });
  await ann.open();
  await eventually(() => ann.at("name-problem").textContent(), "That name is too long: 24 characters at most.");
  assert.equal(await ann.at("name-input").inputValue(), LONG, "to be shortened");
  await ann.enter("Ann");
  await ann.isIn("lounge");
});

it("a name that the server refuses is told so in words, and another one opens the door", async (t) => {
  const ann = await visit(t, { room: "lounge", storage: { "parlor.name": JSON.stringify("Ann\u0007") } });
  await ann.open();
  await ann.page.locator("#name-problem", { hasText: "1 to 24 characters" }).waitFor();
  assert.equal((await ann.connection())[0], "refused");
  await ann.at("name-input").fill("An");
  assert.equal(await ann.at("name-problem").textContent(), "");
  assert.equal(await ann.at("name-submit").textContent(), "Come in");
  await ann.enter("Ann");
  await ann.isIn("lounge");
  await ann.seesPeople("Ann");
});

it("somebody inside takes another name and stays in the room", async (t) => {
  const ann = await arrive(t, "Ann", { room: "rename" });
  const bob = await arrive(t, "Bob", { room: "rename" });
  await ann.at("change-name").click();
  assert.equal(await ann.at("name-input").inputValue(), "Ann");
  await ann.enter("Ann Lee");
  await bob.seesPeople("Bob", "Ann Lee");
  await ann.seesPeople("Ann Lee", "Bob");
  await ann.say("it is me");
  await bob.sees([["Ann Lee", "it is me", "received"]]);
});

for (const colorScheme of ["light", "dark"]) {
  it(`a phone in ${colorScheme} has everything within reach`, async (t) => {
    const room = `phone ${colorScheme}`;
    const bob = await arrive(t, "Bob", { room });
    const ann = await visit(t, { room, colorScheme, ...PHONE });
    const fits = async (what) => {
      const [width, screen] = await ann.page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
      assert.deepEqual([what, width, screen], [what, PHONE.viewport.width, PHONE.viewport.width]);
    };
    await ann.open();
    await fits("the door");
    await ann.picture(`6-door-${colorScheme}`);
    await ann.at("name-input").fill("Ann");
    await ann.at("name-submit").tap();
    await ann.isIn(room);
    await ann.isUpgraded();

    await bob.say("Can you read this on the tram?");
    await bob.say(`One long word: ${"tram".repeat(40)}`);
    await ann.at("composer").tap();
    await ann.at("composer").fill("I can. https://example.org/" + "way/".repeat(30));
    await bob.page.locator("#typing", { hasText: "Ann is typing" }).waitFor();
    await ann.at("send").tap();
    await bob.at("composer").pressSequentially("g");
    await ann.page.locator("#typing", { hasText: "Bob is typing" }).waitFor();
    await eventually(async () => (await ann.messages()).map(([, , state]) => state), ["received", "received", "sent"]);
    await eventually(async () => (await bob.messages()).length, 3);
    await fits("the talk");
    const box = await ann.page.locator("#composer").boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, JSON.stringify(box));
    await ann.picture(`6-talk-${colorScheme}`);

    const { within } = ann;
    assert.deepEqual([await within("new-room"), await within("person")], [false, false]);
    await ann.at("open-people").tap();
    await eventually(() => within("person"), true);
    await ann.seesPeople("Ann", "Bob");
    await fits("the people");
    await ann.picture(`6-people-${colorScheme}`);
    await ann.page.locator("#people [data-close]").tap();
    await eventually(() => within("person"), false);
    await ann.at("open-rooms").tap();
    await eventually(() => within("new-room"), true);
    await fits("the rooms");
    await ann.picture(`6-rooms-${colorScheme}`);
    await ann.at("room-random").tap();
    await ann.isIn("random");
    await eventually(() => within("new-room"), false);

    const dark = await ann.page.evaluate(() => {
      const light = (color) => Math.max(...color.match(/[\d.]+/g).slice(0, 3).map(Number));
      const { backgroundColor, color } = getComputedStyle(document.getElementById("talk"));
      return light(backgroundColor) < light(color);
    });
    assert.equal(dark, colorScheme === "dark");
    await ann.page.setViewportSize({ width: 320, height: 568 });
    await eventually(() => ann.page.evaluate(() => document.scrollingElement.scrollWidth), 320);
  });
}
