// npm run simulate -- [--seeds N] [--from N] [--seed N]: the simulation of crates/parlor, with many seeds, or the story of one.
import { Failure, command, option, run } from "./lib.mjs";
import { rust } from "./setup.mjs";

await command(async (args) => {
  await rust();
  const names = { seeds: "SIMULATE_SEEDS", from: "SIMULATE_FROM", seed: "SIMULATE_SEED" };
  const env = {};
  for (const [name, variable] of Object.entries(names)) {
    const value = option(args, name);
    if (value !== undefined && !/^\d+$/.test(value)) throw new Failure(`--${name} wants a whole number`);
    if (value !== undefined) env[variable] = value;
  }
  const test = ["test", "--release", "-p", "parlor", "--test", "simulation", "nothing_is_lost", "--", "--nocapture"];
  return run("cargo", test, { env });
});
