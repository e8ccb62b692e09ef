// People talk: what is said, how it looks, what is answered, changed and found again, and who is there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;

const HOUR = 3_600_000;

/** All lines of the talk, in order: days and notes by their words, messages by their text. */
const lines = ({ page }) => page.locator("#log > li").evaluateAll((all) =>
  all.map((line) => line.querySelector("[data-testid=message-text]")?.textContent ?? line.textContent));

/** What is in a message, by tags: [["a", "https://…"], …]. */
const parts = (person, text, tags) => person.at("message").filter({ hasText: text }).last().locator(`[data-testid=message-text] :is(${tags})`)
  .evaluateAll((all) => all.map((part) => [part.localName, part.textContent]));

const isInSight = (locator) => locator.evaluate((node) => {
  const { top, bottom } = node.getBoundingClientRect();
  const scroller = document.getElementById("scroller").getBoundingClientRect();
  return top < scroller.bottom && bottom > scroller.top;
});

it("two people meet in a room and write to each other", async (t) => {
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
  await bob.at("send").click();
  await eventually(async () => (await ann.texts()).at(-1), "two lines\nin one message");

  await bob.page.close();
  await ann.seesPeople("Ann");
  await ann.seesRoom("tea", ["tea", "1"]);
  await eventually(() => ann.notes(), ["Bob came in", "Bob left"]);
});

it("a message of one's own is there at once, and goes from sending to stored; one that is refused can be tried again", async (t) => {
  const cora = await arrive(t, "Cora", { room: "states", network: false });
  const dean = await arrive(t, "Dean", { room: "states" });
  const states = await cora.page.evaluateHandle(() => {
    const seen = [];
    const look = () => document.querySelectorAll("[data-testid=message]").forEach(({ dataset: { state } }) => {
      if (seen.at(-1) !== state) seen.push(state);
    });
    new MutationObserver(look).observe(document.getElementById("log"), { subtree: true, childList: true, attributeFilter: ["data-state"] });
    return seen;
  });
  await cora.say("Is this on?");
  await cora.sees([["Cora", "Is this on?", "sent"]]);
  assert.deepEqual(await states.jsonValue(), ["sending", "sent"]);
  assert.equal(await cora.message("Is this on?").locator(".fate").textContent(), "Sent");

  // What waited while she was off the network is refused when she is back: by then she is muted.
  const desk = await (await comeIn(t, house.url, "The host")).enter("/moderators", { key: MODERATOR_KEY });
  const does = async (deed, data) => assert.equal((await desk.emitWithAck(deed, data))?.error, undefined);
  const whom = { id: await cora.page.evaluate(() => JSON.parse(localStorage.getItem("parlor.id"))), name: "Cora" };
  const why = "You were muted by a moderator: Others talk too.";
  await cora.context.setOffline(true);
  await eventually(async () => (await cora.connection())[0], "offline");
  await cora.say("Just one more thing");
  await cora.say("And another");
  await eventually(async () => (await cora.messages()).map(([, , state]) => state), ["sent", "sending", "sending"]);
  assert.equal(await cora.message("And another").locator(".fate span:visible").textContent(), "waits to be sent");
  await does("mute", { ...whom, minutes: 5, why: "Others talk too." });
  await cora.context.setOffline(false);
  await eventually(() => cora.at("barred").locator("p").textContent(), `${why} You can read on.`);
  assert.equal(await cora.at("composer").isVisible(), false);
  await eventually(async () => (await cora.messages()).map(([, , state]) => state), ["sent", "failed", "failed"]);
  assert.deepEqual(await cora.page.locator(".fate .why").allTextContents(), [why, why]);

  await does("unmute", whom);
  await cora.at("composer").waitFor();
  await cora.message("And another").getByTestId("discard").click();
  await cora.seesTexts("Is this on?", "Just one more thing");
  await cora.at("retry").click();
  await cora.sees([["Cora", "Is this on?", "sent"], ["Cora", "Just one more thing", "sent"]]);
  await dean.seesTexts("Is this on?", "Just one more thing");
});

it("what was said can be gone back to, to its beginning, by scrolling; what comes meanwhile moves nothing", async (t) => {
  const MANY = 120;
  const texts = Array.from({ length: MANY }, (_, at) => `message ${at + 1}`);
  const writers = await Promise.all(Array.from({ length: MANY / 10 }, (_, at) => comeIn(t, house.url, `Writer ${at + 1}`, { rooms: ["long"] })));
  for (const [at, text] of texts.entries()) assert.equal((await writers[at % writers.length].say("long", text)).error, undefined);
  const ella = await arrive(t, "Ella", { room: "long" });
  await eventually(async () => (await ella.texts()).at(-1), "message 120");
  assert.ok(await isInSight(ella.message("message 120")), "one begins at the end");
  assert.ok((await ella.texts()).length < MANY, "not all of it comes at once");

  await ella.at("message").last().hover();
  await eventually(async () => {
    await ella.page.mouse.wheel(0, -700);
    return ella.page.locator("#beginning").textContent().then((words) => words !== "" && ella.page.locator("#scroller").evaluate(({ scrollTop }) => scrollTop === 0));
  }, true);
  await ella.seesTexts(...texts);
  assert.equal(await ella.page.locator("#beginning").textContent(), "This is where “long” begins.");
  const first = ella.message("message 1");
  const before = await first.boundingBox();
  const late = await comeIn(t, house.url, "Writer of late", { rooms: ["long"] });
  assert.equal((await late.say("long", "message 121")).error, undefined);
  await eventually(() => ella.at("new-messages").textContent(), "1 new message");
  assert.deepEqual(await first.boundingBox(), before, "nothing moved");
  await ella.at("new-messages").click();
  await eventually(() => isInSight(ella.message("message 121")), true);
  await eventually(() => ella.at("new-messages").isVisible(), false);

  await ella.page.reload();
  await eventually(async () => (await ella.texts()).at(-1), "message 121");
});

it("messages of one person stand together; days are told apart, by the reader's clock", async (t) => {
  const flo = await arrive(t, "Flo", { room: "days" });
  const guy = await comeIn(t, house.url, "Guy", { rooms: ["days"] });
  await flo.say("one");
  await flo.seesTexts("one");
  await flo.say("two");
  await flo.seesTexts("one", "two");
  await guy.say("days", "three");
  await flo.seesTexts("one", "two", "three");
  await flo.say("four");
  await flo.seesTexts("one", "two", "three", "four");
  const together = (person) => person.at("message").evaluateAll((all) => all.map(({ classList }) => [classList.contains("first"), classList.contains("last")]));
  await eventually(() => together(flo), [[true, false], [false, true], [true, true], [true, true]]);
  assert.equal(await flo.at("day").count(), 0, "that it is of today goes without saying");

  for (const [room, hours, day] of [["tomorrow", 24, "Yesterday"], ["later", 24 * 40, null]]) {
    const reader = await visit(t, { room: "days", timezoneId: "UTC" });
    await reader.page.clock.install({ time: Date.now() + hours * HOUR });
    await reader.open();
    await reader.enter(`A reader of ${room}`);
    await reader.isIn("days");
    await eventually(async () => (await lines(reader)).slice(1), ["one", "two", "three", "four"]);
    const [said] = await reader.at("day").allTextContents();
    if (day) assert.equal(said, day);
    else assert.match(said, /^\w+day,? \d+ \w+$/);
  }
});

it("links, code, and emphasis are what they are; all else is text, never HTML", async (t) => {
  const name = "<b>Hugo</b>";
  const hugo = await arrive(t, name, { room: "markup" });
  const ines = await arrive(t, `Ines & "Co"`, { room: "markup" });
  const texts = [
    `<img src=x onerror="window.hacked = 1"><b>bold?</b>`,
    `&lt;i&gt; &amp; {{7*7}} \${1}`,
    `javascript:window.hacked=1 and https://example.org/a?b=<i>"c"</i>`,
  ];
  for (const [at, text] of texts.entries()) {
    await hugo.say(text);
    await ines.sees(texts.slice(0, at + 1).map((each) => [name, each, "received"]));
  }
  await ines.seesPeople(`Ines & "Co"`, name);
  for (const { page } of [hugo, ines]) {
    assert.equal(await page.locator("#app :is(img, b, i, script)").count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const links = await page.locator(".message a").evaluateAll((all) => all.map(({ href, rel, target }) => [href, rel, target]));
    assert.deepEqual(links, [["https://example.org/a?b=", "noopener noreferrer nofollow", "_blank"]]);
  }

  await hugo.say("Run `npm test` (see https://example.org/a_(b)), *soon*, **please**");
  await ines.at("message").nth(3).waitFor();
  await eventually(() => parts(ines, "npm test", "a, code, em, strong"), [["code", "npm test"], ["a", "https://example.org/a_(b)"], ["em", "soon"], ["strong", "please"]]);
  await hugo.say("so:\n```js\nconst a = `*b*`;\n  a < 1 && <i>\n```\nor not");
  await ines.at("message").nth(4).waitFor();
  await eventually(() => parts(ines, "or not", "pre, code, em, i"), [["pre", "const a = `*b*`;\n  a < 1 && <i>"]]);
});

it("text from right to left stands so, and does not turn what is around it", async (t) => {
  const noa = await arrive(t, "נועה", { room: "bidi" });
  const joe = await arrive(t, "Joe", { room: "bidi" });
  await noa.say("שלום לכולם!");
  await joe.sees([["נועה", "שלום לכולם!", "received"]]);
  await joe.say("Hello נועה, how are you?");
  await noa.seesTexts("שלום לכולם!", "Hello נועה, how are you?");
  for (const one of [noa, joe]) {
    const directions = () => one.at("message-text").evaluateAll((all) => all.map((text) => getComputedStyle(text).direction));
    assert.deepEqual(await directions(), ["rtl", "ltr"]);
    assert.equal(await one.page.evaluate(() => getComputedStyle(document.body).direction), "ltr");
  }
  await noa.at("composer").fill("מה נשמע");
  assert.equal(await noa.at("composer").evaluate((field) => getComputedStyle(field).direction), "rtl");
  await joe.seesTyping("נועה is typing");
});

it("emoji by name while one writes, or out of the list of them", async (t) => {
  const kim = await arrive(t, "Kim", { room: "emoji" });
  const lou = await arrive(t, "Lou", { room: "emoji" });
  await kim.at("composer").pressSequentially("Tea :hea");
  await kim.at("completion").waitFor();
  const [first] = await kim.at("completion").locator(".emoji").allTextContents();
  await kim.at("composer").press("Enter");
  assert.equal(await kim.at("composer").inputValue(), `Tea ${first} `);
  await kim.at("open-emoji").click();
  await kim.at("find-emoji").fill("rocket");
  await kim.at("find-emoji").press("Enter");
  assert.equal(await kim.at("composer").inputValue(), `Tea ${first} 🚀`);
  await kim.at("composer").press("Enter");
  await lou.seesTexts(`Tea ${first} 🚀`);
  await lou.say("🎉");
  await eventually(() => kim.message("🎉").locator(".bubble").evaluate(({ classList }) => classList.contains("only-emoji")), true);
});

it("somebody is mentioned by a few letters and Enter, and hears of it", async (t) => {
  const mona = await arrive(t, "Mona", { room: "mention" });
  const nils = await arrive(t, "Nils Holgersson", { room: "mention" });
  const niko = await arrive(t, "Niko", { room: "mention" });
  await mona.seesPeople("Mona", "Niko", "Nils Holgersson");
  await mona.at("composer").pressSequentially("Ask @ni");
  await eventually(() => mona.at("completion").locator(".name").allTextContents(), ["Niko", "Nils Holgersson"]);
  await mona.at("composer").press("ArrowDown");
  await mona.at("composer").press("Enter");
  assert.equal(await mona.at("composer").inputValue(), "Ask @Nils Holgersson ");
  await mona.at("composer").pressSequentially("about geese");
  await mona.at("composer").press("Enter");
  for (const one of [nils, niko]) {
    await one.seesTexts("Ask @Nils Holgersson about geese");
    assert.equal(await one.at("mention").textContent(), "@Nils Holgersson");
  }
  const forMe = (person) => person.at("message").evaluate(({ classList }) => classList.contains("for-me"));
  assert.deepEqual([await forMe(nils), await forMe(niko)], [true, false]);
  // A card about somebody has the mention as well.
  await niko.person("Mona").click();
  await niko.at("mention-them").click();
  assert.equal(await niko.at("composer").inputValue(), "@Mona ");
});

it("somebody answers a message; from the answer one comes to what it answers", async (t) => {
  const otto = await arrive(t, "Otto", { room: "reply" });
  const pam = await arrive(t, "Pam", { room: "reply" });
  await otto.say("Who has the key?");
  await pam.seesTexts("Who has the key?");
  // Enough between them that it is out of sight.
  await otto.say(Array.from({ length: 60 }, (_, at) => `line ${at}`).join("\n"));
  await eventually(async () => (await pam.texts()).length, 2);
  await pam.act("Who has the key?", "reply");
  assert.equal(await pam.at("context").locator("p").textContent(), "Replying to OttoWho has the key?");
  await pam.at("leave-off").click();
  assert.equal(await pam.at("context").isVisible(), false);
  await pam.act("Who has the key?", "reply");
  await pam.say("I do.");
  await eventually(() => otto.message("I do.").getByTestId("quoted").locator("span").allTextContents(), ["Otto", "Who has the key?"]);
  await otto.page.locator("#scroller").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
  await eventually(() => isInSight(otto.message("Who has the key?")), false);
  await otto.at("quoted").click();
  await eventually(() => isInSight(otto.message("Who has the key?")), true);
  await eventually(() => otto.page.evaluate(() => document.activeElement.dataset.seq), "1");
});

it("reactions go on and off, and say who", async (t) => {
  const rita = await arrive(t, "Rita", { room: "react" });
  const sam = await arrive(t, "Sam", { room: "react" });
  await rita.say("We won!");
  await sam.seesTexts("We won!");
  await sam.react("We won!", "party");
  await eventually(async () => (await sam.reactions("We won!")).length, 1);
  const [emoji] = (await sam.reactions("We won!"))[0].split(" ");
  assert.deepEqual(await sam.reactions("We won!"), [`${emoji} 1 *`]);
  await eventually(() => rita.reactions("We won!"), [`${emoji} 1`]);
  await rita.message("We won!").getByTestId("reaction").click();
  await eventually(() => rita.reactions("We won!"), [`${emoji} 2 *`]);
  await eventually(() => sam.reactions("We won!"), [`${emoji} 2 *`]);
  assert.equal(await sam.at("reaction").getAttribute("title"), `${emoji} by you and Rita`);
  await sam.page.reload();
  await eventually(() => sam.reactions("We won!"), [`${emoji} 2 *`]);
  await sam.at("reaction").click();
  await eventually(() => rita.reactions("We won!"), [`${emoji} 1 *`]);
  await rita.at("reaction").click();
  for (const one of [rita, sam]) await eventually(() => one.reactions("We won!"), []);
});

it("one's own message can be changed and removed, by mouse and by keys; others see that it was", async (t) => {
  const tess = await arrive(t, "Tess", { room: "edit" });
  const uma = await arrive(t, "Uma", { room: "edit" });
  await tess.say("Teh kettle");
  await uma.seesTexts("Teh kettle");
  await uma.message("Teh kettle").hover();
  assert.equal(await uma.at("message-edit").isVisible(), false, "it is not hers");
  await tess.at("composer").fill("half a draft");
  await tess.act("Teh kettle", "edit");
  assert.equal(await tess.at("composer").inputValue(), "Teh kettle");
  await tess.say("The kettle");
  await uma.seesTexts("The kettle");
  assert.equal(await uma.at("message-text").getAttribute("data-edited"), "edited");
  assert.equal(await tess.at("composer").inputValue(), "half a draft", "it comes back");

  await tess.at("composer").fill("");
  await tess.at("composer").press("ArrowUp");
  assert.equal(await tess.at("composer").inputValue(), "The kettle");
  await tess.at("composer").press("Escape");
  assert.equal(await tess.at("composer").inputValue(), "");
  await tess.at("composer").press("ArrowUp");
  await tess.say("The kettle is on");
  await uma.seesTexts("The kettle is on");

  await tess.act("The kettle is on", "remove");
  await tess.at("really-remove-yes").click();
  await tess.seesTexts("You removed this message.");
  await uma.seesTexts("This message was removed.");
  await uma.page.reload();
  await uma.seesTexts("This message was removed.");
});

it("what was said is found by its words, and gone to", async (t) => {
  const vera = await arrive(t, "Vera", { room: "search" });
  const will = await comeIn(t, house.url, "Will", { rooms: ["search"] });
  await will.say("search", "The LAMP is on the table");
  await will.say("search", Array.from({ length: 60 }, (_, at) => `line ${at}`).join("\n"));
  await will.say("search", "No lamp tonight");
  await eventually(async () => (await vera.texts()).length, 3);
  await vera.page.keyboard.press("Control+Shift+F");
  await vera.at("search-field").fill("lamp");
  await eventually(() => vera.at("search-tells").textContent(), "2 messages");
  assert.deepEqual(await vera.at("search-result").locator(".excerpt").allTextContents(), ["No lamp tonight", "The LAMP is on the table"]);
  assert.deepEqual(await vera.at("search-result").locator("mark").allTextContents(), ["lamp", "LAMP"]);
  await vera.at("search-field").fill("unicorn");
  await eventually(() => vera.at("search-tells").textContent(), "Nothing was found.");
  await vera.at("search-field").fill("table lamp");
  await eventually(() => vera.at("search-tells").textContent(), "1 message");
  await vera.at("search-result").click();
  await vera.at("search").waitFor({ state: "detached" });
  await eventually(() => isInSight(vera.message("The LAMP is on the table")), true);
});

it("each room keeps what one has begun to write, also over a reload", async (t) => {
  const xena = await arrive(t, "Xena", { room: "drafts" });
  const draft = (text) => eventually(() => xena.at("composer").inputValue(), text);
  await xena.at("composer").fill("begun here");
  await xena.goTo("lounge");
  await draft("");
  await xena.at("room-drafts").getByText("unsent draft").waitFor({ state: "attached" });
  await xena.at("composer").fill("and there");
  await xena.goTo("drafts");
  await draft("begun here");
  await xena.page.reload();
  await xena.isIn("drafts");
  await draft("begun here");
  await xena.goTo("lounge");
  await draft("and there");
  await xena.at("composer").press("Enter");
  await draft("");
  await xena.page.reload();
  await xena.isIn("lounge");
  await draft("");
});

it("others see who is typing, until the message comes, the draft is emptied, or nothing follows", async (t) => {
  const yan = await arrive(t, "Yan", { room: "typing" });
  const zoe = await arrive(t, "Zoe", { room: "typing" });
  await yan.at("composer").pressSequentially("here it is");
  await zoe.seesTyping("Yan is typing");
  await eventually(() => zoe.hint("Yan"), "typing");
  await yan.at("composer").press("Enter");
  await zoe.sees([["Yan", "here it is", "received"]]);
  await zoe.seesTyping("");
  await yan.at("composer").pressSequentially("rather not");
  await zoe.seesTyping("Yan is typing");
  await yan.at("composer").fill("");
  await zoe.seesTyping("");
  await yan.at("composer").pressSequentially("well");
  await zoe.seesTyping("Yan is typing");
  await zoe.seesTyping(""); // nothing follows: it is not believed for long
  assert.equal(await yan.at("typing").textContent(), "", "one's own typing is no news");
});

it("who does not look at the page is away after a while, and here again at once; who is gone is gone", async (t) => {
  const abe = await arrive(t, "Abe", { room: "presence" });
  const bea = await visit(t, { room: "presence" });
  await bea.page.clock.install();
  // A browser without a screen shows every page at all times.
  await bea.page.addInitScript(() => {
    globalThis.look = (looks) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => !looks });
      document.dispatchEvent(new Event("visibilitychange"));
    };
  });
  await bea.open();
  await bea.enter("Bea");
  await bea.isIn("presence");
  await bea.isUpgraded();
  await abe.seesPeople("Abe", "Bea");
  await eventually(() => abe.hint("Bea"), "");
  await bea.page.evaluate(() => look(false));
  await bea.page.clock.fastForward(31_000);
  await eventually(() => abe.hint("Bea"), "away");
  await bea.page.evaluate(() => look(true));
  await eventually(() => abe.hint("Bea"), "");
  await abe.person("Bea").click();
  assert.equal(await abe.at("person-card").locator("p").textContent(), "here");
  await abe.page.keyboard.press("Escape");
  await bea.page.close();
  await abe.seesPeople("Abe");
});
