// What the moderators' page works out by itself: orders, words, times, pages.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { it } from "node:test";
import { fill, parts } from "../../public/js/moderators/fill.js";
import { matching, sortedPeople, sortedRooms } from "../../public/js/moderators/order.js";
import { noPages, oldest, withNewest, withOlder, withOne } from "../../public/js/moderators/pages.js";
import { CHOICES, ago, duration, full, minutesIn, moment, size } from "../../public/js/moderators/times.js";
import { titleOf, titlesOf } from "../../public/js/moderators/titles.js";
import { words } from "../../public/js/moderators/words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PUBLIC = new URL("../../public/", import.meta.url);

const card = (id, name = id, kind = "public") => ({ id, name, topic: "", kind });
const room = (id, people, closed = null) => ({ room: card(id), people, closed });
const person = (name, more = {}) => ({ id: `id of ${name}`, name, away: false, rooms: [], connections: 1, muted: null, ...more });
const names = (people) => people.map(({ name }) => name);
const ids = (rooms) => rooms.map(({ room }) => room.id);

it("rooms are sorted by people, by name, or the closed ones first; what is given is not changed", () => {
  const rooms = [room("tea 10", 1), room("rust", 5), room("tea 9", 1, ""), room("Ada", 0)];
  assert.deepEqual(ids(sortedRooms(rooms, "people")), ["rust", "tea 9", "tea 10", "Ada"]);
  assert.deepEqual(ids(sortedRooms(rooms, "name")), ["Ada", "rust", "tea 9", "tea 10"]);
  assert.deepEqual(ids(sortedRooms(rooms, "closed")), ["tea 9", "Ada", "rust", "tea 10"]);
  assert.deepEqual(ids(sortedRooms(rooms, "unheard of")), ids(sortedRooms(rooms, "people")));
  assert.deepEqual(ids(rooms), ["tea 10", "rust", "tea 9", "Ada"]);
});

it("people are sorted by name, connections, rooms, or the muted ones first", () => {
  const people = [person("bo", { connections: 3 }), person("Zoë", { muted: 5 }), person("ada", { rooms: ["a", "b"] }), person("Çelik")];
  assert.deepEqual(names(sortedPeople(people, "name")), ["ada", "bo", "Çelik", "Zoë"]);
  assert.deepEqual(names(sortedPeople(people, "connections")), ["bo", "ada", "Çelik", "Zoë"]);
  assert.deepEqual(names(sortedPeople(people, "rooms")), ["ada", "bo", "Çelik", "Zoë"]);
  assert.deepEqual(names(sortedPeople(people, "muted")), ["Zoë", "ada", "bo", "Çelik"]);
});

it("those whom nothing tells apart keep one order", () => {
  const one = [{ ...person("Ann"), id: "b" }, { ...person("ann"), id: "a" }];
  for (const people of [one, one.toReversed()]) {
    assert.deepEqual(sortedPeople(people, "name").map(({ id }) => id), ["a", "b"]);
  }
});

it("all words have to be found, in any order, whatever their case and accents", () => {
  const people = [person("Zoë Müller"), person("Zoe Miller"), person("Ann")];
  const found = (typed) => names(matching(people, typed, ({ name, id }) => `${name} ${id}`));
  assert.deepEqual(found("zoe"), ["Zoë Müller", "Zoe Miller"]);
  assert.deepEqual(found("mul ZO"), ["Zoë Müller"]);
  assert.deepEqual(found("  "), names(people));
  assert.deepEqual(found("id of ann"), ["Ann"]);
  assert.deepEqual(found("nobody"), []);
});

it("a duration is told in the largest unit that it is a whole number of", () => {
  const told = [5, 30, 60, 90, 1440, 10_080, 43_200, 1].map((minutes) => duration(minutes));
  assert.deepEqual(told, ["5 minutes", "30 minutes", "1 hour", "90 minutes", "1 day", "1 week", "30 days", "1 minute"]);
  assert.deepEqual(CHOICES.map((minutes) => duration(minutes, "de")), ["5 Minuten", "30 Minuten", "1 Stunde", "1 Tag", "1 Woche", "30 Tage"]);
});

it("free minutes are whole ones, from one to a year", () => {
  assert.deepEqual(["1", " 45 ", "525600", "007"].map(minutesIn), [1, 45, 525_600, 7]);
  for (const bad of ["", "0", "-5", "1.5", "525601", "1e3", "soon", "10 min", "9999999"]) assert.equal(minutesIn(bad), null, bad);
});

it("how long ago something was is told in words, also when another's clock is ahead", () => {
  const now = Date.UTC(2026, 5, 1, 12);
  const told = [0, 59_000, MINUTE, 59 * MINUTE, HOUR, 23 * HOUR, DAY, 40 * DAY, -5 * MINUTE].map((past) => ago(now - past, now));
  assert.deepEqual(told, ["now", "now", "1 minute ago", "59 minutes ago", "1 hour ago", "23 hours ago", "yesterday", "40 days ago", "now"]);
});

it("a moment within half a day is a time, else it has its day too: a ban of a day does not look like one of no time", () => {
  const now = new Date(2026, 5, 1, 12).getTime();
  assert.equal(moment(now + HOUR, now, "en-GB"), "13:00");
  assert.equal(moment(now + DAY - 1000, now, "en-GB"), "2 Jun 2026, 11:59");
  assert.equal(moment(now + 2 * DAY, now, "en-GB"), "3 Jun 2026, 12:00");
  assert.match(full(now, "en-GB"), /Monday.*1 June 2026/);
});

it("sizes are told in decimal units", () => {
  assert.deepEqual([12, 1536, 10_485_760].map((bytes) => size(bytes)), ["12 bytes", "1.5 kB", "10.5 MB"]);
});

it("texts are filled, and what was filled in is told apart; what people wrote is not filled again", () => {
  assert.deepEqual(parts("{by} muted {whom}.", { by: "Ann", whom: "{by}" }), [
    { slot: "by", text: "Ann" }, " muted ", { slot: "whom", text: "{by}" }, ".",
  ]);
  assert.equal(fill("{by} muted {whom}.", { by: "Ann", whom: "$& {by}" }), "Ann muted $& {by}.");
  assert.equal(fill("{other} stays", { by: "Ann" }), "{other} stays");
});

it("a room for two is called by its two people, a private one that is not known by no secret", () => {
  const ann = person("Ann", { id: "a".repeat(16) });
  const overview = { rooms: [room("rust", 1), { room: card("~secret", "Book club", "private"), people: 1 }], people: [ann], bans: [{ id: "b".repeat(16), name: "Bob" }] };
  const titleIn = titlesOf(overview);
  assert.equal(titleIn(`@${"a".repeat(16)}.${"b".repeat(16)}`), "Ann and Bob");
  assert.equal(titleIn(`@${"a".repeat(16)}.${"c".repeat(16)}`), "Ann and somebody");
  assert.equal(titleIn("~secret"), "Book club");
  assert.equal(titleIn("~other"), "a room");
  assert.equal(titleIn("tea"), "tea");
  assert.equal(titlesOf(null)("tea"), "tea");
  assert.equal(titleOf(card("tea", ""), () => ""), "tea");
});

it("pages go back, live ones are put in by number, and what is older than a hole is let go", () => {
  const items = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ seq: from + i }));
  const seqs = ({ items }) => items.map(({ seq }) => seq);
  let pages = withOne(noPages(), { seq: 11 }); // live, before the first answer
  pages = withNewest(pages, { items: items(6, 10), more: true });
  assert.deepEqual([seqs(pages), pages.more, oldest(pages)], [[6, 7, 8, 9, 10, 11], true, 6]);
  pages = withOlder(pages, { items: items(1, 5), more: false });
  pages = withOlder(pages, { items: items(1, 5), more: false }); // again is fine
  assert.deepEqual([seqs(pages).length, pages.more], [11, false]);
  pages = withNewest(pages, { items: items(8, 12), more: true });
  assert.deepEqual([seqs(pages).length, pages.more], [12, false], "the page meets what is there");

  pages = withOne(pages, { seq: 40 }); // after a time without a connection
  pages = withNewest(pages, { items: items(36, 40), more: true });
  assert.deepEqual([seqs(pages), pages.more], [[36, 37, 38, 39, 40], true]);
  pages = withNewest(pages, { items: items(41, 45), more: true });
  assert.deepEqual([seqs(pages), pages.more], [[36, 37, 38, 39, 40, 41, 42, 43, 44, 45], true], "side by side is no hole");

  const changed = withNewest({ items: [{ seq: 1, text: "a" }], more: false }, { items: [{ seq: 1, text: "" }], more: false });
  assert.deepEqual(changed.items, [{ seq: 1, text: "" }], "the newer of two counts");
  assert.deepEqual(withNewest(noPages(), { items: [], more: false }), { items: [], more: false });
  assert.equal(oldest(noPages()), undefined);
});

it("every text that the page wants is there, and every text of the page is wanted", () => {
  const page = readFileSync(new URL("moderators.html", PUBLIC), "utf8");
  const wanted = [...page.matchAll(/data-(?:word|label)="(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(wanted.filter((name) => !words.page[name]), []);
  assert.deepEqual(Object.keys(words.page).filter((name) => !wanted.includes(name)), []);
});

it("every action of the contract that the log may have is told in words", () => {
  const types = readFileSync(new URL("js/moderator-events.d.ts", PUBLIC), "utf8");
  const [, client] = types.match(/ClientToServerEvents \{([^}]+)\}/);
  const events = [...client.matchAll(/^ {2}"?([\w ]+)"?:/gm)].map(([, name]) => name);
  const looks = ["overview", "queue", "messages", "log"];
  assert.deepEqual(Object.keys(words.did).sort(), events.filter((name) => !looks.includes(name)).sort());
});

it("no string becomes HTML, and no style or script is in the page itself", () => {
  const folder = new URL("js/moderators/", PUBLIC);
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"))) {
    const code = readFileSync(new URL(file, folder), "utf8");
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|\.style\b|https?:\/\//, file);
  }
  const page = readFileSync(new URL("moderators.html", PUBLIC), "utf8");
  assert.doesNotMatch(page, /\sstyle=|\son\w+=|<style|<script(?! type="module" src="\/)|https?:\/\//);
});
