// The lab app in miniflare, where its objects can be evicted at will. Needs Node 22; `npm test` sees to that.
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { build } from "../../scripts/build.mjs";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS, OBJECTS, variables } from "../lab/config.mjs";

/** As `startLab`, with `evict(className, name)` and `evictAll()`: the memory goes, sockets and storage stay. */
export async function startMiniflare({ modulesRoot, ...options } = {}) {
  const folder = modulesRoot ?? (await build("lab"));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "lab",
      host: "127.0.0.1",
      port: 0,
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: COMPATIBILITY_FLAGS,
      modulesRoot: folder,
      modules: [
        { type: "ESModule", path: join(folder, "index.js") },
        { type: "CompiledWasm", path: join(folder, "index_bg.wasm") },
      ],
      bindings: variables(options),
      serviceBindings: { SELF: "lab" },
      durableObjects: Object.fromEntries(
        Object.entries(OBJECTS).map(([binding, className]) => [binding, { className, useSQLite: true }]),
      ),
    }),
  );
  const evict = (className, target) =>
    miniflare.unsafeEvictDurableObject("lab", className, { ...target, webSockets: "hibernate" });
  return {
    url: (await miniflare.ready).origin,
    evict: (className, name) => evict(className, { name }),
    /** Gives how many objects were awake. */
    async evictAll() {
      let evicted = 0;
      for (const className of Object.values(OBJECTS)) {
        for (const id of await miniflare.listDurableObjectIds(className, "lab")) {
          await evict(className, { id }).then(
            () => (evicted += 1),
            (error) => /not currently running/.test(error.message) || Promise.reject(error),
          );
        }
      }
      return evicted;
    },
    stop: () => miniflare.dispose(),
  };
}
