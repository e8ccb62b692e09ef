// What concerns a person reaches them in whichever room they are, in whichever tab, now or when they are back; once.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;

/** What the bell says: its number, or nothing. */
const bell = (person) => eventually.bind(null, () => person.page.locator("#bell .dot:not([hidden])").allTextContents());
const rings = (person, ...number) => bell(person)(number);

/**
 * A browser that shows notices: they are kept in `window.told` instead. `permission` is what the person has said, or will say when
 * asked. The page can be put out of sight by `away`.
 */
async function equip(person, { permission = "default", answer = "granted" } = {}) {
  await person.context.addInitScript(({ permission, answer }) => {
    if (location.protocol !== "http:") return;
    window.told = [];
    window.Notification = class {
      static permission = sessionStorage.getItem("permission") ?? permission;
      static async requestPermission() {
        sessionStorage.setItem("permission", answer);
        return (this.permission = answer);
      }
      constructor(title, { body }) {
        window.told.push([title, body]);
        window.lastNotice = this;
      }
      close() {}
    };
    let hidden = false;
    Object.defineProperty(document, "hidden", { get: () => hidden });
    window.look = (now) => {
      hidden = !now;
      document.dispatchEvent(new Event("visibilitychange"));
    };
  }, { permission, answer });
}
const away = (person) => person.page.evaluate(() => window.look(false));
const back = (person) => person.page.evaluate(() => window.look(true));
const told = (person) => person.page.evaluate(() => window.told);

/** Turns a switch in the menu about oneself. */
async function turn(person, testId) {
  await person.at("me").click();
  const toggle = person.at(testId);
  const was = await toggle.getAttribute("aria-checked");
  await toggle.click();
  await eventually(() => toggle.getAttribute("aria-checked"), was === "true" ? "false" : "true");
  await person.page.keyboard.press("Escape");
  await person.at("me-menu").waitFor({ state: "detached" });
}

it("a mention, a message between two and an invitation reach a person in another room", async (t) => {
  const ann = await arrive(t, "Ann Elsewhere", { room: "kitchen" });
  const bob = await arrive(t, "Bob Elsewhere", { room: "kitchen" });
  await ann.open("/r/garden");
  await ann.isIn("garden");
  assert.equal(await ann.page.title(), "garden · Parlor");

  await bob.say("@Ann Elsewhere, the kettle is on");
  await rings(ann, "1");
  await ann.seesRoom("kitchen", ["kitchen", "1 for you"]);
  await eventually(() => ann.page.title(), "(!1) garden · Parlor");

  await bob.writeTo("Ann Elsewhere");
  await bob.say("just between us");
  await rings(ann, "2");
  await eventually(() => ann.page.title(), "(!2) garden · Parlor");
  await ann.page.locator("#direct .room", { hasText: "Bob Elsewhere" }).waitFor();

  await bob.openRoom("The attic", { isPrivate: true });
  await bob.aboutRoom(async () => {
    await bob.at("invite-name").fill("ann elsewhere");
    await bob.at("invite-submit").click();
    await bob.at("invite-done").getByText("Ann Elsewhere is told of it").waitFor();
  });
  await rings(ann, "3");
  assert.deepEqual(await ann.notices(), [
    "Bob Elsewhere invites you to The attic", "Bob Elsewhere wrote to you", "Bob Elsewhere mentioned you in kitchen",
  ]);
  await rings(ann); // They were seen.

  // Each of them leads to where it happened.
  await ann.at("bell").click();
  await ann.at("notice-item").locator(".follow").nth(2).click();
  await ann.isIn("kitchen");
  await ann.message("@Ann Elsewhere, the kettle is on").waitFor();
  await ann.at("mention").getByText("@Ann Elsewhere").waitFor();
  await eventually(() => ann.page.title(), "(!1) kitchen · Parlor");
  await ann.at("bell").click();
  await ann.at("notice-item").locator(".follow").nth(1).click();
  await ann.isIn("Bob Elsewhere");
  await ann.seesTexts("just between us");
  await eventually(() => ann.page.title(), "Bob Elsewhere · Parlor");
  await ann.at("bell").click();
  await ann.at("notice-item").locator(".follow").nth(0).click();
  await ann.isIn("The attic");
  await ann.seesPeople("Ann Elsewhere", "Bob Elsewhere");
  await ann.at("bell").click();
  await ann.at("notice-item").first().getByRole("button", { name: "Take away" }).click();
  await eventually(() => ann.at("notice-item").count(), 2);
});

it("what one is reading already is not told again", async (t) => {
  const ann = await arrive(t, "Ann Reading", { room: "reading" });
  const bob = await arrive(t, "Bob Reading", { room: "reading" });
  await bob.say("@Ann Reading, are you there?");
  await ann.message("@Ann Reading, are you there?").waitFor();
  await eventually(async () => (await ann.notices()).length, 1);
  await rings(ann);
  assert.equal(await ann.page.title(), "reading · Parlor");
});

it("the browser tells it, if it may and the page is not in sight, and a press on it leads there", async (t) => {
  const ann = await visit(t, { room: "outside" });
  await equip(ann);
  await ann.open();
  await ann.enter("Ann Outside");
  await ann.isIn("outside");
  const bob = await arrive(t, "Bob Outside", { room: "inside" });
  await bob.say("@Ann Outside 1: nobody has asked yet");
  await rings(ann, "1");
  await turn(ann, "browser-notices"); // asks, and is granted
  await bob.say("@Ann Outside 2: while she looks");
  await rings(ann, "2");
  await away(ann);
  await bob.say("@Ann Outside 3: while she does not");
  await eventually(() => told(ann), [["Bob Outside · inside", "@Ann Outside 3: while she does not"]]);
  await ann.page.evaluate(() => {
    window.look(true);
    window.lastNotice.onclick();
  });
  await ann.isIn("inside");
  await away(ann);
  await turn(ann, "browser-notices");
  await bob.say("@Ann Outside 4: turned off");
  await ann.message("@Ann Outside 4: turned off").waitFor();
  await rings(ann, "1");
  assert.equal((await told(ann)).length, 1);
});

it("a browser that may not tell is left alone, and says why", async (t) => {
  const ann = await visit(t, { room: "denied", storage: { "parlor.notify": "true" } });
  await equip(ann, { permission: "denied" });
  await ann.open();
  await ann.enter("Ann Denied");
  await ann.isIn("denied");
  await ann.at("me").click();
  assert.equal(await ann.at("browser-notices").isDisabled(), true);
  await ann.at("browser-notices").getByText("This browser is told not to show them.").waitFor();
  await ann.page.keyboard.press("Escape");
  const bob = await arrive(t, "Bob Denied", { room: "elsewhere" });
  await away(ann);
  await bob.say("@Ann Denied hello");
  await rings(ann, "1");
  assert.deepEqual(await told(ann), []);
});

it("two tabs tell it once, and what was seen in one is seen in the other", async (t) => {
  const ann = await visit(t, { room: "left tab", storage: { "parlor.notify": "true" } });
  await equip(ann, { permission: "granted" });
  await ann.open();
  await ann.enter("Ann Twice");
  await ann.isIn("left tab");
  const other = await ann.tab({ room: "right tab" });
  await other.isIn("right tab");
  const bob = await arrive(t, "Bob Twice", { room: "third place" });
  for (const tab of [ann, other]) await away(tab);
  const texts = [1, 2, 3].map((i) => `@Ann Twice ${i}`);
  for (const text of texts) await bob.say(text);
  for (const tab of [ann, other]) await rings(tab, "3");
  const all = [...await told(ann), ...await told(other)];
  assert.deepEqual(all.toSorted(), texts.map((text) => ["Bob Twice · third place", text]));

  await back(other);
  await other.notices();
  for (const tab of [ann, other]) await rings(tab);
  // One tab in sight is enough: nobody needs to be told then.
  await bob.say("@Ann Twice 4");
  for (const tab of [ann, other]) await rings(tab, "1");
  assert.equal((await told(ann)).length + (await told(other)).length, 3);
});

it("for who is away they wait, and come once and in order when they are back", async (t) => {
  const ann = await arrive(t, "Ann Away", { room: "porch" });
  const bob = await arrive(t, "Bob Away", { room: "porch" });
  await ann.page.close();
  await bob.seesPeople("Bob Away");
  for (let i = 1; i <= 4; i += 1) await bob.say(`@Ann Away ${i}`);
  await eventually(async () => (await bob.messages()).every(([, , state]) => state === "sent"), true);

  const again = await ann.tab();
  await again.isIn();
  await rings(again, "4");
  const excerpts = async (tab) => {
    await tab.at("bell").click();
    const all = await tab.at("notice-item").locator(".excerpt").allTextContents();
    await tab.page.keyboard.press("Escape");
    return all;
  };
  const due = [4, 3, 2, 1].map((i) => `@Ann Away ${i}`); // the newest first
  assert.deepEqual(await excerpts(again), due);
  await again.seesRoom("porch", ["porch", "4 for you"]);
  await again.page.reload();
  await again.isIn();
  await bob.say("@Ann Away 5");
  await rings(again, "1");
  assert.deepEqual(await excerpts(again), ["@Ann Away 5", ...due]);
});

it("who does not want to be disturbed is not, and hears it all afterwards", async (t) => {
  const ann = await arrive(t, "Ann Quiet", { room: "study" });
  const bob = await arrive(t, "Bob Quiet", { room: "noise" });
  const watch = await comeIn(t, house.url, "Watch");
  const moderators = await watch.enter("/moderators", { key: MODERATOR_KEY });
  const id = await ann.page.evaluate(() => JSON.parse(localStorage["parlor.id"]));
  const waiting = async () => {
    const { ready, held } = await moderators.timeout(30_000).emitWithAck("queue", id);
    return ready + held;
  };
  await turn(ann, "quiet");
  await eventually(() => ann.page.locator("#bell").getAttribute("data-quiet"), "true");
  await bob.say("@Ann Quiet 1");
  await bob.say("@Ann Quiet 2");
  await eventually(waiting, 2);
  await ann.page.reload();
  await ann.isIn("study");
  await ann.isUpgraded();
  await bob.say("@Ann Quiet 3");
  await eventually(waiting, 3);
  await rings(ann);
  await turn(ann, "quiet");
  await rings(ann, "3");
  await eventually(waiting, 0);
});

it("what a moderator announces, everyone sees, wherever they are, until they put it away", async (t) => {
  const ann = await arrive(t, "Ann Hears", { room: "cellar" });
  const bob = await arrive(t, "Bob Hears");
  const mo = await comeIn(t, house.url, "Mo");
  const moderators = await mo.enter("/moderators", { key: MODERATOR_KEY });
  await moderators.timeout(30_000).emitWithAck("announce", "We close at ten <b>tonight</b>.");
  for (const person of [ann, bob]) {
    await person.at("announcement").getByText("We close at ten <b>tonight</b>.").waitFor();
    await person.at("announcement").getByText(/^Mo, to everyone, /).waitFor();
  }
  await ann.at("announcement").getByRole("button", { name: "Take away" }).click();
  await eventually(() => ann.at("announcement").count(), 0);
  assert.equal(await bob.at("announcement").count(), 1);
});
