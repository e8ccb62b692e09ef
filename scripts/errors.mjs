// docs/errors.md against the code: every error that somebody can see is on the page, in the code's words. What is put into
// such words when they are written is `…` there.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib.mjs";

/** Where to look, and for what: patterns whose first group is a code or a text. */
const CODES = [/\bFault::new\(\s*"([^"]+)"/g, /\b(?:Found::refused|refused)\(\s*"([^"]+)"/g, /\bconst TIMEOUT: &str = "([^"]+)"/g];
const LOG = [/\bLine::new\(Level::(?:Error|Warn), "([^"]+)"/g, /\blog::error\([^"]+"([^"]+)"/g, /\bconst DROPPED: &str =\s*"([^"]+)"/g];
const SOURCES = [
  { under: ["src", "crates/parlor/src", "crates/parlor-worker/src"], suffix: ".rs", patterns: [...CODES, ...LOG] },
  { under: ["crates/engine-io/src/refusal.rs"], patterns: [/Self::\w+ => "([^"]+)"/g] },
  { under: ["crates/engine-io/src/output.rs"], patterns: [/Self::\w+ => "([a-z ]+)"/g] },
  { under: ["crates/socket-io/src/violation.rs"], patterns: [/Self::\w+ => "([^"]+)"/g] },
  { under: ["crates/parlor/src/gateway/sockets.rs"], patterns: [/depart\([^"]*"([^"]+)"/g] },
  { under: ["crates/parlor/src/config.rs"], patterns: [/"(\w+(?: and \w+)?: [a-z][^"]+)"/g] },
  { under: ["crates/parlor/src/vars.rs", "crates/parlor/src/app.rs"], patterns: [/format!\(\s*"((?:the (?:namespaces|queue) )?\{[^"]+)"/g] },
  {
    under: ["setup", "build", "lib", "wrangler", "secrets", "limits", "example", "new", "moderate"].map((name) => `scripts/${name}.mjs`),
    patterns: [/new Failure\("([^"]+)"/g, /new Failure\(`((?:[^`\\]|\\.)+)`/g],
  },
];

/** The errors of the code that the page does not have, a line each. */
export function missingErrors() {
  const page = plain(readFileSync(join(root, "docs/errors.md"), "utf8").replaceAll("\\|", "|"));
  const missing = [];
  for (const { under, suffix, patterns } of SOURCES) {
    for (const path of under.flatMap((path) => filesIn(path, suffix))) {
      const code = readFileSync(join(root, path), "utf8").split("#[cfg(test)]\nmod ")[0].replaceAll(/^\s*\/\/.*$/gm, "");
      for (const text of patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, text]) => plain(text)))) {
        if (/\w/.test(text) && !page.includes(`\`${text}\``)) missing.push(`  ${path}: ${text}`);
      }
    }
  }
  return [...new Set(missing)];
}

/** On one line, with `…` for what is put in. */
const plain = (text) => text.replaceAll(/\\n|\\$/gm, " ").replaceAll('\\"', '"').replaceAll(/\$?\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, "…").replaceAll(/\s+/g, " ").trim();

function filesIn(path, suffix) {
  if (!statSync(join(root, path)).isDirectory()) return !suffix || path.endsWith(suffix) ? [path] : [];
  return readdirSync(join(root, path)).flatMap((name) => filesIn(`${path}/${name}`, suffix)).filter((path) => !/\/(tests|testing|typescript|sabotage)\b/.test(path));
}
