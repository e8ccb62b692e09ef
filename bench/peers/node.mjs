// The benchmark's contract on Socket.IO's own server: node peers/node.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((request, response) => response.writeHead(request.url === "/healthz" ? 200 : 404).end());
const io = new Server(http, { transports: ["polling", "websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("msg", (room, payload) => socket.to(room).emit("msg", payload));
  socket.on("echo", (payload, ack) => ack(payload));
});
http.listen(Number(process.argv[2]), "127.0.0.1");
