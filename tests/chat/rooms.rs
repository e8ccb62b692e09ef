//! Rooms of three kinds: who gets in, who hears what, what they are called, which are a person's own.

use super::*;

fn open(tab: &Tab, name: &str, topic: &str, private: bool) -> Value {
    let open = json!({ "name": name, "topic": topic, "private": private, "seed": seed(name) });
    tab.done("open", open)
}

fn private_room(tab: &Tab, name: &str) -> String {
    let id = text(&open(tab, name, "", true)["id"]);
    tab.join(&id);
    id
}

#[test]
fn people_meet_in_a_room() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        let joined = ann.join("tea");
        let alone = json!({
            "room": card("tea"), "people": [ann.present(false)], "messages": [], "newest": 0, "more": false
        });
        assert_eq!(joined, alone);
        assert_eq!(ann.join("tea"), alone, "again, and it is the same");
        house.hibernate();
        assert_eq!(bob.join("  TEA ")["people"], json!([ann.present(false), bob.present(false)]));
        assert_eq!(ann.heard("joined"), [json!({ "room": "tea", "who": bob.present(false) })]);

        bob.emit("typing", json!({ "room": "tea", "typing": true }));
        assert_eq!(ann.heard("typing"), [json!({ "room": "tea", "who": bob.me(), "typing": true })]);
        assert_eq!(bob.heard("typing"), [json!(null); 0]);

        bob.leave("tea");
        assert_eq!(ann.heard("left"), [json!({ "room": "tea", "who": bob.me() })]);
        house.hibernate();
        ann.say("tea", "alone again");
        assert_eq!(bob.said(), [""; 0]);
        bob.emit("typing", json!({ "room": "tea", "typing": true }));
        assert_eq!(ann.heard("typing"), [json!(null); 0]);
        bob.leave("tea");
        assert_eq!(ann.heard("left"), [json!(null); 0], "once is enough");
    });
}

#[test]
fn who_is_not_in_a_room_does_and_sees_nothing_there() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        let bob = house.newcomer("Bob");
        ann.say("tea", "hello");
        for (event, payload) in [
            ("topic", json!({ "room": "tea", "topic": "x" })),
            ("read", json!({ "room": "tea", "seq": 1 })),
            ("older", json!({ "room": "tea", "before": 9 })),
            ("search", json!({ "room": "tea", "words": "hello" })),
            ("invite", json!({ "room": "tea", "to": ann.person_id() })),
            ("say", message("tea", "m1", "hi")),
            ("edit", json!({ "room": "tea", "seq": 1, "text": "x" })),
            ("remove", json!({ "room": "tea", "seq": 1 })),
            ("react", json!({ "room": "tea", "seq": 1, "emoji": "🍵", "on": true })),
        ] {
            assert_eq!(bob.error(event, &payload), "not in room", "{event}");
        }
        assert_eq!(ann.said(), ["hello"]);
    });
}

#[test]
fn the_list_of_public_rooms_is_live() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        let line = |id, people: usize| json!({ "room": card(id), "people": people });
        let always = [line("lounge", 0), line("rust", 0), line("random", 0)];
        assert_eq!(ann.done("rooms", ()), json!(always));
        bob.join("tea");
        private_room(&bob, "Secret");
        let people = |people: usize| [json!({ "room": "tea", "people": people })];
        assert_eq!(ann.heard("people"), people(1));
        bob.join("tea");
        assert_eq!(ann.heard("people"), [json!(null); 0], "joining twice changes nothing");
        house.hibernate();
        ann.join("tea");
        assert_eq!(
            (ann.heard("people"), bob.heard("people")[1..].to_vec()),
            (people(2).to_vec(), people(2).to_vec())
        );
        let [lounge, rust, random] = always;
        assert_eq!(ann.done("rooms", ()), json!([lounge, rust, random, line("tea", 2)]));
        bob.hang_up();
        assert_eq!(ann.heard("people"), people(1));
        ann.leave("tea");
        assert_eq!(ann.heard("people"), people(0));
        house.restart();
        let ann = house.tab_of(&ann);
        assert_eq!(ann.done("rooms", ()), json!([lounge, rust, random, line("tea", 0)]));
    });
}

#[test]
fn a_public_room_is_opened_with_a_topic() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        let opened = open(&ann, "Tea Room", " all about tea ", false);
        let due = json!({ "id": "tea room", "name": "Tea Room", "topic": "all about tea", "kind": "public" });
        assert_eq!(opened, due);
        assert_eq!(
            open(&ann, "Tea Room", "all about tea", false),
            due,
            "again: the answer may have got lost"
        );
        house.hibernate();
        assert_eq!(bob.join("TEA room")["room"], due);
        for name in ["tea ROOM", "Rust", "lounge"] {
            let taken = json!({ "name": name, "topic": "mine", "private": false, "seed": seed("x") });
            assert_eq!(bob.error("open", taken), "taken", "{name}");
        }
        assert_eq!(bob.join("tea room")["room"], due);
    });
}

#[test]
fn not_everything_is_a_room() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        for id in ["", "#nope", "a/b", "person:x", ":muted", "~short", "@a.b", &"x".repeat(33)] {
            assert_eq!(ann.error("join", json!({ "room": id })), "bad room", "{id}");
        }
        let bad_name = json!({ "name": "a/b", "topic": "", "private": false, "seed": seed("x") });
        assert_eq!(ann.error("open", bad_name), "bad room");
        let bad_seed = json!({ "name": "ab", "topic": "", "private": false, "seed": "x" });
        assert_eq!(ann.error("open", bad_seed), "bad seed");
        for seed in 0..5 {
            open(&ann, &format!("room {seed}"), "", seed % 2 == 0);
        }
        let sixth = json!({ "name": "room 6", "topic": "", "private": false, "seed": seed("x") });
        assert_eq!(ann.error("open", &sixth), "slow down");
        house.minutes(10);
        ann.done("open", &sixth);
    });
}

#[test]
fn a_private_room_is_for_who_has_its_link() {
    in_every_memory(|house| {
        let (ann, bob, eve) = (house.newcomer("Ann"), house.newcomer("Bob"), house.newcomer("Eve"));
        let opened = open(&ann, "Secret", "of two", true);
        let id = text(&opened["id"]);
        assert_eq!(opened, json!({ "id": id, "name": "Secret", "topic": "of two", "kind": "private" }));
        assert!(id.len() == 23 && id.starts_with('~'));
        assert_eq!(open(&ann, "Secret", "of two", true), opened, "with the same seed it is the same one");
        assert_ne!(open(&eve, "Secret", "of two", true)["id"], opened["id"], "for each person");
        ann.join(&id);
        house.hibernate();
        assert_eq!(bob.join(&id)["people"], json!([ann.present(false), bob.present(false)]));
        assert_eq!(ann.heard("joined").len(), 1);
        ann.say(&id, "psst");

        assert_eq!(bob.said(), ["psst"]);
        for guess in [format!("~{}", "a".repeat(22)), id.to_lowercase().replace('~', "~x")[..23].to_owned()] {
            assert_eq!(eve.error("join", json!({ "room": guess })), "no such room");
        }
        let listed = eve.done("rooms", ());
        assert_eq!(listed.as_array().unwrap().len(), 3, "nobody sees it in the list");
        let heard = eve.everything();
        assert!(!format!("{heard:?}").contains(&id), "{heard:?}");
    });
}

#[test]
fn a_room_for_two_is_for_these_two() {
    in_every_memory(|house| {
        let (ann, bob, eve) = (house.newcomer("Ann"), house.newcomer("Bob"), house.newcomer("Eve"));
        let to = |tab: &Tab| json!({ "to": tab.person_id() });
        let anns = ann.done("direct", to(&bob));
        let bobs = bob.done("direct", to(&ann));
        let id = text(&anns["id"]);
        assert_eq!(anns, json!({ "id": id, "name": "Bob", "topic": "", "kind": "direct" }));
        assert_eq!(bobs, json!({ "id": id, "name": "Ann", "topic": "", "kind": "direct" }));
        assert_eq!(ann.join(&id)["room"]["name"], "Bob");
        house.hibernate();
        assert_eq!(bob.join(&id)["room"]["name"], "Ann");
        ann.say(&id, "only you");
        assert_eq!(bob.said(), ["only you"]);

        assert_eq!(eve.error("join", json!({ "room": id })), "not for you");
        assert_eq!(eve.error("say", message(&id, "m1", "hi")), "not in room");
        assert_eq!(eve.said(), [""; 0]);
        assert_eq!(ann.error("direct", to(&ann)), "yourself");
        assert_eq!(ann.error("direct", json!({ "to": "A".repeat(16) })), "nobody");
        assert_eq!(ann.error("invite", json!({ "room": id, "to": eve.person_id() })), "not here");
        assert_eq!(ann.error("topic", json!({ "room": id, "topic": "x" })), "not here");
        bob.done("rename", "Robert");
        assert_eq!(ann.join(&id)["room"]["name"], "Robert");
    });
}

#[test]
fn a_topic_is_for_everybody_in_the_room_and_who_comes_later() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let eve = house.newcomer("Eve");
        let due = json!({ "id": "tea", "name": "tea", "topic": "green", "kind": "public" });
        assert_eq!(bob.done("topic", json!({ "room": "tea", "topic": "green" })), due);
        for tab in [&ann, &bob] {
            assert_eq!(tab.everything(), [("room".to_owned(), json!({ "room": due }))]);
        }
        house.restart();
        assert_eq!(house.tab_of(&eve).join("tea")["room"], due);

        let ann = house.tab_of(&ann);
        let secret = private_room(&ann, "Secret");
        ann.done("topic", json!({ "room": secret, "topic": "hush" }));
        house.hibernate();
        assert_eq!(ann.join(&secret)["room"]["topic"], "hush");
    });
}

#[test]
fn rooms_are_a_persons_own_on_every_device() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let phone = house.tab_of(&ann);
        ann.join("tea");
        assert_eq!(phone.heard("mine"), [json!({ "room": card("tea"), "read": 0 })]);
        phone.join("tea");
        ann.join("tea");
        assert_eq!((ann.heard("mine"), phone.heard("mine")), (vec![], vec![]), "both have it");

        ann.say("tea", "one");
        ann.say("tea", "two");
        assert_eq!(ann.done("read", json!({ "room": "tea", "seq": 2 })), Value::Null);
        assert_eq!(phone.heard("read"), [json!({ "room": "tea", "seq": 2 })]);
        assert_eq!(ann.heard("read"), [json!(null); 0]);
        house.restart();
        let (ann, phone) = (house.tab_of(&ann), house.tab_of(&phone));
        assert_eq!(ann.rooms(), [("tea".to_owned(), 2)]);
        for tab in [&ann, &phone] {
            tab.join("tea");
        }

        ann.leave("tea");
        assert_eq!(phone.heard("not mine"), [json!({ "room": "tea" })]);
        house.hibernate();
        assert_eq!(phone.error("say", message("tea", "m", "am I still in?")), "not in room");
        assert_eq!(house.tab_of(&ann).rooms(), []);
    });
}

/// Whichever tab comes into it again: it is one of the person's rooms again.
#[test]
fn a_room_that_was_left_may_be_joined_again_in_any_tab() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let phone = house.tab_of(&ann);
        for (leaves, joins) in
            [(&ann, &phone), (&phone, &ann), (&ann, &ann), (&phone, &ann), (&phone, &phone)]
        {
            ann.join("tea");
            phone.join("tea");
            leaves.leave("tea");
            house.hibernate();
            joins.join("tea");
            assert_eq!(house.tab_of(&ann).rooms(), [("tea".to_owned(), 0)]);
            house.seconds(10);
        }
    });
}

#[test]
fn a_person_leaves_a_room_with_all_tabs_from_whichever_tab() {
    in_every_memory(|house| {
        let [bob, ann] = house.people_in("tea", ["Bob", "Ann"]);
        let phone = house.tab_of(&ann); // it has not come into the room
        phone.leave("tea");
        assert_eq!(bob.heard("left"), [json!({ "room": "tea", "who": ann.me() })]);
        assert_eq!(bob.heard("people"), [json!({ "room": "tea", "people": 1 })]);
        assert_eq!(names(&bob.join("tea")["people"]), ["Bob"]);
        assert_eq!(ann.error("say", message("tea", "m", "?")), "not in room");
    });
}

#[test]
fn a_room_is_left_on_a_bad_network() {
    for lost in 0..6 {
        in_every_memory(|house| {
            let [bob, ann] = house.people_in("tea", ["Bob", "Ann"]);
            house.lose_reply(lost);
            let asked = ann.request("leave", json!({ "room": "tea" }));
            house.seconds(2);
            assert_eq!(ann.answer(asked), Some(json!([])), "{lost}");
            assert_eq!(bob.heard("left").len(), 1, "{lost}");
            assert_eq!(house.tab_of(&ann).rooms(), []);
        });
    }
}

#[test]
fn the_rooms_of_a_person_are_called_what_they_are_called_now() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let direct = text(&ann.done("direct", json!({ "to": bob.person_id() }))["id"]);
        ann.join(&direct);
        bob.done("rename", "Robert");
        bob.done("topic", json!({ "room": "tea", "topic": "green" }));
        house.restart();
        let ann = house.tab_of(&ann);
        ann.join("tea");
        ann.join(&direct);
        let again = house.tab_of(&ann);
        let cards: Vec<_> =
            again.welcome["rooms"].as_array().unwrap().iter().map(|mine| &mine["room"]).collect();
        assert_eq!((&cards[0]["name"], &cards[1]["topic"]), (&json!("Robert"), &json!("green")));
    });
}

#[test]
fn nobody_is_in_too_many_rooms() {
    in_every_memory(|house| {
        for by in 0..10 {
            let by_one = house.newcomer(&format!("By {by}"));
            for number in 0..5 {
                by_one.join(&format!("room {}", 5 * by + number));
            }
        }
        let ann = house.newcomer("Ann");
        for number in 0..50 {
            ann.join(&format!("room {number}"));
        }
        assert_eq!(ann.error("join", json!({ "room": "one more" })), "too many rooms");
        ann.join("room 0");
        ann.leave("room 0");
        ann.join("one more");
        for _ in 52..60 {
            ann.join("room 1");
        }
        assert_eq!(ann.error("join", json!({ "room": "room 1" })), "slow down");
        house.seconds(10);
        ann.join("room 1");
    });
}

/// A public room is a line in everybody's list, by `open` or by `join`.
#[test]
fn nobody_makes_many_rooms_by_coming_into_them() {
    in_every_memory(|house| {
        let bob = house.newcomer("Bob");
        bob.join("there already");
        let ann = house.newcomer("Ann");
        for number in 0..5 {
            ann.join(&format!("room {number}"));
        }
        assert_eq!(ann.error("join", json!({ "room": "room 5" })), "slow down");
        for known in ["lounge", "rust", "random", "there already", "room 0"] {
            ann.join(known);
        }
        house.minutes(10);
        ann.join("room 5");
    });
    // What a person does in all tabs is memory of a Gateway.
    let mut house = House(TestServer::new(house));
    let ann = house.newcomer("Ann");
    let refused = (0..8).any(|tab| {
        let tab_of_ann = house.tab_of(&ann);
        let mut rooms = (0..5).map(|number| json!({ "room": format!("room {tab} {number}") }));
        rooms.any(|room| tab_of_ann.ask("join", room)["error"] == "slow down")
    });
    assert!(refused, "a tab of its own for every five rooms");
    house.minutes(10);
    house.tab_of(&ann).join("room 5");
}

/// A message is in the answer of `join`, or comes live, or both; and never neither.
#[test]
fn nothing_is_missed_between_coming_in_and_hearing() {
    for lost in 0..6 {
        in_every_memory(|house| {
            let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
            ann.join("tea");
            ann.say("tea", "one");
            house.lose_reply(lost);
            let joining = bob.request("join", json!({ "room": "tea" }));
            let saying = ann.request("say", message("tea", "two", "two"));
            house.seconds(2);
            let joined = bob.answer(joining).unwrap()[0].clone();
            assert!(ann.answer(saying).is_some());
            let mut known: Vec<String> =
                texts(&joined["messages"]).into_iter().map(|(_, text)| text).collect();
            known.extend(bob.said());
            known.dedup();
            assert_eq!(known, ["one", "two"], "{lost}");
            assert_eq!(ann.heard("joined").len(), 1);
        });
    }
}

/// The room's own object can't be reached for a while: who comes in then is told to try again, and is seen when they did.
#[test]
fn who_could_not_come_in_comes_in_later_and_is_seen() {
    for lost in 0..10 {
        in_every_memory(|house| {
            let [ann] = house.people_in("tea", ["Ann"]);
            let bob = house.newcomer("Bob");
            house.lose_reply(lost);
            let asked = bob.request("join", json!({ "room": "tea" }));
            house.cut_off(bob.id().split_once('.').map(|(_, gateway)| gateway));
            house.seconds(20);
            house.cut_off(None);
            house.seconds(60);
            let answer = bob.answer(asked).unwrap();
            assert_eq!(names(&bob.join("tea")["people"]), ["Ann", "Bob"]);
            assert_eq!(ann.heard("joined").len(), 1, "{lost}: {answer}");
            assert_eq!(house.tab_of(&bob).rooms(), [("tea".to_owned(), 0)]);
        });
    }
}

#[test]
fn pages_go_back_to_the_beginning() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for number in 1..=120 {
            if number % 10 == 0 {
                house.seconds(10);
            }
            ann.say("tea", &format!("m{number}"));
        }
        house.hibernate();
        let joined = ann.join("tea");
        let (newest, more) = (&joined["newest"], &joined["more"]);
        assert_eq!((newest, more), (&json!(120), &json!(true)));
        let numbers = |answer: &Value| {
            let told = texts(&answer["messages"]);
            (told.first().unwrap().0, told.last().unwrap().0, answer["more"].clone())
        };
        assert_eq!(numbers(&joined), (71, 120, json!(true)));
        let older = |before: u64| ann.done("older", json!({ "room": "tea", "before": before }));
        assert_eq!(numbers(&older(71)), (21, 70, json!(true)));
        assert_eq!(numbers(&older(21)), (1, 20, json!(false)));
        assert_eq!(older(51)["more"], json!(false), "exactly a page");
        assert_eq!(older(1), json!({ "messages": [], "more": false }));
        assert_eq!(older(0), json!({ "messages": [], "more": false }));
    });
}
