// What people write to make a page do something, as a message, a name, a room's name and topic, a file's name: seen by somebody
// else, it is text, to the letter, and nothing runs. And the policy that would stop it if it did.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MODERATOR_KEY } from "../support/chat.mjs";
import { atEnd } from "./ends.mjs";
import { comeIn } from "./guest.mjs";
import { hostile } from "./hostile.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit } = house;

const AT_ONCE = 10; // messages that one may say within ten seconds
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "connect-src 'self'", "base-uri 'none'",
  "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
];

/** A page whose every request, dialog and window is looked at. `isUnharmed()` says that nothing came of it. */
async function guarded(t, name, options) {
  const person = await visit(t, options);
  const harm = [];
  person.context.on("page", () => harm.push("another window"));
  person.page.on("dialog", (dialog) => {
    harm.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  person.page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== person.url && protocol !== "blob:") harm.push(request.url());
  });
  await person.open();
  await person.enter(name);
  await person.isIn(options.room);
  const isUnharmed = async () => {
    assert.deepEqual(harm, []);
    assert.equal(await person.page.evaluate(() => window.hacked), undefined);
    assert.equal(new URL(person.page.url()).origin, person.url);
    const strange = "#app script, #app iframe, #app object, #app embed, #app style, #app link, #app base, #app meta, #app video, #app audio, #app svg svg, #app marquee, #app [style*=evil], #app [onerror], #app [onload]";
    assert.equal(await person.page.locator(strange).count(), 0);
  };
  return Object.assign(person, { isUnharmed });
}

/** What is code stands there without its marks. */
const shown = (text) => text.startsWith("```") ? text.slice(4, -4) : text.startsWith("`") ? text.slice(1, -1) : text;

it("as messages", async (t) => {
  const ann = await guarded(t, "Ann Reads", { room: "messages" });
  for (let from = 0; from < hostile.length; from += AT_ONCE) {
    const guest = await comeIn(t, house.url, `Guest ${from}`, { rooms: ["messages"] });
    for (const text of hostile.slice(from, from + AT_ONCE)) assert.ok((await guest.say("messages", text)).seq, text);
    guest.leave();
  }
  await ann.seesTexts(...hostile.map(shown));
  await ann.isUnharmed();

  const links = await ann.at("message-text").locator("a").evaluateAll((all) => all.map((link) => [link.href, link.rel, link.target, link.dir]));
  assert.ok(links.length >= 4);
  for (const [href, rel, target, dir] of links) {
    assert.match(href, /^https?:\/\//);
    assert.match(rel, /\bnoopener\b/);
    assert.match(rel, /\bnoreferrer\b/);
    assert.equal(target, "_blank");
    assert.equal(dir, "ltr", "what stands before it does not turn it round");
  }
  // Found again, quoted, and read out, it is as harmless.
  await ann.at("open-search").click();
  await ann.at("search-field").fill("window.hacked");
  await ann.at("search-result").first().waitFor();
  await ann.close("search");
  const last = hostile.at(-1);
  await ann.act(last, "reply");
  await ann.at("context").getByText(last).waitFor();
  await ann.say(hostile[0]);
  await ann.at("quoted").getByText(last).waitFor();
  await ann.page.reload();
  await ann.isIn("messages");
  await ann.message(hostile[0]).last().waitFor();
  await ann.isUnharmed();
});

it("as people's names, which are mentioned, type, come and go", async (t) => {
  const ann = await guarded(t, "Ann Greets", { room: "names" });
  const names = hostile.filter((text) => [...text].length <= 24);
  const taken = [];
  for (const name of names) {
    const guest = await comeIn(t, house.url, name, { rooms: ["names"] }).catch(() => null);
    if (!guest) continue;
    taken.push(guest.name);
    await ann.person(guest.name).waitFor();
    assert.ok((await guest.say("names", `I am @${guest.name} and you are @Ann Greets`)).seq);
    await eventually(async () => (await ann.messages()).at(-1).slice(0, 2), [guest.name, `I am @${guest.name} and you are @Ann Greets`]);
    guest.leave();
  }
  assert.ok(taken.length >= 5, `${taken}`);
  await ann.isUnharmed();
  const notes = await ann.notes();
  for (const name of taken) assert.ok(notes.includes(`${name} came in`) || notes.some((note) => note.startsWith(name)), name);
  assert.equal((await ann.notices()).length, taken.length);
  await ann.isUnharmed();
});

it("as rooms' names and topics", async (t) => {
  const ann = await guarded(t, "Ann Doors", { room: "doors" });
  const mo = await comeIn(t, house.url, "Mo Doors", { rooms: ["doors"] });
  const moderators = await mo.enter("/moderators", { key: MODERATOR_KEY });
  let names = 0;
  for (const name of hostile.filter((text) => [...text].length <= 32)) {
    const answer = await moderators.timeout(30_000).emitWithAck("rename room", { room: "doors", name });
    if (answer?.error) continue;
    names += 1;
    await eventually(() => ann.at("current-room").textContent(), name);
    await eventually(() => ann.page.title(), `${name.replace(/\s+/g, " ")} · Parlor`);
  }
  assert.ok(names >= 10, `${names}`);
  let topics = 0;
  for (let from = 0; from < hostile.length; from += 25) {
    const guest = await comeIn(t, house.url, `Decorator ${from}`, { rooms: ["doors"] });
    for (const topic of hostile.slice(from, from + 25)) {
      const answer = await guest.ask("topic", { room: "doors", topic });
      if (answer.error) continue;
      topics += 1;
      await eventually(() => ann.at("room-topic").textContent(), topic);
    }
    guest.leave();
  }
  assert.ok(topics >= 90, `${topics}`);
  await ann.page.goto(house.url);
  await ann.at("door-doors").waitFor();
  await ann.isUnharmed();
});

it("as files' names and types, in announcements, and in the words of moderators", async (t) => {
  const ann = await guarded(t, "Ann Files", { room: "files" });
  const mo = await comeIn(t, house.url, "Mo Files", { rooms: ["files"] });
  const moderators = await mo.enter("/moderators", { key: MODERATOR_KEY });
  const nasty = hostile.filter((text) => !text.includes("\n")).slice(0, AT_ONCE - 1);
  let files = 0;
  for (const name of nasty) {
    const file = await mo.upload(name, "text/html", Buffer.from("<script>window.hacked=1</script>"));
    const answer = await mo.say("files", "", { files: [file] });
    if (answer.error) continue;
    files += 1;
    await eventually(async () => (await ann.at("file").locator(".name").allTextContents()).at(-1), name);
  }
  assert.ok(files >= 5, `${files}`);
  await ann.at("file").last().click(); // saved, not opened
  for (const text of nasty.slice(0, 3)) await moderators.timeout(30_000).emitWithAck("announce", text);
  await ann.at("announcement").getByText(nasty[2]).waitFor();
  const id = await ann.page.evaluate(() => JSON.parse(localStorage["parlor.id"]));
  await moderators.timeout(30_000).emitWithAck("kick", { id, name: "Ann Files", why: hostile[0] });
  await ann.page.locator("#shut-out blockquote").getByText(hostile[0]).waitFor();
  await ann.isUnharmed();
});

it("the policy is served, in a header and in the page, and stops a script that is put in by force", async (t) => {
  const parsed = (policy) => policy.split(";").map((part) => part.trim()).filter(Boolean);
  for (const path of ["/", "/r/tea", "/moderators", "/js/main.js"]) {
    const answer = await fetch(house.url + path);
    const header = parsed(answer.headers.get("content-security-policy") ?? "");
    for (const part of [...POLICY, "frame-ancestors 'none'"]) assert.ok(header.includes(part), `${path}: ${part}`);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
  }
  const html = await (await fetch(house.url)).text();
  const [, meta] = html.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/);
  assert.deepEqual(parsed(meta).toSorted(), POLICY.toSorted());

  // A browser of its own: its console tells of each violation.
  const ann = await visit(t);
  const context = await ann.context.browser().newContext();
  atEnd(t, () => context.close());
  for (const served of [true, false]) {
    const page = await context.newPage();
    await page.route(house.url + "/", async (route) => {
      const answer = await route.fetch();
      const headers = answer.headers();
      if (!served) delete headers["content-security-policy"]; // then the page's own has to do
      const body = (await answer.text()).replace("</body>", `<script>window.hacked=1</script><img src=x onerror="window.hacked=2"><img src="https://evil.example/pixel.gif"></body>`);
      return route.fulfill({ response: answer, headers, body });
    });
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("requestfailed", (request) => asked.splice(asked.indexOf(request.url()), 1));
    await page.goto(house.url);
    await page.locator("#name").waitFor();
    const tried = await page.evaluate(async () => {
      await new Promise((done) => setTimeout(done)); // on our own: what the debugger runs itself may do more
      const tries = [
        () => (document.body.innerHTML = "<img src=x onerror='window.hacked=3'>"),
        () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"),
        () => document.write("<script>window.hacked=4</script>"),
        () => eval("window.hacked=5"),
        () => new Function("window.hacked=6")(),
        () => setTimeout("window.hacked=7"),
        () => trustedTypes.createPolicy("mine", { createHTML: (text) => text }),
        () => document.head.append(Object.assign(document.createElement("script"), { src: "https://evil.example/x.js" })),
      ];
      return tries.map((attempt) => {
        try {
          attempt();
          return "done";
        } catch (error) {
          return error.name;
        }
      });
    });
    assert.ok(tried.every((outcome) => outcome !== "done"), `${tried}`);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.ok(asked.every((url) => new URL(url).origin === house.url), `${asked}`);
    await page.close();
  }
});
