// The lab app in miniflare, where its objects can be evicted at will. Needs Node 22; `npm test` sees to that.
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { build } from "../../scripts/build.mjs";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS, OBJECTS, variables } from "../lab/config.mjs";

/**
 * As `startLab`, with `evict(className, name)` and `evictAll()`: the memory goes, sockets and storage stay; and with
 * `crash(className, name)`: the sockets go too.
 */
export async function startMiniflare({ modulesRoot, ratelimits, ...options } = {}) {
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
      ratelimits,
      bindings: variables(options),
      serviceBindings: { SELF: "lab" },
      durableObjects: Object.fromEntries(
        Object.entries(OBJECTS).map(([binding, className]) => [binding, { className, useSQLite: true }]),
      ),
    }),
  );
  /** Gives whether it was awake. */
  const evict = (className, target, webSockets = "hibernate") =>
    miniflare.unsafeEvictDurableObject("lab", className, { ...target, webSockets }).then(
      () => true,
      (error) => !/not currently running/.test(error.message) && Promise.reject(error),
    );
  return {
    url: (await miniflare.ready).origin,
    evict: (className, name) => evict(className, { name }),
    crash: (className, name) => evict(className, { name }, "close"),
    /** Gives how many objects were awake. */
    async evictAll() {
      let evicted = 0;
      for (const className of Object.values(OBJECTS)) {
        for (const id of await miniflare.listDurableObjectIds(className, "lab")) {
          if (await evict(className, { id })) evicted += 1;
        }
      }
      return evicted;
    },
    stop: () => miniflare.dispose(),
  };
}
