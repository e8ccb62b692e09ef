// A TCP proxy in front of a server, for tests that cut connections: `const proxy = await startProxy(t, lab.url)`.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Gives `{url, links, cut()}`. It ends with the test. */
export async function startProxy(t, url) {
  const { hostname, port } = new URL(url);
  const links = new Set();
  const server = createServer((client) => {
    const link = new Link(client, connect(port, hostname));
    links.add(link);
    client.once("close", () => links.delete(link));
  });
  const cut = () => links.forEach((link) => link.cut());
  t.after(() => (server.close(), cut()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, links, cut };
}

/** One connection of a client, and ours to the server. */
class Link {
  #ends;
  /** Whether a GET was passed on and nothing of its answer has come. */
  parked = false;

  constructor(client, server) {
    this.#ends = [client, server];
    client.on("data", (data) => (this.parked = data.subarray(0, 4).equals(Buffer.from("GET "))));
    server.on("data", () => (this.parked = false));
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on("error", () => {}); // "close" follows
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  }

  /** Resets it, towards both sides. */
  cut() {
    for (const end of this.#ends) end.resetAndDestroy();
  }
}
