// One Durable Object that holds all sockets (hibernation API), with hand-written Socket.IO framing and nothing
// beyond the benchmark's contract: no pings, no polling, no other namespaces. What workerd allows to this design, not a server.
import { DurableObject } from "cloudflare:workers";

/** How often each object was constructed, by its name: all of them share the Worker's isolate, as it is locally. */
export const constructed = {};

const [DIGIT_0, DIGIT_9] = [48, 57];

export class Hub extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { name } = ctx.id;
    constructed[name] = (constructed[name] ?? 0) + 1;
    this.rooms = new Map(); // name -> Set of sockets
    this.states = new Map(); // socket -> { sid, rooms }
    this.heads = new Map(); // room -> the last number of its history
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS said (room TEXT, seq INTEGER, data TEXT, PRIMARY KEY (room, seq)) WITHOUT ROWID");
    for (const ws of ctx.getWebSockets()) { // after hibernation
      const kept = ws.deserializeAttachment();
      if (!kept) continue;
      this.states.set(ws, { sid: kept.sid, rooms: [] });
      for (const room of kept.rooms) this.join(ws, room);
    }
  }

  fetch(request) {
    if (request.headers.get("upgrade") !== "websocket") return new Response("no WebSocket", { status: 400 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const state = { sid: crypto.randomUUID(), rooms: [] };
    this.states.set(server, state);
    server.serializeAttachment(state);
    server.send(`0{"sid":"${state.sid}","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(ws, packet) {
    if (packet.startsWith("42")) this.event(ws, packet);
    else if (packet.startsWith("40")) ws.send(`40{"sid":"${this.states.get(ws).sid}"}`);
  }

  event(ws, packet) {
    let i = 2;
    for (let c = packet.charCodeAt(i); c >= DIGIT_0 && c <= DIGIT_9; c = packet.charCodeAt(++i));
    const id = packet.slice(2, i);
    const args = JSON.parse(packet.slice(i));
    switch (args[0]) {
      case "msg":
        return this.fanOut(args[1], ws, "42" + JSON.stringify(["msg", args[2]]));
      case "echo":
        return ws.send("43" + id + JSON.stringify([args[1]]));
      case "publish":
        return this.publish(ws, id, args[1], args[2]);
      case "join":
        this.join(ws, args[1]);
        ws.serializeAttachment(this.states.get(ws));
        return ws.send("43" + id + "[]");
    }
  }

  /** Nothing that is sent here leaves before the row is on the disk: workerd sees to that. */
  publish(ws, id, room, data) {
    const head = this.heads.get(room) ?? this.sql.exec("SELECT max(seq) AS head FROM said WHERE room = ?", room).one().head ?? 0;
    const seq = head + 1;
    this.sql.exec("INSERT INTO said (room, seq, data) VALUES (?, ?, ?)", room, seq, JSON.stringify(data));
    this.heads.set(room, seq);
    ws.send("43" + id + JSON.stringify([{ seq }]));
    this.fanOut(room, null, "42" + JSON.stringify(["said", { seq, data }]));
  }

  fanOut(room, sender, packet) {
    const members = this.rooms.get(room);
    if (members) for (const ws of members) if (ws !== sender) ws.send(packet);
  }

  join(ws, room) {
    let members = this.rooms.get(room);
    if (!members) this.rooms.set(room, (members = new Set()));
    if (members.has(ws)) return;
    members.add(ws);
    this.states.get(ws).rooms.push(room);
  }

  webSocketClose(ws) { this.leave(ws); }
  webSocketError(ws) { this.leave(ws); }

  leave(ws) {
    const state = this.states.get(ws);
    if (!state) return;
    this.states.delete(ws);
    for (const room of state.rooms) {
      const members = this.rooms.get(room);
      members.delete(ws);
      if (members.size === 0) this.rooms.delete(room);
    }
  }
}
