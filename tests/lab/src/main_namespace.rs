//! The namespace `/`, row by row.

use std::collections::BTreeMap;

use parlor_worker::prelude::*;
use serde_json::Value;

/// What `set` and `get` keep.
pub(crate) type Notes = BTreeMap<String, Value>;

/// Events that come with later parts of the library.
const LATER: [&str; 11] =
    ["publish", "history", "push", "consume", "stop", "queue", "ask", "ask-me", "who", "herd", "unherd"];

pub(crate) fn namespace() -> Namespace<Notes> {
    let namespace = Namespace::new(connect)
        .on("message", message)
        .on("message-with-ack", echo)
        .on("echo", echo)
        .on("join", join)
        .on("leave", leave)
        .on("rooms", rooms)
        .on("msg", msg)
        .on("all", all)
        .on("union", union)
        .on("except", except)
        .on("broadcast", broadcast)
        .on("everyone", everyone)
        .on("whisper", whisper)
        .on("volatile", volatile)
        .on("set", set)
        .on("get", get)
        .on("boom", boom)
        .on("kick", kick)
        .on_fallback(unknown)
        .on_disconnect(gone);
    LATER.iter().fold(namespace, |namespace, event| namespace.on(event, later))
}

async fn connect(socket: Socket, Auth(auth): Auth<Value>) -> Result<Notes, Fault> {
    socket.emit("auth", &auth)?;
    Ok(Notes::new())
}

pub(crate) async fn message(socket: Socket, args: Payload) -> Result<(), Fault> {
    socket.emit("message-back", args)
}

async fn echo(args: Payload) -> Ack<Payload> {
    Ack(args)
}

async fn join(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.join(&room);
    Ack(())
}

async fn leave(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.leave(&room);
    Ack(())
}

async fn rooms(socket: Socket) -> Ack<Vec<String>> {
    Ack(socket.rooms().into_iter().map(ToOwned::to_owned).collect())
}

async fn msg(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    socket.to(&room).emit("msg", &x)
}

async fn all(io: Io, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    io.to(&room).emit("msg", &x)
}

async fn union(socket: Socket, Data((rooms, x)): Data<(Vec<String>, Raw)>) -> Result<(), Fault> {
    if rooms.is_empty() {
        return Ok(()); // no room, no member; a broadcast that names none is for everyone
    }
    rooms.iter().fold(socket.broadcast(), |members, room| members.to(room)).emit("msg", &x)
}

async fn except(socket: Socket, Data((room, out, x)): Data<(String, String, Raw)>) -> Result<(), Fault> {
    socket.to(&room).except(&out).emit("msg", &x)
}

async fn broadcast(socket: Socket, Data(x): Data<Raw>) -> Result<(), Fault> {
    socket.broadcast().emit("msg", &x)
}

async fn everyone(io: Io, Data(x): Data<Raw>) -> Result<(), Fault> {
    io.emit("msg", &x)
}

async fn whisper(io: Io, Data((id, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    io.to(&id).emit("msg", &x)
}

async fn volatile(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    socket.to(&room).volatile().emit("msg", &x)
}

async fn set(mut notes: SocketData<Notes>, Data((key, value)): Data<(String, Value)>) -> Ack {
    notes.insert(key, value);
    Ack(())
}

async fn get(notes: SocketData<Notes>, Data(key): Data<String>) -> Ack<Value> {
    Ack(notes.get(&key).cloned().unwrap_or_default())
}

async fn boom() -> Result<(), Fault> {
    Err(Fault::internal("boom, as asked for"))
}

/// Others than the sender come with a later part of the library.
async fn kick(socket: Socket, Data((id, close)): Data<(String, bool)>) -> Result<Ack, Fault> {
    if id != socket.id() {
        return Err(Fault::new("not implemented", "`kick` of others comes with a later part of the library"));
    }
    socket.disconnect(close);
    Ok(Ack(()))
}

/// Tells of it where the socket's data says so, under `tell`.
async fn gone(
    io: Io,
    socket: Socket,
    notes: SocketData<Notes>,
    reason: DisconnectReason,
) -> Result<(), Fault> {
    match notes.get("tell").and_then(Value::as_str) {
        Some(room) => io.to(room).emit("gone", (socket.id(), reason.0)),
        None => Ok(()),
    }
}

async fn unknown(socket: Socket, EventName(name): EventName) -> Result<(), Fault> {
    socket.emit("unknown", &name)
}

async fn later(EventName(name): EventName) -> Result<(), Fault> {
    Err(Fault::new("not implemented", format!("`{name}` comes with a later part of the library")))
}
