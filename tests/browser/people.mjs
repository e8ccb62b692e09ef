// People at browsers of their own, for the tests: `const ann = await arrive(t, "Ann", { room: "tea" })`. A name is one person's
// in the whole house, and stays taken when they are gone: so each test of a file has names of its own.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { root } from "../../scripts/lib.mjs";
import { launch } from "../support/browser.mjs";
import { startChat } from "../support/chat.mjs";
import { atEnd } from "./ends.mjs";

const PATIENCE = 30_000; // longer than anything takes; nothing is measured
// Movement is for the eye: here it would only be waited for.
const LAPTOP = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" };
// Chromium's word for frames that were on their way while the page closed its WebSocket.
const HARMLESS = /Data frame received after close/;
// What Chromium itself notes of requests without a network, of a WebSocket that breaks, and of a poll whose session is over.
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_FAILED|ERR_EMPTY_RESPONSE|WebSocket connection to .* failed|WebSocket is already in CLOSING|status of 400/;

/** One chat and one browser for the tests of a file. `visit` opens no page yet, `arrive` goes in; `vars` as in startChat. */
export function parlor({ vars } = {}) {
  let chat;
  let browser;
  before(async () => {
    chat = await startChat({ vars });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await chat?.stop();
  });

  /**
   * Somebody with a browser of their own. `room` is an id; `storage` is what the browser remembers from earlier, `network: false`
   * for those who lose it in the test.
   */
  async function visit(t, { room, path = addressOf(room), storage, network = true, ...options } = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...LAPTOP, ...options });
    context.setDefaultTimeout(PATIENCE);
    const problems = [];
    const note = (text) => {
      if (!HARMLESS.test(text) && (network || !NO_NETWORK.test(text))) problems.push(text);
    };
    context.on("page", (page) => {
      page.on("pageerror", (error) => note(`page error: ${error.stack}`));
      page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()}`));
    });
    atEnd(t, async () => {
      await context.close();
      assert.deepEqual(problems, [], "the page had no errors");
    });
    if (storage) {
      await context.addInitScript((kept) => {
        if (location.protocol === "about:") return; // has no storage
        for (const [key, value] of Object.entries(kept)) if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
      }, storage);
    }
    return new Person(context, await context.newPage(), chat.url, path);
  }

  /** Opens the page, says a name at the door, and waits until that person is in the room, on a WebSocket. */
  async function arrive(t, name, options) {
    const person = await visit(t, options);
    await person.open();
    await person.enter(name);
    await person.isIn(options?.room);
    await person.isUpgraded();
    return person;
  }

  return { visit, arrive, get chat() { return chat; }, get url() { return chat.url; } };
}

/** The path of a room. */
export const addressOf = (room) => (room ? `/r/${encodeURIComponent(room)}` : "/");

/** Looks again and again until it sees what is expected. */
export async function eventually(look, expected) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) {
    if (isDeepStrictEqual(await look(), expected)) return;
  }
  assert.deepEqual(await look(), expected);
}

export class Person {
  constructor(context, page, url, path = "/") {
    Object.assign(this, { context, page, url, path, upgraded: new Set() });
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        if (payload === "5") this.upgraded.add(socket);
      });
      socket.on("close", () => this.upgraded.delete(socket));
    });
  }

  // ── Where one is ───────────────────────────────────────────────────────────────────────────

  open(path = this.path) {
    return this.page.goto(this.url + path);
  }

  /** The same person's next tab, in the same browser. */
  async tab({ room } = {}) {
    const other = new Person(this.context, await this.context.newPage(), this.url, addressOf(room));
    await other.open();
    return other;
  }

  at(testId) {
    return this.page.getByTestId(testId);
  }

  /** Says a name at the door. */
  async enter(name) {
    await this.at("name-input").fill(name);
    await this.at("name-input").press("Enter");
  }

  /** In the room of this name, and the server has said who else is; without a room, in the house. */
  async isIn(room) {
    if (room === undefined) return this.page.locator("#house:not([hidden])").waitFor();
    await eventually(() => this.at("current-room").textContent(), room);
    await this.page.locator("#head-count", { hasText: /only you|\d people|here|away/i }).waitFor();
  }

  /** On a WebSocket: before that, what may get lost (typing) does get lost. */
  isUpgraded() {
    return eventually(() => this.upgraded.size > 0, true);
  }

  /** The path of the room that is shown. */
  get where() {
    return decodeURIComponent(new URL(this.page.url()).pathname);
  }

  /** Into a room that stands in the list. By the keyboard: in a tab that lies behind another, a click takes seconds. */
  async goTo(id) {
    await this.at(`room-${id}`).press("Enter");
    await eventually(() => this.where, `/r/${id}`);
  }

  // ── Talking ────────────────────────────────────────────────────────────────────────────────

  async say(text) {
    await this.at("composer").fill(text);
    await this.at("composer").press("Enter");
  }

  /** All messages on the page, in their order: [author, text, state]. */
  messages() {
    return this.at("message").evaluateAll((lines) =>
      lines.map((line) => {
        const text = line.querySelector("[data-testid=message-text]")?.textContent ?? "";
        return [line.dataset.author, text, line.dataset.state];
      }));
  }

  /** All messages are these, in this order. */
  sees(messages) {
    return eventually(() => this.messages(), messages);
  }

  /** What is said: the texts of all messages. */
  async texts() {
    return (await this.messages()).map(([, text]) => text);
  }

  /** These texts, and the server has them all: one that is being sent has no place in the order yet. */
  seesTexts(...texts) {
    return eventually(async () => (await this.messages()).map(([, text, state]) => (state === "sending" ? { sending: text } : text)), texts);
  }

  /** The message of this text. */
  message(text) {
    return this.at("message").filter({ has: this.page.getByTestId("message-text").getByText(text, { exact: true }) });
  }

  /** Presses one of the buttons of a message: react, reply, copy, edit, remove. */
  async act(text, action) {
    await this.message(text).hover();
    await this.message(text).getByTestId(`message-${action}`).click();
  }

  /** Reacts with the emoji of this name. */
  async react(text, name) {
    await this.act(text, "react");
    await this.pickEmoji(name);
  }

  /** In the list of emoji, which is open. */
  async pickEmoji(name) {
    await this.at("find-emoji").fill(name);
    await this.at("find-emoji").press("Enter");
  }

  /** The reactions of a message: ["❤️ 2", …], one's own with a star. */
  reactions(text) {
    return this.message(text).getByTestId("reaction").evaluateAll((buttons) =>
      buttons.map((button) => {
        const [emoji, times] = button.querySelectorAll("span");
        return `${emoji.textContent} ${times.textContent}${button.getAttribute("aria-pressed") === "true" ? " *" : ""}`;
      }));
  }

  /** Who typed is told by these words. */
  seesTyping(words) {
    return eventually(() => this.at("typing").textContent(), words);
  }

  notes() {
    return this.at("note").allTextContents();
  }

  // ── People ─────────────────────────────────────────────────────────────────────────────────

  /** The names in the list of people, oneself first. */
  roster() {
    return this.at("person").evaluateAll((people) => people.map((person) => person.dataset.name));
  }

  seesPeople(...names) {
    return eventually(() => this.roster(), names);
  }

  /** Somebody's line in the list of people. */
  person(name) {
    return this.page.locator(`[data-testid=person][data-name=${JSON.stringify(name)}]`);
  }

  /** What the list of people says of somebody: "you", "away", "typing", or nothing. */
  hint(name) {
    return this.person(name).locator(".hint").textContent();
  }

  /** Opens the talk between the two of us. */
  async writeTo(name) {
    await this.person(name).click();
    await this.at("write-to").click();
    await this.isIn(name);
  }

  // ── Rooms ──────────────────────────────────────────────────────────────────────────────────

  /** What stands in a room's line in the list, as it is seen: ["tea", "2"], or ["tea", "3 unread"]; null if it is not there. */
  roomLine(id) {
    return this.at("room-list").evaluate((list, testId) => {
      const link = [...list.querySelectorAll("a")].find((each) => each.dataset.testid === testId);
      if (!link) return null;
      const text = (selector) => link.querySelector(selector)?.textContent ?? null;
      const unread = text(".unread");
      const forMe = link.querySelector(".unread")?.dataset.forMe === "true";
      return [text(".name"), unread === null ? text(".count") : `${unread} ${forMe ? "for you" : "unread"}`].filter((part) => part !== null);
    }, `room-${id}`);
  }

  seesRoom(id, line) {
    return eventually(() => this.roomLine(id), line);
  }

  /** Opens a room of one's own. */
  async openRoom(name, { topic = "", isPrivate = false } = {}) {
    await this.at("new-room").click();
    await this.at("room-name").fill(name);
    await this.at("room-topic-field").fill(topic);
    if (isPrivate) await this.at("who-private").check({ force: true });
    await this.at("open-room").click();
    await this.isIn(name);
  }

  /** Does something in the dialog about the room that is shown, and closes it. */
  async aboutRoom(act) {
    await this.at("about-room").click();
    const dialog = this.at("about-room-dialog");
    await act(dialog);
    if (await dialog.isVisible()) await this.close("about-room-dialog");
  }

  leave() {
    return this.aboutRoom(() => this.at("leave-room").click());
  }

  /** Closes a dialog. */
  async close(testId) {
    await this.at(testId).getByRole("button", { name: "Close", exact: true }).click();
    await this.at(testId).waitFor({ state: "detached" });
  }

  // ── What the page says ─────────────────────────────────────────────────────────────────────

  /** The state of the connection, and its words. */
  async connection() {
    return [await this.at("status").getAttribute("data-state"), await this.page.locator("#status span").textContent()];
  }

  /** The line of news says this. */
  isTold(words) {
    return eventually(() => this.page.locator("#notice:not([hidden]) span").allTextContents(), [words]);
  }

  /** The notices in the bell's list: what they say, newest first. */
  async notices() {
    await this.at("bell").click();
    const all = await this.at("notice-item").locator(".what").allTextContents();
    await this.page.keyboard.press("Escape");
    return all;
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
