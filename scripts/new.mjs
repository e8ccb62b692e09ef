// npm run new -- FOLDER: a new project, from examples/minimal, which stands on this clone.
import { cpSync, existsSync, readFileSync, readdirSync, copyFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { Failure, TEMPLATE, command, isMain, root, say } from "./lib.mjs";

/** What somebody who tried the template out has left in it is theirs: secrets, and what was stored. */
const LEFT = /^\.(wrangler$|dev\.vars|deploy\.vars|env)(?!\.example$)/;

/** Makes it, in a folder that is not there or empty. Gives the path from there to this clone. */
export function create(folder, template = TEMPLATE) {
  const name = basename(folder);
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Failure(`a project's folder is named by a-z, 0-9 and -, which "${name}" is not: its name becomes the crate's and the Worker's`);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Failure(`${folder} is not empty`);
  const parlor = relative(folder, root).replaceAll("\\", "/");
  cpSync(template, folder, { recursive: true, filter: (path) => !LEFT.test(basename(path)) });
  copyFileSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  for (const file of ["Cargo.toml", "wrangler.toml"]) {
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), text.replaceAll("../parlor", parlor).replaceAll('"minimal"', `"${name}"`));
  }
  writeFileSync(join(folder, "README.md"), `# ${name}

\`\`\`sh
node ${parlor}/scripts/wrangler.mjs dev      # http://localhost:8787
node ${parlor}/scripts/wrangler.mjs deploy   # to the Internet
\`\`\`

It stands on [Parlor](${parlor}/README.md).
`);
  return parlor;
}

if (isMain(import.meta)) {
  await command(([where]) => {
    if (!where) throw new Failure("npm run new -- FOLDER, where the project is to be");
    const folder = resolve(process.env.INIT_CWD ?? process.cwd(), where);
    const parlor = create(folder);
    say(`a new project is in ${folder}. Run it there: node ${parlor}/scripts/wrangler.mjs dev`);
  });
}
