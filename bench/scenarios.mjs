// What is measured, on which servers, and what the project wants of it.

const more = (key, title, unit) => ({ key, title, unit, less: false });
const less = (key, title, unit) => ({ key, title, unit, less: true });
const perSecond = (what) => more("per_s", "", `${what}/s`);

const ALL = ["node", "socketioxide", "object", "parlor", "parlor-2"];
const TRAFFIC = ["p50_us", "p99_us", "server_us_each", "rss_kib"];

/**
 * By name: `load` is what the load generator is told, `kinds` of servers do it, `figures` are what it is about, and `details`
 * what else is shown. `fresh` wants a server that has done nothing yet, `sleeps` that its objects have slept; `start` alone has
 * no `load`, and no server of the round. `reference` is what its details compare with, where that is another than usual.
 */
export const SCENARIOS = {
  start: {
    what: "from the start of workerd's process to the first answer with status 200, 3 times in each round",
    times: 3,
    figures: [less("ms", "", "ms")],
    details: [],
    reference: "empty",
  },
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
  upgrade: {
    what: "handshakes as in a browser, 16 on their way at once: polling, the upgrade to WebSocket, an echo, a clean close",
    load: (time) => ["upgrade", "--clients", 4000, "--window", 16, ...time],
    kinds: ["node", "socketioxide", "parlor"],
    figures: [perSecond("connections")],
    details: ["p50_us", "p99_us", "server_us_each"],
  },
  wake: {
    what: "1000 clients in a room, and nobody has said anything for 14 s, so that the object has lost its memory; one says something",
    load: () => ["wake", "--clients", 1000, "--settle", 14],
    sleeps: true,
    kinds: ["object", "parlor"],
    figures: [less("first_ms", "first", "ms"), less("all_ms", "all", "ms")],
    details: ["next_first_ms", "next_all_ms", "rss_kib"],
  },
  publish: {
    what: "10 clients in a room, 8 of them publish to its history, 4 on their way at once: stored, acknowledged, delivered to all",
    load: (time) => ["publish", "--clients", 10, "--senders", 8, "--window", 4, ...time],
    kinds: ["object", "parlor", "parlor-2"],
    figures: [perSecond("messages"), less("ack_p50_us", "ack p50", "µs")],
    details: ["ack_p99_us", "p50_us", "p99_us", "server_us_each", "rss_kib"],
  },
  queue: {
    what: "8 producers push jobs, 4 on their way at once, and 8 consumers do them: stored, handed out, acknowledged",
    load: (time) => ["queue", "--clients", 8, "--senders", 8, "--window", 4, ...time],
    kinds: ["parlor"],
    figures: [perSecond("jobs")],
    details: ["ack_p50_us", "ack_p99_us", "p50_us", "p99_us", "server_us_each", "rss_kib"],
  },
};

export const DETAILS = {
  p50_us: { title: "p50 µs" },
  p99_us: { title: "p99 µs" },
  ack_p50_us: { title: "ack p50 µs" },
  ack_p99_us: { title: "ack p99 µs" },
  next_first_ms: { title: "once more, awake: first ms", digits: 1 },
  next_all_ms: { title: "all ms", digits: 1 },
  server_us_each: { title: "server CPU µs each", digits: 1 },
  rss_kib: { title: "RSS MiB", of: (kib) => kib / 1024 },
};

const beside = (scenario, figure, compare, ratio) => {
  return { scenario, figure, compare, ratio, reference: { server: "object", scenario, figure } };
};
const among = (scenario, figure, server, other, compare, ratio) => {
  return { scenario, figure, compare, ratio, server, reference: { server: other, scenario, figure } };
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
  beside("idle", "rss_per_connection_kib", "≤", 1.1),
  beside("wake", "first_ms", "≤", 1.5),
  { ...beside("publish", "per_s", "≥", 0.25), reference: { server: "object", scenario: "echo", figure: "per_s" } },
  among("broadcast", "per_s", "parlor-2", "parlor", "≥", 0.7),
  among("start", "ms", "chat", "empty", "≤", 1.3),
];
