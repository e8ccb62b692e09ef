// People talk: names, rooms, messages, who is here, who types.
import assert from "node:assert/strict";
import { it } from "node:test";
import { eventually, parlor } from "./people.mjs";

const { visit, arrive } = parlor();

it("two people choose names, meet in a room and write to each other", async (t) => {
  const ann = await arrive(t, "Ann", { room: "tea" });
  await ann.seesPeople("Ann");
  const bob = await arrive(t, "  Bob ", { room: "tea" });
  await bob.seesPeople("Bob", "Ann");
  await ann.seesPeople("Ann", "Bob");
  for (const one of [ann, bob]) {
    await one.seesRoom("tea", ["tea", "2"]);
    assert.equal(await one.page.locator("#head-count").textContent(), "2 people");
  }
  assert.deepEqual(await ann.notes(), ["Bob came in"]);

  await ann.say("Hello from the first window");
  await bob.sees([["Ann", "Hello from the first window", "received"]]);
  await bob.say("And hello back");
  await ann.sees([["Ann", "Hello from the first window", "sent"], ["Bob", "And hello back", "received"]]);
  await bob.at("composer").pressSequentially("two lines");
  await bob.at("composer").press("Shift+Enter");
  await bob.at("composer").pressSequentially("in one message");
  await bob.picture("1-two-people-bob");
  await bob.at("send").click();
  await eventually(async () => (await ann.messages()).at(-1), ["Bob", "two lines\nin one message", "received"]);
  await ann.picture("1-two-people-ann");

  await bob.page.close();
  await ann.seesPeople("Ann");
  await ann.seesRoom("tea", ["tea", "1"]);
  await eventually(() => ann.notes(), ["Bob came in", "Bob left"]);
});

it("a message of one's own is there at once, and goes from sending to sent", async (t) => {
  const ann = await arrive(t, "Ann", { room: "states" });
  const states = await ann.page.evaluateHandle(() => {
    const seen = [];
    const look = () => document.querySelectorAll("[data-testid=message]").forEach(({ dataset: { state } }) => {
      if (seen.at(-1) !== state) seen.push(state);
    });
    const changes = { subtree: true, childList: true, attributeFilter: ["data-state"] };
    new MutationObserver(look).observe(document.getElementById("log"), changes);
    return seen;
  });
  await ann.say("Is this on?");
  await ann.sees([["Ann", "Is this on?", "sent"]]);
  assert.deepEqual(await states.jsonValue(), ["sending", "sent"]);
});

it("what people write and what they call themselves is text, never HTML", async (t) => {
  const ann = await arrive(t, "<b>Ann</b>", { room: "markup" });
  const bob = await arrive(t, "Bob & \"Co\"", { room: "markup" });
  const texts = [
    `<img src=x onerror="window.hacked = 1"><b>bold?</b>`,
    `<script>window.hacked = 1</script>`,
    `&lt;i&gt; &amp; {{7*7}} \${1}`,
    `javascript:window.hacked=1 and https://example.org/a?b=<i>"c"</i>`,
  ];
  for (const text of texts) await ann.say(text);
  await bob.sees(texts.map((text) => ["<b>Ann</b>", text, "received"]));
  await ann.sees(texts.map((text) => ["<b>Ann</b>", text, "sent"]));
  await ann.at("composer").pressSequentially("<i>");
  await eventually(() => bob.at("typing").textContent(), "<b>Ann</b> is typing");
  await bob.seesPeople(`Bob & "Co"`, "<b>Ann</b>");
  for (const { page } of [ann, bob]) {
    assert.equal(await page.locator("#app :is(img, b, i, script)").count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const links = await page.locator(".message a").evaluateAll((all) => all.map(({ href, rel }) => [href, rel]));
    assert.deepEqual(links, [["https://example.org/a?b=", "noopener noreferrer nofollow"]]);
  }
});

it("others see who is typing, until the message comes, the draft is emptied, or nothing follows", async (t) => {
  const ann = await arrive(t, "Ann", { room: "typing" });
  const bob = await arrive(t, "Bob", { room: "typing" });
  const bobSees = (words) => eventually(() => bob.at("typing").textContent(), words);

  await ann.at("composer").pressSequentially("here it is");
  await bobSees("Ann is typing");
  await ann.at("composer").press("Enter");
  await bob.sees([["Ann", "here it is", "received"]]);
  await bobSees("");

  await ann.at("composer").pressSequentially("rather not");
  await bobSees("Ann is typing");
  await ann.at("composer").fill("");
  await bobSees("");

  await ann.at("composer").pressSequentially("well");
  await bobSees("Ann is typing");
  await bobSees("");
  assert.equal(await ann.at("typing").textContent(), "", "one's own typing is no news");
});

it("rooms are opened, joined, counted, left, and gone from the list when nobody is in them", async (t) => {
  const ann = await arrive(t, "Ann");
  const bob = await arrive(t, "Bob", { room: "lounge" });
  assert.equal(await ann.page.locator("#welcome").isVisible(), true);

  await ann.at("new-room").fill("book club");
  await ann.at("new-room-submit").click();
  await ann.isIn("book club");
  assert.equal(new URL(ann.page.url()).hash, "#/book%20club");
  await bob.seesRoom("book club", ["book club", "1"]);
  await bob.at("room-book club").click();
  await bob.isIn("book club");
  await ann.seesPeople("Ann", "Bob");

  // Ann takes a second room; what is said in the first is counted, in its line and in the tab's title.
  await ann.at("room-lounge").click();
  await ann.isIn("lounge");
  await ann.seesPeople("Ann", "Bob");
  await bob.say("one");
  await bob.say("two");
  const unread = ann.at("room-book club").locator(".unread");
  await eventually(() => unread.getAttribute("aria-label"), "2 unread"); // its text alone could be the two who are there
  await ann.seesRoom("book club", ["book club", "2"]);
  await eventually(() => ann.page.title(), "(2) lounge · Parlor");
  assert.deepEqual(await ann.messages(), [], "what is said in one room is not shown in the other");
  await ann.at("room-book club").click();
  await ann.sees([["Bob", "one", "received"], ["Bob", "two", "received"]]);
  await eventually(() => ann.page.title(), "book club · Parlor");

  await ann.at("leave-room").click();
  await ann.isIn("lounge");
  await bob.seesPeople("Bob");
  await ann.seesRoom("book club", ["book club", "1"]);
  await bob.at("leave-room").click();
  await bob.isIn("lounge");
  for (const one of [ann, bob]) {
    await one.seesRoom("book club", null);
    await one.seesRoom("lounge", ["lounge", "2"]);
    await one.seesRoom("rust", ["rust"]);
  }
});

it("a link leads into its room: a newcomer by the door, somebody known straight away", async (t) => {
  const ann = await visit(t, { room: "кухня 2" });
  await ann.open();
  assert.equal(await ann.page.locator("#invitation").textContent(), "A seat is kept for you in “кухня 2”.");
  await ann.enter("Ann");
  await ann.isIn("кухня 2");

  const bob = await visit(t, { room: "кухня 2", storage: { "parlor.name": `"Bob"` } });
  await bob.open();
  await bob.isIn("кухня 2");
  await bob.seesPeople("Bob", "Ann");

  await bob.page.evaluate(() => (location.hash = "#/rust"));
  await bob.isIn("rust");
  await bob.page.goBack();
  await bob.isIn("кухня 2");
  await bob.page.evaluate(() => (location.hash = "#/%3Cb%3E"));
  await bob.page.getByText("A room's name has letters, digits").waitFor();
  await bob.isIn("кухня 2");
});
