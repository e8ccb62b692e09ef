// The moderators' page: who may come in, what they see, and what each action does to those whom it concerns.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY as KEY, startChat } from "../support/chat.mjs";
import { house } from "./desk.mjs";
import { atEnd } from "./ends.mjs";
import { eventually } from "./people.mjs";

const { visit, moderator, guest } = house();

it("who has no token is told to come in by the chat, and goes on once they have", async (t) => {
  const mod = await visit(t);
  await mod.page.locator("#gate-words", { hasText: "Please come in by the chat first" }).waitFor();
  assert.equal(await mod.at("key").isVisible(), false);
  assert.equal(await mod.at("to-chat").getAttribute("href"), "/");
  await mod.isForEveryone("without a token");
  await mod.picture("no-token");

  const ann = await guest(t, "Ann Token");
  const tab = await mod.context.newPage();
  await tab.goto(new URL("/favicon.svg", mod.page.url()).href);
  await tab.evaluate((token) => localStorage.setItem("parlor.token", JSON.stringify(token)), ann.token);
  await mod.at("key").waitFor();
  await mod.enter(KEY);
  await mod.isIn();
});

it("a wrong key is told so; the right one is kept for the tab, until it is put away", async (t) => {
  const ann = await guest(t, "Ann Key");
  const mod = await visit(t, { token: ann.token });
  const says = (words) => eventually(() => mod.at("key-problem").textContent(), words);
  await mod.enter("  ");
  await says("Please type the key.");
  await mod.enter("open barley");
  await says("That is not the key.");
  assert.equal(await mod.page.locator("#inside").isVisible(), false);
  await mod.picture("wrong-key");
  await mod.enter(KEY);
  await mod.isIn();
  await mod.page.reload();
  await mod.isIn();
  assert.equal(await mod.page.evaluate((key) => JSON.stringify(localStorage).includes(key), KEY), false);

  const tab = await mod.context.newPage();
  await tab.goto(mod.page.url());
  await tab.getByTestId("key").waitFor();
  assert.equal(await tab.getByTestId("key").inputValue(), "");

  await mod.at("leave").click();
  await mod.at("key").waitFor();
  assert.equal(await mod.at("person").count(), 0, "nothing is left of what was seen");
  await mod.page.reload();
  await mod.at("key").waitFor();
});

it("a token that is not good is told so, with the way in", async (t) => {
  const mod = await visit(t, { token: "forged" });
  await mod.enter(KEY);
  await mod.page.locator("#gate-words", { hasText: "does not know you any more" }).waitFor();
  assert.equal(await mod.at("to-chat").isVisible(), true);
});

it("a house without a key says how to set one", async (t) => {
  const chat = await startChat({ vars: { MODERATOR_KEY: "" } });
  atEnd(t, () => chat.stop());
  const ann = await guest(t, "Ann", { at: chat.url });
  const mod = await visit(t, { at: chat.url, token: ann.token });
  await mod.enter("anything");
  await mod.page.locator("#key-problem", { hasText: "npx wrangler secret put MODERATOR_KEY" }).waitFor();
  await mod.isForEveryone("no key");
});

it("people, rooms and counts are seen as they come and go", async (t) => {
  const mod = await moderator(t, "Mod Live");
  const count = (what) => mod.at(`count-${what}`).locator("dd").textContent();
  const before = Number(await count("connections"));
  const bo = await guest(t, "Bo Live", { rooms: ["live tea"] });
  const again = await guest(t, "Bo Live", { token: bo.token });
  const eve = await guest(t, "<b>Eve</b>", { rooms: ["live tea"] });
  const sees = async (kind, name, sum) => eventually(async () => {
    const row = mod.row(kind, name);
    return (await row.count()) === 1 ? row.locator(".sum").textContent() : null;
  }, sum);
  await sees("person", "Bo Live", "1 room, 2 connections");
  await sees("person", "<b>Eve</b>", "1 room, 1 connection");
  await sees("room", "live tea", "2 people");
  await eventually(async () => Number(await count("connections")), before + 3);
  assert.deepEqual([await count("moderators")], ["1"]);

  await mod.unfold("person", "Bo Live");
  assert.equal(await mod.row("person", "Bo Live").locator(".rooms-of").textContent(), "In live tea");
  await mod.unfold("room", "live tea");
  await eventually(async () => (await mod.row("room", "live tea").locator(".names").textContent()).includes("<b>Eve</b>"), true);

  again.socket.disconnect();
  eve.socket.disconnect();
  await sees("person", "Bo Live", "1 room, 1 connection");
  await sees("person", "<b>Eve</b>", null);
  await sees("room", "live tea", "1 person");
  assert.equal(await mod.row("person", "Bo Live").locator("details").evaluate((details) => details.open), true);
});

it("people and rooms are found by words, and sorted", async (t) => {
  const guests = [["Sorted Ada", ["sorted one"]], ["Sorted Bo", ["sorted one", "sorted two"]], ["Sorted Cleo", []]];
  for (const [name, rooms] of guests) await guest(t, name, { rooms });
  const mod = await moderator(t, "Mod Sort");
  await mod.at("find-person").fill("sorted");
  await eventually(() => mod.names("person"), ["Sorted Ada", "Sorted Bo", "Sorted Cleo"]);
  await mod.at("sort-people").selectOption("rooms");
  await eventually(() => mod.names("person"), ["Sorted Bo", "Sorted Ada", "Sorted Cleo"]);
  await mod.at("find-person").fill("bo sorted");
  await eventually(() => mod.names("person"), ["Sorted Bo"]);
  await mod.at("find-person").fill("nobody at all");
  await mod.page.locator("#people .none", { hasText: "Nothing matches." }).waitFor();
  await mod.at("find-room").fill("sorted");
  await eventually(() => mod.names("room"), ["sorted one", "sorted two"]);
  await mod.at("sort-rooms").selectOption("name");
  await eventually(() => mod.names("room"), ["sorted one", "sorted two"]);
});

it("who is muted cannot write, until they may again", async (t) => {
  const bo = await guest(t, "Bo Mute", { rooms: ["mute"] });
  const mod = await moderator(t, "Mod Mute");
  await mod.press("person", "Bo Mute", "mute");
  assert.equal(await mod.at("ask").getByRole("heading").textContent(), "Mute Bo Mute?");
  await mod.isForEveryone("asked");
  await mod.picture("ask");
  await mod.answer({ time: "other", minutes: "soon" });
  await eventually(() => mod.at("ask-problem").textContent(), "From 1 to 525,600 minutes (a year), in whole ones.");
  await mod.answer({ minutes: "7", reason: "Calm down, please" });
  await mod.notice("Bo Mute is muted.");
  assert.equal(await mod.at("ask").count(), 0);
  assert.equal((await bo.say("mute", "hello?")).error, "muted");
  const row = mod.row("person", "Bo Mute");
  await row.locator(".muted", { hasText: /^muted until \d\d:\d\d$/ }).waitFor();
  await eventually(async () => (await mod.log())[0]?.slice(1), ["“Calm down, please”"]);
  assert.match((await mod.log())[0][0], /^Mod Mute muted Bo Mute until \d\d:\d\d$/);

  await row.getByTestId("act-unmute").click();
  await mod.notice("Bo Mute may write again.");
  assert.equal((await bo.say("mute", "hello!"))?.error, undefined);
  await row.locator(".muted").waitFor({ state: "hidden" });
});

it("who is sent away hears why, is gone, and may come back", async (t) => {
  const bo = await guest(t, "Bo Kick", { rooms: ["kick"] });
  const mod = await moderator(t, "Mod Kick");
  await mod.press("person", "Bo Kick", "kick");
  await mod.answer({ reason: "Not here" });
  await mod.notice("Bo Kick was sent away.");
  assert.match((await bo.next("sent away"))[0].why, /Not here$/);
  await bo.isGone();
  await eventually(() => mod.row("person", "Bo Kick").count(), 0);
  await guest(t, "Bo Kick", { token: bo.token });
  await eventually(() => mod.row("person", "Bo Kick").count(), 1);
});

it("who is banned is gone and not let in, until the ban is lifted", async (t) => {
  const bo = await guest(t, "Bo Ban", { rooms: ["ban"] });
  const mod = await moderator(t, "Mod Ban");
  await mod.press("person", "Bo Ban", "ban");
  await mod.answer({ time: "10080", reason: "Spam" });
  await mod.notice("Bo Ban is banned.");
  assert.match((await bo.next("sent away"))[0].why, /Spam$/);
  await bo.isGone();
  const refusal = new Promise((done) => bo.socket.once("connect_error", (error) => done(error.data?.code)));
  bo.socket.connect();
  assert.equal(await refusal, "banned");
  const banned = mod.row("banned", "Bo Ban");
  assert.equal(await banned.locator(".why").textContent(), "“Spam”");
  await banned.getByTestId("act-unban").click();
  await mod.notice("Bo Ban may come in again.");
  await eventually(() => banned.count(), 0);
  await guest(t, "Bo Ban", { token: bo.token });
});

it("a room gets another name, is closed with a reason, and opened again", async (t) => {
  const bo = await guest(t, "Bo Room", { rooms: ["loud"] });
  const mod = await moderator(t, "Mod Room");
  await eventually(() => mod.row("room", "loud").count(), 1);
  await mod.press("room", "loud", "rename");
  await mod.answer({ text: " " });
  await eventually(() => mod.at("ask-problem").textContent(), "Please give it a name.");
  await mod.answer({ text: "Not so loud" });
  await mod.notice("“loud” is now called “Not so loud”.");
  await bo.next("room", ({ room }) => room.id === "loud" && room.name === "Not so loud");
  await eventually(() => mod.row("room", "Not so loud").count(), 1);

  await mod.press("room", "Not so loud", "close");
  await mod.answer({ reason: "Too loud" });
  await mod.notice("“Not so loud” is closed.");
  assert.equal((await bo.next("closed", ({ room }) => room === "loud"))[0].why, "This room is closed: Too loud");
  assert.equal((await bo.ask("join", { room: "loud" })).error, "closed");
  await mod.page.locator(".why", { hasText: "Closed: “Too loud”" }).waitFor();
  await mod.press("room", "Not so loud", "open");
  await mod.notice("“Not so loud” is open again.");
  await bo.join("loud");
  await eventually(async () => (await mod.log()).slice(0, 3), [
    ["Mod Room opened Not so loud again"],
    ["Mod Room closed Not so loud", "“Too loud”"],
    (await mod.log())[2],
  ]);
});

it("the messages of a room are looked at, back to the first, and one is removed for everybody", async (t) => {
  const room = "read";
  const bo = await guest(t, "Bo Read", { rooms: [room] });
  const eve = await guest(t, "Eve Read", { rooms: [room] });
  const many = 54;
  for (let i = 1; i <= many; i += 1) await patiently(() => (i % 2 ? bo : eve).say(room, `message ${i}`));
  const mod = await moderator(t, "Mod Read");
  await mod.press("room", room, "messages");
  const texts = () => mod.at("said").locator(".text").allTextContents();
  await eventually(async () => (await texts()).at(-1), `message ${many}`);
  assert.equal((await texts())[0], `message ${many - 49}`);
  await mod.isForEveryone("the messages");
  await mod.picture("messages");
  await mod.at("older-messages").click();
  await eventually(async () => [(await texts()).length, (await texts())[0]], [many, "message 1"]);
  assert.equal(await mod.at("older-messages").isVisible(), false);

  const first = mod.at("said").first();
  await first.getByTestId("act-remove").click();
  await mod.page.locator(".ask-words", { hasText: "Bo Read wrote: “message 1”." }).waitFor();
  await mod.answer({ reason: "Off topic" });
  const [changed] = await eve.next("changed", ({ seq }) => seq === 1);
  assert.deepEqual([changed.data.removed, changed.data.text], ["moderator", ""]);
  await eventually(async () => (await texts())[0], "Removed by a moderator.");
  assert.equal(await first.getByTestId("act-remove").isVisible(), false);
  await mod.notice("The message is removed.");
  await bo.say(room, "and one more");
  await eventually(async () => (await texts()).at(-1), "and one more");
  await mod.page.keyboard.press("Escape");
  await mod.at("messages").waitFor({ state: "hidden" });
  await eventually(async () => (await mod.log())[0], ["Mod Read removed a message of Bo Read in read", "“Off topic”"]);
});

it("an announcement reaches everybody, in whichever room", async (t) => {
  const mod = await moderator(t, "Mod Loud");
  const bo = await guest(t, "Bo Loud", { rooms: ["lounge"] });
  await bo.enter("/notifications");
  await mod.at("announce").click();
  await mod.answer();
  await eventually(() => mod.at("ask-problem").textContent(), "Please write what is to be announced.");
  await mod.answer({ text: "Tea is at five." });
  await mod.notice("Announced.");
  const [{ text, by }] = await bo.next("announcement");
  assert.deepEqual([text, by.name], ["Tea is at five.", "Mod Loud"]);
});

it("the notices that wait for somebody are looked at, and removed", async (t) => {
  const bo = await guest(t, "Bo Queue", { rooms: ["queue"] });
  const eve = await guest(t, "Eve Queue", { rooms: ["queue"] });
  const mod = await moderator(t, "Mod Queue");
  for (const text of ["@Bo Queue one", "@Bo Queue two"]) await eve.say("queue", text);
  const row = await mod.unfold("person", "Bo Queue");
  const looks = async () => {
    await row.getByTestId("look-at-queue").click();
    return eventually(async () => /wait/.test(await row.getByTestId("queue").textContent()), true);
  };
  await looks();
  await eventually(async () => (await looks(), row.getByTestId("empty-queue").isVisible()), true);
  await row.getByTestId("empty-queue").click();
  await mod.answer();
  await eventually(async () => /^\d notices? for Bo Queue removed\.$/.test(await mod.at("notice").textContent()), true);
  assert.ok(bo.socket.connected);
});

it("what another moderator does is in the log at once; older entries come on demand", async (t) => {
  const mod = await moderator(t, "Mod Log");
  const other = await guest(t, "Mod Other");
  const socket = await other.enter("/moderators", { key: KEY });
  const bo = await guest(t, "Bo Log");
  const whom = { id: bo.id, name: bo.name };
  const act = async (event, ...args) => assert.equal((await patiently(() => socket.timeout(30_000).emitWithAck(event, ...args)))?.error, undefined);
  await act("mute", { ...whom, minutes: 5, why: "first" });
  await eventually(async () => (await mod.log())[0]?.[1], "“first”");
  for (let i = 1; i <= 52; i += 1) await act("unmute", whom);
  await eventually(async () => (await mod.log())[0], ["Mod Other let Bo Log write again"]);

  await mod.page.reload();
  await mod.isIn();
  await eventually(async () => (await mod.log()).length, 50);
  await mod.at("older-log").click();
  await eventually(async () => (await mod.log()).some(([, why]) => why === "“first”"), true);
});

it("who is offline is told so, and nothing is done later than it was wanted", async (t) => {
  const bo = await guest(t, "Bo Off", { rooms: ["off"] });
  const mod = await moderator(t, "Mod Off", { network: false });
  await eventually(() => mod.row("person", "Bo Off").count(), 1);
  await mod.context.setOffline(true);
  await eventually(() => mod.at("status").getAttribute("data-state"), "offline");
  assert.match(await mod.at("status").textContent(), /^You are offline/);
  assert.equal(await mod.row("person", "Bo Off").count(), 1, "what was seen stays");
  await mod.picture("offline");
  await eventually(async () => {
    if ((await mod.at("ask").count()) === 0) await mod.press("person", "Bo Off", "kick");
    await mod.answer({ reason: "kept" });
    return mod.at("ask-problem").textContent();
  }, "You are not connected.");
  assert.equal(await mod.at("ask-reason").inputValue(), "kept");
  await mod.at("ask-cancel").click();
  await mod.context.setOffline(false);
  await eventually(() => mod.at("status").getAttribute("data-state"), "online");
  assert.ok(bo.socket.connected);
  await guest(t, "Bo Back");
  await eventually(() => mod.row("person", "Bo Back").count(), 1);
});

it("all is done with the keyboard alone, and the focus is never lost", async (t) => {
  const bo = await guest(t, "Bo Keys", { rooms: ["keys"] });
  const mod = await moderator(t, "Mod Keys");
  const { keyboard } = mod.page;
  const focus = () => mod.page.evaluate(() => {
    const node = document.activeElement;
    return node.getAttribute("aria-label") ?? node.dataset.testid ?? node.id ?? node.tagName;
  });
  await mod.at("find-person").focus();
  await keyboard.type("bo keys");
  await eventually(() => mod.names("person"), ["Bo Keys"]);
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  assert.equal(await focus(), "Mute: Bo Keys");
  await keyboard.press("Enter");
  assert.equal(await focus(), "ask-time");
  await keyboard.press("Escape");
  await eventually(focus, "Mute: Bo Keys");
  await keyboard.press("Tab");
  assert.equal(await focus(), "Send away: Bo Keys");
  await keyboard.press("Enter");
  assert.equal(await focus(), "ask-reason");
  await keyboard.type("Bye");
  await keyboard.press("Enter");
  assert.match((await bo.next("sent away"))[0].why, /Bye$/);
  await eventually(() => mod.names("person"), []);
  await eventually(focus, "people-title");
});

for (const colorScheme of ["light", "dark"]) {
  it(`everybody can use it in ${colorScheme}, on a laptop and on a small phone`, async (t) => {
    const rooms = [`${colorScheme} tea`, "lounge"];
    const bo = await guest(t, `بو ${colorScheme}`, { rooms });
    const long = await guest(t, `${"x".repeat(18)}${colorScheme}`, { rooms });
    await bo.say(rooms[0], `One long word: ${"tram".repeat(60)}`);
    await long.say(rooms[0], "مرحبا بكم");
    const mod = await moderator(t, `Mod ${colorScheme}`, { colorScheme });
    await mod.press("person", long.name, "mute");
    await mod.answer({ reason: "Spam" });
    await eventually(() => mod.at("ask").count(), 0);
    await mod.unfold("person", bo.name);
    await mod.press("room", "random", "close");
    await mod.answer({ reason: "Sweeping" });
    await eventually(() => mod.at("ask").count(), 0);
    await mod.row("room", "random").locator(".closed").waitFor();
    await mod.isForEveryone("a laptop");
    await mod.picture(`laptop-${colorScheme}`);

    await mod.page.setViewportSize({ width: 320, height: 640 });
    await mod.isForEveryone("a phone");
    await mod.picture(`phone-${colorScheme}`);
    await mod.row("person", bo.name).scrollIntoViewIfNeeded();
    await mod.picture(`phone-people-${colorScheme}`);
    await mod.row("person", bo.name).getByTestId("act-ban").click();
    await mod.isForEveryone("asked on a phone");
    await mod.picture(`phone-ask-${colorScheme}`);
    await mod.page.keyboard.press("Escape");
    await mod.press("room", rooms[0], "messages");
    await mod.at("said").nth(1).waitFor();
    await mod.isForEveryone("the messages on a phone");
    await mod.picture(`phone-messages-${colorScheme}`);
    await mod.page.keyboard.press("Escape");
    await mod.press("room", "random", "open");
    await mod.notice("“random” is open again.");
    await mod.page.emulateMedia({ colorScheme, forcedColors: "active" });
    await mod.picture(`forced-${colorScheme}`); // for the eye: axe-core sees the page's colours, not the forced ones
  });
}

/** Again, when it is told to slow down. */
async function patiently(act) {
  for (;;) {
    const answer = await act();
    if (answer?.error !== "slow down") return answer;
    await new Promise((done) => setTimeout(done, answer.wait ?? 1000));
  }
}
