// node tests/browser/screenshot.mjs: makes the picture in the README, docs/chat.png, from the chat as it runs.
import { setTimeout as sleep } from "node:timers/promises";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { command, root } from "../../scripts/lib.mjs";
import { launch } from "../support/browser.mjs";
import { startChat } from "../support/chat.mjs";
import { Person } from "./people.mjs";

const behind = ((new Date().getUTCHours() - 19 + 36) % 24) - 12; // hours between London and where it is evening
const look = {
  viewport: { width: 1280, height: 800 },
  locale: "en-GB",
  colorScheme: "light",
  timezoneId: `Etc/GMT${behind < 0 ? "" : "+"}${behind}`,
};

await command(async () => {
  const chat = await startChat();
  const browser = await launch();
  try {
    const arrive = async (name) => {
      const context = await browser.newContext(look);
      const person = new Person(context, await context.newPage(), chat.url);
      await person.open();
      await person.enter(name);
      await person.isIn();
      return person;
    };
    const goTo = async (person, room) => {
      await person.page.evaluate((hash) => (location.hash = hash), `#/${encodeURIComponent(room)}`);
      await person.isIn(room);
    };
    let said = 0; // in the lounge
    const say = async (person, text) => {
      await person.say(text);
      said += 1;
      for (const one of [iris, tomas, ana]) await one.at("message").nth(said - 1).waitFor();
    };

    const iris = await arrive("Iris");
    const tomas = await arrive("Tomás");
    const ana = await arrive("Ana");
    for (const person of [iris, ana]) await goTo(person, "book club");
    await goTo(tomas, "rust");
    for (const person of [iris, tomas, ana]) await goTo(person, "lounge");

    await say(tomas, "Good evening! Is this seat taken?");
    await say(iris, "It is yours. The kettle is on.");
    await say(ana, "And I brought biscuits.");
    const book = "https://www.gutenberg.org/ebooks/209";
    await say(ana, `We are talking about chapter three. There is still time to catch up: ${book}`);
    await say(tomas, "A ghost story, in November, by lamplight?");
    await say(iris, "Chapter three is where it turns strange.");
    await say(iris, "Read it with the door closed.");
    await say(tomas, "Now I have to.");

    await goTo(ana, "book club");
    await ana.say("We start at nine.");
    await ana.say("Bring a lamp.");
    await iris.at("room-book club").getByText("2", { exact: true }).waitFor();
    await goTo(ana, "lounge");
    await iris.page.mouse.move(640, 200);
    await ana.at("composer").pressSequentially("There is one more chair");
    await iris.page.locator("#typing", { hasText: "Ana is typing" }).waitFor();
    await sleep(300); // for the last line to fade in
    mkdirSync(join(root, "docs"), { recursive: true });
    await iris.page.screenshot({ path: join(root, "docs/chat.png"), animations: "disabled" });
  } finally {
    await browser.close();
    await chat.stop();
  }
});
