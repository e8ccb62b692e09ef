// npm run lab -- [options]: see USAGE. Builds the lab app if its sources changed, then serves it
// until it is told to stop.
import { parseArgs } from "node:util";
import { build } from "../../scripts/build.mjs";
import { Failure, command, whenStopped } from "../../scripts/lib.mjs";
import { setup } from "../../scripts/setup.mjs";
import { variables } from "./config.mjs";
import { startWorkerd } from "./workerd.mjs";

const USAGE = `npm run lab -- [options]
  --port N             default 3000; 0 takes any free port
  --ping-interval MS   default 25000
  --ping-timeout MS    default 20000
  --gateways N         how many Gateways new connections are spread over; default 1
  --persist DIR        keep the objects' storage there; without it, it goes when the lab stops
  --recovery MS        connection state recovery with that window; off without it
  --release            the optimised build, for benchmarks
and as the options of Socket.IO's server: --connect-timeout, --upgrade-timeout, --max-http-buffer-size, --transports LIST,
  --allow-upgrades BOOL, --allow-eio3, --cookie NAME, --cors-origin LIST, --cors-credentials, --parser msgpack,
  --http-compression BOOL; and, which is Parlor's own, --check-origin BOOL`;

const NUMBERS = [
  ...["port", "ping-interval", "ping-timeout", "connect-timeout", "upgrade-timeout", "max-http-buffer-size"],
  ...["gateways", "recovery"],
];
const TEXTS = ["persist", "transports", "allow-upgrades", "cookie", "cors-origin", "parser", "http-compression", "check-origin"];
const FLAGS = ["allow-eio3", "cors-credentials", "release", "help"];
const camel = (name) => name.replace("eio3", "EIO3").replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

await command(async (args) => {
  const options = read(args);
  if (options.help) return void console.log(USAGE);
  await setup();
  const lab = await startWorkerd({
    build: await build("lab", options.release ? { profile: "release" } : {}),
    port: options.port,
    persist: options.persist,
    vars: variables(options),
  });
  whenStopped(() => lab.stop().then(() => process.exit(0)));
  console.log(`lab ready ${lab.url}`);
  const status = await lab.closed;
  throw new Failure(`workerd ended by itself, with exit status ${status}`);
});

function read(args) {
  const string = { type: "string" };
  const flag = { type: "boolean" };
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, string]));
  const texts = Object.fromEntries(TEXTS.map((name) => [name, string]));
  const flags = Object.fromEntries(FLAGS.map((name) => [name, flag]));
  let values;
  try {
    ({ values } = parseArgs({ args, options: { ...numbers, ...texts, ...flags } }));
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
  for (const name of Object.keys(numbers)) {
    if (values[name] !== undefined && !/^\d+$/.test(values[name])) throw new Failure(`--${name} wants a whole number`);
  }
  const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [camel(name), value]));
  const { corsOrigin, corsCredentials, port = 3000, ...options } = named;
  const cors = corsOrigin && { origin: corsOrigin, credentials: corsCredentials };
  return { ...options, cors, port: Number(port) };
}
