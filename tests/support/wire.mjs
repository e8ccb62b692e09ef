// Raw Engine.IO, frame by frame: `const session = await poll(lab.url)`, `const socket = dial(t, lab.url)`.
import { once } from "node:events";
import WebSocket from "ws";
import { within } from "./clients.mjs";

export const SEPARATOR = "\x1e";

/** One HTTP request to Engine.IO: `{status, type, cache, body}`. */
export async function request(url, query, { path = "/socket.io/", ...options } = {}) {
  const asked = fetch(`${url}${path}?${query}`, options).then(async (response) => ({
    status: response.status,
    type: response.headers.get("content-type"),
    cache: response.headers.get("cache-control"),
    body: await response.text(),
  }));
  return within(asked, `${options.method ?? "GET"} ${path}?${query}`);
}

/** A polling session, opened. */
export async function poll(url, path = "/socket.io/") {
  const opened = await request(url, "EIO=4&transport=polling", { path });
  const open = JSON.parse(opened.body.slice(1));
  const query = `EIO=4&transport=polling&sid=${open.sid}`;
  return {
    opened,
    open,
    sid: open.sid,
    query,
    get: (options) => request(url, query, { path, ...options }),
    post: (body, options) => request(url, query, { path, method: "POST", body, ...options }),
  };
}

/** A polling session in the namespace `/`, its greeting read. */
export async function pollMain(url) {
  const session = await poll(url);
  await session.post("40");
  let greeting = "";
  while (!greeting.includes('["auth"')) greeting += (await session.get()).body;
  return session;
}

/** A raw WebSocket to Engine.IO; `query` is a whole one, or a session's sid. */
export function dial(t, url, { sid, query = "EIO=4&transport=websocket", path = "/socket.io/" } = {}) {
  const target = `${url.replace("http", "ws")}${path}?${query}${sid ? `&sid=${sid}` : ""}`;
  const socket = new Wire(new WebSocket(target));
  t.after(() => socket.ws.terminate());
  return socket;
}

/** A raw WebSocket session in the namespace `/`, its greeting read. */
export async function dialMain(t, url) {
  const socket = dial(t, url);
  await socket.next();
  socket.send("40");
  await socket.next();
  await socket.next();
  return socket;
}

class Wire {
  #frames = [];
  #wake = () => {};

  constructor(ws) {
    this.ws = ws;
    this.ended = false;
    ws.on("message", (data, binary) => this.#push(binary ? data : data.toString()));
    ws.on("error", () => {});
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
