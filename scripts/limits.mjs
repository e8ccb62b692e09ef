// What Cloudflare takes of a Worker, and how much of it one has: https://developers.cloudflare.com/workers/platform/limits/
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Failure, say } from "./lib.mjs";

const FREE = 3_000_000; // bytes of the bundle, gzipped
const PAID = 10_000_000;
const START = 1000; // ms

/**
 * Goes through a deployment, with the arguments of `wrangler deploy --dry-run`; says how large the bundle is, and how long it
 * takes to start on this machine. Too large for anyone is a Failure. `wrangler(args, options)` runs wrangler, to its exit status.
 */
export async function dryRun(args, wrangler) {
  const folder = mkdtempSync(join(tmpdir(), "parlor-check-"));
  try {
    const bundle = join(folder, "bundle");
    const status = await wrangler([...args, "--outdir", bundle]);
    if (status !== 0) return status;
    const sizes = readdirSync(bundle)
      .filter((name) => /\.(js|wasm)$/.test(name))
      .map((name) => readFileSync(join(bundle, name)))
      .map((bytes) => ({ whole: bytes.length, gzipped: gzipSync(bytes).length }));
    const sum = (key) => sizes.reduce((all, size) => all + size[key], 0);
    say(`the bundle has ${kB(sum("whole"))}, gzipped ${kB(sum("gzipped"))}: ${of(sum("gzipped"), FREE)} of the 3 MB of the free plan, ${of(sum("gzipped"), PAID)} of the 10 MB of a paid one`);
    if (sum("gzipped") > PAID) throw new Failure("the bundle is too large for Cloudflare Workers: use fewer or smaller crates");
    if (sum("gzipped") > FREE) say("this is too large for the free plan");

    const profile = join(folder, "start.cpuprofile");
    const quiet = { stdio: ["ignore", "ignore", "inherit"] };
    if ((await wrangler(["check", "startup", "--outfile", profile], quiet)) !== 0 || !existsSync(profile)) {
      throw new Failure("wrangler could not start the bundle (see above)");
    }
    const { startTime, endTime } = JSON.parse(readFileSync(profile, "utf8"));
    const took = (endTime - startTime) / 1000;
    say(`it starts in ${Math.ceil(took)} ms here: ${of(took, START)} of the second that Cloudflare gives it`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const kB = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const of = (part, whole) => `${Math.ceil((100 * part) / whole)} %`;
