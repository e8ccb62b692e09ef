//! What sockets are asked, and what is done with many of them at once, on two Gateways.

use std::time::Duration;

use bytes::Bytes;
use parlor::{Incoming, TestClient, prelude::Payload};
use serde_json::{Value, json};

use crate::app::{guest, in_every_memory, msgs};

/// The number of the question that has come.
fn asked(client: &TestClient) -> u64 {
    let question = client.next();
    assert!(matches!(question, Some(Incoming::Question(..))), "{question:?}");
    match question {
        Some(Incoming::Question(id, ..)) => id,
        _ => 0,
    }
}

fn last(client: &TestClient) -> Option<Incoming> {
    std::iter::from_fn(|| client.next()).last()
}

#[test]
fn a_client_is_asked_and_answers_once() {
    in_every_memory(|server| {
        let ann = guest(server);
        let request = ann.request("ask-me", ("x", 1000));
        let id = asked(&ann);
        ann.acknowledge(id + 7, "to another question");
        assert_eq!(ann.answer(request), None);
        ann.acknowledge(id, (5, "not looked at"));
        ann.acknowledge(id, 6);
        assert_eq!(ann.answer(request), Some(json!([5])));
        server.advance(Duration::from_millis(1)); // after sleep, numbers are those of the clock
        assert_eq!(ann.ask("echo", "still here"), Some(json!(["still here"])));
        let request = ann.request("ask-me", ("x", 1000));
        assert!(asked(&ann) > id);
        assert_eq!(ann.answer(request), None);
    });
}

#[test]
fn an_answer_may_hold_bytes() {
    in_every_memory(|server| {
        let ann = guest(server);
        let request = ann.request("ask-me", ("x", 1000));
        let bytes = Payload::from_raw(r#"{"_placeholder":true,"num":0}"#, vec![Bytes::from_static(&[1, 2])]);
        ann.acknowledge(asked(&ann), bytes.unwrap());
        assert_eq!(ann.answer(request), Some(json!([{ "_placeholder": true, "num": 0 }])));
    });
}

#[test]
fn who_does_not_answer_is_waited_for_so_long_and_no_longer() {
    in_every_memory(|server| {
        let ann = guest(server);
        let request = ann.request("ask-me", ("x", 1000));
        let id = asked(&ann);
        server.advance(Duration::from_millis(999));
        assert_eq!(ann.answer(request), None);
        server.advance(Duration::from_millis(1));
        let late = json!([{ "error": "timeout", "message": "operation has timed out" }]);
        assert_eq!(ann.answer(request), Some(late));
        ann.acknowledge(id, "late");
        assert_eq!(ann.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn no_time_is_too_long_to_be_given() {
    in_every_memory(|server| {
        let ann = guest(server);
        let request = ann.request("ask-me", ("x", u64::MAX));
        server.advance(Duration::from_secs(60));
        assert_eq!(ann.answer(request), None);
        ann.acknowledge(asked(&ann), 1);
        assert_eq!(ann.answer(request), Some(json!([1])));
        ann.ask("join", "r");
        ann.ask("order", ("soup", u64::MAX, "confirmed"));
        ann.acknowledge(sure(&ann).0, true);
        assert_eq!(ann.events(), [("confirmed".to_owned(), json!(["soup", true, 1]))]);
    });
}

#[test]
fn a_room_is_asked_on_all_gateways() {
    in_every_memory(|server| {
        let all: [TestClient; 4] = std::array::from_fn(|_| guest(server));
        let [ann, bob, cleo, dora] = &all;
        for client in [ann, bob, cleo] {
            client.ask("join", "r");
        }
        let request = ann.request("ask-room", ("r", "x"));
        bob.acknowledge(asked(bob), "b");
        assert_eq!(ann.answer(request), None);
        cleo.acknowledge(asked(cleo), "c");
        let answer = ann.answer(request).unwrap();
        let mut answers: Vec<Value> = answer[0]["answers"].as_array().unwrap().clone();
        answers.sort_by_key(Value::to_string);
        assert_eq!(answers, ["b", "c"]);
        assert_eq!(answer[0]["timedOut"], false);
        assert_eq!((ann.next(), dora.next()), (None, None));
        let nobody = json!([{ "answers": [], "timedOut": false }]);
        assert_eq!(ann.ask("ask-room", ("nobody's", "x")), Some(nobody));
    });
}

#[test]
fn what_there_is_of_answers_comes_when_the_time_is_over() {
    in_every_memory(|server| {
        let all: [TestClient; 3] = std::array::from_fn(|_| guest(server));
        let [ann, bob, cleo] = &all;
        for client in &all {
            client.ask("join", "r");
        }
        let partial = json!([{ "answers": ["c"], "timedOut": true }]);
        let request = ann.request("ask-room", ("r", "x"));
        cleo.acknowledge(asked(cleo), "c");
        asked(bob);
        server.advance(Duration::from_secs(5));
        assert_eq!(ann.answer(request), Some(partial.clone()));
        // Who has gone is not waited for.
        let request = ann.request("ask-room", ("r", "x"));
        cleo.acknowledge(asked(cleo), "c");
        bob.hang_up();
        assert_eq!(ann.answer(request), Some(partial));
    });
}

#[test]
fn many_join_and_leave_at_once() {
    in_every_memory(|server| {
        let all: [TestClient; 4] = std::array::from_fn(|_| guest(server));
        let [ann, bob, cleo, dora] = &all;
        for client in [ann, bob, cleo] {
            client.ask("join", "a");
        }
        cleo.ask("join", "b");
        assert_eq!(dora.ask("herd", ("a", "b")), Some(json!([])));
        assert_eq!(server.members("/", "b"), 3);
        dora.emit("msg", ("b", 1));
        assert_eq!(
            [msgs(ann), msgs(bob), msgs(cleo), msgs(dora)],
            [vec![json!(1)], vec![json!(1)], vec![json!(1)], vec![]]
        );
        assert_eq!(ann.ask("rooms", ()).unwrap()[0].as_array().unwrap().len(), 3);
        // One of those who are herded may ask for it.
        assert_eq!(ann.ask("unherd", ("a", "b")), Some(json!([])));
        assert_eq!((server.members("/", "a"), server.members("/", "b")), (3, 0));
        assert_eq!(dora.ask("herd", ("nobody's", "b")), Some(json!([])));
        assert_eq!(ann.ask("herd", ("a", "x".repeat(600))).unwrap()[0]["error"], "bad room name");
    });
}

#[test]
fn a_socket_is_disconnected_wherever_it_is() {
    in_every_memory(|server| {
        let all: [TestClient; 3] = std::array::from_fn(|_| guest(server));
        let [ann, bob, cleo] = &all;
        for (client, close) in [(bob, false), (cleo, true)] {
            assert_eq!(ann.ask("kick", (client.id(), close)), Some(json!([])));
            assert_eq!(last(client), Some(Incoming::Disconnected));
            assert_eq!(client.is_closed(), close);
            let (name, args) = ann.events().pop().unwrap();
            assert_eq!((name.as_str(), &args), ("gone", &json!(["server namespace disconnect", []])));
        }
        assert_eq!(ann.ask("kick", (bob.id(), true)), Some(json!([])), "who is gone already");
        assert_eq!(ann.ask("kick", ("nobody", true)), Some(json!([])));
    });
}

#[test]
fn a_lost_answer_between_gateways_is_asked_for_again() {
    in_every_memory(|server| {
        let all: [TestClient; 2] = std::array::from_fn(|_| guest(server));
        let [ann, bob] = &all;
        ann.ask("join", "r");
        bob.ask("join", "r");
        server.lose_reply(0);
        let request = ann.request("ask-room", ("r", "x"));
        server.advance(Duration::from_secs(1));
        bob.acknowledge(asked(bob), "b");
        server.advance(Duration::from_secs(1));
        assert_eq!(ann.answer(request), Some(json!([{ "answers": ["b"], "timedOut": false }])));
        assert_eq!(bob.next(), None);
    });
}

/// The number of the first confirmation that was asked for, and its dish.
fn sure(client: &TestClient) -> (u64, Value) {
    let question = std::iter::from_fn(|| client.next()).find_map(|incoming| match incoming {
        Incoming::Question(id, name, args, _) if name == "sure?" => Some((id, args[0].clone())),
        _ => None,
    });
    question.unwrap_or_default()
}

#[test]
fn an_answer_goes_to_a_handler_though_everything_slept() {
    in_every_memory(|server| {
        let ann = guest(server);
        assert_eq!(ann.ask("order", ("soup", 60_000, "confirmed")), Some(json!([])));
        let (id, dish) = sure(&ann);
        assert_eq!(dish, "soup");
        assert_eq!(ann.ask("echo", "nothing waits"), Some(json!(["nothing waits"])));
        server.hibernate();
        server.advance(Duration::from_secs(30));
        ann.acknowledge(id, true);
        ann.acknowledge(id, false); // nobody waits for that any more
        assert_eq!(ann.events(), [("confirmed".to_owned(), json!(["soup", true, 1]))]);
        server.advance(Duration::from_secs(60));
        assert_eq!(ann.events(), []);
    });
}

#[test]
fn a_handler_hears_of_an_answer_that_did_not_come() {
    in_every_memory(|server| {
        let ann = guest(server);
        ann.ask("order", ("soup", 60_000, "confirmed"));
        ann.ask("order", ("salad", 1_000, "confirmed"));
        let (soup, _) = sure(&ann);
        server.hibernate();
        server.advance(Duration::from_millis(999));
        assert_eq!(ann.events(), []);
        server.advance(Duration::from_millis(1));
        assert_eq!(ann.events(), [("confirmed".to_owned(), json!(["salad", "true", 1]))]);
        ann.acknowledge(soup, "neither yes nor no");
        assert_eq!(ann.events(), [("confirmed".to_owned(), json!(["soup", "false", 2]))]);
    });
}

#[test]
fn nobody_is_called_for_who_has_gone_and_a_missing_handler_is_logged() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        ann.ask("order", ("soup", 1_000, "confirmed"));
        ann.hang_up();
        bob.ask("order", ("soup", 1_000, "none"));
        let rows = server.rows();
        server.advance(Duration::from_secs(2));
        assert!(
            server.log().iter().any(|line| line.contains(r#"no `on_answer` handler \"none\""#)),
            "{:?}",
            server.log()
        );
        assert_eq!(server.rows(), rows);
        assert_eq!(bob.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn who_answers_nothing_makes_no_endless_list() {
    in_every_memory(|server| {
        let ann = guest(server);
        for n in 0..257 {
            ann.emit("order", (n.to_string(), 60_000, "confirmed"));
        }
        assert_eq!(ann.events(), [("confirmed".to_owned(), json!(["0", "true", 1]))]);
        server.advance(Duration::from_secs(60));
        assert_eq!(ann.events().len(), 256);
    });
}

#[test]
fn a_socket_of_another_gateway_shows_its_handshake_and_its_rooms() {
    in_every_memory(|server| {
        let ann = guest(server);
        server.advance(Duration::from_secs(3));
        let bob = guest(server);
        ann.ask("join", "r");
        bob.ask("join", "r");
        bob.ask("join", "s");
        let ages = ann.ask("ages", "r").unwrap_or_default();
        let [first, second] = [0, 1].map(|n| ages[0][n][0].as_u64().unwrap_or_default());
        assert_eq!((second - first, &ages[0][0][1], &ages[0][1][1]), (3000, &json!(2), &json!(3)));
    });
}
