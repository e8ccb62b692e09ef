// A house with moderators, for the tests: `const { moderator, guest } = house()`. Guests come in by the official client.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { root } from "../../scripts/lib.mjs";
import { launch } from "../support/browser.mjs";
import { MODERATOR_KEY as KEY, startChat } from "../support/chat.mjs";
import { isForEveryone } from "./axe.mjs";
import { atEnd } from "./ends.mjs";
import { comeIn } from "./guest.mjs";
import { eventually } from "./people.mjs";

const PATIENCE = 30_000;
const LAPTOP = { viewport: { width: 1280, height: 900 } };
// What Chromium itself notes of requests without a network, and of frames on their way while the page closed its WebSocket.
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED/;
const HARMLESS = /Data frame received after close/;

/** One chat and one browser for the tests of a file. */
export function house() {
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

  /** Opens the moderators' page. `token` is what the chat has left in the browser; `at`: in another chat. */
  async function visit(t, { token, network = true, at = chat.url, ...options } = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...LAPTOP, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const problems = [];
    const note = (text) => {
      if (!HARMLESS.test(text) && (network || !NO_NETWORK.test(text))) problems.push(text);
    };
    page.on("pageerror", (error) => note(`page error: ${error.stack}`));
    page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()}`));
    atEnd(t, async () => {
      await context.close();
      assert.deepEqual(problems, [], "the page had no errors");
    });
    const storage = token === undefined ? {} : { "parlor.token": JSON.stringify(token) };
    await context.addInitScript((kept) => {
      for (const [key, value] of Object.entries(kept)) if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
    }, storage);
    await page.goto(`${at}/moderators`);
    return new Moderator(context, page);
  }

  /** Somebody of the house who has the key, inside. */
  async function moderator(t, name, options) {
    const person = await guest(t, name);
    const moderator = await visit(t, { token: person.token, ...options });
    await moderator.enter(KEY);
    await moderator.isIn();
    return Object.assign(moderator, { person });
  }

  /** Somebody in the chat, by the official client. */
  const guest = (t, name, { at = chat.url, ...options } = {}) => comeIn(t, at, name, options);

  return { visit, moderator, guest, get url() { return chat.url; } };
}

class Moderator {
  constructor(context, page) {
    Object.assign(this, { context, page });
  }

  at(testId) {
    return this.page.getByTestId(testId);
  }

  async enter(key) {
    await this.at("key").fill(key);
    await this.at("key-submit").click();
  }

  isIn() {
    return this.at("count-people").waitFor();
  }

  notice(text) {
    return eventually(() => this.at("notice").textContent(), text);
  }

  /** The row of somebody or something, by its test id and name. */
  row(kind, name) {
    return this.page.locator(`[data-testid="${kind}"][data-name=${JSON.stringify(name)}]`);
  }

  names(kind) {
    return this.at(kind).evaluateAll((rows) => rows.map((row) => row.dataset.name));
  }

  async unfold(kind, name) {
    const row = this.row(kind, name);
    if (!(await row.locator("details").evaluate((details) => details.open))) await row.locator("summary").click();
    return row;
  }

  /** Unfolds a row and presses one of its buttons. */
  async press(kind, name, act) {
    const row = await this.unfold(kind, name);
    await row.getByTestId(`act-${act}`).click();
  }

  /** Answers the question before an action. */
  async answer({ reason, time, minutes, text } = {}) {
    if (text !== undefined) await this.at("ask-text").fill(text);
    if (time !== undefined) await this.at("ask-time").selectOption(time);
    if (minutes !== undefined) await this.at("ask-minutes").fill(minutes);
    if (reason !== undefined) await this.at("ask-reason").fill(reason);
    await this.at("ask-do").click();
  }

  /** The log, newest first: what was done, and why. */
  log() {
    return this.at("entry").evaluateAll((rows) =>
      rows.map((row) => [row.querySelector(".deed").textContent, ...[...row.querySelectorAll(".why")].map((why) => why.textContent)]));
  }

  isForEveryone(what) {
    return isForEveryone(this.page, what);
  }

  picture(name) {
    const folder = join(root, "tests/results");
    mkdirSync(folder, { recursive: true });
    return this.page.screenshot({ path: join(folder, `moderators-${name}.png`), animations: "disabled" });
  }
}
