//! Handlers: what they are given, what they answer, what they may wait for.

use std::time::Duration;

use bytes::Bytes;
use parlor::{Emission, Incoming, Memory, TestServer, prelude::Payload};
use serde_json::{Value, json};

use crate::app::{app, guest, in_every_memory, msgs};

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
fn names_that_are_socket_io_s_own_are_not_emitted() {
    in_every_memory(|server| {
        let ann = guest(server);
        assert_eq!(ann.ask("as-event", ("hello", 1)), Some(json!([])));
        for name in ["connect", "disconnect", "disconnecting", "connect_error"] {
            assert_eq!(ann.ask("as-event", (name, 1)), Some(json!([{ "error": "internal" }])));
        }
        assert_eq!(ann.events(), [("hello".to_owned(), json!([1]))]);
    });
}

#[test]
fn a_handler_that_hangs_holds_up_its_own_socket_alone() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        let (also_ann, carl) = (ann.also("/other", &()), guest(server)); // of her connection, and of her Gateway
        ann.ask("join", "r");
        ann.emit("hang", ());
        assert_eq!(ann.ask("echo", 1), None);
        for (client, x) in [(&bob, 1), (&carl, 2)] {
            assert_eq!(client.ask("echo", x), Some(json!([x])));
            client.emit("msg", ("r", x));
        }
        assert_eq!(msgs(&ann), [1, 2]);
        also_ann.disconnect();
        ann.hang_up();
        assert_eq!(server.members("/", "r"), 0);
    });
}

#[test]
fn a_client_that_floods_a_handler_that_hangs_is_closed_and_nobody_else_is() {
    // Not through snapshots: 4096 of them, each with all that waits.
    for memory in [Memory::Kept, Memory::Rows] {
        let server = &mut TestServer::with_memory(app, memory);
        let (ann, bob) = (guest(server), guest(server));
        ann.emit("hang", ());
        ann.burst((0..4096).map(|n| ("echo", n)));
        assert!(!ann.is_closed());
        ann.emit("echo", "one too many");
        assert!(ann.is_closed());
        assert!(server.log().iter().any(|line| line.contains("too many events wait")));
        assert_eq!(bob.ask("echo", 1), Some(json!([1])));
    }
}

#[test]
fn guards_of_a_namespace_are_asked_in_their_order() {
    in_every_memory(|server| {
        let refusal = |message, data| Some(json!({ "message": message, "data": data }));
        let neither = server.connect("/doors", &json!({ "second": 0 }));
        assert_eq!((neither.refusal(), neither.events()), (refusal("first", 1), vec![]));
        let one = server.connect("/doors", &json!({ "first": true, "second": 7 }));
        assert_eq!((one.refusal(), one.events()), (refusal("second", 0), vec![]));
        let both = server.connect("/doors", &json!({ "first": true, "second": 0 }));
        assert_eq!(both.refusal(), None);
        let names: Vec<String> = both.events().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["first", "inside"]);
    });
}

#[test]
fn each_dynamic_namespace_is_separate() {
    in_every_memory(|server| {
        let names = ["/org-1/red", "/org-1/red", "/org-1/blue", "/org-2/red"];
        let all = names.map(|name| server.connect(name, &()));
        for (client, (id, team)) in all.iter().zip([(1, "red"), (1, "red"), (1, "blue"), (2, "red")]) {
            assert_eq!(client.events(), [("org".to_owned(), json!([id, team]))]);
        }
        all[0].emit("everyone", 1);
        assert_eq!(all.each_ref().map(msgs), [vec![json!(1)], vec![json!(1)], vec![], vec![]]);
        for name in ["/org-x/red", "/org-1", "/org-1/", "/org-1/a/b"] {
            let refusal = server.connect(name, &()).refusal();
            assert_eq!(refusal, Some(json!({ "message": "Invalid namespace" })), "{name}");
        }
    });
}

#[test]
fn what_comes_from_outside_reaches_rooms_sockets_and_everyone() {
    in_every_memory(|server| {
        let (ann, bob, cleo) = (guest(server), guest(server), guest(server));
        ann.ask("join", "r");
        bob.ask("join", "r");
        let news = |x: u8| Emission::new("msg", x).unwrap();
        server.emit(news(1).to("r")).unwrap();
        server.emit(news(2).to(&cleo.id())).unwrap();
        server.emit(news(3).except("r")).unwrap();
        server.emit(Emission::from_json(br#"{"event":"msg","args":[4]}"#).unwrap()).unwrap();
        assert_eq!(
            [&ann, &bob, &cleo].map(msgs),
            [vec![json!(1), json!(4)], vec![json!(1), json!(4)], vec![json!(2), json!(3), json!(4)]]
        );
        assert!(server.emit(news(1).of("/nowhere")).is_err());
        assert!(server.emit(news(1).to(&"x".repeat(600))).is_err());
        assert!(server.emit(Emission::new("disconnect", ()).unwrap()).is_err());
    });
}

#[test]
fn an_emission_may_be_written_as_json_unless_there_are_bytes_in_it() {
    let emission =
        Emission::new("msg", (1, json!({ "deep": [] }))).unwrap().of("/x").to("a").to("b").except("c");
    let json = emission.to_json().unwrap();
    assert_eq!(Emission::from_json(json.as_bytes()), Ok(emission.clone()));
    let volatile = emission.volatile();
    assert_eq!(Emission::from_json(volatile.to_json().unwrap().as_bytes()), Ok(volatile));
    let bytes = Emission::new("msg", parlor::Binary(Bytes::from_static(&[1]))).unwrap();
    assert!(bytes.to_json().is_err());
    for bad in ["", "[]", "{}", r#"{"event":"x","args":1}"#, r#"{"event":"x","rooms":[]}"#] {
        assert!(Emission::from_json(bad.as_bytes()).is_err(), "{bad}");
    }
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
fn a_question_whose_room_forgot_it_is_answered_in_the_end() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server)); // on two Gateways, so that the Room has to be asked
        ann.ask("join", "tea");
        bob.ask("join", "tea");
        server.lose_reply(1);
        assert_eq!(ann.ask("who", "tea"), None);
        server.forget_rooms();
        server.advance(Duration::from_secs(7));
        assert_eq!(ann.next(), Some(Incoming::Ack(1, json!([[]]), vec![])));
        let mut both = [ann.id(), bob.id()];
        both.sort();
        assert_eq!(ann.ask("who", "tea"), Some(json!([both])));
    });
}
