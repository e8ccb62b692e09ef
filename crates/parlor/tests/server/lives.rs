//! The lives of sockets and objects: leaving, silence, sleep, restart.

use std::time::Duration;

use parlor::{Incoming, TestClient, TestServer, prelude::Payload};
use serde_json::json;

use crate::app::{app, guest, in_every_memory, msgs};

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
fn who_came_shortly_before_a_round_of_pings_outlives_sleep() {
    in_every_memory(|server| {
        let (ann, _) = (guest(server), guest(server));
        server.advance(Duration::from_secs(20));
        let bob = guest(server); // on the same Gateway, which pings at 25 s, and again when his time has come
        for _ in 0..60 {
            server.advance(Duration::from_secs(1));
            server.hibernate();
        }
        assert!(!ann.is_closed() && !bob.is_closed());
    });
}

#[test]
fn rounds_soon_after_each_other_keep_no_dead_client() {
    in_every_memory(|server| {
        let (ann, _) = (guest(server), guest(server));
        ann.mute();
        for _ in 0..10 {
            server.advance(Duration::from_secs(15)); // each who comes has a round of its own
            server.hibernate();
            let _ = [guest(server), guest(server)];
        }
        assert!(ann.is_closed());
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
        let (ann, bob) = (guest(server), guest(server));
        server.lose_next_request();
        assert_eq!(ann.ask("join", "tea"), None);
        server.hibernate();
        server.advance(Duration::from_secs(1));
        assert!(matches!(ann.next(), Some(Incoming::Ack(_, args, _)) if args == json!([])));
        assert_eq!((server.members("/", "tea"), server.gateways("/", "tea")), (1, 1));
        server.lose_next_request();
        assert_eq!(ann.ask("leave", "tea"), Some(json!([])), "the last one here need not wait");
        server.hibernate();
        server.advance(Duration::from_secs(1));
        assert_eq!(server.members("/", "tea"), 0);
        bob.emit("all", ("tea", "is anybody there?")); // the Room learns of it when it has something to say
        assert_eq!((server.gateways("/", "tea"), ann.events(), bob.events()), (0, vec![], vec![]));
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

/// Within one tick of the clock who comes later may have the smaller number. Found by fuzzing, as requests without end.
#[test]
fn a_room_that_is_born_again_at_once_is_heard() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        server.lose_reply(0);
        ann.emit("join", "r");
        server.lose_next_request();
        bob.raw("420[\"join-and-count\",\"r\"]");
        for round in 0..20 {
            server.forget_rooms();
            ann.emit("msg", (round.to_string(), 1));
            ann.emit("join", "r");
        }
        server.advance(Duration::from_secs(40));
        bob.emit("msg", ("r", "hello"));
        assert_eq!(msgs(&ann), ["hello"]);
    });
}
