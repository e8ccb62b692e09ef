// Nobody is kept out: axe-core looks through each view, in light and in dark, wide and on a phone; all can be done by keyboard,
// and what is said is read out.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { png } from "../support/png.mjs";
import { fits, isForEveryone } from "./axe.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;

const PHONE = { deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const LOOKS = [
  { name: "wide", viewport: { width: 1280, height: 800 } },
  { name: "phone", viewport: { width: 390, height: 844 }, ...PHONE },
  { name: "small", viewport: { width: 320, height: 568 }, ...PHONE },
];
const LONG = "tram".repeat(50);

/** Comes by each view, and calls `check(page, what)` there. */
async function tour(t, look, inspect) {
  const { name, ...options } = look;
  const narrow = name !== "wide";
  const room = `tour ${name}`;
  const bo = await comeIn(t, house.url, `Bo ${name}`, { rooms: [room] });
  const mo = await comeIn(t, house.url, `Mo ${name}`, { rooms: [room] });
  const moderators = await mo.enter("/moderators", { key: MODERATOR_KEY });
  const does = async (event, data) => assert.equal((await moderators.timeout(30_000).emitWithAck(event, data))?.error, undefined, event);
  const ann = await visit(t, { room, network: false, ...options });
  const { page } = ann;
  const check = (what) => inspect(page, what);
  const escape = async (testId) => {
    await page.keyboard.press("Escape");
    await ann.at(testId).waitFor({ state: "detached" });
  };
  const openRooms = () => narrow && ann.at("open-rooms").click();
  const openPeople = () => narrow && ann.at("open-people").click();

  await ann.open();
  await check("the door");
  await ann.enter(" ");
  await ann.at("name-problem").getByText("Please tell us a name.").waitFor();
  await check("the door, and no name");
  await ann.enter(`Ann ${name}`);
  await ann.isIn(room);
  await check("a room where nothing was said");
  const { id } = await page.evaluate(() => ({ id: JSON.parse(localStorage["parlor.id"]) }));

  const picture = await bo.upload("harbour.png", "image/png", png(80, 60, (x, y) => [200, x, y]));
  const { seq: first } = await bo.say(room, "Good evening! Is this seat taken?");
  await bo.say(room, `One long word: ${LONG}, and https://example.org/${"way/".repeat(30)}`);
  await bo.say(room, `Read \`tests/browser\` and **this**:\n\`\`\`rust\nfn main() { println!("a line that is longer than a phone is wide, and scrolls: {}", 1 + 2 + 3); }\n\`\`\``);
  await mo.say(room, `@Ann ${name} have you seen *this*?`, { reply: first });
  await mo.say(room, "👍");
  await mo.say(room, "مرحبا بكم في المقهى");
  await bo.say(room, "", { files: [picture] });
  await bo.say(room, "the timetable", { files: [await bo.upload(`${LONG.slice(0, 100)}.pdf`, "application/pdf", Buffer.from("9:04, 9:34"))] });
  const { seq: gone } = await bo.say(room, "what I did not mean");
  await bo.ask("remove", { room, seq: gone });
  for (const [who, emoji] of [[bo, "❤️"], [mo, "❤️"], [mo, "🎉"]]) await who.ask("react", { room, seq: first, emoji, on: true });
  await ann.at("picture").locator("img").waitFor();
  await ann.at("file").waitFor();
  await ann.say("It is yours. https://example.org");
  await ann.sees([...(await ann.messages()).slice(0, -1), [`Ann ${name}`, "It is yours. https://example.org", "sent"]]);
  await ann.at("reaction").first().click();
  await does("announce", `We close at ten. ${LONG}`);
  await ann.at("announcement").first().waitFor();
  await check("a room with messages of every kind");

  const last = ann.at("message").last();
  await last.focus();
  await ann.at("message-edit").waitFor();
  await check("what can be done with a message");
  await ann.at("message-remove").click();
  await ann.at("really-remove").waitFor();
  await check("whether to remove it");
  await escape("really-remove");
  await ann.message("Good evening! Is this seat taken?").focus();
  await ann.at("message-react").click();
  await ann.at("emoji-picker").waitFor();
  await check("the emoji");
  await escape("emoji-picker");
  await ann.message("Good evening! Is this seat taken?").focus();
  await ann.at("message-reply").click();
  await ann.at("files").setInputFiles([{ name: `${LONG}.txt`, mimeType: "text/plain", buffer: Buffer.from("x") }, { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) }]);
  await ann.at("composer").fill("");
  await ann.at("composer").pressSequentially("Ask @B");
  await ann.at("completion").waitFor();
  await check("an answer with a file, and whom to mention");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  for (let i = 0; i < 2; i += 1) await ann.at("detach").first().click();
  await ann.at("composer").fill("");

  await ann.at("picture").first().click();
  await ann.at("viewer").waitFor();
  await check("a picture, large");
  await escape("viewer");
  await ann.at("about-room").click();
  await check("about the room");
  await escape("about-room-dialog");
  await ann.at("open-search").click();
  await ann.at("search-field").fill("seat");
  await ann.at("search-result").first().waitFor();
  await check("a search");
  await escape("search");

  await openPeople();
  await ann.person(`Bo ${name}`).waitFor();
  await check("who is here");
  await ann.person(`Bo ${name}`).click();
  await ann.at("person-card").waitFor();
  await check("about somebody");
  await escape("person-card");
  if (narrow) await page.locator("#people [data-close]").click();

  await openRooms();
  await ann.at("new-room").waitFor();
  await check("the rooms");
  await ann.at("bell").click();
  await ann.at("notice-item").first().waitFor();
  await check("the notices");
  await escape("notices");
  await ann.at("me").click();
  await check("about oneself");
  await ann.at("show-keys").click();
  await ann.at("keys").waitFor();
  await check("the keys");
  await escape("keys");
  await ann.at("me").click();
  await ann.at("forget-me").click();
  await ann.at("really-forget").waitFor();
  await check("whether to be forgotten");
  await escape("really-forget");
  await ann.at("new-room").click();
  await ann.at("room-name").fill("no/such/name");
  await ann.at("open-room").click();
  await ann.at("room-problem").getByText("letters, digits").waitFor();
  await check("to open a room");
  await escape("new-room-dialog");
  await page.keyboard.press("Control+k");
  await ann.at("go-to-field").fill("ru");
  await check("where to go");
  await escape("go-to");
  if (await page.locator("#rooms.open").count()) await page.locator("#rooms [data-close]").click();

  await does("mute", { id, name: `Ann ${name}`, minutes: 10, why: "Please let the others speak." });
  await ann.at("barred").waitFor();
  await check("muted");
  await does("unmute", { id, name: `Ann ${name}` });
  await ann.at("composer").waitFor();
  await does("close room", { room, why: "We are painting it." });
  await ann.at("rejoin").waitFor();
  await check("a room that was closed");
  await page.reload();
  await ann.at("rejoin").waitFor();
  await check("a closed room, from outside");
  await does("open room", { room });
  await ann.open("/");
  await ann.at("door-lounge").waitFor();
  await check("the welcome");
  await ann.open();
  await ann.isIn(room);
  await ann.isUpgraded();
  await ann.context.setOffline(true);
  await ann.say("from the tunnel");
  await page.getByText("waits to be sent").waitFor();
  await check("offline");
  await ann.context.setOffline(false);
  await ann.message("from the tunnel").and(page.locator("[data-state=sent]")).waitFor();
  await does("kick", { id, name: `Ann ${name}`, why: "Enough for today." });
  await ann.at("come-back").waitFor();
  await check("sent away");
  await does("ban", { id, name: `Ann ${name}`, minutes: 10, why: "See you next week." });
  await ann.at("come-back").click();
  await page.getByText("The door stays shut").waitFor();
  await check("banned");
}

for (const look of LOOKS) {
  it(`${look.name}: every view is for everyone, and nothing sticks out`, async (t) => {
    const wrong = [];
    await tour(t, look, async (page, what) => {
      try {
        if (look.name === "small") return await fits(page, what);
        await isForEveryone(page, what);
        await page.emulateMedia({ colorScheme: "dark" });
        await isForEveryone(page, `${what}, in the dark`, { rules: ["color-contrast"] });
      } catch (error) {
        wrong.push(error.message);
      } finally {
        await page.emulateMedia({ colorScheme: "light" });
      }
    });
    assert.deepEqual(wrong, []);
  });
}

it("by keyboard alone: in at the door, say something, react, change it, go elsewhere, and leave", async (t) => {
  const bo = await comeIn(t, house.url, "Bo Keys", { rooms: ["keys"] });
  await bo.say("keys", "Welcome!");
  const ann = await visit(t, { room: "keys" });
  const { page } = ann;
  const { keyboard } = page;
  const has = (selector) => eventually(() => page.evaluate((selector) => document.activeElement?.matches(selector), selector), true);
  /** Goes on by Tab until it is there. */
  const tabTo = async (selector, key = "Tab") => {
    for (let i = 0; i < 60; i += 1) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
      await keyboard.press(key);
    }
    assert.fail(`Tab does not come to ${selector}`);
  };
  await ann.open();
  await has("#name");
  await keyboard.type("Ann Keys");
  await keyboard.press("Enter");
  await ann.isIn("keys");
  await has("#composer textarea");
  await keyboard.type("Hello :wav");
  await ann.at("completion").waitFor();
  await keyboard.press("Enter");
  await keyboard.type("everyone");
  await keyboard.press("Enter");
  await ann.sees([["Bo Keys", "Welcome!", "received"], ["Ann Keys", "Hello 👋 everyone", "sent"]]);
  await has("#composer textarea");

  await tabTo(".message", "Shift+Tab");
  await keyboard.press("ArrowUp");
  await keyboard.press("+");
  await ann.at("emoji-picker").waitFor();
  await keyboard.type("heart");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await eventually(() => ann.reactions("Welcome!"), ["❤️ 1 *"]);
  await has("[data-author='Bo Keys']"); // the focus is back
  await keyboard.press("Escape");
  await has("#composer textarea");

  await keyboard.press("ArrowUp"); // the last that one said
  await ann.at("context").getByText("Changing your message").waitFor();
  await keyboard.type("!");
  await keyboard.press("Enter");
  await bo.next("changed");
  await ann.message("Hello 👋 everyone!").waitFor();

  await keyboard.press("Control+k");
  await ann.at("go-to").waitFor();
  await keyboard.type("rus");
  await keyboard.press("Enter");
  await ann.isIn("rust");
  await has("#composer textarea");
  await tabTo("#about-room", "Shift+Tab");
  await keyboard.press("Enter");
  await ann.at("about-room-dialog").waitFor();
  await keyboard.press("Escape");
  await has("#about-room"); // the focus is where it was
  await keyboard.press("Enter");
  await tabTo("[data-testid=leave-room]");
  await keyboard.press("Enter");
  await ann.at("door-rust").waitFor();
  assert.notEqual(await page.evaluate(() => document.activeElement), null);
  await tabTo("[data-testid=room-keys]");
  await keyboard.press("Enter");
  await ann.isIn("keys");
  await tabTo("[data-testid=person]");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await ann.at("person-card").waitFor();
  await keyboard.press("Escape");
  await has("[data-testid=person][data-name='Bo Keys']");
});

it("what others say is read out, once; what was there before, and one's own, is not", async (t) => {
  const bo = await comeIn(t, house.url, "Bo Spoken", { rooms: ["spoken"] });
  await bo.say("spoken", "before you came");
  const ann = await arrive(t, "Ann Spoken", { room: "spoken" });
  const spoken = () => ann.at("spoken").locator("p").allTextContents();
  await ann.message("before you came").waitFor();
  await bo.say("spoken", "hello Ann");
  await eventually(spoken, ["Bo Spoken: hello Ann"]);
  await ann.say("hello Bo");
  await ann.message("hello Bo").and(ann.page.locator("[data-state=sent]")).waitFor();
  const { seq } = await bo.say("spoken", "how are you?");
  await bo.ask("edit", { room: "spoken", seq, text: "how are you today?" });
  await ann.message("how are you today?").waitFor();
  assert.deepEqual(await spoken(), ["Bo Spoken: hello Ann", "Bo Spoken: how are you?"]);
  assert.deepEqual(await ann.at("spoken").evaluate(({ role, ariaLive }) => [role, ariaLive]), ["log", "polite"]);
});

it("who wants little movement has it", async (t) => {
  const bo = await comeIn(t, house.url, "Bo Calm", { rooms: ["calm"] });
  const ann = await visit(t, { room: "calm", reducedMotion: "reduce" });
  const moves = () => ann.page.evaluate(() => document.getAnimations().map((one) => one.effect.getComputedTiming()).filter(({ endTime }) => endTime > 10).length);
  await ann.open();
  assert.equal(await moves(), 0);
  await ann.enter("Ann Calm");
  await ann.isIn("calm");
  await bo.say("calm", "softly now");
  await ann.message("softly now").waitFor();
  await ann.at("me").click();
  await ann.at("me-menu").waitFor();
  assert.equal(await moves(), 0);
});
