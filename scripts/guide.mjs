// docs/getting-started.md against what it describes: its files are those of examples/chat and examples/minimal, its versions
// those in use.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TEMPLATE, root } from "./lib.mjs";
import { WORKER_BUILD, wasmBindgenVersion } from "./setup.mjs";

const text = readFileSync(join(root, "docs/getting-started.md"), "utf8");

/** The files that the guide has its reader write: `{path: content}`. Where a path comes twice, the file goes on. */
export function guideFiles() {
  const files = {};
  for (const [, path, content] of text.matchAll(/^\*\*([\w./]+)\*\*.*\n\n```.*\n([^]*?)^```$/gm)) {
    files[path] = files[path] === undefined ? content : `${files[path]}\n${content}`;
  }
  return files;
}

/** What is not in the guide as it should be, a line each. */
export function staleInGuide() {
  const files = guideFiles();
  const same = ["wrangler.toml", "src/lib.rs", "public/index.html"].filter((path) => files[path] !== example(path));
  const versions = [`worker = "=${WORKER_BUILD}"`, `worker-build@${WORKER_BUILD}`, `wasm-bindgen-cli@${wasmBindgenVersion()}`];
  const template = ["Cargo.toml", "wrangler.toml", ".gitignore"].filter((path) => {
    return files[path].replaceAll('"my-chat"', '"minimal"') !== readFileSync(join(TEMPLATE, path), "utf8");
  });
  return [
    ...template.map((path) => `  ${path} is not as in examples/minimal`),
    ...same.map((path) => `  ${path} is not as in examples/chat`),
    ...versions.filter((words) => !text.includes(words)).map((words) => `  it does not say ${words}`),
  ];
}

/** A file of examples/chat, as it is in a folder beside Parlor's. */
function example(path) {
  const content = readFileSync(join(root, "examples/chat", path), "utf8");
  return content.replaceAll("../../scripts", "../parlor/scripts").replaceAll('"parlor-chat"', '"my-chat"');
}
