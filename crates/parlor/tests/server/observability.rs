//! What whoever runs a server sees of it: lines of the log, and counters.

use std::time::Duration;

use parlor::{App, Level, Memory, Report, TestServer, exposition};
use serde_json::{Value, json};

use crate::{
    app::{app, guest, in_every_memory, in_every_memory_of, msgs},
    history,
};

fn traced() -> App {
    app().configure(|config| config.log_level = Level::Debug)
}

fn counted() -> App {
    app().configure(|config| config.metrics = true)
}

fn traced_history() -> App {
    history::app().configure(|config| config.log_level = Level::Debug)
}

fn read(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_default()
}

/// Who says what of this request, or of this message of it.
fn story(server: &TestServer, id: &str) -> Vec<String> {
    let lines = server.lines().into_iter().map(|(object, line)| {
        let line = read(&line);
        (line["id"].clone(), format!("{object} {}", line["event"].as_str().unwrap_or_default()))
    });
    lines.filter(|(known, _)| known == id).map(|(_, said)| said).collect()
}

/// The id of the last message that was handled.
fn last(server: &TestServer) -> String {
    let lines = server.lines();
    let ids = lines.iter().rev().filter_map(|(_, line)| {
        let line = read(line);
        (line["event"] == "handled").then(|| line["id"].as_str().unwrap_or_default().to_owned())
    });
    ids.take(1).collect()
}

#[test]
fn one_message_is_followed_by_its_id_through_gateway_room_and_gateways() {
    in_every_memory_of(traced, |server| {
        let (ann, bob) = (guest(server), guest(server));
        for member in [&ann, &bob] {
            member.ask("join", "r").unwrap();
        }
        ann.ask("all", ("r", "hello")); // which has no acknowledgement
        assert_eq!(msgs(&bob), ["hello"]);
        let id = last(server);
        assert!(id.starts_with("ray1."), "{id}");
        let mut story = story(server, &id);
        assert_eq!(
            story.drain(..4).collect::<Vec<_>>(),
            ["any-1 called", "any-1 handled", "any-1 broadcast", "/#r ordered"]
        );
        story.sort_unstable();
        assert_eq!(story, ["any-0 delivered", "any-1 delivered"]);
    });
}

#[test]
fn a_published_message_is_followed_likewise() {
    in_every_memory_of(traced_history, |server| {
        let (ann, bob) = (server.connect("/", &json!({})), server.connect("/", &json!({})));
        for member in [&ann, &bob] {
            member.ask("join", "r").unwrap();
        }
        ann.ask("publish", ("r", "hello", None::<String>)).unwrap();
        let mut story = story(server, &last(server));
        story.sort_unstable();
        let due = ["/#r ordered", "any-0 delivered", "any-1 called", "any-1 delivered", "any-1 handled"];
        assert_eq!(story, due);
    });
}

#[test]
fn a_connection_is_told_of_by_the_id_of_the_request_that_opened_it() {
    let mut server = TestServer::new(traced);
    let ann = guest(&mut server);
    ann.hang_up();
    assert_eq!(story(&server, "ray1"), ["any-1 opened", "any-1 closed"]);
}

#[test]
fn what_clients_send_is_not_in_the_log_and_nor_is_what_lets_others_in() {
    in_every_memory_of(traced, |server| {
        let ann = server.connect("/", &json!({ "token": "a-token" }));
        ann.ask("join", "r").unwrap();
        ann.ask("all", ("r", "a-text"));
        ann.emit("a-name", "a-text");
        ann.ask("echo", "a-text").unwrap();
        ann.ask("note", 12).unwrap(); // a bad payload, of which the client is told in words
        let other = server.connect("/", &json!({ "token": "wrong" }));
        assert!(other.refusal().is_some());
        ann.raw("49");
        assert!(ann.is_closed());
        let log = format!("{:?}", server.lines());
        for secret in ["a-token", "wrong", "a-text", "a-name", "unauthorized", "integer", ".any-1"] {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
        for said in ["bad payload", "refused", "violation", "unknown packet type"] {
            assert!(log.contains(said), "{said}: {log}");
        }
    });
}

#[test]
fn by_custom_the_log_says_who_comes_and_goes_and_nothing_of_messages() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        ann.ask("join", "r").unwrap();
        let before = server.lines().len();
        bob.ask("all", ("r", 1));
        ann.ask("echo", 1).unwrap();
        assert_eq!(server.lines().len(), before);
        ann.hang_up();
        let lines = server.lines();
        let (object, line) = lines.last().unwrap();
        assert_eq!(object, "any-1");
        assert_eq!(line, r#"{"level":"info","event":"closed","reason":"transport close","id":"ray1"}"#);
    });
    let mut quiet = TestServer::new(|| app().configure(|config| config.log_level = Level::Error));
    let ann = guest(&mut quiet);
    ann.ask("echo", 1).unwrap();
    ann.raw("{}");
    assert_eq!(quiet.lines(), []);
}

/// What both Gateways have counted, added up.
fn sum(server: &mut TestServer, name: &str) -> u64 {
    let mut of =
        |gateway| server.report(gateway).and_then(|report| report.value(name)).unwrap_or(u64::MAX / 2);
    of("any-0") + of("any-1")
}

#[test]
fn what_is_counted_is_what_has_happened() {
    in_every_memory_of(counted, |server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        for member in [&ann, &bob] {
            member.ask("join", "r").unwrap();
        }
        for n in 0..3 {
            cid.ask("all", ("r", n)); // two members hear each
        }
        ann.ask("echo", 1).unwrap();
        ann.ask("boom", ()).unwrap();
        ann.ask("note", "bad").unwrap();
        assert!(server.connect("/", &json!({ "token": "wrong" })).refusal().is_some());
        cid.hang_up();
        bob.ask("echo", 1).unwrap(); // by which Rooms have told the rest
        for (name, due) in [
            ("connections", 3),
            ("sockets", 2),
            ("connections_opened", 4),
            ("connections_closed", 1),
            ("sockets_connected", 3),
            ("sockets_refused", 1),
            ("sockets_disconnected", 1),
            ("events_received", 9),
            ("handlers_failed", 1),
            ("events_refused", 1),
            // of which one by Cid's disconnect handler, to everyone
            ("broadcasts_sent", 4),
            // greetings, three for two, and that Cid is gone
            ("messages_sent", 3 + 3 * 2 + 2),
            ("violations", 0),
            ("broadcasts_dropped", 0),
            ("exchanges_failed", 0),
        ] {
            assert_eq!(sum(server, name), due, "{name}");
        }
        // Cid is on Ann's Gateway, beside another one with members: all goes by the Room.
        assert_eq!(sum(server, "room_broadcasts"), 4);
        assert!(sum(server, "room_requests") >= 6);
    });
}

#[test]
fn what_fails_between_objects_is_counted() {
    let mut server = TestServer::new(counted);
    let (ann, bob) = (guest(&mut server), guest(&mut server));
    for member in [&ann, &bob] {
        member.ask("join", "r").unwrap();
    }
    server.lose_next_request();
    ann.emit("all", ("r", 1));
    server.advance(Duration::from_secs(1));
    assert_eq!(msgs(&bob), [1]);
    assert_eq!(sum(&mut server, "exchanges_failed"), 1);
    server.forget_rooms();
    ann.emit("all", ("r", 2));
    assert_eq!(msgs(&bob), [2]);
    assert_eq!(sum(&mut server, "room_starts"), 3, "of the room twice, and of everyone");
}

#[test]
fn stored_messages_and_jobs_are_counted_where_they_are_stored() {
    let mut server = TestServer::new(|| history::app().configure(|config| config.metrics = true));
    let ann = server.connect("/", &json!({}));
    for _ in 0..3 {
        ann.ask("publish", ("r", "hello", Some("one and the same"))).unwrap();
    }
    ann.ask("publish", ("r", "hello", None::<String>)).unwrap();
    assert_eq!((sum(&mut server, "room_messages_stored"), sum(&mut server, "room_messages_known")), (2, 2));
}

#[test]
fn counters_outlive_sleep() {
    let mut server = TestServer::with_memory(counted, Memory::Kept);
    let ann = guest(&mut server);
    for n in 0..5 {
        ann.ask("echo", n).unwrap();
    }
    server.keep_counters();
    let writes = server.writes();
    server.keep_counters();
    assert_eq!(server.writes(), writes, "nothing is stored again");
    server.hibernate();
    ann.ask("echo", 6).unwrap();
    let report = server.report("any-1").unwrap();
    assert_eq!((report.value("events_received"), report.value("starts")), (Some(6), Some(1)));
}

#[test]
fn one_gateway_knows_which_others_there_are() {
    in_every_memory_of(
        || counted().gateways_per_location(3),
        |server| {
            assert_eq!(server.report("any-0").unwrap().gateways, [""; 0]);
            let _guests = [guest(server), guest(server), guest(server), guest(server), guest(server)];
            server.hibernate();
            assert_eq!(server.report("any-0").unwrap().gateways, ["any-1", "any-2"]);
            assert_eq!(server.report("any-1").unwrap().gateways, [""; 0]);
            let requests = server.requests();
            let _another = guest(server); // of any-0
            let _and_another = guest(server);
            assert!(server.requests() - requests <= 1, "they are in the list already");
        },
    );
}

#[test]
fn points_add_up_to_what_was_counted() {
    let mut server = TestServer::new(counted);
    let ann = guest(&mut server);
    for n in 0..7 {
        ann.ask("echo", n).unwrap();
        server.keep_counters();
        server.advance(Duration::from_secs(20));
    }
    server.hibernate();
    ann.ask("echo", 8).unwrap();
    server.advance(Duration::from_secs(60));
    server.keep_counters();
    let mut points = server.points();
    points.retain(|point| point[0] > 0); // the other Gateway has been told that this one is there
    assert!((3..=4).contains(&points.len()), "one a minute: {}", points.len());
    assert_eq!(points.iter().map(|point| point[5]).sum::<u64>(), 8, "events");
}

#[test]
fn without_anybody_to_tell_nothing_is_kept_or_collected() {
    let mut server = TestServer::new(app);
    let (ann, _bob) = (guest(&mut server), guest(&mut server));
    ann.ask("join", "r").unwrap();
    let rows = server.rows();
    server.keep_counters();
    assert_eq!(server.rows(), rows);
    assert_eq!(sum(&mut server, "room_requests"), 0);
    assert_eq!(server.points(), [[0; 0]; 0]);
}

#[test]
fn a_gateway_that_cannot_be_reached_is_down() {
    let mut server = TestServer::new(counted);
    let ann = guest(&mut server);
    ann.ask("echo", 1).unwrap();
    let report: Report = server.report("any-1").unwrap();
    let text = exposition(&[("any-1".to_owned(), Some(report)), ("weur-0".to_owned(), None)]);
    for line in [
        "# TYPE parlor_up gauge",
        "parlor_up{gateway=\"any-1\"} 1",
        "parlor_up{gateway=\"weur-0\"} 0",
        "parlor_handler_seconds_bucket{gateway=\"any-1\",le=\"0.001\"} 2",
        "parlor_handler_seconds_bucket{gateway=\"any-1\",le=\"+Inf\"} 2",
        "parlor_handler_seconds_sum{gateway=\"any-1\"} 0.000",
        "parlor_handler_seconds_count{gateway=\"any-1\"} 2",
        "# TYPE parlor_events_received_total counter",
        "parlor_events_received_total{gateway=\"any-1\"} 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    assert_eq!(text.matches("weur-0").count(), 1);
}
