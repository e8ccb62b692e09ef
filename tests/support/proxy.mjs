// A TCP proxy in front of a server, for tests that cut connections: `const proxy = await startProxy(t, lab.url)`.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Gives `{url, links, cut(), strand()}`. It ends with the test. */
export async function startProxy(t, url) {
  const { hostname, port } = new URL(url);
  const links = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, hostname);
    const link = new Link(client, upstream);
    links.add(link);
    upstream.once("close", () => links.delete(link));
  });
  const cut = () => links.forEach((link) => link.cut());
  const strand = () => links.forEach((link) => link.strand());
  t.after(() => (server.close(), cut()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, links, cut, strand };
}

/** One connection of a client, and ours to the server. */
class Link {
  #client;
  #server;
  #stranded = false;
  /** Whether a GET was passed on and nothing of its answer has come. */
  parked = false;

  constructor(client, server) {
    this.#client = client;
    this.#server = server;
    client.on("data", (data) => (this.parked = data.subarray(0, 4).equals(Buffer.from("GET "))));
    server.on("data", () => (this.parked = false));
    for (const end of [client, server]) end.on("error", () => {}); // "close" follows
    client.on("close", () => this.#stranded || server.destroy());
    server.on("close", () => client.destroy());
    client.pipe(server);
    server.pipe(client);
  }

  /** Resets it, towards both sides. */
  cut() {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Resets it towards the client alone, as where a network ends: the server goes on with nobody, and does not notice. */
  strand() {
    this.#stranded = true;
    this.#client.unpipe(this.#server);
    this.#server.unpipe(this.#client);
    this.#server.resume(); // what is sent to nobody
    this.#client.resetAndDestroy();
  }
}
