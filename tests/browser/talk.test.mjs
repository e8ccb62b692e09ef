// People talk: what is said, answered, changed and found again.
import assert from "node:assert/strict";
import { it } from "node:test";
import { eventually, parlor } from "./people.mjs";

const { visit, arrive } = parlor();

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
