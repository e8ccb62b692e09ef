// node tests/abuse/run.mjs [--minutes 10] [--seed N] [--only WORD]: strangers who mean no good, for as long as that. It fails if they
// disturb two who chat, get a 5xx, or make the memory grow.
import { command, option } from "../../scripts/lib.mjs";
import { attack } from "./attack.mjs";

await command(async (args) => {
  const seed = Number(option(args, "seed") ?? Date.now() % 1_000_000);
  const say = (line) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const { acts, strangers } = await attack({ seed, seconds: Number(option(args, "minutes") ?? 10) * 60, only: option(args, "only"), say });
  console.log(`nobody was disturbed: ${strangers} strangers, ${acts} acts, seed ${seed}`);
  process.exit(0);
});
