//! The application under test, and its clients.

use std::time::Duration;

use parlor::{Memory, TestClient, TestServer, prelude::*};
use serde_json::{Value, json};

#[derive(Default, Serialize, Deserialize)]
struct Notes {
    list: Vec<String>,
}

async fn connect(socket: Socket, Auth(auth): Auth<Value>) -> Result<Notes, Refused> {
    if auth["token"] == "wrong" {
        return Err(Refused::new("unauthorized").data(&json!({ "code": 401 })));
    }
    socket.emit("auth", &auth)?;
    Ok(Notes::default())
}

async fn message(socket: Socket, payload: Payload) -> Result<(), Fault> {
    socket.emit("message-back", &payload)
}

async fn echo(payload: Payload) -> Ack<Payload> {
    Ack(payload)
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
    Ack(socket.rooms().iter().map(ToString::to_string).collect())
}

async fn msg(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    socket.to(&room).emit("msg", &x)
}

async fn all(io: Io, Data((room, x)): Data<(String, Value)>) -> Result<(), Fault> {
    io.to(&room).emit("msg", &x)
}

async fn union(socket: Socket, Data((rooms, x)): Data<(Vec<String>, Value)>) -> Result<(), Fault> {
    rooms.iter().fold(socket.broadcast(), |target, room| target.to(room)).emit("msg", &x)
}

async fn except(socket: Socket, Data((room, out, x)): Data<(String, String, Value)>) -> Result<(), Fault> {
    socket.to(&room).except(&out).emit("msg", &x)
}

async fn broadcast(socket: Socket, Data(x): Data<Value>) -> Result<(), Fault> {
    socket.broadcast().emit("msg", &x)
}

async fn everyone(io: Io, Data(x): Data<Value>) -> Result<(), Fault> {
    io.emit("msg", &x)
}

async fn note(mut notes: SocketData<Notes>, Data(text): Data<String>) -> Result<Ack<usize>, Fault> {
    notes.list.push(text.clone());
    if text == "bad" { Err(Fault::new("bad note", "no")) } else { Ok(Ack(notes.list.len())) }
}

async fn boom() -> Result<(), Fault> {
    "seven".parse::<u32>()?;
    Ok(())
}

async fn who(io: Io, Data(room): Data<String>) -> Ack<Vec<String>> {
    let mut ids: Vec<String> =
        io.in_(&room).fetch_sockets().await.iter().map(|s| s.id().to_owned()).collect();
    ids.sort();
    Ack(ids)
}

async fn join_and_count(socket: Socket, io: Io, Data(room): Data<String>) -> Result<Ack<usize>, Fault> {
    socket.join(&room);
    let there = io.in_(&room).fetch_sockets().await.len();
    socket.to(&room).emit("count", there)?;
    Ok(Ack(there))
}

async fn join_and_say(socket: Socket, Data((join, say)): Data<(String, String)>) -> Result<(), Fault> {
    socket.join(&join);
    socket.to(&say).emit("msg", &join)
}

async fn ask_me(socket: Socket, Data((x, ms)): Data<(Raw, u64)>) -> Result<Ack<Raw>, Fault> {
    Ok(Ack(socket.timeout(Duration::from_millis(ms)).emit_with_ack("question", &x).await?))
}

async fn ask_room(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<Ack<Value>, Fault> {
    let answers = socket.to(&room).emit_with_ack("question", &x).await?;
    let read: Vec<Value> = answers.answers.iter().filter_map(|answer| answer.to().ok()).collect();
    Ok(Ack(json!({ "answers": read, "timedOut": answers.timed_out })))
}

async fn herd(io: Io, Data((from, to)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&from).join_all(&to).await?))
}

async fn unherd(io: Io, Data((from, to)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&from).leave_all(&to).await?))
}

async fn kick(io: Io, Data((id, close)): Data<(String, bool)>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&id).disconnect_all(close).await?))
}

async fn order(socket: Socket, Data((dish, ms, handler)): Data<(String, u64, String)>) -> Result<Ack, Fault> {
    Ok(Ack(socket.timeout(Duration::from_millis(ms)).emit_then("sure?", &dish, &handler, &dish)?))
}

async fn confirmed(
    socket: Socket,
    mut notes: SocketData<Notes>,
    Kept(dish): Kept<String>,
    sure: Result<Data<bool>, Fault>,
) -> Result<(), Fault> {
    notes.list.push(dish.clone());
    let said = match sure {
        Ok(Data(sure)) => json!(sure),
        Err(fault) => json!(fault.is_timeout()).to_string().into(),
    };
    socket.emit("confirmed", (dish, said, notes.list.len()))
}

/// When the members' connections were opened, and how many rooms each is in.
async fn ages(io: Io, Data(room): Data<String>) -> Ack<Vec<(u64, usize)>> {
    let members = io.in_(&room).fetch_sockets().await;
    let mut ages: Vec<_> = members.iter().map(|one| (one.handshake().issued, one.rooms().len())).collect();
    ages.sort_unstable();
    Ack(ages)
}

async fn hang() {
    std::future::pending::<()>().await;
}

/// Sends back under the name that it is told.
async fn as_event(socket: Socket, Data((name, x)): Data<(String, Raw)>) -> Result<Ack, Fault> {
    Ok(Ack(socket.emit(&name, &x)?))
}

async fn org(socket: Socket, params: Params) -> Result<(), Fault> {
    socket.emit("org", (params.parse::<u32>("id")?, params.get("team")))
}

async fn unknown(socket: Socket, EventName(name): EventName) -> Result<(), Fault> {
    socket.emit("unknown", &name)
}

async fn gone(socket: Socket, io: Io, DisconnectReason(why): DisconnectReason) -> Result<(), Fault> {
    let rooms = socket.rooms();
    let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).filter(|room| *room != socket.id()).collect();
    io.emit("gone", &(why, rooms))
}

async fn leave_me(socket: Socket, Data(close): Data<bool>) {
    socket.disconnect(close);
}

/// Greets, then asks, before anyone is let in.
async fn careful(socket: Socket, io: Io) -> Result<(), Refused> {
    socket.emit("greeting", ())?;
    match io.all().fetch_sockets().await.len() {
        0 | 1 => Ok(()),
        _ => Err(Refused::new("full")),
    }
}

async fn first_door(socket: Socket, Auth(auth): Auth<Value>) -> Result<(), Refused> {
    socket.emit("first", ())?;
    if auth["first"] == true { Ok(()) } else { Err(Refused::new("first").data(&1)) }
}

/// Waits, as one that asks others would.
async fn second_door(io: Io, Auth(auth): Auth<Value>) -> Result<(), Refused> {
    let there = io.all().fetch_sockets().await.len();
    if auth["second"] == there { Ok(()) } else { Err(Refused::new("second").data(&there)) }
}

async fn inside(socket: Socket) -> Result<String, Refused> {
    socket.emit("inside", ())?;
    Ok("data".to_owned())
}

async fn strict(payload: Payload) -> Result<Ack<&'static str>, Fault> {
    if payload.is_empty() { Err(Fault::new("empty", "say something")) } else { Ok(Ack("not used")) }
}

/// The rooms as the handler sees them while it joins and leaves.
async fn moves(
    socket: Socket,
    Data((join, leave)): Data<(String, String)>,
) -> Ack<(Vec<String>, bool, bool)> {
    socket.join(&join);
    socket.leave(&leave);
    let rooms = socket.rooms().iter().map(ToString::to_string).collect();
    Ack((rooms, socket.is_in(&join), socket.is_in(&leave)))
}

pub(crate) fn app() -> App {
    let main = Namespace::new(connect)
        .on("message", message)
        .on("echo", echo)
        .on("join", join)
        .on("leave", leave)
        .on("rooms", rooms)
        .on("moves", moves)
        .on("msg", msg)
        .on("all", all)
        .on("union", union)
        .on("except", except)
        .on("broadcast", broadcast)
        .on("everyone", everyone)
        .on("note", note)
        .on("boom", boom)
        .on("who", who)
        .on("ages", ages)
        .on("hang", hang)
        .on("order", order)
        .on_answer("confirmed", confirmed)
        .on("as-event", as_event)
        .on("ask-me", ask_me)
        .on("ask-room", ask_room)
        .on("herd", herd)
        .on("unherd", unherd)
        .on("kick", kick)
        .on("join-and-count", join_and_count)
        .on("leave-me", leave_me)
        .on("join-and-say", join_and_say)
        .on_fallback(unknown)
        .on_disconnect(gone);
    App::new()
        .gateways_per_location(2)
        .namespace("/", main)
        .namespace("/other", Namespace::open().on("msg", msg))
        .dynamic(
            "/org-{id}/{team}",
            |params| params.parse::<u32>("id").is_ok(),
            Namespace::new(org).on("msg", msg).on("everyone", everyone),
        )
        .namespace("/careful", Namespace::new(careful))
        .namespace("/strict", Namespace::open().on("echo", echo).guard(strict))
        .namespace("/doors", Namespace::new(inside).guard_connect(first_door).guard_connect(second_door))
}

pub(crate) fn in_every_memory(test: impl Fn(&mut TestServer)) {
    in_every_memory_of(app, test);
}

pub(crate) fn in_every_memory_of(app: impl Fn() -> App + Copy + 'static, test: impl Fn(&mut TestServer)) {
    for memory in [Memory::Kept, Memory::Snapshots, Memory::Rows] {
        println!("memory: {memory:?}");
        test(&mut TestServer::with_memory(app, memory));
    }
}

/// A client that has already had its greeting.
pub(crate) fn guest(server: &mut TestServer) -> TestClient {
    let client = server.connect("/", &json!({}));
    assert_eq!(client.events(), [("auth".to_owned(), json!([{}]))]);
    client
}

pub(crate) fn msgs(client: &TestClient) -> Vec<Value> {
    client.events().into_iter().filter(|(name, _)| name == "msg").map(|(_, args)| args[0].clone()).collect()
}
