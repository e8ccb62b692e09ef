// Raw Engine.IO, frame by frame: `const session = await poll(lab.url)`, `const socket = dial(t, lab.url)`.
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import WebSocket from "ws";
import { within } from "./clients.mjs";

export const SEPARATOR = "\x1e";
const TEXT = "text/plain;charset=UTF-8"; // as the official client has it

/** One HTTP request to Engine.IO, with no header but those given: `{status, type, cache, headers, bytes, body}`. */
export async function request(url, query, options = {}) {
  const { asked, answer } = sending(url, query, options);
  asked.end(options.body);
  return answer;
}

/** A POST whose body is not at its end yet: write to `asked`, and end it. */
export function slowPost(session, text) {
  const { asked, answer } = session.sending({ method: "POST", headers: { "content-type": TEXT } });
  asked.write(text);
  return { asked, answer };
}

function sending(url, query, { path = "/socket.io/", method = "GET", headers, body, signal } = {}) {
  const type = typeof body === "string" ? { "content-type": TEXT } : {};
  const target = `${url}${path}${query === undefined ? "" : `?${query}`}`;
  const asked = httpRequest(target, { method, headers: { ...type, ...headers }, signal, agent: false });
  const answered = new Promise((done, failed) => {
    asked.on("error", failed);
    asked.on("response", async (response) => {
      const parts = [];
      try {
        for await (const part of response) parts.push(part);
      } catch (error) {
        return failed(error);
      }
      const bytes = Buffer.concat(parts);
      const { "content-type": type, "cache-control": cache } = response.headers;
      done({ status: response.statusCode, type, cache, headers: response.headers, bytes, body: bytes.toString() });
    });
  });
  return { asked, answer: within(answered, `${method} ${target.slice(0, 200)}`) };
}

export const pick = ({ status, body }) => ({ status, body });

/** A polling session, opened. `more` goes into the query of every request. */
export async function poll(url, path = "/socket.io/", { EIO = 4, more = "", headers } = {}) {
  const base = `EIO=${EIO}&transport=polling${more}`;
  const opened = await request(url, base, { path, headers });
  const text = jsonp(opened.body)?.data ?? opened.body;
  const open = JSON.parse(text.slice(text.indexOf("{"), text.indexOf("}") + 1)); // in version 3 a length is before it
  const query = `${base}&sid=${open.sid}`;
  return {
    opened,
    open,
    sid: open.sid,
    query,
    sending: (options) => sending(url, query, { path, ...options }),
    get: (options) => request(url, query, { path, ...options }),
    post: (body, options) => request(url, query, { path, method: "POST", body, ...options }),
  };
}

/** What a script with an answer in it calls, and with what: `{call, data}`. Nothing if it is no script. */
export function jsonp(body) {
  const [, call, data] = body.match(/^(___eio\[\d*\])\((.*)\);$/s) ?? [];
  return call && { call, data: JSON.parse(data) };
}

/** Packets as version 3 puts them in one text: each with its length in UTF-16 units before it. */
export const payload3 = (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join("");

/** A polling session in the namespace `/`, its greeting read. `id` is its socket's. */
export async function pollMain(url) {
  const session = await poll(url);
  await session.post("40");
  let greeting = "";
  while (!greeting.includes('["auth"')) greeting += (await session.get()).body;
  session.id = JSON.parse(greeting.match(/40(\{.*?\})/)[1]).sid; // on a busy machine a ping may come before it
  return session;
}

/** A raw WebSocket to Engine.IO; `query` is a whole one, or a session's sid. */
export function dial(t, url, { sid, query = "EIO=4&transport=websocket", path = "/socket.io/", ...options } = {}) {
  const target = `${url.replace("http", "ws")}${path}?${query}${sid ? `&sid=${sid}` : ""}`;
  const socket = new Wire(new WebSocket(target, options));
  t.after(() => socket.ws.terminate());
  return socket;
}

/** A raw WebSocket session in the namespace `/`, its greeting read. `id` is its socket's. */
export async function dialMain(t, url) {
  const socket = dial(t, url);
  await socket.next();
  socket.send("40");
  let frame = "";
  while (!frame.startsWith('42["auth"')) { // on a busy machine a ping may come before any of these
    frame = await socket.next();
    if (frame.startsWith("40")) socket.id = JSON.parse(frame.slice(2)).sid;
  }
  return socket;
}

/** Sends an event of a socket in `/`, and gives the arguments of its acknowledgement, whatever comes before that. */
export async function call(socket, ...event) {
  socket.send(`420${JSON.stringify(event)}`);
  let frame = "";
  while (!frame.startsWith?.("430[")) frame = await socket.next();
  return JSON.parse(frame.slice(3));
}

/** The same by polling, where nothing else may come. */
export async function callByPoll(session, ...event) {
  await session.post(`420${JSON.stringify(event)}`);
  const { body } = await session.get();
  if (!body.startsWith("430[")) throw new Error(`not an acknowledgement: ${body}`);
}

/** Somebody in `/` who hears why others go: of those that were told `set tell watchers`. */
export async function watch(t, url) {
  const socket = await dialMain(t, url);
  socket.ws.on("message", (data) => String(data) === "2" && socket.send("3"));
  await call(socket, "join", "watchers");
  return {
    /** The reason for which the socket of that id went. */
    async reason(id) {
      for (;;) {
        const frame = await socket.next();
        if (!frame.startsWith('42["gone"')) continue;
        const [, gone, reason] = JSON.parse(frame.slice(2));
        if (gone === id) return reason;
      }
    },
  };
}

export const TELL = ["set", "tell", "watchers"];

/** The packet by which a socket asks the server to disconnect it, its whole connection if `close` is true. */
export const kick = ({ id }, close) => `42${JSON.stringify(["kick", id, close])}`;

class Wire {
  #frames = [];
  #wake = () => {};

  constructor(ws) {
    this.ws = ws;
    this.ended = false;
    ws.on("message", (data, binary) => this.#push(binary ? data : data.toString()));
    ws.on("error", () => {});
    /** The headers of the answer that opened it. */
    this.headers = new Promise((done) => ws.on("upgrade", ({ headers }) => done(headers)));
    /** How it ended: `{code}`, or `{status, type, body}` if the server refused to open it. */
    this.end = new Promise((done) => {
      ws.on("close", (code) => done({ code }));
      ws.on("open", () => {
        // The close frame. ws itself goes on to wait for the end of TCP, which workerd lets take 10 s if the client
        // has never sent a data frame.
        ws._receiver.on("conclude", (code) => done({ code }));
      });
      ws.on("unexpected-response", async (_, response) => {
        let body = "";
        for await (const part of response) body += part;
        done({ status: response.statusCode, type: response.headers["content-type"], body });
      });
    });
    this.end.then(() => ((this.ended = true), this.#wake()));
  }

  #push(frame) {
    this.#frames.push(frame);
    this.#wake();
  }

  /** The next frame: text is a string, binary a Buffer. */
  async next() {
    const ready = async () => {
      while (this.#frames.length === 0 && !this.ended) await new Promise((done) => (this.#wake = done));
    };
    await within(ready(), "a frame");
    if (this.#frames.length === 0) throw new Error(`a frame was due, but it ended: ${JSON.stringify(await this.end)}`);
    return this.#frames.shift();
  }

  async opened() {
    if (this.ws.readyState === WebSocket.CONNECTING) await within(once(this.ws, "open"), "the WebSocket");
  }

  send(...frames) {
    for (const frame of frames) this.ws.send(frame);
  }

  /** How it ends; an error if it does not, or if frames come before that. */
  async ends({ after = "nothing" } = {}) {
    const end = await within(this.end, "the end of the WebSocket");
    if (after === "nothing" && this.#frames.length > 0) throw new Error(`before the end came ${this.#frames[0]}`);
    return end;
  }
}

/** Gives requests that are under way the time to arrive: others go there and back, over the same Worker and Gateway. */
export async function settle(url, sid) {
  for (let n = 0; n < 5; n += 1) await request(url, `EIO=4&transport=polling&sid=${"A".repeat(20)}${sid.slice(20)}`);
}
