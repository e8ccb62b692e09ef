// What the page loads when it starts: each module is asked for at once, not only when another one names it, and all of it
// is light enough for a phone on a slow line.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const PUBLIC = join(dirname(fileURLToPath(import.meta.url)), "../../public");
const CLIENT = "/socket.io/socket.io.esm.min.js"; // the set-up puts it there
const MOST_BYTES = 150_000;

const read = (path) => readFileSync(join(PUBLIC, path), "utf8");
const html = read("index.html");

/** Every module that this one needs, itself included. */
function needed(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  if (path === CLIENT) return found;
  for (const [, name] of read(path).matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)"/gm)) {
    needed(name.startsWith("/") ? name : posix.join(posix.dirname(path), name), found);
  }
  return found;
}

it("every module is preloaded, and nothing else", () => {
  const preloaded = [...html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, path]) => path);
  const all = needed("/js/main.js");
  all.delete("/js/main.js"); // the script itself
  assert.deepEqual(preloaded.sort(), [...all].sort());
});

it("all that is loaded at the start is under 150 kB, compressed", () => {
  const styles = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, path]) => path);
  const paths = ["/index.html", ...styles, ...needed("/js/main.js"), "/favicon.svg", "/wallpaper.svg"];
  const weight = paths
    .filter((path) => existsSync(join(PUBLIC, path)))
    .reduce((sum, path) => sum + gzipSync(readFileSync(join(PUBLIC, path)), { level: 9 }).length, 0);
  assert.ok(weight < MOST_BYTES, `${weight} bytes`);
});
