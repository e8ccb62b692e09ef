#!/usr/bin/env node
// What a month of Parlor costs on Cloudflare: `node docs/cost.mjs --connections 1000 --hours 8`, or `--help`. docs/cost.md
// shows what it prints; `--write` brings that up to date, and lint compares.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isMain } from "../scripts/lib.mjs";

/** Name, default, meaning. */
const OPTIONS = [
  ["connections", 1000, "connected at the same time, by WebSocket"],
  ["hours", 24, "a day in which they are"],
  ["visits", 3, "a day and connection: how often it is opened anew"],
  ["messages-per-minute", 1, "of each connection"],
  ["room-size", 20, "members of the room that a message is for"],
  ["gateways", 1, "that the connections are spread over"],
  ["spread", null, "Gateways with members of one room; without it, what chance makes of the two above"],
  ["stored", 0, "share of the messages that are published, so stored first"],
  ["recovery", 0, "1: with connection state recovery"],
  ["ping-interval", 25, "seconds"],
  ["bytes", 300, "of a stored message"],
  ["keep-months", 12, "for which messages are stored"],
  ["history", 50, "messages read at each visit, where any are stored"],
  ["requests-per-visit", 5, "of a client that begins with polling, as by default; 1 by WebSocket only"],
  ["rows-per-visit", 9, "opening, upgrade, one room, the end"],
  ["ms-per-message", 1, "for which a message keeps an object busy"],
  ["us-per-delivery", 5, "the same for each member that it is sent to, µs"],
  ["ms-per-hop", 5, "for which an object waits for another's reply; far more across an ocean"],
  ["ms-per-wake", 10, "to build an object anew after sleep"],
  ["us-per-wake", 150, "and for each connection that it has, µs, its ping and pong included"],
  ["vm", 24, "$ a month for a server with 2 cores and 4 GB that is always on"],
  ["per-vm", 10000, "connections that such a server holds"],
  ["adapter", 15, "$ a month for what several of them need between them"],
];

// https://developers.cloudflare.com/durable-objects/platform/pricing/ and …/workers/platform/pricing/, November 2026. Per month:
// what is included in the paid plan, then the price of a unit; and what the free plan has a day.
const SUBSCRIPTION = 5;
const PRICES = {
  "requests to objects": { included: 1e6, unit: 1e6, price: 0.15, free: 100_000 },
  "duration, GB-s": { included: 400_000, unit: 1e6, price: 12.5, free: 13_000 },
  "rows written": { included: 50e6, unit: 1e6, price: 1, free: 100_000 },
  "rows read": { included: 25e9, unit: 1e6, price: 0.001, free: 5e6 },
  "stored, GB": { included: 5, unit: 1, price: 0.2 },
  "requests to the Worker": { included: 10e6, unit: 1e6, price: 0.3, free: 100_000 },
};
const GB = 0.128; // of memory, which every object is billed for
const PER_REQUEST = 20; // messages of clients
const SLEEPS_AFTER = 10; // seconds
const ASKED = 6; // seconds: the deadline of a question, for which its Gateway sets its alarm
const LEASE = 30; // seconds
const DAYS = 30;

/** How much of what is billed there is in a month, and what for. */
function usage(o) {
  const seconds = o.hours * 3600 * DAYS;
  const visits = o.connections * o.visits * DAYS;
  const messages = (o.connections * o["messages-per-minute"] * seconds) / 60;
  const rooms = Math.max(1, o.connections / o["room-size"]);
  // Of n Gateways, so many have one of the members who came to any of them.
  const chance = o.gateways * (1 - (1 - 1 / o.gateways) ** o["room-size"]);
  const G = Math.min(o.spread ?? chance, o.gateways);
  const isLent = G === 1 ? 1 - o.stored : 0; // share of the messages for which no Room is asked, by its lease
  const published = messages * o.stored;

  const toRooms = messages * (1 - isLent) + Math.min(messages * isLent, (rooms * seconds) / LEASE);
  const fanOut = messages * (1 - isLent) * (G - 1);
  const pings = (o.gateways * seconds) / o["ping-interval"];
  const questions = Math.min(published, (o.gateways * seconds) / ASKED); // alarms, for what is asked
  // An object sleeps if nothing comes for 10 s; how often that is, if messages come by chance.
  const asleep = (perSecond) => Math.exp(-SLEEPS_AFTER * perSecond);
  const ofGateway = asleep(messages / seconds / o.gateways);
  const gatewayWakes = (messages + pings) * ofGateway;
  const roomWakes = toRooms * asleep(toRooms / seconds / rooms);

  const ms = o["ms-per-message"];
  const perGateway = o.connections / o.gateways;
  const busy = {
    gateways: messages * (ms + (o["room-size"] * o["us-per-delivery"]) / 1000) + fanOut * ms + toRooms * o["ms-per-hop"]
      + gatewayWakes * (o["ms-per-wake"] + (perGateway * o["us-per-wake"]) / 1000)
      + (pings + questions) * (1 - ofGateway) * (ms + (perGateway * o["us-per-delivery"]) / 1000) + visits * o["requests-per-visit"] * ms,
    rooms: toRooms * ms + (fanOut > 0 ? toRooms * o["ms-per-hop"] : 0) + roomWakes * o["ms-per-wake"],
  };
  // What an object does at once is billed once, so it is never more than all the time.
  const duration = Math.min(busy.gateways / 1000, o.gateways * seconds) + Math.min(busy.rooms / 1000, rooms * seconds);
  return {
    "requests to objects": {
      "messages of clients, 20 a request": messages / PER_REQUEST,
      "to Rooms, and from Rooms to Gateways": toRooms + fanOut,
      "alarms": pings + questions,
      "opening connections": visits * o["requests-per-visit"],
    },
    "duration, GB-s": { "": duration * GB },
    "rows written": {
      "messages": published,
      "what recovery may need, and its removal": o.recovery * messages * G * 2,
      "pings: the round, the next alarm": pings * 2,
      "alarms, set anew": questions * 2 + messages * ofGateway,
      "connections": visits * o["rows-per-visit"],
    },
    "rows read": {
      "connections, by a Gateway that wakes": gatewayWakes * perGateway,
      "histories": o.stored > 0 ? visits * o.history : 0,
      "ids of the last messages, by a Room that wakes": o.stored > 0 ? roomWakes * 1000 : 0,
    },
    "stored, GB": { "": (published * o.bytes * o["keep-months"]) / 1e9 },
    "requests to the Worker": { "": visits * o["requests-per-visit"] },
  };
}

/** The same with an object for each connection, whose alarm pings it, and which is asked for each message to a room. */
function objectPerConnection(o) {
  const seconds = o.hours * 3600 * DAYS;
  const messages = (o.connections * o["messages-per-minute"] * seconds) / 60;
  const pings = (o.connections * seconds) / o["ping-interval"];
  const hops = messages * o["room-size"];
  const own = o.connections * Math.max(1, o.visits) * DAYS * o["requests-per-visit"];
  const ms = messages * (o["ms-per-message"] + o["ms-per-hop"]) + hops * (o["ms-per-message"] + o["ms-per-hop"]) + pings * o["ms-per-wake"];
  return {
    "requests to objects": { "": messages / PER_REQUEST + hops + pings + own },
    "duration, GB-s": { "": Math.min(ms / 1000, 2 * o.connections * seconds) * GB },
    "rows written": { "": messages * o.stored + pings },
  };
}

const sum = (parts) => Object.values(parts).reduce((all, part) => all + part, 0);
const priceOf = (what, amount) => (Math.max(0, amount - PRICES[what].included) / PRICES[what].unit) * PRICES[what].price;
const total = (used) => SUBSCRIPTION + Object.entries(used).reduce((all, [what, parts]) => all + priceOf(what, sum(parts)), 0);

/** What the free plan has too little of, if anything; its days are counted one by one, so busy ones with all that they use. */
function tooMuchForFree(used) {
  return Object.entries(used).filter(([what, parts]) => sum(parts) > (PRICES[what].free ?? PRICES[what].included / DAYS) * DAYS).map(([what]) => what);
}

/** As Markdown, what a month costs. */
export function table(args) {
  const options = read(args);
  if (options.help) return help();
  const used = usage(options);
  const lines = Object.entries(used).flatMap(([what, parts]) => {
    const some = Object.entries(parts).filter(([name, part]) => name && part >= 1);
    const detail = some.map(([name, part]) => `${name}: ${count(part)}`).join("; ");
    return `| ${what} | ${count(sum(parts))} | ${detail} | ${dollars(priceOf(what, sum(parts)))} |`;
  });
  const lacks = tooMuchForFree(used);
  const vms = Math.ceil(options.connections / options["per-vm"]);
  return [
    "| a month | | of them | beyond what is included |",
    "|---|---|---|---|",
    ...lines,
    `| **with the plan's $${SUBSCRIPTION}** | | | **${dollars(total(used))}** |`,
    `| on the free plan | | ${lacks.length > 0 ? `too much: ${lacks.join(", ")}` : "it fits"} | ${lacks.length > 0 ? "–" : "$0"} |`,
    `| Node that is always on | | ${vms === 1 ? "1 server" : `${vms} servers, and what is between them`} | ${dollars(vms * options.vm + (vms > 1 ? options.adapter : 0))} |`,
    `| an object for each connection | | | ${dollars(total(objectPerConnection(options)))} |`,
  ].join("\n");
}

function help() {
  const lines = OPTIONS.map(([name, value, meaning]) => `| \`--${name}\` | ${value ?? ""} | ${meaning} |`);
  return ["| option | default | |", "|---|---|---|", ...lines].join("\n");
}

function read(args) {
  const options = Object.fromEntries(OPTIONS.map(([name]) => [name, { type: "string" }]));
  const { values } = parseArgs({ args, options: { ...options, help: { type: "boolean" }, write: { type: "boolean" } } });
  const wrong = OPTIONS.find(([name]) => values[name] !== undefined && !(Number(values[name]) >= 0));
  if (wrong) throw new Error(`--${wrong[0]} wants a number`);
  const number = ([name, value]) => [name, values[name] === undefined ? value : Number(values[name])];
  return { ...values, ...Object.fromEntries(OPTIONS.map(number)) };
}

function count(number) {
  for (const [size, word] of [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]]) {
    if (number >= size) return `${three(number / size)} ${word}`;
  }
  return number >= 1000 ? Math.round(number).toLocaleString("en-US") : three(number < 0.001 ? 0 : number);
}
const three = (number) => String(Number(number.toPrecision(3)));
const dollars = (price) => `$${price > 0 && price < 100 ? price.toFixed(2) : Math.round(price).toLocaleString("en-US")}`;

const page = new URL("cost.md", import.meta.url);
const SHOWN = /(<!-- node docs\/cost\.mjs (.*) -->\n\n)[^]*?(<!-- -->)/g;

/** What docs/cost.md should be: each command in it, with what it prints. */
export function upToDate(text = readFileSync(page, "utf8")) {
  return text.replace(SHOWN, (_, head, args, tail) => `${head}${table(args.split(" "))}\n\n${tail}`);
}

if (isMain(import.meta)) {
  const args = process.argv.slice(2);
  try {
    if (read(args).write) writeFileSync(page, upToDate());
    else console.log(table(args));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
