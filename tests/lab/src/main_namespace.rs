//! The namespace `/`, row by row.

use std::{collections::BTreeMap, time::Duration};

use parlor_worker::{parlor::Counts, prelude::*};
use serde_json::Value;

use crate::values;

/// What `set` and `get` keep.
pub(crate) type Notes = BTreeMap<String, Value>;

pub(crate) fn namespace() -> Namespace<Notes> {
    Namespace::new(connect)
        .history(Keep::messages(100_000))
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
        .on("ask", ask)
        .on("ask-me", ask_me)
        .on("who", who)
        .on("herd", herd)
        .on("unherd", unherd)
        .on("kick", kick)
        .on("push", push)
        .on("consume", consume)
        .on("stop", stop)
        .on("queue", queue)
        .on("publish", publish)
        .on("history", history)
        .on("replace", values::replace)
        .on("keep", values::keep)
        .on("kept", values::kept)
        .on("values", values::values)
        .on("claim", values::claim)
        .on("forget", values::forget)
        .on_recover(recovered)
        .on_fallback(unknown)
        .on_disconnect(gone)
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

pub(crate) async fn join(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.join(&room);
    Ack(())
}

async fn leave(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.leave(&room);
    Ack(())
}

async fn rooms(socket: Socket) -> Ack<Vec<String>> {
    Ack(socket.rooms().iter().map(ToString::to_string).collect())
}

pub(crate) async fn msg(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    timed_out: bool,
    answers: Vec<Raw>,
}

async fn ask(socket: Socket, Data((room, x, ms)): Data<(String, Raw, u64)>) -> Result<Ack<Answered>, Fault> {
    let others = socket.to(&room).timeout(Duration::from_millis(ms));
    let Answers { answers, timed_out } = others.emit_with_ack("question", &x).await?;
    let answers = answers.iter().filter_map(|answer| answer.to().ok()).collect();
    Ok(Ack(Answered { timed_out, answers }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum AskedMe {
    Answer(Option<Raw>),
    Error(&'static str),
}

async fn ask_me(socket: Socket, Data((x, ms)): Data<(Raw, u64)>) -> Result<Ack<AskedMe>, Fault> {
    match socket.timeout(Duration::from_millis(ms)).emit_with_ack("question", &x).await {
        Ok(answer) => Ok(Ack(AskedMe::Answer(answer))),
        Err(fault) if fault.is_timeout() => Ok(Ack(AskedMe::Error("timeout"))),
        Err(fault) => Err(fault),
    }
}

async fn who(io: Io, Data(room): Data<String>) -> Ack<Vec<String>> {
    let members = io.in_(&room).fetch_sockets().await;
    let mut ids: Vec<String> = members.iter().map(|member| member.id().to_owned()).collect();
    ids.sort();
    Ack(ids)
}

async fn herd(io: Io, Data((from, to)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.in_(&from).join_all(&to).await?))
}

async fn unherd(io: Io, Data((from, to)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.in_(&from).leave_all(&to).await?))
}

async fn kick(io: Io, Data((id, close)): Data<(String, bool)>) -> Result<Ack, Fault> {
    Ok(Ack(io.in_(&id).disconnect_all(close).await?))
}

async fn publish(io: Io, Data((room, x, id)): Data<(String, Raw, Option<String>)>) -> Asked<Receipt> {
    io.to(&room).once(&id.unwrap_or_default()).publish("said", &x)
}

async fn history(
    io: Io,
    Data((room, after, limit)): Data<(String, u64, u64)>,
) -> Result<Ack<Payload>, Fault> {
    let page = io.to(&room).history(Page::after(after, limit)).await?;
    let messages: Vec<_> = page.iter().map(Stored::message).collect();
    Ok(Ack(Payload::from_args(&messages)?))
}

/// As on connecting.
async fn recovered(socket: Socket, Auth(auth): Auth<Value>) -> Result<(), Fault> {
    socket.emit("auth", &auth)
}

#[derive(Serialize)]
struct Pushed {
    id: u64,
}

async fn push(io: Io, Data((queue, x)): Data<(String, Raw)>) -> Result<Ack<Pushed>, Fault> {
    Ok(Ack(Pushed { id: io.queue(&queue).push(&x).await? }))
}

async fn consume(socket: Socket, Data(queue): Data<String>) -> Result<Ack, Fault> {
    Ok(Ack(socket.consume(&queue)?))
}

async fn stop(socket: Socket, Data(queue): Data<String>) -> Result<Ack, Fault> {
    Ok(Ack(socket.stop_consuming(&queue).await?))
}

async fn queue(io: Io, Data(queue): Data<String>) -> Result<Ack<Counts>, Fault> {
    Ok(Ack(io.queue(&queue).counts().await?))
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
