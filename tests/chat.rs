//! The chat's server, natively, in every kind of memory.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "in tests a panic is a failure, and what is printed tells of it"
)]

use parlor::{Memory, TestClient, TestServer};
use serde_json::{Value, json};

fn in_every_memory(test: impl Fn(&mut TestServer)) {
    for memory in [Memory::Kept, Memory::Snapshots, Memory::Rows] {
        println!("memory: {memory:?}");
        test(&mut TestServer::with_memory(|| chat::app().gateways_per_location(2), memory));
    }
}

fn person(server: &mut TestServer, name: &str) -> TestClient {
    server.connect("/", &json!({ "name": name }))
}

fn events(client: &TestClient, wanted: &str) -> Vec<Value> {
    client.events().into_iter().filter(|(name, _)| name == wanted).map(|(_, args)| args[0].clone()).collect()
}

#[test]
fn a_name_is_needed() {
    in_every_memory(|server| {
        for auth in [json!({}), json!({ "name": "" }), json!({ "name": "x".repeat(25) })] {
            let refusal = server.connect("/", &auth).refusal().unwrap();
            assert_eq!(refusal["data"]["code"], "bad name");
        }
        assert_eq!(person(server, " Ann ").refusal(), None);
    });
}

#[test]
fn people_meet_in_a_room() {
    in_every_memory(|server| {
        let (ann, bob) = (person(server, "Ann"), person(server, "Bob"));
        let here = ann.ask("join", "tea").unwrap();
        assert_eq!(here, json!([{ "room": "tea", "here": [{ "id": ann.id(), "name": "Ann" }] }]));
        let here = bob.ask("join", "tea").unwrap();
        assert_eq!(here[0]["here"].as_array().unwrap().len(), 2);
        let who = json!({ "id": bob.id(), "name": "Bob" });
        assert_eq!(events(&ann, "joined"), [json!({ "room": "tea", "who": who })]);

        let receipt = bob.ask("say", json!({ "room": "tea", "id": "m1", "text": "<b>hello</b>" })).unwrap();
        assert_eq!(receipt[0]["id"], "m1");
        let said =
            json!({ "room": "tea", "id": "m1", "from": who, "text": "<b>hello</b>", "at": receipt[0]["at"] });
        assert_eq!(events(&ann, "said"), [said]);
        assert_eq!(events(&bob, "said"), [json!(null); 0], "the sender has the receipt");

        bob.emit("typing", json!({ "room": "tea", "typing": true }));
        assert_eq!(events(&ann, "typing"), [json!({ "room": "tea", "who": who, "typing": true })]);

        assert_eq!(bob.ask("leave", "tea"), Some(json!([{}])));
        assert_eq!(events(&ann, "left"), [json!({ "room": "tea", "who": who })]);
        assert_eq!(
            bob.ask("say", json!({ "room": "tea", "id": "m2", "text": "?" })).unwrap()[0]["error"],
            "not in room"
        );
    });
}

#[test]
fn the_list_of_rooms_is_live() {
    in_every_memory(|server| {
        let (ann, bob) = (person(server, "Ann"), person(server, "Bob"));
        let empty = json!([{ "name": "lounge", "people": 0 }, { "name": "rust", "people": 0 }, { "name": "random", "people": 0 }]);
        assert_eq!(ann.ask("rooms", ()), Some(json!([empty])));
        bob.ask("join", "tea");
        assert_eq!(events(&ann, "room"), [json!({ "name": "tea", "people": 1 })]);
        bob.ask("join", "tea");
        assert_eq!(events(&ann, "room"), [json!(null); 0], "joining twice changes nothing");
        ann.ask("join", "tea");
        ann.events();
        bob.hang_up();
        let left = ann.events();
        assert_eq!(left.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["left", "room"]);
        assert_eq!(left[1].1, json!([{ "name": "tea", "people": 1 }]));
        let rooms = ann.ask("rooms", ()).unwrap();
        assert_eq!(rooms[0][3], json!({ "name": "tea", "people": 1 }));
    });
}

#[test]
fn nobody_is_in_too_many_rooms() {
    in_every_memory(|server| {
        let ann = person(server, "Ann");
        for number in 0..32 {
            assert!(ann.ask("join", format!("room {number}")).unwrap()[0]["here"].is_array());
        }
        assert_eq!(ann.ask("join", "one more").unwrap()[0]["error"], "too many rooms");
        assert!(ann.ask("join", "room 0").unwrap()[0]["here"].is_array(), "again is not more");
    });
}

#[test]
fn bad_input_gets_an_answer() {
    in_every_memory(|server| {
        let ann = person(server, "Ann");
        for (event, payload) in [
            ("join", json!("#nope")),
            ("join", json!({ "room": "tea" })),
            ("say", json!({ "room": "tea", "id": "1", "text": "" })),
            ("say", json!("hello")),
        ] {
            let answer = ann.ask(event, &payload).unwrap();
            assert_eq!(answer[0]["error"], "bad payload", "{event} {payload}: {answer}");
        }
        let words = ann.ask("say", json!({ "room": "tea", "id": "1", "text": " " })).unwrap();
        assert_eq!(words[0]["message"], "A message has 1 to 4000 characters.");
        assert!(!ann.is_closed());
    });
}
