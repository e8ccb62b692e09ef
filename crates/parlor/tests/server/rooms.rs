//! Rooms: who gets what, in which order, whatever the network loses.

use std::time::Duration;

use parlor::{Incoming, TestServer, gateway_of};
use serde_json::{Value, json};

use crate::app::{app, guest, in_every_memory, msgs};

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
fn lost_requests_and_replies_are_made_good() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        server.lose_next_request();
        assert_eq!(ann.ask("join", "tea"), None, "not acknowledged before it has taken effect");
        server.advance(Duration::from_secs(1));
        assert_eq!(ann.next(), Some(Incoming::Ack(0, json!([]), vec![])));
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
fn a_burst_of_joins_costs_few_requests() {
    let mut server = TestServer::new(app);
    let ann = guest(&mut server);
    let before = server.requests();
    ann.emit("msg", ("tea", 1));
    assert_eq!(server.requests() - before, 1, "one hop for a broadcast to a room without other members");
}

/// Not in every memory: a snapshot of so much after every step takes minutes.
#[test]
fn who_sends_to_a_room_that_is_out_of_reach_is_told_in_time() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (guest(&mut server), guest(&mut server));
    ann.ask("join", "r");
    bob.ask("join", "r");
    server.cut_off(gateway_of(&ann.id()));
    let before = 10_000;
    let refused = (0..before).find(|n| ann.ask("all", ("r", n)).is_some());
    let refused = refused.unwrap();
    assert!((4_000..5_000).contains(&refused), "{refused}");
    let busy = json!([{ "error": "busy", "message": "Too much waits to be sent. Try again later." }]);
    assert_eq!(ann.ask("all", ("r", "no")), Some(busy));
    assert_eq!(bob.ask("all", ("r", "bob")), None, "another Gateway has no part in it");
    server.cut_off(None);
    server.advance(Duration::from_secs(6));
    let (by_ann, by_bob): (Vec<_>, Vec<_>) = msgs(&bob).into_iter().partition(Value::is_number);
    assert!(
        by_ann.iter().eq(&(0..refused).map(Value::from).collect::<Vec<_>>()),
        "{} {:?}",
        by_ann.len(),
        server.log()
    );
    assert_eq!(by_bob, ["bob"]);
    assert_eq!(ann.ask("all", ("r", "again")), None);
    assert_eq!(msgs(&bob), ["again"], "{:?} {:?}", server.log(), msgs(&ann).len());
}

#[test]
fn a_gateway_that_takes_nothing_is_given_up_and_its_members_begin_anew() {
    let mut server = TestServer::new(app);
    let (ann, bob, cut) = (guest(&mut server), guest(&mut server), guest(&mut server));
    assert_eq!(gateway_of(&ann.id()), gateway_of(&cut.id()));
    for member in [&ann, &bob] {
        member.ask("join", "r");
    }
    server.cut_off(gateway_of(&ann.id()));
    for n in 0..5_000 {
        bob.ask("all", ("r", n));
    }
    assert_eq!(server.gateways("/", "r"), 1);
    assert!(server.log().iter().any(|line| line.contains("too much waits for it")));
    assert_eq!(msgs(&bob).len(), 5_000, "others do not wait for it");
    server.cut_off(None);
    server.advance(Duration::from_secs(6));
    assert!(ann.is_closed(), "she has missed something, and comes again");
    assert!(!cut.is_closed(), "he was not in the room");
    assert_eq!(server.gateways("/", "r"), 1);
    let again = guest(&mut server);
    again.ask("join", "r");
    bob.ask("all", ("r", "again"));
    assert_eq!(msgs(&again), ["again"]);
}

#[test]
fn a_handler_sees_the_rooms_that_it_joins_and_leaves_at_once_as_on_node() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        ann.ask("join", "a");
        let mut rooms = vec!["b".to_owned(), ann.id()];
        rooms.sort();
        assert_eq!(ann.ask("moves", ("b", "a")), Some(json!([rooms, true, false])));
        assert_eq!(ann.ask("rooms", ()), Some(json!([rooms])));
        let id = bob.id();
        assert_eq!(ann.ask("moves", (id.as_str(), "x")), Some(json!([rooms, false, false])), "no room");
        let own = ann.id();
        assert_eq!(ann.ask("moves", ("b", own.as_str())), Some(json!([rooms, true, true])), "nor to be left");
    });
}
