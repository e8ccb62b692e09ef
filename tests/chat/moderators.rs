//! Those who keep order: what they see, what they do, and what is kept of it.

use super::*;

/// Ann is the moderator; Bob and Eve are in a room.
pub(super) fn tea(house: &mut House) -> (Tab, Tab, Tab, Tab) {
    let [bob, eve] = house.people_in("tea", ["Bob", "Eve"]);
    let ann = house.newcomer("Ann");
    let mods = house.moderator(&ann);
    (mods, ann, bob, eve)
}

pub(super) fn for_time(tab: &Tab, minutes: u64) -> Value {
    json!({ "id": tab.person_id(), "name": tab.me()["name"], "minutes": minutes, "why": "shouting" })
}

pub(super) fn whom(tab: &Tab) -> Value {
    json!({ "id": tab.person_id(), "name": tab.me()["name"] })
}

/// What the log says, without times.
pub(super) fn log(mods: &Tab) -> Vec<Value> {
    let entries = mods.done("log", json!({}))["entries"].as_array().unwrap().clone();
    let entry = |told: Value| {
        let mut entry = told["data"].clone();
        entry.as_object_mut().unwrap().remove("at").unwrap();
        entry.as_object_mut().unwrap().remove("until");
        entry
    };
    entries.into_iter().map(entry).collect()
}

#[test]
fn only_who_has_the_key_gets_in() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        for key in ["", "x", &KEY[1..], &format!("{KEY} ")] {
            assert_eq!(
                house.refusal("/moderators", &json!({ "token": ann.token(), "key": key })),
                "wrong key"
            );
        }
        assert!(house.connect("/moderators", &json!({ "token": ann.token() })).refusal().is_some());
        house.moderator(&ann);
        assert!(
            ann.client.ask("kick", whom(&ann)).is_none_or(|answer| answer[0]["error"].is_string()),
            "not in /"
        );
    });
    let mut lawless = House(TestServer::new(|| chat::app().var("CHAT_SECRET", "a secret")));
    let ann = lawless.newcomer("Ann");
    assert_eq!(lawless.refusal("/moderators", &json!({ "token": ann.token(), "key": "" })), "no key");
}

#[test]
fn they_see_who_is_where() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        let phone = house.tab_of(&bob);
        phone.join("tea");
        phone.join("cake");
        phone.emit("away", true);
        let _notified = [ann.notifications(), bob.notifications()];
        let pair = text(&bob.done("direct", json!({ "to": ann.person_id() }))["id"]);
        bob.join(&pair);
        let secret = text(
            &eve.done(
                "open",
                json!({ "name": "Secret", "topic": "hush", "private": true, "seed": seed("s") }),
            )["id"],
        );
        eve.join(&secret);
        eve.emit("away", true);
        mods.done("mute", for_time(&eve, 5));
        mods.done("close room", json!({ "room": "cake", "why": "crumbs" }));
        house.hibernate();
        let overview = mods.done("overview", ());
        let seen = |room: Value, people: usize, closed: Value| json!({ "room": room, "people": people, "closed": closed });
        let direct = json!({ "id": pair, "name": "", "topic": "", "kind": "direct" });
        let private = json!({ "id": secret, "name": "Secret", "topic": "hush", "kind": "private" });
        let mut rooms = overview["rooms"].as_array().unwrap().clone();
        let pair_name = text(&rooms[5]["room"]["name"]);
        assert!(["Ann and Bob", "Bob and Ann"].contains(&&*pair_name), "{pair_name}");
        rooms[5]["room"]["name"] = json!("");
        assert_eq!(
            rooms,
            [
                seen(card("lounge"), 0, Value::Null),
                seen(card("rust"), 0, Value::Null),
                seen(card("random"), 0, Value::Null),
                seen(card("cake"), 0, json!("crumbs")),
                seen(card("tea"), 2, Value::Null),
                seen(direct, 1, Value::Null),
                seen(private, 1, Value::Null),
            ]
        );
        let people = overview["people"].as_array().unwrap();
        let guest = |tab: &Tab| people.iter().find(|guest| guest["id"] == tab.me()["id"]).unwrap().clone();
        assert_eq!(people.len(), 3);
        assert_eq!(
            (&guest(&bob)["away"], &guest(&bob)["connections"], &guest(&bob)["rooms"]),
            (&json!(false), &json!(2), &json!([pair, "tea"]))
        );
        assert_eq!((&guest(&eve)["away"], guest(&eve)["muted"].is_u64()), (&json!(true), true));
        assert_eq!((guest(&ann)["muted"].clone(), guest(&ann)["rooms"].clone()), (Value::Null, json!([])));
        let numbers = ["connections", "notifications", "moderators"].map(|key| overview[key].clone());
        assert_eq!(numbers, [json!(4), json!(2), json!(1)]);
    });
}

#[test]
fn a_room_that_is_closed_is_left_by_all() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        bob.say("tea", "hello");
        assert_eq!(mods.done("close room", json!({ "room": "tea", "why": "for cleaning" })), Value::Null);
        let closed = [json!({ "room": "tea", "why": "This room is closed: for cleaning" })];
        for tab in [&ann, &bob, &eve] {
            assert_eq!(tab.heard("closed"), closed, "everyone hears it");
        }
        house.hibernate();
        assert_eq!(bob.error("say", message("tea", "m", "?")), "not in room");
        let refusal = bob.ask("join", json!({ "room": "tea" }));
        assert_eq!(refusal, json!({ "error": "closed", "message": "This room is closed: for cleaning" }));
        assert_eq!(bob.done("rooms", ()).as_array().unwrap().len(), 3);
        assert_eq!(house.tab_of(&bob).error("join", json!({ "room": "tea" })), "closed");

        assert_eq!(mods.done("open room", json!({ "room": "tea" })), Value::Null);
        assert_eq!(bob.history("tea"), [(1, "hello".to_owned())]);
        assert_eq!(names(&eve.join("tea")["people"]), ["Bob", "Eve"]);
        assert_eq!(bob.done("rooms", ()).as_array().unwrap().len(), 4);
    });
}

#[test]
fn rooms_that_are_not_public_are_closed_quietly() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        let secret = text(
            &bob.done("open", json!({ "name": "S", "topic": "", "private": true, "seed": seed("s") }))["id"],
        );
        bob.join(&secret);
        mods.done("close room", json!({ "room": secret, "why": "" }));
        assert_eq!(
            (bob.heard("closed").len(), ann.heard("closed").len(), eve.heard("closed").len()),
            (1, 0, 0)
        );
        assert_eq!(bob.error("join", json!({ "room": secret })), "closed");
        mods.done("open room", json!({ "room": secret }));
        bob.join(&secret);
    });
}

#[test]
fn a_room_that_is_called_otherwise_keeps_its_link() {
    in_every_memory(|house| {
        let (mods, ann, bob, _) = tea(house);
        bob.done("topic", json!({ "room": "tea", "topic": "green" }));
        [&ann, &bob].into_iter().for_each(Tab::forget);
        assert_eq!(mods.done("rename room", json!({ "room": "tea", "name": "Tea & Cake" })), Value::Null);
        let due = json!({ "id": "tea", "name": "Tea & Cake", "topic": "green", "kind": "public" });
        for tab in [&ann, &bob] {
            assert_eq!(
                tab.everything(),
                [("room".to_owned(), json!({ "room": due }))],
                "all have it in their lists"
            );
        }
        house.restart();
        let ann = house.tab_of(&ann);
        assert_eq!(ann.join("tea")["room"], due);
        assert_eq!(ann.done("topic", json!({ "room": "tea", "topic": "" }))["name"], "Tea & Cake");
        let mods = house.moderator(&ann);
        mods.done("rename room", json!({ "room": "lounge", "name": "Salon" }));
        assert_eq!(ann.done("rooms", ())[0]["room"]["name"], "Salon");
        for name in ["", &"x".repeat(33)] {
            assert_eq!(mods.error("rename room", json!({ "room": "tea", "name": name })), "bad payload");
        }
    });
}

#[test]
fn they_look_at_messages_and_remove_them() {
    in_every_memory(|house| {
        let (mods, _, bob, eve) = tea(house);
        bob.say("tea", "one");
        bob.say("tea", "two");
        let read = |payload: Value| texts(&mods.done("messages", payload)["messages"]);
        assert_eq!(read(json!({ "room": "tea" })), [(1, "one".to_owned()), (2, "two".to_owned())]);
        assert_eq!(read(json!({ "room": "tea", "before": 2 })), [(1, "one".to_owned())]);
        eve.forget();
        assert_eq!(
            mods.done("remove message", json!({ "room": "tea", "seq": 1, "why": "rude" })),
            Value::Null
        );
        let changed = eve.heard("changed");
        assert_eq!(
            (&changed[0]["data"]["removed"], &changed[0]["data"]["text"]),
            (&json!("moderator"), &json!(""))
        );
        house.restart();
        assert_eq!(house.tab_of(&eve).history("tea"), [(1, String::new()), (2, "two".to_owned())]);
        let mods = house.moderator(&bob);
        assert_eq!(
            mods.error("remove message", json!({ "room": "tea", "seq": 3, "why": "" })),
            "no such message"
        );
        assert_eq!(
            log(&mods),
            [
                json!({ "by": { "id": log(&mods)[0]["by"]["id"], "name": "Ann" }, "what": "remove message", "whom": bob.me(), "room": "tea", "why": "rude" })
            ]
        );
    });
}

#[test]
fn what_waits_for_somebody_may_be_emptied() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        for number in 0..3 {
            eve.say("tea", &format!("@Bob {number}"));
        }
        let bobs = bob.notifications();
        assert!(bobs.notice().is_some());
        let id = bob.person_id();
        assert_eq!(mods.done("queue", &id), json!({ "ready": 2, "held": 1, "dead": 0 }));
        bob.hang_up();
        house.hibernate();
        assert_eq!(mods.done("queue", &id), json!({ "ready": 3, "held": 0, "dead": 0 }));
        assert_eq!(mods.done("empty queue", &id), 3);
        assert_eq!(mods.done("queue", &id), json!({ "ready": 0, "held": 0, "dead": 0 }));
        assert_eq!(house.tab_of(&bob).notifications().notice(), None);
        assert_eq!(mods.done("queue", ann.person_id()), json!({ "ready": 0, "held": 0, "dead": 0 }));
        for nobody in ["", "tea", &"A".repeat(16)] {
            assert_eq!(
                (mods.error("queue", nobody), mods.error("empty queue", nobody)),
                ("nobody".into(), "nobody".into())
            );
        }
    });
}

#[test]
fn an_announcement_is_for_everyone() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        let notified = [bob.notifications(), eve.notifications()];
        assert_eq!(mods.done("announce", "Tea is served.\nCome!"), Value::Null);
        for tab in &notified {
            let [announcement] = &tab.heard("announcement")[..] else { panic!("one announcement") };
            assert_eq!(
                (&announcement["text"], &announcement["by"]),
                (&json!("Tea is served.\nCome!"), &ann.me())
            );
            assert!(announcement["id"].is_string() && announcement["at"].is_u64());
        }
        assert_eq!(mods.error("announce", " "), "empty");
        assert_eq!(log(&mods)[0]["what"], "announce");
    });
}

#[test]
fn everything_is_in_the_log_once_it_is_done() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        let others = house.moderator(&eve);
        bob.say("tea", "hello");
        let done = [
            ("mute", for_time(&bob, 5)),
            ("unmute", whom(&bob)),
            ("remove message", json!({ "room": "tea", "seq": 1, "why": "rude" })),
            ("rename room", json!({ "room": "tea", "name": "Tea" })),
            ("close room", json!({ "room": "tea", "why": "late" })),
            ("open room", json!({ "room": "tea" })),
            ("empty queue", json!(bob.person_id())),
            ("kick", json!({ "id": bob.person_id(), "name": "Bob", "why": "out" })),
            ("ban", for_time(&bob, 60)),
            ("unban", whom(&bob)),
            ("announce", json!("hear, hear")),
        ];
        for (event, payload) in &done {
            mods.done(event, payload);
        }
        let did = others.heard("did");
        assert_eq!(did, mods.heard("did"));
        house.restart();
        let mods = house.moderator(&eve);
        assert_eq!(mods.done("log", json!({})), json!({ "entries": did, "more": false }));
        let entry = |what: &str, why: Option<&str>, about: &str, it: Value| {
            let mut entry = json!({ "by": ann.me(), "what": what, about: it });
            if let Some(why) = why {
                entry["why"] = json!(why);
            }
            entry
        };
        let room = |what: &str, why: Option<&str>| entry(what, why, "room", json!("tea"));
        let person = |what: &str, why: Option<&str>| entry(what, why, "whom", bob.me());
        let mut removed = room("remove message", Some("rude"));
        removed["whom"] = bob.me();
        assert_eq!(
            log(&mods),
            [
                person("mute", Some("shouting")),
                person("unmute", None),
                removed,
                room("rename room", None),
                room("close room", Some("late")),
                room("open room", None),
                person("empty queue", None),
                person("kick", Some("out")),
                person("ban", Some("shouting")),
                person("unban", None),
                json!({ "by": ann.me(), "what": "announce", "why": "hear, hear" }),
            ]
        );
        let entries: Vec<&Value> = did.iter().map(|did| &did["data"]).collect();
        for (entry, minutes) in [(entries[0], 5), (entries[8], 60)] {
            assert_eq!(entry["until"].as_u64(), entry["at"].as_u64().map(|at| at + minutes * 60_000));
        }
    });
}

#[test]
fn the_log_has_pages() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let mods = house.moderator(&ann);
        for _ in 0..60 {
            mods.done("open room", json!({ "room": "tea" }));
        }
        let numbers = |answer: Value| {
            let entries = answer["entries"].as_array().unwrap().clone();
            (
                entries.first().unwrap()["seq"].clone(),
                entries.last().unwrap()["seq"].clone(),
                answer["more"].clone(),
            )
        };
        assert_eq!(numbers(mods.done("log", json!({}))), (json!(11), json!(60), json!(true)));
        assert_eq!(numbers(mods.done("log", json!({ "before": 11 }))), (json!(1), json!(10), json!(false)));
    });
}

#[test]
fn nobody_thinks_up_a_person_or_a_room() {
    in_every_memory(|house| {
        let (mods, ..) = tea(house);
        let nobody = json!({ "id": "A".repeat(16), "name": "Nobody", "minutes": 5, "why": "" });
        for event in ["mute", "unmute", "kick", "ban", "unban"] {
            assert_eq!(mods.error(event, &nobody), "nobody", "{event}");
        }
        for (event, payload) in [
            ("close room", json!({ "room": "a/b", "why": "" })),
            ("open room", json!({ "room": "#" })),
            ("rename room", json!({ "room": "", "name": "x" })),
            ("messages", json!({ "room": "person:x" })),
            ("kick", json!({})),
            ("mute", json!({ "id": "x", "name": "x", "minutes": "x", "why": "" })),
            ("announce", json!("x".repeat(4001))),
        ] {
            assert_eq!(mods.error(event, &payload), "bad payload", "{event}");
        }
        let strange = json!({ "room": format!("~{}", "a".repeat(22)), "name": "x" });
        assert_eq!(mods.error("rename room", strange), "no such room");
        assert_eq!(log(&mods), [json!(null); 0], "what was not done is not in the log");
    });
}

/// What a moderator asked for twice, as the answer got lost, is done; on a bad network too.
#[test]
fn what_they_do_is_done_on_a_bad_network() {
    for lost in 0..6 {
        in_every_memory(|house| {
            let (mods, _, bob, eve) = tea(house);
            house.lose_reply(lost);
            let asked = mods.request("ban", for_time(&bob, 60));
            house.seconds(10);
            assert_eq!(mods.answer(asked), Some(json!([])), "{lost}");
            assert!(bob.is_closed());
            assert_eq!(eve.heard("left").len(), 1, "{lost}");
            assert_eq!(house.refusal("/", &json!({ "token": bob.token() })), "banned");
            assert_eq!(log(&mods).len(), 1);
        });
    }
}
