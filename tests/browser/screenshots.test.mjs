// Pictures of the chat for its documents, in docs/screenshots: `SCREENSHOTS=1 node --test tests/browser/screenshots.test.mjs` takes
// them anew. Otherwise they go to tests/results, and those that the documents show have to be there.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { root } from "../../scripts/lib.mjs";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { png } from "../support/png.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit } = house;

const KEPT = join(root, "docs/screenshots");
const FOLDER = process.env.SCREENSHOTS === "1" ? KEPT : join(root, "tests/results/screenshots");
const MOST_BYTES = 450_000;
const behind = ((new Date().getUTCHours() - 19 + 36) % 24) - 12; // hours between London and where it is evening
const EVENING = { timezoneId: `Etc/GMT${behind < 0 ? "" : "+"}${behind}` };
const WIDE = { viewport: { width: 1280, height: 960 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** A harbour at dusk. */
const harbour = png(480, 360, (x, y) => {
  const ripple = Math.sin(x / 23) * 3 + Math.sin(x / 7 + y / 5) * 2;
  const hills = 196 - 34 * Math.sin(x / 95 + 0.6) - 12 * Math.sin(x / 31);
  const sun = Math.hypot(x - 330, y - 168);
  if (y > 236) {
    const glitter = Math.abs(x - 330 + ripple * 6) < 20 + (y - 236) / 3 && (y + Math.round(ripple)) % 9 < 4;
    return glitter ? [250, 196, 128] : [62 - (y - 236) / 6, 88 - (y - 236) / 5, 112 - (y - 236) / 5];
  }
  if (y > hills) return [54 + (236 - y) / 4, 66 + (236 - y) / 5, 84 + (236 - y) / 5];
  if (sun < 26) return [255, 224, 160];
  const glow = Math.max(0, 1 - sun / 220);
  const up = y / 236;
  return [110 + 120 * up + 25 * glow, 110 + 50 * up + 60 * glow, 150 - 20 * up - 20 * glow];
});

/** The people of the house, and what they have said. */
async function evening(t) {
  const others = {};
  for (const name of ["Tomás", "Ana", "Noor", "Wen"]) others[name] = await comeIn(t, house.url, name, { rooms: ["lounge"] });
  const { Tomás: tomas, Ana: ana, Noor: noor, Wen: wen } = others;
  const opened = async (who, name, topic) => {
    const card = await who.ask("open", { name, topic, private: false, seed: `${name}-${who.id}-seed` });
    await who.join(card.id);
    return card.id;
  };
  await opened(ana, "book club", "Ghost stories, one chapter a week");
  await opened(wen, "garden", "What to sow, and when");
  await ana.ask("topic", { room: "lounge", topic: "Come in, sit down" });
  for (const who of [tomas, noor]) await who.join("book club");
  await noor.join("rust");
  await wen.join("random");
  const said = {};
  const say = async (who, room, text, more) => (said[text] = (await who.say(room, text, more)).seq);
  return { ...others, tomas, ana, noor, wen, say, said };
}

/** Somebody at a browser, in the lounge, as the evening goes on. */
async function iris(t, look, { name = "Iris" } = {}) {
  const person = await visit(t, { room: "lounge", ...EVENING, ...look });
  await person.open();
  await person.enter(name);
  await person.isIn("lounge");
  await person.isUpgraded();
  return person;
}

/** What is seen now. */
async function picture(person, name) {
  mkdirSync(FOLDER, { recursive: true });
  await person.page.evaluate(() => Promise.all(document.getAnimations().map((one) => (one.effect.getComputedTiming().iterations === Infinity ? null : one.finished.catch(() => {})))));
  const path = join(FOLDER, `${name}.png`);
  await person.page.screenshot({ path, animations: "disabled" });
  const { size } = statSync(path);
  assert.ok(size < MOST_BYTES, `${name}: ${size} bytes`);
}

/** A view in light, in dark, and as narrow as a phone, unless it closes then; `still` is what has to be seen there. */
async function pictures(person, name, still) {
  const { page } = person;
  await picture(person, `${name}-light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(person, `${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  if (still === undefined) return;
  await page.setViewportSize(PHONE.viewport);
  await person.at(still).first().waitFor();
  await picture(person, `${name}-phone`);
  await page.setViewportSize(WIDE.viewport);
}

it("pictures of every view", async (t) => {
  const door = await visit(t, { ...EVENING, ...WIDE });
  await door.open();
  await door.at("name-input").fill("Iris");
  await pictures(door, "door", "name-input");
  await door.context.close();

  const { tomas, ana, noor, wen, say, said } = await evening(t);
  const ann = await iris(t, WIDE);
  const { page } = ann;
  await ann.open("/");
  await ann.at("door-garden").waitFor();
  await pictures(ann, "welcome", "door-garden");
  await ann.open();
  await ann.isIn("lounge");
  await ann.isUpgraded();

  await say(tomas, "lounge", "Good evening! Is this seat taken?");
  await ann.message("Good evening! Is this seat taken?").waitFor();
  await ann.say("It is yours. The kettle is on.");
  await eventually(async () => (await ann.messages()).at(-1)[2], "sent");
  await say(ana, "lounge", "I came by the harbour, and it was like this:", { files: [await ana.upload("harbour.png", "image/png", harbour)] });
  await ann.at("picture").locator("img").waitFor();
  await say(tomas, "lounge", "Who ordered that sky?", { reply: said["I came by the harbour, and it was like this:"] });
  await say(noor, "lounge", "@Iris that handler you asked about is three lines now:\n```rust\nasync fn wave(socket: Socket) -> Result<(), Fault> {\n    socket.to(\"lounge\").emit(\"wave\", ())\n}\n```");
  const seen = said["I came by the harbour, and it was like this:"];
  for (const [who, emoji] of [[tomas, "😍"], [noor, "😍"], [wen, "😍"], [wen, "⛵"]]) await who.ask("react", { room: "lounge", seq: seen, emoji, on: true });
  await ann.page.getByTestId("message").last().getByText("three lines now").waitFor();
  await ann.say("Oh, that is *lovely*. Thank you both.");
  await eventually(async () => (await ann.messages()).at(-1)[2], "sent");
  await noor.ask("react", { room: "lounge", seq: 6, emoji: "❤️", on: true });
  await say(wen, "lounge", "We read chapter three at nine, in the book club. Bring a lamp.");
  await ann.at("reaction").nth(2).waitFor();
  // In other rooms it goes on.
  await ann.at("room-garden").click();
  await ann.isIn("garden");
  await ann.at("room-book club").click();
  await ann.isIn("book club");
  await ann.at("room-lounge").click();
  await ann.isIn("lounge");
  await say(ana, "book club", "We start at nine.");
  await say(tomas, "book club", "@Iris will you read to us?");
  await say(wen, "garden", "The first snowdrops are up.");
  const pair = (await noor.ask("direct", { to: await page.evaluate(() => JSON.parse(localStorage["parlor.id"])) })).id;
  await noor.join(pair);
  await say(noor, pair, "Tea before the others come?");
  await page.locator("#direct .unread").waitFor();
  await page.locator("[data-testid='room-book club'] .unread[data-for-me=true]").waitFor();
  await page.mouse.move(1160, 700);
  await tomas.socket.emit("typing", { room: "lounge", typing: true });
  await ann.seesTyping("Tomás is typing");
  const scene = ["light", "dark"];
  for (const colorScheme of scene) {
    await page.emulateMedia({ colorScheme });
    await tomas.socket.emit("typing", { room: "lounge", typing: true });
    await ann.seesTyping("Tomás is typing");
    await picture(ann, `room-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });

  await ann.at("bell").click();
  await ann.at("notice-item").nth(2).waitFor();
  await pictures(ann, "notices");
  await page.keyboard.press("Escape");
  await ann.at("open-search").click();
  await ann.at("search-field").fill("the");
  await ann.at("search-result").nth(2).waitFor();
  await pictures(ann, "search", "search-field");
  await ann.close("search");
  await ann.at("new-room").click();
  await ann.at("room-name").fill("Friday supper");
  await ann.at("room-topic-field").fill("Who cooks, and what");
  await ann.at("who-private").check({ force: true });
  await pictures(ann, "new-room", "room-name");
  await ann.close("new-room-dialog");
  await ann.at("about-room").click();
  await ann.at("about-room-dialog").waitFor();
  await pictures(ann, "about-room", "about-room-dialog");
  await ann.close("about-room-dialog");
  await ann.person("Noor").click();
  await ann.at("person-card").waitFor();
  await pictures(ann, "person");
  await page.keyboard.press("Escape");
  await ann.at("message").nth(2).hover();
  await ann.at("message-react").click();
  await ann.at("emoji-picker").waitFor();
  await pictures(ann, "reactions");
  await page.keyboard.press("Escape");
  await ann.at("picture").click();
  await ann.at("viewer").locator("img").waitFor();
  await pictures(ann, "picture", "viewer");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await ann.at("go-to").waitFor();
  await pictures(ann, "go-to", "go-to");
  await page.keyboard.press("Escape");

  // The same on a phone.
  const state = await ann.context.storageState();
  const phone = await visit(t, { room: "lounge", network: false, storageState: state, ...EVENING, ...PHONE });
  await phone.open();
  await phone.isIn("lounge");
  await phone.isUpgraded();
  await phone.at("picture").locator("img").waitFor();
  await tomas.socket.emit("typing", { room: "lounge", typing: true });
  await phone.seesTyping("Tomás is typing");
  for (const colorScheme of scene) {
    await phone.page.emulateMedia({ colorScheme });
    await picture(phone, `phone-room-${colorScheme}`);
  }
  await phone.page.emulateMedia({ colorScheme: "light" });
  await phone.at("open-rooms").tap();
  await eventually(() => phone.within("new-room"), true);
  await picture(phone, "phone-rooms");
  await phone.at("bell").tap();
  await phone.at("notices").waitFor();
  await picture(phone, "phone-notices");
  await phone.page.keyboard.press("Escape");
  await phone.page.locator("#rooms [data-close]").tap();
  await phone.at("open-people").tap();
  await eventually(() => phone.within("person"), true);
  await picture(phone, "phone-people");
  await phone.page.locator("#people [data-close]").tap();
  await phone.context.setOffline(true);
  await phone.say("I am on the tram, save me a chair");
  await phone.page.getByText("waits to be sent").waitFor();
  await picture(phone, "phone-offline");
  await phone.context.setOffline(false);
  await eventually(async () => (await phone.messages()).at(-1)[2], "sent");

  // Those who have the key.
  const seller = await comeIn(t, house.url, "Bargains4U", { rooms: ["random"] });
  const { seq: offer } = await seller.say("random", "Cheap watches, only today!");
  const moderators = await noor.enter("/moderators", { key: MODERATOR_KEY });
  for (const [event, data] of [
    ["remove message", { room: "random", seq: offer, why: "An advertisement" }],
    ["ban", { id: seller.id, name: seller.name, minutes: 24 * 60, why: "Advertises in every room" }],
    ["announce", "The house is closed for ten minutes at midnight. Nothing will be lost."],
  ]) assert.equal((await moderators.timeout(30_000).emitWithAck(event, data))?.error, undefined, event);
  const desk = await visit(t, { storageState: await ann.context.storageState(), ...EVENING, ...WIDE });
  await desk.open("/moderators");
  await desk.at("key").fill(MODERATOR_KEY);
  await desk.at("key-submit").click();
  await desk.at("count-people").waitFor();
  await desk.at("entry").nth(2).waitFor();
  await pictures(desk, "moderators", "count-people");
});

it("each picture that the documents show is there, and small", () => {
  const documents = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
  for (const document of documents) {
    for (const [, path] of readFileSync(join(root, document), "utf8").matchAll(/!\[[^\]]*\]\(([^)\s]+\.png)/g)) {
      if (/^https?:/.test(path)) continue;
      const file = join(root, document, "..", path);
      assert.ok(existsSync(file), `${document} shows ${path}`);
      assert.ok(statSync(file).size < MOST_BYTES, path);
    }
  }
});
