//! Who may come in, as whom; several tabs as one person; names, and who looks.

use super::*;

#[test]
fn a_newcomer_is_welcomed_and_known_again() {
    in_every_memory(|house| {
        let ann = house.newcomer("  Ann ");
        assert_eq!(ann.me()["name"], "Ann");
        let id = ann.person_id();
        assert!(
            id.len() == 16 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
            "{id}"
        );
        assert_eq!(ann.welcome, json!({ "me": ann.me(), "token": ann.token(), "rooms": [], "muted": null }));
        house.restart();
        let again = house.tab_of(&ann);
        assert_eq!((again.me(), again.token()), (ann.me(), ann.token()));
    });
}

#[test]
fn who_has_neither_token_nor_name_stays_outside() {
    in_every_memory(|house| {
        for auth in
            [json!({}), json!({ "name": "" }), json!({ "name": "x".repeat(25) }), json!({ "name": "@ann" })]
        {
            assert_eq!(house.refusal("/", &auth), "bad name", "{auth}");
        }
        house.newcomer(&"й".repeat(24));
    });
}

#[test]
fn a_name_is_one_persons() {
    in_every_memory(|house| {
        house.newcomer("Ada Lovelace");
        house.hibernate();
        for name in ["Ada Lovelace", "ada lovelace", "ADALOVELACE", " Ada  Lovelace "] {
            let auth = json!({ "name": name, "seed": seed("somebody else") });
            assert_eq!(house.refusal("/", &auth), "name taken", "{name}");
            assert_eq!(house.refusal("/", &json!({ "name": name })), "name taken", "{name}, without a seed");
        }
        house.newcomer("Ada");
        house.newcomer("Zoé");
        for name in ["Zoe\u{301}", "Ａｄａ", "Ada\u{3164}", "Ada\u{fe0f}"] {
            let auth = json!({ "name": name, "seed": seed("somebody else") });
            assert_eq!(house.refusal("/", &auth), "name taken", "{name}");
        }
        assert_eq!(house.refusal("/", &json!({ "name": "\u{3164}", "seed": seed("nobody") })), "bad name");
    });
}

/// Ids of sockets are no secrets.
#[test]
fn nobody_becomes_who_came_without_a_seed() {
    in_every_memory(|house| {
        let ann = house.enter(&json!({ "name": "Ann" }));
        let auth = json!({ "name": "Ann", "seed": ann.id() });
        assert_eq!(house.refusal("/", &auth), "name taken");
    });
}

/// Whatever is lost on the way in: with the same seed it is the same person, who has their name.
#[test]
fn a_newcomer_whose_answer_got_lost_comes_again() {
    for lost in 0..6 {
        in_every_memory(|house| {
            house.lose_reply(lost);
            let auth = json!({ "name": "Ann", "seed": seed("Ann") });
            let first = house.connect("/", &auth);
            first.hang_up();
            house.lose_next_request();
            house.connect("/", &auth).hang_up();
            house.seconds(30);
            let ann = house.newcomer("Ann");
            house.restart();
            assert_eq!(house.newcomer("Ann").me(), ann.me());
            let other = json!({ "name": "Ann", "seed": seed("not Ann") });
            assert_eq!(house.refusal("/", &other), "name taken");
        });
    }
}

/// The answer got lost, and they thought of another name meanwhile: the first one is free again.
#[test]
fn a_newcomer_who_comes_again_by_another_name_has_one_name() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let anna = house.enter(&json!({ "name": "Anna", "seed": seed("Ann") }));
        assert_eq!(anna.person_id(), ann.person_id());
        let other = house.stranger("Ann");
        assert_ne!(other.person_id(), ann.person_id());
    });
}

#[test]
fn a_token_that_is_not_of_this_house_is_refused() {
    let mut other_house = House(TestServer::new(|| secret_house("another secret")));
    let stranger = other_house.newcomer("Ann").token();
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let (id, token) = (ann.person_id(), ann.token());
        let renamed = token.replace(".Ann", ".Eve");
        let of_somebody_else = token.replace(&id, &house.newcomer("Eve").person_id());
        let bad = ["", ".", "..", &id, &token[..token.len() - 1], &stranger, &renamed, &of_somebody_else];
        for token in bad {
            let auth = json!({ "token": token, "name": "Mallory", "key": KEY });
            for nsp in ["/", "/notifications", "/moderators"] {
                assert_eq!(house.refusal(nsp, &auth), "bad token", "{nsp}: {token}");
            }
        }
    });
}

/// A tab says things under the name it knows: so it hears of the new one, whichever rooms it is in, and takes it as well.
#[test]
fn a_new_name_is_heard_by_ones_other_tabs_once() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        for tab in [&ann, &bob] {
            tab.join("rust");
        }
        let (here, elsewhere) = (house.tab_of(&ann), house.tab_of(&ann));
        here.join("tea");
        for one in [&ann, &bob, &here, &elsewhere] {
            one.everything();
        }
        let me = ann.done("rename", "Anna")["me"].clone();
        for one in [&bob, &here, &elsewhere] {
            assert_eq!(one.everything(), [("person".to_owned(), json!({ "who": me }))]);
        }
        assert_eq!(here.done("rename", "Anna")["me"], me);
        here.say("tea", "it is me");
        assert_eq!(bob.heard("said")[0]["data"]["from"], me);
    });
}

#[test]
fn who_has_another_name_is_the_same_person() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let renamed = ann.done("rename", "Anna B");
        assert_eq!(renamed["me"], json!({ "id": ann.person_id(), "name": "Anna B" }));
        assert_eq!(bob.everything(), [("person".to_owned(), json!({ "who": renamed["me"] }))]);
        house.hibernate();
        ann.say("tea", "it is me");
        assert_eq!(bob.heard("said")[0]["data"]["from"], renamed["me"]);
        assert_eq!(names(&bob.join("tea")["people"]), ["Anna B", "Bob"]);

        assert_eq!(bob.done("find", "anna b"), renamed["me"]);
        assert_eq!(bob.error("find", "Ann"), "nobody");
        let other = house.stranger("Ann");
        assert_ne!(other.person_id(), ann.person_id(), "her old name is free");
        let again = house.enter(&json!({ "token": renamed["token"] }));
        assert_eq!(again.me(), renamed["me"]);
    });
}

/// Another device has the token from before.
#[test]
fn an_old_token_knows_the_new_name() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        let renamed = ann.done("rename", "Anna");
        let phone = house.tab_of(&ann);
        assert_eq!((phone.me(), json!(phone.token())), (renamed["me"].clone(), renamed["token"].clone()));
        house.stranger("Ann");
        assert_eq!(house.tab_of(&ann).me(), renamed["me"], "also when somebody else has the old name");
    });
}

#[test]
fn one_may_take_another_name_at_the_door() {
    in_every_memory(|house| {
        let ann = house.newcomer("Ann");
        house.newcomer("Bob");
        let auth = json!({ "token": ann.token(), "name": "bob" });
        assert_eq!(house.refusal("/", &auth), "name taken");
        let anna = house.enter(&json!({ "token": ann.token(), "name": "Anna" }));
        assert_eq!(anna.me(), json!({ "id": ann.person_id(), "name": "Anna" }));
        let once_more = house.enter(&json!({ "token": ann.token(), "name": "Anne" }));
        assert_eq!(once_more.person_id(), ann.person_id());
        assert_ne!(house.stranger("Ann").person_id(), ann.person_id());
        house.stranger("Anna");
    });
}

#[test]
fn a_name_may_be_written_in_another_way_and_not_taken_from_others() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["ann", "Bob"]);
        assert_eq!(ann.error("rename", "BOB"), "name taken");
        assert_eq!(ann.error("rename", " "), "bad payload");
        assert_eq!(ann.error("rename", "a\u{202e}b"), "bad payload");
        assert_eq!(ann.done("rename", "Ann")["me"]["name"], "Ann");
        assert_eq!(bob.done("find", "ann")["name"], "Ann");
        assert_eq!(house.refusal("/", &json!({ "name": "ANN", "seed": seed("x") })), "name taken");
        ann.done("rename", "Anna");
        ann.done("rename", "Anne");
        assert_eq!(ann.error("rename", "Annie"), "slow down");
        house.minutes(10);
        ann.done("rename", "Annie");
    });
}

/// A restart in the middle of it: whoever tries again has their new name, and nobody the old one.
#[test]
fn a_new_name_whose_answer_got_lost_is_taken_again() {
    for lost in 0..5 {
        in_every_memory(|house| {
            let ann = house.newcomer("Ann");
            house.lose_reply(lost);
            ann.request("rename", "Anna");
            house.seconds(1);
            house.restart();
            let again = house.tab_of(&ann);
            again.done("rename", "Anna");
            house.restart();
            assert_eq!(house.tab_of(&ann).me()["name"], "Anna");
            assert_ne!(house.newcomer("Annie").done("find", "Anna")["id"], Value::Null);
            let other = house.stranger("Ann");
            assert_ne!(other.person_id(), ann.person_id());
        });
    }
}

#[test]
fn a_name_is_kept_for_who_comes_now_and_then() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        for tab in [&ann, &bob] {
            tab.hang_up();
        }
        const DAY: u64 = 24 * 60;
        house.minutes(60 * DAY);
        house.tab_of(&ann).hang_up();
        house.minutes(60 * DAY);
        assert_eq!(house.refusal("/", &json!({ "name": "Ann", "seed": seed("x") })), "name taken");
        let other = house.stranger("Bob");
        assert_ne!(other.person_id(), bob.person_id());
        assert_eq!(house.refusal("/", &json!({ "token": bob.token() })), "name taken");
        let bobby = house.enter(&json!({ "token": bob.token(), "name": "Bobby" }));
        assert_eq!(bobby.person_id(), bob.person_id());
    });
}

#[test]
fn several_tabs_are_one_person() {
    in_every_memory(|house| {
        let bob = house.newcomer("Bob");
        bob.join("tea");
        bob.forget();
        let laptop = house.newcomer("Ann");
        let [phone, tv] = [(); 2].map(|()| house.tab_of(&laptop));
        for tab in [&laptop, &phone, &tv] {
            assert_eq!(names(&tab.join("tea")["people"]), ["Ann", "Bob"]);
            house.hibernate();
        }
        let came = json!({ "room": "tea", "who": laptop.present(false) });
        let two = json!({ "room": "tea", "people": 2 });
        assert_eq!(bob.everything(), [("joined".to_owned(), came), ("people".to_owned(), two)]);

        laptop.say("tea", "hello");
        for tab in [&laptop, &phone, &tv, &bob] {
            assert_eq!(tab.said(), ["hello"]);
        }
        laptop.hang_up();
        phone.disconnect();
        house.hibernate();
        assert_eq!(bob.everything(), [], "she is at the other tab still");
        tv.hang_up();
        let left = json!({ "room": "tea", "who": laptop.me() });
        let one = json!({ "room": "tea", "people": 1 });
        assert_eq!(bob.everything(), [("left".to_owned(), left), ("people".to_owned(), one)]);
    });
}

/// Of tabs that go at once each may think that it is the last. Others hear it once at least, and know who is there.
#[test]
fn a_person_whose_tabs_go_at_once_is_gone() {
    for lost in 0..4 {
        in_every_memory(|house| {
            let [bob, laptop] = house.people_in("tea", ["Bob", "Ann"]);
            let phone = house.tab_of(&laptop);
            phone.join("tea");
            house.lose_reply(lost);
            laptop.hang_up();
            phone.hang_up();
            house.seconds(5);
            let left = bob.heard("left");
            assert!((1..=2).contains(&left.len()), "{lost}: {left:?}");
            assert_eq!(bob.heard("people").last(), Some(&json!({ "room": "tea", "people": 1 })));
            assert_eq!(names(&bob.join("tea")["people"]), ["Bob"]);
        });
    }
}

#[test]
fn away_is_who_looks_at_none_of_their_tabs() {
    in_every_memory(|house| {
        let [bob, laptop] = house.people_in("tea", ["Bob", "Ann"]);
        let phone = house.tab_of(&laptop);
        phone.join("tea");
        let presence = |away| [json!({ "who": laptop.present(away) })];
        laptop.emit("away", true);
        assert_eq!(bob.everything(), [], "the other tab is looked at");
        house.hibernate();
        phone.emit("away", true);
        phone.emit("away", true);
        assert_eq!(bob.heard("presence"), presence(true));
        assert_eq!(bob.join("tea")["people"][0], laptop.present(true));
        laptop.emit("away", false);
        assert_eq!(bob.heard("presence"), presence(false));
        assert_eq!(bob.join("tea")["people"][0], laptop.present(false));
        phone.emit("away", false);
        assert_eq!(bob.heard("presence"), [json!(null); 0]);
        phone.emit("away", true);
        laptop.hang_up();
        assert_eq!(bob.everything(), [("presence".to_owned(), presence(true)[0].clone())]);
        house.hibernate();
        let tv = house.tab_of(&laptop);
        tv.join("tea");
        assert_eq!(
            bob.everything(),
            [("presence".to_owned(), presence(false)[0].clone())],
            "a new tab is looked at"
        );
    });
}

#[test]
fn presence_is_told_in_every_room_that_is_shared() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let eve = house.newcomer("Eve");
        ann.join("cake");
        bob.join("cake");
        bob.forget();
        eve.forget();
        ann.emit("away", true);
        let presence = json!({ "who": ann.present(true) });
        assert_eq!(bob.heard("presence"), [presence.clone(), presence], "once in each");
        assert_eq!(eve.everything(), [], "she shares none");
    });
}

#[test]
fn a_restart_brings_everybody_back_once() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        ann.say("tea", "before");
        house.restart();
        let (ann, bob) = (house.tab_of(&ann), house.tab_of(&bob));
        assert_eq!((ann.rooms(), bob.rooms()), (vec![("tea".to_owned(), 0)], vec![("tea".to_owned(), 0)]));
        assert_eq!(names(&ann.join("tea")["people"]), ["Ann"]);
        let joined = bob.join("tea");
        assert_eq!(
            (names(&joined["people"]), texts(&joined["messages"])),
            (vec!["Ann".into(), "Bob".into()], vec![(1, "before".into())])
        );
        assert_eq!(ann.heard("joined").len(), 1);
    });
}

#[test]
fn what_is_no_payload_gets_an_answer() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for (event, payload) in [
            ("rename", json!(5)),
            ("find", json!({})),
            ("open", json!({ "name": "x" })),
            ("leave", json!("tea")),
            ("topic", json!({ "room": "tea", "topic": "x".repeat(201) })),
            ("topic", json!({ "room": "tea", "topic": "two\nlines" })),
            ("read", json!({ "room": "tea", "seq": -1 })),
            ("direct", json!({})),
            ("invite", json!({ "room": "tea" })),
            ("say", json!("hello")),
            ("say", message("tea", "m1", &"x".repeat(4001))),
            ("edit", json!({ "room": "tea" })),
            ("react", json!({ "room": "tea", "seq": 1, "emoji": 1, "on": true })),
            ("older", json!({ "room": "tea" })),
            ("search", json!({ "room": "tea" })),
            ("upload", json!({ "file": "x", "part": 0, "bytes": "no bytes" })),
            ("download", json!(null)),
        ] {
            assert_eq!(ann.error(event, &payload), "bad payload", "{event} {payload}");
        }
        ann.emit("typing", "tea");
        ann.emit("away", "yes");
        assert!(!ann.is_closed());
    });
}

#[test]
fn who_comes_back_as_the_socket_they_were_is_there_again() {
    in_every_memory_with_recovery(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let bobs = bob.notifications();
        bob.hang_up();
        assert_eq!(ann.heard("left").len(), 1);
        ann.say("tea", "@Bob are you there?");
        let (back, notices) = (bob.come_back(None), Tab::new(bobs.come_back(None)));
        assert!(back.recovered() && notices.recovered());
        assert_eq!(ann.heard("joined"), [json!({ "room": "tea", "who": bob.present(false) })]);
        assert_eq!(notices.notices().len(), 1);
    });
}
