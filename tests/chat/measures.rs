//! Who is muted, sent away, banned or forgotten by a moderator.

use parlor::{Ack, Data, Fault, Io, Namespace};

use super::{
    moderators::{for_time, log, tea, whom},
    *,
};

#[test]
fn who_is_muted_may_read_and_not_write() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        bob.say("tea", "HEY");
        let phone = house.tab_of(&bob);
        phone.join("tea");
        assert_eq!(mods.done("mute", for_time(&bob, 5)), Value::Null);
        let why = "You were muted by a moderator: shouting";
        for tab in [&bob, &phone] {
            assert_eq!(tab.heard("muted"), [json!({ "why": why })]);
        }
        house.hibernate();
        let later = house.tab_of(&bob);
        assert_eq!(later.welcome["muted"], why);
        later.join("tea");
        eve.forget();
        for tab in [&bob, &phone, &later] {
            for (event, payload) in [
                ("say", message("tea", "m", "HEY!")),
                ("edit", json!({ "room": "tea", "seq": 1, "text": "HEY!" })),
                ("react", json!({ "room": "tea", "seq": 1, "emoji": "🍵", "on": true })),
                ("topic", json!({ "room": "tea", "topic": "HEY!" })),
                ("invite", json!({ "room": "tea", "to": ann.person_id() })),
                ("open", json!({ "name": "HEY!", "topic": "HEY!", "private": false, "seed": seed("hey") })),
            ] {
                assert_eq!(tab.error(event, payload), "muted", "{event}");
            }
        }
        assert_eq!(eve.everything(), []);
        eve.say("tea", "it is quiet");
        assert_eq!(phone.said(), ["it is quiet"]);
        bob.done("remove", json!({ "room": "tea", "seq": 1 }));

        house.minutes(5);
        assert_eq!(phone.say("tea", "sorry"), 3);
        assert_eq!(phone.heard("muted"), [json!({ "why": null })]);
        assert_eq!(bob.say("tea", "really"), 4);
        assert_eq!(house.tab_of(&bob).welcome["muted"], Value::Null);

        mods.done("mute", for_time(&bob, 60));
        assert_eq!(mods.done("unmute", whom(&bob)), Value::Null);
        house.hibernate();
        for tab in [&bob, &phone, &later] {
            assert_eq!(tab.heard("muted").last(), Some(&json!({ "why": null })));
            tab.say("tea", &format!("thanks, says {}", tab.id()));
        }
    });
}

#[test]
fn who_is_kicked_may_come_again() {
    in_every_memory(|house| {
        let (mods, _, bob, eve) = tea(house);
        let phone = house.tab_of(&bob);
        phone.join("tea");
        let (notified, elsewhere) =
            (bob.notifications(), house.connect("/notifications", &json!({ "token": bob.token() })));
        assert_eq!(
            mods.done("kick", json!({ "id": bob.person_id(), "name": "Bob", "why": "" })),
            Value::Null
        );
        for tab in [&bob, &phone] {
            assert_eq!(tab.heard("sent away"), [json!({ "why": "You were sent away by a moderator." })]);
            assert!(tab.is_closed());
        }
        assert!(notified.is_closed() && elsewhere.is_closed(), "all connections");
        assert_eq!(eve.heard("left"), [json!({ "room": "tea", "who": bob.me() })]);
        assert_eq!(names(&eve.join("tea")["people"]), ["Eve"]);
        assert_eq!(eve.heard("people").last(), Some(&json!({ "room": "tea", "people": 1 })));
        house.hibernate();
        let again = house.tab_of(&bob);
        assert_eq!(again.rooms(), [("tea".to_owned(), 0)]);
        again.join("tea");
        again.say("tea", "I am back");
    });
}

#[test]
fn who_is_banned_stays_outside_for_so_long() {
    in_every_memory(|house| {
        let (mods, _, bob, eve) = tea(house);
        assert_eq!(mods.done("ban", for_time(&bob, 60)), Value::Null);
        assert_eq!(bob.heard("sent away"), [json!({ "why": "You were sent away by a moderator: shouting" })]);
        assert!(bob.is_closed());
        assert_eq!(eve.heard("left").len(), 1);
        house.restart();
        let token = json!({ "token": bob.token() });
        let mods = house.moderator(&eve);
        for nsp in ["/", "/notifications"] {
            assert_eq!(house.refusal(nsp, &token), "banned");
        }
        assert_eq!(house.refusal("/", &json!({ "token": bob.token(), "name": "Robert" })), "banned");
        assert_eq!(house.refusal("/", &json!({ "name": "Bob", "seed": seed("Bob") })), "banned", "as if new");
        let bans = mods.done("overview", ())["bans"].clone();
        assert_eq!(
            (bans[0]["id"].clone(), bans[0]["name"].clone(), bans[0]["why"].clone()),
            (bob.me()["id"].clone(), json!("Bob"), json!("shouting"))
        );
        house.minutes(59);
        assert_eq!(house.refusal("/", &token), "banned");
        house.minutes(1);
        let bob = house.tab_of(&bob);
        assert_eq!(mods.done("overview", ())["bans"], json!([]));

        mods.done("ban", for_time(&bob, 60));
        assert_eq!(house.refusal("/", &token), "banned");
        assert_eq!(mods.done("unban", whom(&bob)), Value::Null);
        house.tab_of(&bob);
    });
}

/// Where the deployment lets people come back as the sockets that they were, what was done meanwhile finds them.
#[test]
fn who_was_away_does_not_come_back_from_a_ban_or_with_a_voice() {
    in_every_memory_with_recovery(|house| {
        let (mods, ann, bob, eve) = tea(house);
        let bobs = bob.notifications();
        ann.join("tea");
        bob.hang_up();
        ann.hang_up();
        eve.forget();
        mods.done("ban", for_time(&bob, 60));
        mods.done("mute", for_time(&ann, 60));
        let (bob, bobs) = (bob.come_back(None), bobs.come_back(None));
        let ann = Tab::new(ann.come_back(None));
        assert!(bob.is_closed() && bobs.is_closed());
        assert!(ann.recovered());
        assert_eq!(ann.error("say", message("tea", "m", "HEY!")), "muted");
        assert_eq!(eve.heard("joined").len(), 1, "ann, and not bob");
    });
}

#[test]
fn who_is_forgotten_is_nobody_and_what_they_said_stays() {
    in_every_memory(|house| {
        let (mods, ann, bob, eve) = tea(house);
        bob.say("tea", "here I am");
        eve.say("tea", "@Bob so you are");
        let id = bob.person_id();
        assert_eq!(mods.done("forget", &id), Value::Null);
        house.hibernate();
        assert_eq!(bob.heard("sent away").len(), 1);
        assert_eq!(mods.error("forget", &id), "nobody");
        assert_eq!(mods.error("queue", &id), "nobody");
        assert_eq!(eve.error("find", "Bob"), "nobody");
        let back = house.newcomer("Bob"); // with the seed that he had
        assert_eq!((back.person_id(), &back.welcome["rooms"]), (id, &json!([])));
        assert_eq!(mods.done("messages", json!({ "room": "tea" }))["messages"].as_array().unwrap().len(), 2);
        assert_eq!(log(&mods), [json!({ "what": "forget", "by": ann.me() })]);
    });
}

/// Bob is let in, and before his socket is where a ban looks for him there is one.
#[test]
fn who_is_banned_while_coming_in_is_sent_away_at_the_first_room() {
    async fn only_write_it_down(io: Io, Data(ban): Data<Value>) -> Result<Ack, Fault> {
        let key = format!("ban:{}.", ban["person"]["id"].as_str().unwrap());
        io.of("/").set_for(&key, &ban, Duration::from_secs(60)).await?;
        Ok(Ack(()))
    }
    let app = || house().namespace("/race", Namespace::open().on("ban", only_write_it_down));
    in_every_memory_of(app, |house| {
        let [bob, eve] = house.people_in("tea", ["Bob", "Eve"]);
        let late = house.tab_of(&bob);
        let race = house.connect("/race", &());
        let ban = json!({ "person": bob.me(), "until": 60_000, "why": "" });
        assert_eq!(race.ask("ban", ban), Some(json!([])));
        late.emit("join", json!({ "room": "tea" }));
        assert_eq!(late.heard("sent away"), [json!({ "why": "You were sent away by a moderator." })]);
        assert!(late.is_closed());
        eve.join("tea");
    });
}
