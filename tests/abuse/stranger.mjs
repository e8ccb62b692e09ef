// One who means no good, and what he has: a source of chance, TCP, HTTP, WebSockets. All of it ends with `leave()`.
import { once } from "node:events";
import { connect } from "node:net";
import { within } from "../support/clients.mjs";
import { random } from "../support/random.mjs";
import { dial, dialMain, poll, pollMain, request } from "../support/wire.mjs";

export const POLL = "EIO=4&transport=polling";
export const WS = "EIO=4&transport=websocket";

export class Stranger {
  #dice;
  #cleanUps = [];
  #connections = [];
  /** Of every answer that he got, its HTTP status. */
  statuses = [];
  /** How many requests, connections and frames came from him. */
  acts = 0;

  /** The same seed is the same stranger. */
  constructor(url, seed) {
    this.url = url;
    this.#dice = random(seed);
  }

  /** A whole number below n. */
  number(n) {
    return Math.floor(this.#dice() * n);
  }

  pick(list) {
    return list[this.number(list.length)];
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.number(256)));
  }

  /** As many as `n`, of what `make` gives. */
  many(n, make) {
    return Array.from({ length: n }, (_, index) => make(index));
  }

  /** As a test's: the helpers of `wire.mjs` clean up by it. */
  after(work) {
    this.#cleanUps.push(work);
  }

  /** TCP, and nothing said yet. */
  async tcp() {
    const connection = new Connection(this.url, () => (this.acts += 1));
    this.#connections.push(connection);
    await connection.opened;
    return connection;
  }

  /** A request as bytes of its own making. */
  head(method, query, headers = {}) {
    const lines = Object.entries({ Host: new URL(this.url).host, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    return `${method} /socket.io/?${query} HTTP/1.1\r\n${lines.join("")}\r\n`;
  }

  /** A request like anyone's. Gives its answer, or undefined if none came. */
  async ask(query, options) {
    this.acts += 1;
    const answer = await request(this.url, query, options).catch(ended);
    if (answer) this.statuses.push(answer.status);
    return answer;
  }

  post(session, body) {
    return this.ask(session.query, { method: "POST", body });
  }

  get(session) {
    return this.ask(session.query);
  }

  /** Whether the session is there or not: an answer says it, or a refusal. */
  async knock(session) {
    if ((await this.post(session, '42["message","is somebody there?"]'))?.status === 200) await this.get(session);
  }

  /** A polling session; `main`: in the namespace `/`. */
  session({ main = true } = {}) {
    this.acts += main ? 4 : 1;
    return main ? pollMain(this.url) : poll(this.url);
  }

  /** A WebSocket in the namespace `/`. */
  async member() {
    return this.#counted(await dialMain(this, this.url));
  }

  /** A WebSocket session in no namespace; `how` as for `dial`. */
  dial(how) {
    const socket = this.#counted(dial(this, this.url, how));
    socket.end.then(({ status }) => status && this.statuses.push(status));
    return socket;
  }

  #counted(socket) {
    this.acts += 1;
    const send = socket.ws.send.bind(socket.ws);
    socket.ws.send = (...frame) => ((this.acts += 1), send(...frame));
    return socket;
  }

  leave() {
    for (const connection of this.#connections) {
      this.statuses.push(...connection.statuses());
      connection.cut();
    }
    for (const work of this.#cleanUps) work();
  }
}

/** That the server cut the connection is an answer. That it says nothing at all is none. */
function ended(error) {
  if (/in vain/.test(error.message)) throw error;
}

class Connection {
  #socket;
  #closed;
  #wake = () => {};
  received = "";
  ended = false;

  constructor(url, act) {
    this.act = act;
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port, noDelay: true });
    this.opened = once(this.#socket, "connect");
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text) => ((this.received += text), this.#wake()));
    this.#socket.on("error", () => {}); // "close" follows
    for (const end of ["end", "close"]) this.#socket.on(end, () => ((this.ended = true), this.#wake()));
    this.#closed = once(this.#socket, "close");
    this.#closed.catch(() => {});
  }

  /** Until it is on its way, or there is no way any more. */
  async write(...chunks) {
    for (const chunk of chunks) {
      if (this.ended) return;
      this.act();
      await Promise.race([new Promise((done) => this.#socket.write(chunk, done)), this.#closed]);
    }
  }

  /** Until this has come, or the connection has ended. */
  async hears(pattern) {
    const heard = async () => {
      while (!this.ended && !pattern.test(this.received)) await new Promise((done) => (this.#wake = done));
    };
    await within(heard(), `${pattern} or the end`);
  }

  statuses() {
    return [...this.received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  }

  cut() {
    this.#socket.destroy();
  }
}
