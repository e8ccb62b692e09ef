//! What is around handlers: the application's state, other Gateways, what is sent to sockets.

use std::cell::Cell;

use parlor::{Emission, TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

struct Greeting(&'static str);

async fn greeting(greeting: State<Greeting>) -> Ack<&'static str> {
    Ack(greeting.0)
}

/// What each object remembers by itself, for as long as it is awake.
#[derive(Default)]
struct Motto(Cell<u32>);

async fn motto(motto: State<Motto>) -> Ack<u32> {
    Ack(motto.0.get())
}

async fn set_motto(motto: State<Motto>, Data(new): Data<u32>) -> Ack {
    motto.0.set(new);
    Ack(())
}

async fn set_all(io: Io, Data(new): Data<u32>) -> Result<Ack, Fault> {
    Ok(Ack(io.server_side_emit("set-motto", new)?))
}

async fn missing(_: State<String>) {}

async fn perhaps(_: Option<State<String>>) -> Ack<bool> {
    Ack(true)
}

/// Asks the other Gateways and gives their answers.
async fn rally(io: Io, Data(call): Data<String>) -> Result<Ack<Value>, Fault> {
    let answers = io.server_side_emit_with_ack("rally", &call).await?;
    let read: Vec<Value> = answers.answers.iter().filter_map(|answer| answer.to().ok()).collect();
    Ok(Ack(json!({ "answers": read, "timedOut": answers.timed_out })))
}

async fn rallied(
    EventName(name): EventName,
    now: Now,
    Data(call): Data<String>,
) -> Result<Ack<String>, Fault> {
    match call.as_str() {
        "boom" => Err(Fault::internal("as asked for")),
        _ => Ok(Ack(format!("{name} {call} {}", now.0 > 0))),
    }
}

async fn shout(io: Io, Data((event, text)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.server_side_emit(&event, &text)?))
}

async fn shouted(io: Io, Data(text): Data<String>) -> Result<(), Fault> {
    io.to("ears").emit("shouted", &text)
}

async fn impossible(_: Socket) {}

async fn listen(socket: Socket) -> Ack {
    socket.join("ears");
    Ack(())
}

async fn how_many(io: Io, Data(room): Data<Option<String>>) -> Ack<usize> {
    Ack(match room {
        Some(room) => io.to(&room).count().await,
        None => io.all().count().await,
    })
}

async fn quiet(io: Io) -> Ack<usize> {
    Ack(io.all().count().await)
}

async fn say(socket: Socket, io: Io, Data(how): Data<String>) -> Result<(), Fault> {
    match how.as_str() {
        "emit" => socket.emit("news", (1, "one")),
        "to" => io.to("ears").emit("news", (2, "two")),
        "all" => io.emit("news", json!({ "deep": 3 })),
        "ask" => socket.emit_with_ack::<u8>("news", 4).await.map(drop),
        _ => io.to(socket.id()).volatile().emit("news", 5),
    }
}

async fn saw(mut seen: SocketData<Vec<Value>>, EventName(name): EventName, payload: Payload) {
    seen.push(json!([name, payload.to::<Value>().unwrap_or_default()]));
}

async fn seen(seen: SocketData<Vec<Value>>) -> Ack<Vec<Value>> {
    Ack(seen.clone())
}

async fn echoes(socket: Socket, Data(how): Data<String>) -> Result<(), Fault> {
    match how.as_str() {
        "emit" => socket.emit("echo", 1),
        "to" => socket.broadcast().emit("echo", 1),
        "ask" => socket.emit_with_ack("echo", 1).await,
        _ => Ok(()),
    }
}

fn app() -> App {
    let main = Namespace::new(async || Ok::<_, Refused>(Vec::<Value>::new()))
        .on("greeting", greeting)
        .on("motto", motto)
        .on("set-motto", set_motto)
        .on("set-all", set_all)
        .on_server_side("set-motto", set_motto)
        .on("missing", missing)
        .on("perhaps", perhaps)
        .on("rally", rally)
        .on_server_side("rally", rallied)
        .on("shout", shout)
        .on_server_side("shout", shouted)
        .on_server_side("impossible", impossible)
        .on("listen", listen)
        .on("how-many", how_many)
        .on("quiet", quiet)
        .on("say", say)
        .on("seen", seen)
        .on_any_outgoing(saw);
    let slow = Namespace::open().on("say", say).on_any_outgoing(async || std::future::pending::<()>().await);
    let echo = Namespace::open().on("say", say).on_any_outgoing(echoes);
    App::new()
        .state(Motto::default())
        .state(Greeting("good day"))
        .state(Greeting("hello")) // in place of the one before
        .gateways_per_location(3)
        .namespace("/", main)
        .namespace("/echo", echo)
        .namespace("/slow", slow)
        .namespace("/elsewhere", Namespace::open().on("how-many", how_many))
}

fn in_every_memory(test: impl Fn(&mut TestServer)) {
    in_every_memory_of(app, test);
}

#[test]
fn handlers_take_what_the_application_has() {
    in_every_memory(|server| {
        let ann = server.connect("/", &());
        assert_eq!(ann.ask("greeting", ()), Some(json!(["hello"])));
        assert_eq!(ann.ask("missing", ()), Some(json!([{ "error": "internal" }])));
        assert!(
            server.log().iter().any(|line| line.contains("no alloc::string::String")),
            "{:?}",
            server.log()
        );
        assert_eq!(ann.ask("perhaps", ()), Some(json!([true])));
    });
}

#[test]
fn what_an_object_remembers_is_its_own_and_gone_after_sleep() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    ann.ask("set-motto", 1);
    assert_eq!((ann.ask("motto", ()), bob.ask("motto", ())), (Some(json!([1])), Some(json!([0]))));
    ann.ask("set-all", 2);
    assert_eq!((ann.ask("motto", ()), bob.ask("motto", ())), (Some(json!([1])), Some(json!([2]))));
    server.hibernate();
    assert_eq!((ann.ask("motto", ()), bob.ask("motto", ())), (Some(json!([0])), Some(json!([0]))));
}

#[test]
fn sockets_are_counted_on_all_gateways() {
    in_every_memory(|server| {
        let all = [(); 4].map(|()| server.connect("/", &()));
        let elsewhere = server.connect("/elsewhere", &());
        for listener in &all[1..] {
            listener.ask("listen", ());
        }
        assert_eq!(all[0].ask("how-many", Value::Null), Some(json!([4])));
        assert_eq!(all[0].ask("how-many", "ears"), Some(json!([3])));
        assert_eq!(all[0].ask("how-many", "nobody"), Some(json!([0])));
        assert_eq!(all[0].ask("how-many", all[3].id()), Some(json!([1])));
        assert_eq!(elsewhere.ask("how-many", Value::Null), Some(json!([1])));
    });
}

#[test]
fn other_gateways_take_an_event_and_answer() {
    in_every_memory(|server| {
        let ann = server.connect("/", &());
        let nobody = json!([{ "answers": [], "timedOut": false }]);
        assert_eq!(ann.ask("rally", "up"), Some(nobody), "there is no other");
        let (_bob, _cleo) = (server.connect("/", &()), server.connect("/", &()));
        let both = json!([{ "answers": ["rally up true", "rally up true"], "timedOut": false }]);
        assert_eq!(ann.ask("rally", "up"), Some(both));
        let failed =
            json!([{ "answers": [{ "error": "internal" }, { "error": "internal" }], "timedOut": false }]);
        assert_eq!(ann.ask("rally", "boom"), Some(failed));
    });
}

#[test]
fn an_event_for_gateways_goes_to_each_but_its_own_and_to_no_client() {
    in_every_memory(|server| {
        let all = [(); 3].map(|()| server.connect("/", &()));
        for one in &all {
            one.ask("listen", ());
        }
        assert_eq!(all[0].ask("shout", ("shout", "hey")), Some(json!([])));
        for one in &all {
            let twice = vec![("shouted".to_owned(), json!(["hey"])); 2];
            assert_eq!(one.events(), twice, "two Gateways have sent it to all");
        }
        all[0].ask("shout", ("nobody handles this", "hey"));
        all[0].ask("shout", ("impossible", "hey"));
        assert!(server.log().iter().any(|line| line.contains("has no `Socket`")), "{:?}", server.log());
        assert_eq!(all[0].ask("shout", ("disconnect", "hey")), Some(json!([{ "error": "internal" }])));
        assert!(all.iter().all(|one| one.events().is_empty()));
    });
}

#[test]
fn what_is_sent_to_a_socket_is_shown_to_its_handler() {
    in_every_memory(|server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        bob.ask("listen", ());
        for how in ["emit", "to", "all", "volatile"] {
            ann.emit("say", how);
        }
        let request = ann.request("say", "ask");
        let mut seen =
            vec![json!(["news", 1]), json!(["news", { "deep": 3 }]), json!(["news", 5]), json!(["news", 4])];
        assert_eq!(ann.answer(request), None);
        server.advance(std::time::Duration::from_secs(6)); // she does not acknowledge it
        assert_eq!(ann.ask("seen", ()), Some(json!([seen])));
        seen = vec![json!(["news", 2]), json!(["news", { "deep": 3 }])];
        assert_eq!(bob.ask("seen", ()), Some(json!([seen])));
    });
}

#[test]
fn what_is_shown_sends_nothing() {
    for how in ["emit", "to", "ask"] {
        in_every_memory_of(app, |server| {
            let ann = server.connect("/echo", &());
            server.emit(Emission::new("news", how).unwrap().of("/echo")).unwrap();
            assert_eq!(ann.events(), [("news".to_owned(), json!([how]))]);
            assert!(server.log().iter().any(|line| line.contains("on_any_outgoing")), "{:?}", server.log());
            server.emit(Emission::new("news", "on").unwrap().of("/echo")).unwrap();
            assert_eq!(ann.events(), [("news".to_owned(), json!(["on"]))]);
        });
    }
}

#[test]
fn who_is_sent_much_past_a_handler_that_hangs_may_go_on() {
    let mut server = TestServer::new(app);
    let ann = server.connect("/slow", &());
    for _ in 0..10 {
        server.emit(Emission::new("news", "x".repeat(1 << 20)).unwrap().of("/slow")).unwrap();
    }
    ann.emit("say", "emit");
    assert!(!ann.is_closed(), "{:?}", server.log());
    assert_eq!(ann.events().len(), 10);
    // What it sends itself counts as ever.
    for _ in 0..10 {
        ann.emit("say", "x".repeat(1 << 19));
    }
    assert!(ann.is_closed());
}
