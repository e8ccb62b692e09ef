// The examples' pages, in a browser, as two people see them who are on two Gateways.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { launch } from "../support/browser.mjs";
import { startExample } from "../support/examples.mjs";

let browser;
// Chromium takes a page that comes from a test for one from afar, which may not open WebSockets to this machine.
const LOCAL = { args: ["--disable-features=LocalNetworkAccessChecks"] };
before(async () => (browser = await launch(LOCAL)));
after(() => browser?.close());

/** Two pages of an example, each in a browser window of its own. They must have no errors. */
async function twoPages(t, name) {
  const server = await startExample(name, { gateways: 2 });
  const contexts = [await browser.newContext(), await browser.newContext()];
  const problems = [];
  t.after(async () => {
    for (const context of contexts) await context.close();
    await server.stop();
    assert.equal(problems.length, 0, `the pages had errors: ${problems.join("; ")}`);
  });
  return Promise.all(contexts.map(async (context) => {
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.stack));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await open(page, server);
    return page;
  }));
}

async function open(page, server) {
  // workerd serves files without their type.
  await page.route(`${server.url}/`, (route) => route.fulfill({ path: join(server.pages, "index.html") }));
  await page.goto(server.url);
}

/** Types into the field of a form, and sends it. */
const send = (page, form, text) => page.locator(`${form} input`).fill(text).then(() => page.locator(`${form} button`).click());

const shows = (page, list, text) => page.locator(`${list} li`, { hasText: text }).waitFor();

it("chat: a message is on both pages, and is text, not markup", async (t) => {
  const [a, b] = await twoPages(t, "chat");
  await send(a, "#form", "<b>hello</b>");
  for (const page of [a, b]) await shows(page, "#messages", "<b>hello</b>");
  assert.equal(await a.locator("#form input").inputValue(), "");
});

it("members: nobody asks to be let in before they press Enter", async (t) => {
  const server = await startExample("members");
  const page = await browser.newPage();
  t.after(() => page.close().finally(server.stop));
  const sent = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(payload)));
  await open(page, server);
  await send(page, "#say-in-lobby", "hello");
  await shows(page, "#lobby", "hello"); // so what was sent before it is known
  assert.deepEqual(sent.filter((text) => text.includes("/members")), []);
  assert.equal(await page.locator("#state").textContent(), "Not in. Try a wrong token too.");
});

it("members: a refusal is shown with its data, the right token opens", async (t) => {
  const [a, b] = await twoPages(t, "members");
  await send(a, "#enter", "guess");
  await a.locator("#state", { hasText: 'unauthorized, data: {"code":401}' }).waitFor();
  assert.equal(await a.locator("#say-to-members").isVisible(), false);
  await send(a, "#enter", "ann's token");
  await a.locator("#state", { hasText: "Welcome, Ann." }).waitFor();
  await send(b, "#enter", "bob's token");
  await b.locator("#state", { hasText: "Welcome, Bob." }).waitFor();
  await send(b, "#say-to-members", "hello");
  await shows(a, "#members", "Bob: hello");
  await send(b, "#enter", "guess again");
  await b.locator("#state", { hasText: "unauthorized" }).waitFor();
  await send(b, "#say-in-lobby", "hello, lobby");
  for (const page of [a, b]) await shows(page, "#lobby", "hello, lobby");
});

it("notifications: a mention is shown, unless its reader wants quiet", async (t) => {
  const [a, b] = await twoPages(t, "notifications");
  await send(a, "#enter", "no name");
  await a.locator("#state", { hasText: "A name has 1 to 20 letters and digits." }).waitFor();
  await send(a, "#enter", "Ann");
  await send(b, "#enter", "Bob");
  for (const page of [a, b]) await page.locator("#inside").waitFor();
  await send(a, "#say", "hello, @Bob");
  await shows(b, "#mentions", "Ann: hello, @Bob");
  await shows(b, "#chat", "Ann: hello, @Bob");
  await b.locator("#quiet").check();
  await send(b, "#say", "quiet, please");
  await shows(a, "#chat", "Bob: quiet, please");
  await send(a, "#say", "sorry, @Bob");
  await shows(b, "#chat", "sorry");
  assert.equal(await b.locator("#mentions li").count(), 1);
});

it("queue: an order is cooked, and mail tells so", async (t) => {
  const [a, b] = await twoPages(t, "queue");
  await send(a, "#enter", "Ann");
  await send(b, "#enter", "Bob");
  for (const page of [a, b]) await page.locator("#inside").waitFor();
  await send(a, "#order", "soup");
  await a.locator("#state", { hasText: "Ordered." }).waitFor();
  await b.locator("#cook").check();
  await shows(b, "#jobs", "soup for Ann");
  await b.locator("#jobs button").click();
  await shows(a, "#mail", "Your soup is ready.");
});

it("have one look", () => {
  const style = (name) => {
    const text = readFileSync(new URL(`../../examples/${name}/public/index.html`, import.meta.url), "utf8");
    return text.slice(text.indexOf("<style>"), text.indexOf("</style>"));
  };
  assert.ok(style("chat").length > 100);
  for (const name of ["members", "notifications", "queue"]) assert.equal(style(name), style("chat"), name);
});
