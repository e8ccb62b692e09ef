// The lab app on Socket.IO's own server, with the options of `variables()` in config.mjs: the parts of its contract
// that tests/protocol asks for. What it does is what the lab on workerd is held to. node.mjs runs it as a thread.
import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { Server } from "socket.io";
import * as msgpack from "socket.io-msgpack-parser";

const require = createRequire(import.meta.url);
const { attach } = createRequire(require.resolve("socket.io"))("engine.io"); // the very one that it uses itself

const http = createServer((request, response) => {
  const healthy = request.url === "/healthz";
  response.writeHead(healthy ? 200 : 404).end(healthy ? "ok" : undefined);
});
application(new Server(http, serverOptions(workerData)));
const echo = attach(http, { ...serverOptions(workerData), path: "/engine.io/" });
echo.on("connection", (socket) => socket.on("data", (data) => socket.send(data)));
await once(http.listen(0, "127.0.0.1"), "listening");
parentPort.postMessage(http.address().port);

/** What is undefined keeps its default, which to Socket.IO it must not even be named for. */
function serverOptions({ cookie, parser, recovery, gateways, checkOrigin, ...same }) {
  const options = { ...same, cookie: cookie && { name: cookie }, allowRequest };
  if (parser === "msgpack") options.parser = msgpack;
  if (recovery) options.connectionStateRecovery = { maxDisconnectionDuration: recovery };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** `deny=WORDS` in the query of a handshake has it refused with these words; with none, with Socket.IO's own. */
function allowRequest(request, decide) {
  const words = new URL(request.url, "http://lab").searchParams.get("deny");
  decide(words || null, words === null);
}

function application(io) {
  io.of("/").on("connection", (socket) => {
    greet(socket);
    const events = mainEvents(io, socket);
    for (const [name, handler] of Object.entries(events)) socket.on(name, handler);
    socket.onAny((name) => {
      // An event without payload has no name either, but its acknowledgement if it wants one.
      if (!Object.hasOwn(events, name)) socket.emit("unknown", typeof name === "function" ? undefined : name);
    });
    socket.on("disconnect", (reason) => {
      const { tell } = socket.data;
      if (tell) io.to(tell).emit("gone", socket.id, reason);
    });
  });
  io.of("/custom").on("connection", (socket) => {
    greet(socket);
    socket.on("message", (...args) => messageBack(socket, args));
  });
  const refused = Object.assign(new Error("unauthorized"), { data: { code: 401 } });
  io.of("/members").use((socket, next) => next(socket.handshake.auth.token === "letmein" ? undefined : refused));
}

function greet(socket) {
  socket.on("error", () => {}); // an invalid packet is one, and nobody listening to it is an exception
  socket.emit("auth", socket.handshake.auth);
}

function messageBack(socket, args) {
  socket.emit("message-back", ...args.filter((arg) => typeof arg !== "function"));
}

function mainEvents(io, socket) {
  const acks = (answer) => (...args) => {
    const ack = args.at(-1);
    const values = answer(...args) ?? [];
    if (typeof ack === "function") ack(...values);
  };
  const data = socket.recovered ? socket.data : (socket.data = Object.create(null));
  return {
    message: (...args) => messageBack(socket, args),
    "message-with-ack": acks((...args) => args.slice(0, -1)),
    echo: acks((x) => [x]),
    join: acks((room) => socket.join(room)),
    leave: acks((room) => socket.leave(room)),
    rooms: acks(() => [[...socket.rooms].sort()]),
    msg: (room, x) => socket.to(room).emit("msg", x),
    all: (room, x) => io.to(room).emit("msg", x),
    except: (room, out, x) => socket.to(room).except(out).emit("msg", x),
    volatile: (room, x) => socket.to(room).volatile.emit("msg", x),
    broadcast: (x) => socket.broadcast.emit("msg", x),
    everyone: (x) => io.emit("msg", x),
    whisper: (id, x) => io.to(id).emit("msg", x),
    kick: acks((id, close) => void io.in(id).disconnectSockets(close)),
    set: acks((key, value) => void (data[key] = value)),
    get: acks((key) => [data[key] ?? null]),
    ask: (room, x, ms, ack) => {
      socket.to(room).timeout(ms).emit("question", x, (late, answers) => ack({ timedOut: Boolean(late), answers }));
    },
    "ask-me": async (x, ms, ack) => {
      const answered = (answer) => ({ answer });
      ack(await socket.timeout(ms).emitWithAck("question", x).then(answered, () => ({ error: "timeout" })));
    },
    boom: acks(() => [{ error: "internal" }]),
  };
}
