// Runs the lab app on Socket.IO's own server, in a thread: with that end the timers which Socket.IO keeps after a close.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Starts it on any free port. Gives `{url, port, stop()}`, as `startWorkerd` does. */
export async function startNode(options = {}) {
  const thread = new Worker(new URL("node-app.mjs", import.meta.url), { workerData: options });
  const [port] = await once(thread, "message");
  return { url: `http://127.0.0.1:${port}`, port, stop: () => thread.terminate() };
}
