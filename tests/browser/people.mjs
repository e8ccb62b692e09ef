// People at browsers of their own, for the tests: `const ann = await arrive(t, "Ann", { room: "tea" })`.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { root } from "../../scripts/lib.mjs";
import { launch } from "../support/browser.mjs";
import { startChat } from "../support/chat.mjs";

const PATIENCE = 30_000; // longer than anything takes; nothing is measured
const LAPTOP = { viewport: { width: 1280, height: 800 } };
// Chromium's word for frames that were on their way while the page closed its WebSocket.
const HARMLESS = /Data frame received after close/;
// What Chromium itself notes of requests without a network.
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED/;

/** One chat and one browser for the tests of a file. `visit` opens the page for somebody, `arrive` also goes in. */
export function parlor() {
  let chat;
  let browser;
  before(async () => {
    chat = await startChat();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await chat?.stop();
  });

  /** `storage` is what the browser remembers from earlier; `network: false` for those who lose it in the test. */
  async function visit(t, { room, storage, network = true, ...options } = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...LAPTOP, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const problems = [];
    const note = (text) => {
      if (!HARMLESS.test(text) && (network || !NO_NETWORK.test(text))) problems.push(text);
    };
    page.on("pageerror", (error) => note(`page error: ${error.stack}`));
    page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()}`));
    t.after(async () => {
      await context.close();
      assert.deepEqual(problems, [], "the page had no errors");
    });
    if (storage) await page.addInitScript((kept) => Object.assign(localStorage, kept), storage);
    return new Person(context, page, address(room));
  }

  async function arrive(t, name, options) {
    const person = await visit(t, options);
    await person.open();
    await person.enter(name);
    await person.isIn(options?.room);
    await person.isUpgraded();
    return person;
  }

  const address = (room) => (room ? `${chat.url}/#/${encodeURIComponent(room)}` : chat.url);
  return { visit, arrive, address };
}

/** Looks again and again until it sees what is expected. */
export async function eventually(look, expected) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) {
    if (isDeepStrictEqual(await look(), expected)) return;
  }
  assert.deepEqual(await look(), expected);
}

export class Person {
  constructor(context, page, address) {
    Object.assign(this, { context, page, address, upgraded: false });
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        if (payload === "5") this.upgraded = true;
      }));
  }

  open() {
    return this.page.goto(this.address);
  }

  at(testId) {
    return this.page.getByTestId(testId);
  }

  async enter(name) {
    await this.at("name-input").fill(name);
    await this.at("name-submit").click();
  }

  /** In the room, and the server has said who else is; without a room, in the house. */
  async isIn(room) {
    if (room === undefined) return this.at("new-room").waitFor({ state: "attached" });
    await eventually(() => this.at("current-room").textContent(), room);
    await this.page.locator("#head-count", { hasText: /only you|\d people/i }).waitFor();
  }

  /** On a WebSocket: before that, what may get lost (typing) does get lost. */
  isUpgraded() {
    return eventually(() => this.upgraded, true);
  }

  async say(text) {
    await this.at("composer").fill(text);
    await this.at("composer").press("Enter");
  }

  /** All messages on the page, in their order: [author, text, state]. */
  messages() {
    return this.at("message").evaluateAll((lines) =>
      lines.map((line) => {
        const text = line.querySelector("[data-testid=message-text]").textContent;
        return [line.dataset.author, text, line.dataset.state];
      }));
  }

  sees(messages) {
    return eventually(() => this.messages(), messages);
  }

  /** The names in the list of people, oneself first. */
  roster() {
    return this.at("person").evaluateAll((people) => people.map((person) => person.dataset.name));
  }

  seesPeople(...names) {
    return eventually(() => this.roster(), names);
  }

  notes() {
    return this.at("note").allTextContents();
  }

  /** What stands in a room's line in the list, such as ["tea", "2"]; null if it is not there. */
  async roomLine(room) {
    const parts = this.at(`room-${room}`).locator("span:visible");
    return (await this.at(`room-${room}`).count()) === 0 ? null : parts.allTextContents();
  }

  seesRoom(room, line) {
    return eventually(() => this.roomLine(room), line);
  }

  async connection() {
    return [await this.at("status").getAttribute("data-state"), await this.at("status").textContent()];
  }

  /** Whether somebody with a finger can reach the first of these: on the screen, and not behind anything. */
  within = (testId) => this.at(testId).first().evaluate((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    const reached = top !== null && (node.contains(top) || top.contains(node));
    return reached && getComputedStyle(node).visibility === "visible";
  });

  picture(name) {
    const folder = join(root, "tests/results");
    mkdirSync(folder, { recursive: true });
    return this.page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
  }
}
