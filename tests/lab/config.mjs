// What the lab worker is bound to, for workerd and for miniflare alike.

/** Durable Objects: the binding's name and the class. A new class of the lab is added here, and nowhere else. */
export const OBJECTS = { GATEWAY: "Gateway", ROOM: "Room", QUEUE: "Queue" };

export const COMPATIBILITY_DATE = "2026-10-01";
/** As in wrangler.toml: without it nobody hears that a client has left its poll. */
export const COMPATIBILITY_FLAGS = ["enable_request_signal"];

/**
 * The worker's variables for the lab's options; what is undefined keeps its default. The options are named as in
 * Socket.IO's server, and so are the variables: `allowEIO3` is PARLOR_ALLOW_EIO3.
 */
export function variables({ pingInterval = 25000, pingTimeout = 20000, gateways = 1, recovery, cors, word = "lab", admin = {}, ...more } = {}) {
  const vars = {
    PARLOR_PING_INTERVAL: pingInterval,
    PARLOR_PING_TIMEOUT: pingTimeout,
    PARLOR_GATEWAYS: gateways,
    PARLOR_PLACEMENT: "round-robin",
    PARLOR_MAX_DISCONNECTION_DURATION: recovery, // off unless given
    PARLOR_CORS_ORIGIN: cors?.origin,
    PARLOR_CORS_CREDENTIALS: cors?.credentials,
    LAB_WORD: word,
    ADMIN_PASSWORD: admin.password, // no Admin UI without it
    ADMIN_READONLY: admin.readonly,
  };
  for (const name of MORE) vars[variable(name)] = more[name];
  return Object.fromEntries(Object.entries(vars).flatMap(([k, v]) => (v === undefined || v === null ? [] : [[k, String(v)]])));
}

const MORE = [
  "connectTimeout",
  "upgradeTimeout",
  "maxHttpBufferSize",
  "transports", // a list
  "allowUpgrades",
  "allowEIO3",
  "cookie", // its name; off without it
  "parser", // "default" or "msgpack"
  "httpCompression",
  "gatewayConnections",
  "jurisdiction",
  "connectionsPerAddress", // these limits are Parlor's own
  "handshakesPerAddress", // so many in so many seconds, as "300/60"
  "messagesPerAddress",
  "messagesPerConnection",
  "namespacesPerConnection",
  "roomsPerSocket",
  "logLevel", // "debug" for every message
  "metricsToken", // what `GET /metrics` asks for; without it there is none
  "checkOrigin", // Parlor's own: a page from elsewhere may not open a WebSocket
];

const variable = (name) => `PARLOR_${name.replace(/EIO3$|[A-Z]/g, (word) => `_${word}`).toUpperCase()}`;

/** A configuration for `workerd serve`: https://github.com/cloudflare/workerd, src/workerd/server/workerd.capnp */
export function configFile({ port, storage, assets, vars, front }) {
  const text = JSON.stringify; // a Cap'n Proto string is written as a JSON one
  const list = (items) => `[\n${items.map((item) => `    ${item},\n`).join("")}  ]`;
  const namespace = (name, key) => `(className = ${name}, uniqueKey = ${key}, enableSql = true)`;
  const objects = Object.entries(OBJECTS);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "lab", worker = .lab),
    (name = "storage", disk = (path = ${text(storage)}, writable = true)),
    (name = "assets", disk = (path = ${text(assets)})),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "lab")],
);

const lab :Workerd.Worker = (
  compatibilityDate = ${text(COMPATIBILITY_DATE)},
  compatibilityFlags = [${COMPATIBILITY_FLAGS.map(text).join(", ")}],
  modules = [${front ? `
    (name = "front.js", esModule = embed "front.js"),` : ""}
    (name = "index.js", esModule = embed "index.js"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  durableObjectStorage = (localDisk = "storage"),
  durableObjectNamespaces = ${list(objects.map(([, name]) => namespace(text(name), text(`lab-${name}`))))},
  bindings = ${list([
    ...objects.map(([binding, name]) => `(name = ${text(binding)}, durableObjectNamespace = ${text(name)})`),
    `(name = "ASSETS", service = "assets")`,
    `(name = "SELF", service = "lab")`,
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ])},
);
`;
}
