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
  --release            the optimised build, for benchmarks`;

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
  const numbers = { port: string, "ping-interval": string, "ping-timeout": string, gateways: string, recovery: string };
  let values;
  try {
    ({ values } = parseArgs({ args, options: { ...numbers, persist: string, release: flag, help: flag } }));
  } catch (error) {
    throw new Failure(`${error.message}\n${USAGE}`);
  }
  for (const name of Object.keys(numbers)) {
    if (values[name] !== undefined && !/^\d+$/.test(values[name])) throw new Failure(`--${name} wants a whole number`);
  }
  return {
    ...values,
    port: Number(values.port ?? 3000),
    pingInterval: values["ping-interval"],
    pingTimeout: values["ping-timeout"],
  };
}
