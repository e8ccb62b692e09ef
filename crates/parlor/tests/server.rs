//! Whole applications on the test server. Every test runs three times: with memory kept, with each machine
//! replaced by its own snapshot after every step, and with every object rebuilt from its stored rows whenever
//! nothing is under way.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "in tests a panic is a failure, and what is printed tells of it"
)]

use std::time::Duration;

use bytes::Bytes;
use parlor::{Incoming, Memory, TestClient, TestServer, prelude::*};
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
    Ack(socket.rooms().into_iter().map(ToOwned::to_owned).collect())
}

async fn msg(socket: Socket, Data((room, x)): Data<(String, Value)>) -> Result<(), Fault> {
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

async fn unknown(socket: Socket, EventName(name): EventName) -> Result<(), Fault> {
    socket.emit("unknown", &name)
}

async fn gone(socket: Socket, io: Io, DisconnectReason(why): DisconnectReason) -> Result<(), Fault> {
    let rooms: Vec<&str> = socket.rooms().into_iter().filter(|room| *room != socket.id()).collect();
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

async fn strict(payload: Payload) -> Result<Ack<&'static str>, Fault> {
    if payload.is_empty() { Err(Fault::new("empty", "say something")) } else { Ok(Ack("not used")) }
}

fn app() -> App {
    let main = Namespace::new(connect)
        .on("message", message)
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
        .on("note", note)
        .on("boom", boom)
        .on("who", who)
        .on("join-and-count", join_and_count)
        .on("leave-me", leave_me)
        .on("join-and-say", join_and_say)
        .on_fallback(unknown)
        .on_disconnect(gone);
    App::new()
        .gateways_per_location(2)
        .namespace("/", main)
        .namespace("/other", Namespace::open().on("msg", msg))
        .namespace("/careful", Namespace::new(careful))
        .namespace("/strict", Namespace::open().on("echo", echo).on_any(strict))
}

fn in_every_memory(test: impl Fn(&mut TestServer)) {
    for memory in [Memory::Kept, Memory::Snapshots, Memory::Rows] {
        println!("memory: {memory:?}");
        test(&mut TestServer::with_memory(app, memory));
    }
}

/// A client that has already had its greeting.
fn guest(server: &mut TestServer) -> TestClient {
    let client = server.connect("/", &json!({}));
    assert_eq!(client.events(), [("auth".to_owned(), json!([{}]))]);
    client
}

fn msgs(client: &TestClient) -> Vec<Value> {
    client.events().into_iter().filter(|(name, _)| name == "msg").map(|(_, args)| args[0].clone()).collect()
}

#[test]
fn connect_is_middleware_and_constructor() {
    in_every_memory(|server| {
        let ann = server.connect("/", &json!({ "token": "right" }));
        assert!(ann.id().ends_with(".any-1"), "{}", ann.id());
        assert_eq!(ann.events(), [("auth".to_owned(), json!([{ "token": "right" }]))]);
        let eve = server.connect("/", &json!({ "token": "wrong" }));
        assert_eq!(eve.refusal(), Some(json!({ "message": "unauthorized", "data": { "code": 401 } })));
        let lost = server.connect("/nowhere", &());
        assert_eq!(lost.refusal(), Some(json!({ "message": "Invalid namespace" })));
        assert!(!lost.is_closed());
    });
}

#[test]
fn payloads_pass_through_unchanged() {
    in_every_memory(|server| {
        let ann = guest(server);
        let payload = Payload::from_raw(
            r#"1, {"a":{"_placeholder":true,"num":0}},"x""#,
            vec![Bytes::from_static(&[1, 2])],
        );
        ann.emit("message", payload.unwrap());
        let bytes = vec![Bytes::from_static(&[1, 2])];
        let args = json!([1, { "a": { "_placeholder": true, "num": 0 } }, "x"]);
        assert_eq!(ann.next(), Some(Incoming::Event("message-back".into(), args, bytes)));
        assert_eq!(ann.ask("echo", ("a", 2)), Some(json!(["a", 2])));
        assert_eq!(ann.ask("echo", ()), Some(json!([])));
        assert_eq!(ann.ask("echo", Value::Null), Some(json!([null])));
        assert_eq!(ann.ask("echo", None::<u8>), Some(json!([null])));
    });
}

#[test]
fn rooms_over_two_gateways() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        for client in [&ann, &bob, &cid] {
            assert_eq!(client.ask("join", "tea"), Some(json!([])));
        }
        assert_eq!(server.members("/", "tea"), 3);
        ann.emit("msg", ("tea", 1));
        ann.emit("all", ("tea", 2));
        assert_eq!(msgs(&ann), [2]);
        assert_eq!(msgs(&bob), [1, 2]);
        assert_eq!(msgs(&cid), [1, 2]);
        assert_eq!(bob.ask("leave", "tea"), Some(json!([])));
        ann.emit("msg", ("tea", 3));
        assert_eq!(msgs(&bob), [0; 0]);
        assert_eq!(msgs(&cid), [3]);
        let mut own = vec![bob.id()];
        own.sort();
        assert_eq!(bob.ask("rooms", ()), Some(json!([own])));
        let mut own = vec![cid.id(), "tea".into()];
        own.sort();
        assert_eq!(cid.ask("rooms", ()), Some(json!([own])));
    });
}

#[test]
fn each_member_gets_a_union_once() {
    in_every_memory(|server| {
        let (ann, bob, cid, dan) = (guest(server), guest(server), guest(server), guest(server));
        bob.ask("join", "a");
        bob.ask("join", "b");
        cid.ask("join", "b");
        dan.ask("join", "c");
        ann.emit("union", &(["a", "b"].to_vec(), 1));
        ann.emit("except", ("b", "a", 2));
        ann.emit("broadcast", 3);
        ann.emit("everyone", 4);
        assert_eq!(msgs(&ann), [4]);
        assert_eq!(msgs(&bob), [1, 3, 4]);
        assert_eq!(msgs(&cid), [1, 2, 3, 4]);
        assert_eq!(msgs(&dan), [3, 4]);
    });
}

#[test]
fn a_socket_is_reached_by_its_id_on_any_gateway() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        for to in [&bob, &cid] {
            ann.emit("msg", &(to.id(), "hi"));
            assert_eq!(msgs(to), ["hi"]);
        }
        assert_eq!(msgs(&ann), [""; 0]);
        ann.emit("msg", &(format!("{}any-9", "x".repeat(20)), "to nobody"));
        assert_eq!(ann.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn two_namespaces_on_one_connection_stay_apart() {
    in_every_memory(|server| {
        let ann = guest(server);
        let (also_ann, other) = (ann.also("/other", &()), server.connect("/other", &()));
        assert_ne!(ann.id(), also_ann.id());
        also_ann.emit("msg", &(other.id(), 7));
        ann.emit("msg", &(other.id(), 8));
        assert_eq!(msgs(&other), [7]);
        also_ann.disconnect();
        assert_eq!(ann.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn socket_data_changes_only_when_all_went_well() {
    in_every_memory(|server| {
        let ann = guest(server);
        assert_eq!(ann.ask("note", "one"), Some(json!([1])));
        assert_eq!(ann.ask("note", "bad"), Some(json!([{ "error": "bad note", "message": "no" }])));
        assert_eq!(ann.ask("note", "two"), Some(json!([2])));
    });
}

#[test]
fn faults_are_told_and_disturb_nobody() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        assert_eq!(ann.ask("boom", ()), Some(json!([{ "error": "internal" }])));
        assert!(server.log().iter().any(|line| line.contains("invalid digit")), "{:?}", server.log());
        let told = ann.ask("join", json!({ "not": "a room" })).unwrap();
        assert_eq!(told[0]["error"], "bad payload");
        ann.emit("nobody-handles-this", 1);
        assert_eq!(ann.events(), [("unknown".to_owned(), json!(["nobody-handles-this"]))]);
        ann.raw("4nonsense");
        assert!(ann.is_closed());
        assert!(!bob.is_closed());
        assert_eq!(bob.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn handlers_may_ask_who_is_there_and_wait_for_it() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        assert_eq!(ann.ask("who", "tea"), Some(json!([[]])));
        assert_eq!(ann.ask("join-and-count", "tea"), Some(json!([1])));
        assert_eq!(bob.ask("join-and-count", "tea"), Some(json!([2])));
        assert_eq!(ann.events(), [("count".to_owned(), json!([2]))]);
        let mut ids = vec![ann.id(), bob.id()];
        ids.sort();
        assert_eq!(cid.ask("who", "tea"), Some(json!([ids])));
    });
}

#[test]
fn what_leaves_is_gone_everywhere() {
    in_every_memory(|server| {
        let (ann, bob, cid, dan) = (guest(server), guest(server), guest(server), guest(server));
        for client in [&ann, &bob, &cid] {
            client.ask("join", "tea");
        }
        ann.disconnect();
        assert_eq!(dan.events(), [("gone".to_owned(), json!(["client namespace disconnect", ["tea"]]))]);
        bob.hang_up();
        assert_eq!(dan.events(), [("gone".to_owned(), json!(["transport close", ["tea"]]))]);
        cid.events();
        cid.emit("leave-me", true);
        assert_eq!(dan.events(), [("gone".to_owned(), json!(["server namespace disconnect", ["tea"]]))]);
        assert_eq!(cid.events(), []);
        assert!(cid.is_closed());
        assert_eq!(server.members("/", "tea"), 0);
        assert!(!ann.is_closed(), "only the namespace was left");
    });
}

#[test]
fn the_server_may_take_a_socket_out_and_keep_the_connection() {
    in_every_memory(|server| {
        let ann = guest(server);
        ann.emit("leave-me", false);
        assert_eq!(ann.next(), Some(Incoming::Disconnected));
        assert!(!ann.is_closed());
        let again = ann.also("/", &json!({}));
        assert_ne!(again.id(), "");
        assert_eq!(again.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn nothing_is_stored_for_those_who_left() {
    in_every_memory(|server| {
        let clients = [guest(server), guest(server), guest(server)];
        for client in &clients {
            client.ask("join", "tea");
        }
        clients.iter().for_each(TestClient::hang_up);
        assert_eq!(server.rows(), 0);
    });
}

#[test]
fn a_silent_client_is_dropped_and_the_others_stay() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        ann.ask("join", "tea");
        server.advance(Duration::from_secs(60));
        assert!(!ann.is_closed());
        ann.mute();
        server.advance(Duration::from_secs(76));
        assert!(ann.is_closed());
        assert!(!bob.is_closed());
        assert_eq!(server.members("/", "tea"), 0);
    });
}

#[test]
fn a_connection_without_a_namespace_is_closed() {
    in_every_memory(|server| {
        let lost = server.connect("/nowhere", &());
        server.advance(Duration::from_secs(44));
        assert!(!lost.is_closed());
        server.advance(Duration::from_secs(2));
        assert!(lost.is_closed());
    });
}

#[test]
fn lost_requests_and_replies_are_made_good() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        server.lose_next_request();
        assert_eq!(ann.ask("join", "tea"), None, "not acknowledged before it has taken effect");
        server.advance(Duration::from_secs(1));
        assert_eq!(ann.next(), Some(Incoming::Ack(0, json!([]))));
        bob.ask("join", "tea");
        server.lose_reply(0);
        ann.emit("all", ("tea", 1));
        server.advance(Duration::from_secs(1));
        ann.emit("all", ("tea", 2));
        assert_eq!(msgs(&ann), [1, 2]);
        assert_eq!(msgs(&bob), [1, 2]);
    });
}

#[test]
fn everything_sleeps_and_no_client_can_tell() {
    let mut server = TestServer::new(app);
    let (ann, bob, cid) = (guest(&mut server), guest(&mut server), guest(&mut server));
    ann.ask("note", "kept");
    for client in [&ann, &bob, &cid] {
        client.ask("join", "tea");
    }
    server.hibernate();
    ann.emit("all", ("tea", 1));
    for client in [&ann, &bob, &cid] {
        assert_eq!(client.next(), Some(Incoming::Event("msg".into(), json!([1]), vec![])));
    }
    server.hibernate();
    assert_eq!(ann.ask("note", "more"), Some(json!([2])));
    assert!(!ann.is_closed() && !bob.is_closed() && !cid.is_closed());
}

#[test]
fn a_connect_handler_may_ask_too() {
    in_every_memory(|server| {
        let first = server.connect("/careful", &());
        assert_eq!(first.events(), [("greeting".to_owned(), json!([]))]);
        let _second = server.connect("/careful", &());
        let third = server.connect("/careful", &());
        assert_eq!(third.refusal(), Some(json!({ "message": "full" })));
    });
}

#[test]
fn a_catch_all_may_stop_an_event_and_answers_none() {
    in_every_memory(|server| {
        let ann = server.connect("/strict", &());
        assert_eq!(ann.ask("echo", 1), Some(json!([1])));
        assert_eq!(ann.ask("echo", ()), Some(json!([{ "error": "empty", "message": "say something" }])));
        assert_eq!(ann.ask("nobody-handles-this", 1), None);
    });
}

#[test]
fn an_event_is_handled_once_though_it_waited_and_all_slept() {
    in_every_memory(|server| {
        let ann = guest(server);
        let say = |x: u32| Payload::from_args(&("tea", x)).unwrap();
        ann.burst([("join", Payload::from_args("tea").unwrap()), ("all", say(1)), ("all", say(2))]);
        server.hibernate();
        server.hibernate();
        assert_eq!(ann.ask("echo", "awake"), Some(json!(["awake"])));
        assert_eq!(msgs(&ann), [1, 2]);
    });
}

#[test]
fn a_join_and_a_leave_under_way_survive_the_loss_of_all_memory() {
    in_every_memory(|server| {
        let ann = guest(server);
        for (event, members) in [("join", 1), ("leave", 0)] {
            server.lose_next_request();
            assert_eq!(ann.ask(event, "tea"), None);
            server.hibernate();
            server.advance(Duration::from_secs(1));
            assert!(matches!(ann.next(), Some(Incoming::Ack(_, args)) if args == json!([])), "{event}");
            assert_eq!(server.members("/", "tea"), members);
        }
    });
}

#[test]
fn a_question_whose_room_forgot_it_is_answered_in_the_end() {
    in_every_memory(|server| {
        let ann = guest(server);
        ann.ask("join", "tea");
        server.lose_reply(1);
        assert_eq!(ann.ask("who", "tea"), None);
        server.forget_rooms();
        server.advance(Duration::from_secs(7));
        assert_eq!(ann.next(), Some(Incoming::Ack(1, json!([[]]))));
        assert_eq!(ann.ask("who", "tea"), Some(json!([[ann.id()]])));
    });
}

#[test]
fn nobody_can_join_the_room_that_is_another_socket() {
    in_every_memory(|server| {
        let (ann, bob, eve) = (guest(server), guest(server), guest(server));
        assert_eq!(eve.ask("join", ann.id()), Some(json!([])));
        bob.emit("msg", (ann.id(), 1));
        bob.emit("union", (vec![ann.id(), "tea".to_owned()], 2));
        assert_eq!(msgs(&ann), [1, 2]);
        assert_eq!(msgs(&eve), [0; 0]);
    });
}

#[test]
fn a_name_too_long_for_a_room_is_refused_in_words() {
    in_every_memory(|server| {
        let ann = guest(server);
        let long = "x".repeat(parlor::ROOM_NAME_MAX + 1);
        assert_eq!(ann.ask("join", &long).unwrap()[0]["error"], "bad room name");
        assert_eq!(ann.ask("msg", (&long, 1)).unwrap()[0]["error"], "bad room name");
        assert_eq!(ann.ask("who", &long), Some(json!([[]])));
        assert_eq!(ann.ask("join", "ü".repeat(256)), Some(json!([])));
    });
}

#[test]
fn last_words_are_said() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("join", "tea");
        server.lose_next_request();
        ann.emit("join", "cake"); // not confirmed, so what follows waits
        ann.emit("msg", ("tea", 1));
        ann.hang_up();
        server.advance(Duration::from_secs(1));
        assert_eq!(msgs(&bob), [0; 0], "the second event had not begun");
        let cid = guest(server);
        server.lose_next_request();
        cid.emit("join-and-say", ("cake", "tea"));
        cid.hang_up();
        server.advance(Duration::from_secs(1));
        assert_eq!(msgs(&bob), ["cake"]);
    });
}

#[test]
fn a_restart_breaks_connections_and_leaves_no_ghosts() {
    in_every_memory(|server| {
        let ann = guest(server);
        ann.ask("join", "tea");
        server.restart();
        assert!(ann.is_closed());
        assert_eq!(server.members("/", "tea"), 0);
        assert_eq!(server.rows(), 0);
        let again = guest(server);
        assert_eq!(again.ask("join-and-count", "tea"), Some(json!([1])));
    });
}

#[test]
fn a_burst_of_joins_costs_few_requests() {
    let mut server = TestServer::new(app);
    let ann = guest(&mut server);
    let before = server.requests();
    ann.emit("msg", ("tea", 1));
    assert_eq!(server.requests() - before, 1, "one hop for a broadcast to a room without other members");
}
