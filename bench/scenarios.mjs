// What is measured, on which servers, and what the project wants of it.

const more = (key, title, unit) => ({ key, title, unit, less: false });
const less = (key, title, unit) => ({ key, title, unit, less: true });
const perSecond = (what) => more("per_s", "", `${what}/s`);

const ALL = ["node", "socketioxide", "object", "parlor"];
const TRAFFIC = ["p50_us", "p99_us", "server_us_each", "rss_kib"];

/**
 * By name: `load` is what the load generator is told, `kinds` of servers do it, `figures` are what it is about, and `details`
 * what else is shown. Those without `load` are measured by run.mjs itself. `fresh` wants a server that has done nothing yet.
 */
export const SCENARIOS = {
  idle: {
    what: "2000 connections that do nothing, on a server that has done nothing else; growth of its memory (RSS)",
    load: () => ["idle", "--clients", 2000, "--settle", 2, "--seconds", 0.5],
    fresh: true,
    kinds: ALL,
    figures: [less("rss_per_connection_kib", "", "KiB per connection")],
    details: ["rss_kib"],
  },
  echo: {
    what: "50 clients, each sends again when its ack is there",
    load: (time) => ["echo", "--clients", 50, ...time],
    kinds: ALL,
    figures: [perSecond("acks")],
    details: TRAFFIC,
  },
  broadcast: {
    what: "100 clients in one room, 8 of them send, each again when all others have its message",
    load: (time) => ["broadcast", "--clients", 100, "--senders", 8, ...time],
    kinds: ALL,
    figures: [perSecond("deliveries")],
    details: TRAFFIC,
  },
  "broadcast-rate": {
    what: "the same room, one sender, 50 messages a second on schedule; latency of a delivery, from when it was due",
    load: (time) => ["broadcast", "--clients", 100, "--senders", 1, "--rate", 50, ...time],
    kinds: ALL,
    figures: [less("p50_us", "p50", "µs"), less("p99_us", "p99", "µs")],
    details: ["server_us_each", "rss_kib"],
  },
  "broadcast-1k": {
    what: "1000 clients in one room, 2 of them send, each again when all others have its message",
    load: (time) => ["broadcast", "--clients", 1000, "--senders", 2, ...time],
    kinds: ALL,
    figures: [perSecond("deliveries")],
    details: TRAFFIC,
  },
  rooms: {
    what: "1000 clients in 200 rooms of 5, one sender in each, who sends again when all others have the message",
    load: (time) => ["rooms", "--clients", 1000, "--room-size", 5, ...time],
    kinds: ALL,
    figures: [perSecond("deliveries")],
    details: TRAFFIC,
  },
  connect: {
    what: "handshakes by WebSocket, 16 on their way at once, each with a clean close; at most 4000",
    load: (time) => ["connect", "--clients", 4000, "--window", 16, ...time],
    kinds: ALL,
    figures: [perSecond("connections")],
    details: ["p50_us", "p99_us", "server_us_each"],
  },
};

export const DETAILS = {
  p50_us: { title: "p50 µs" },
  p99_us: { title: "p99 µs" },
  server_us_each: { title: "server CPU µs each", digits: 1 },
  rss_kib: { title: "RSS MiB", of: (kib) => kib / 1024 },
};

const beside = (scenario, figure, compare, ratio) => {
  return { scenario, figure, compare, ratio, reference: { server: "object", scenario, figure } };
};

/** What the project wants, as a ratio inside one round: of `server`, or of each build of Parlor, to `reference`. */
export const TARGETS = [
  beside("broadcast", "per_s", "≥", 1.8),
  beside("broadcast-1k", "per_s", "≥", 1.5),
  beside("broadcast-rate", "p50_us", "≤", 1.0),
  beside("broadcast-rate", "p99_us", "≤", 1.0),
  beside("echo", "per_s", "≥", 0.95),
  beside("connect", "per_s", "≥", 1.0),
  beside("rooms", "per_s", "≥", 1.0),
  { ...beside("broadcast", "per_s", "≥", 0.7), server: "parlor-2", reference: { server: "parlor", scenario: "broadcast", figure: "per_s" } },
  beside("idle", "rss_per_connection_kib", "≤", 1.1),
];
