//! What one connection and one socket may do, and that nobody else is disturbed when it does more.

use std::{rc::Rc, time::Duration};

use parlor::{
    Dialect, Gateway, Handshake, Limits, MemoryJournal, Protocol, Rate, Report, TestServer, Turn, prelude::*,
};
use serde_json::json;

use crate::app::{app, in_every_memory_of};

fn limited(limits: Limits) -> impl Fn() -> App + Copy {
    move || app().configure(|config| config.limits = limits)
}

#[test]
fn a_connection_that_floods_is_closed_and_no_other() {
    let rate = Some(Rate::new(20, 2_000));
    let mut server = TestServer::new(limited(Limits { messages_per_connection: rate, ..Limits::default() }));
    let (ann, eve) = (server.connect("/", &()), server.connect("/", &()));
    for _ in 0..5 {
        eve.burst((0..10).map(|n| ("echo", n)));
        server.advance(Duration::from_secs(1));
    }
    assert!(!eve.is_closed(), "who keeps to the rate may go on for ever");
    eve.burst((0..50).map(|n| ("echo", n)));
    assert!(eve.is_closed());
    let lines: Vec<_> = server.log().into_iter().filter(|line| line.contains("too many messages")).collect();
    let line = r#"{"level":"warn","event":"violation","error":"too many messages","id":"ray2"}"#;
    assert_eq!(lines, [line], "once");
    assert_eq!(ann.ask("echo", 1), Some(json!([1])));
}

#[test]
fn what_waits_for_a_slow_handler_is_bounded_in_bytes() {
    let mut server = TestServer::new(app);
    let (ann, eve) = (server.connect("/", &()), server.connect("/", &()));
    eve.emit("hang", ());
    let long = "x".repeat(900_000);
    (0..5).for_each(|_| eve.emit("echo", &long));
    assert!(!eve.is_closed(), "4 MiB may wait");
    eve.emit("echo", &long);
    assert!(eve.is_closed());
    assert_eq!(ann.ask("echo", 1), Some(json!([1])));
}

#[test]
fn few_cannot_fill_the_memory_of_all() {
    let mut server = TestServer::new(|| app().gateways_per_location(1));
    let ann = server.connect("/", &());
    let auth = json!({ "long": "x".repeat(999_000) });
    let crowd = |server: &mut TestServer, size| {
        let crowd: Vec<_> = (0..size).map(|_| server.connect("/other", &auth)).collect();
        crowd.into_iter().filter(|eve| !eve.is_closed()).collect::<Vec<_>>()
    };
    let there = crowd(&mut server, 40);
    assert_eq!(there.len(), 34, "32 MiB are kept");
    server.hibernate();
    assert!(crowd(&mut server, 1).is_empty(), "what is kept is counted after sleep too");
    assert!(there.iter().all(|eve| !eve.is_closed()), "who came before is not disturbed");
    assert_eq!(ann.ask("echo", 1), Some(json!([1])));
    there.iter().for_each(parlor::TestClient::hang_up);
    assert_eq!(crowd(&mut server, 1).len(), 1, "there is room again");
}

#[test]
fn a_connection_is_in_so_many_namespaces() {
    in_every_memory_of(limited(Limits { namespaces_per_connection: 2, ..Limits::default() }), |server| {
        let ann = server.connect("/", &());
        let org = ann.also("/org-1/a", &());
        assert_eq!(org.refusal(), None);
        let other = ann.also("/org-2/a", &());
        assert_eq!(other.refusal(), Some(json!({ "message": "Too many namespaces" })));
        assert_eq!(ann.also("/nowhere", &()).refusal(), Some(json!({ "message": "Invalid namespace" })));
        org.disconnect();
        assert_eq!(ann.also("/org-2/a", &()).refusal(), None, "there is room for another again");
        assert_eq!(ann.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn a_socket_is_in_so_many_rooms() {
    in_every_memory_of(limited(Limits { rooms_per_socket: 3, ..Limits::default() }), |server| {
        let ann = server.connect("/", &());
        assert_eq!(ann.ask("join", "a"), Some(json!([])));
        assert_eq!(ann.ask("join", "b"), Some(json!([])));
        let refused = ann.ask("join", "c").unwrap();
        assert_eq!(refused[0]["error"], "too many rooms", "its own is one of the three");
        assert_eq!(ann.ask("join", "b"), Some(json!([])), "where it is already");
        assert_eq!(server.gateways("/", "c"), 0, "no Room was asked");
        ann.ask("leave", "a");
        assert_eq!(ann.ask("join", "c"), Some(json!([])));
    });
}

#[test]
fn a_name_that_no_line_holds_is_no_room_and_no_namespace() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &());
        for room in ["a\nb", "\0", "a\u{7f}", "\u{85}"] {
            assert_eq!(ann.ask("join", room).unwrap()[0]["error"], "bad room name", "{room:?}");
        }
        for room in ["", "é😀", "a b", "#", "/"] {
            assert_eq!(ann.ask("join", room), Some(json!([])), "{room:?}");
        }
    });
}

/// A Gateway, driven by hand.
struct Door {
    gateway: Gateway,
    journal: MemoryJournal,
    now: u64,
    next: u64,
}

impl Door {
    fn new(limits: Limits) -> Self {
        let app = Rc::new(limited(limits)());
        Self { gateway: Gateway::new(app, "any-0"), journal: MemoryJournal::default(), now: 0, next: 0 }
    }

    fn turn<T>(&mut self, act: impl FnOnce(&mut Gateway, &mut Turn<'_>, u64) -> T) -> T {
        self.next += 1;
        let number = self.next;
        let mut random = || std::array::from_fn(|n| if n == 0 { number as u8 } else { 7 });
        let mut turn = Turn { now: self.now, random: &mut random, journal: &mut self.journal };
        let result = act(&mut self.gateway, &mut turn, number);
        while self.gateway.poll_output().is_some() {}
        result
    }

    /// The status that an address is refused with, or the connection that it has opened.
    fn open(&mut self, address: &str) -> Result<u64, u16> {
        self.turn(|gateway, turn, conn| {
            gateway.admit(turn, address).map_err(|answer| answer.status())?;
            let handshake = Handshake { address: address.to_owned(), ..Handshake::default() };
            gateway.open_websocket(turn, Protocol::SocketIo, Dialect::default(), handshake, conn);
            Ok(conn)
        })
    }

    fn close(&mut self, conn: u64) {
        self.turn(|gateway, turn, _| gateway.handle_socket_closed(turn, conn));
    }
}

#[test]
fn an_address_has_so_many_connections_at_once() {
    let mut door = Door::new(Limits { connections_per_address: Some(2), ..Limits::default() });
    let first = door.open("192.0.2.1");
    assert!(first.is_ok() && door.open("192.0.2.1").is_ok());
    assert_eq!(door.open("192.0.2.1"), Err(429));
    assert!(door.open("192.0.2.2").is_ok(), "others are not disturbed");
    assert!((0..5).all(|_| door.open("").is_ok()), "nor those whose address is not known");
    door.close(first.unwrap());
    assert!(door.open("192.0.2.1").is_ok());
    assert_eq!(door.open("192.0.2.1"), Err(429));
    let report = door.turn(|gateway, turn, _| gateway.handle_request(turn, &Report::request())).unwrap();
    assert_eq!(Report::read(&report).unwrap().value("connections_refused"), Some(2));
}

#[test]
fn an_address_opens_so_many_connections_in_a_while() {
    let rate = Some(Rate::new(2, 1_000));
    let mut door = Door::new(Limits { handshakes_per_address: rate, ..Limits::default() });
    for _ in 0..2 {
        let conn = door.open("2001:db8::1").unwrap();
        door.close(conn);
    }
    assert_eq!(door.open("2001:db8::2"), Err(429), "it is of the same customer");
    assert!(door.open("2001:db9::2").is_ok());
    door.now = 500;
    assert!(door.open("2001:db8::2").is_ok());
}
