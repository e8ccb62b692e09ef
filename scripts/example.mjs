// npm run example -- NAME [dev|deploy|…] [options]: wrangler for one of examples/, `dev` if nothing else is said.
import { join } from "node:path";
import { Failure, command, examples, root } from "./lib.mjs";
import { wrangler } from "./wrangler.mjs";

await command(([name, ...args]) => {
  if (!examples.includes(name)) throw new Failure(`npm run example -- NAME, which is one of: ${examples.join(", ")}`);
  return wrangler(join(root, "examples", name), args.length > 0 ? args : ["dev"]);
});
