//! What concerns a person wherever they are: notices wait for who is away, and come one after another, each once.

use super::*;

/// What notices are about: kind, room, number, text.
fn about(notices: &[Value]) -> Vec<(String, String, u64, String)> {
    let about = |notice: &Value| {
        let (kind, room) = (text(&notice["kind"]), text(&notice["room"]["name"]));
        (kind, room, notice["seq"].as_u64().unwrap(), text(&notice["text"]))
    };
    notices.iter().map(about).collect()
}

fn due(kind: &str, room: &str, seq: u64, text: &str) -> (String, String, u64, String) {
    (kind.to_owned(), room.to_owned(), seq, text.to_owned())
}

fn direct(from: &Tab, to: &Tab) -> String {
    let id = text(&from.done("direct", json!({ "to": to.person_id() }))["id"]);
    from.join(&id);
    id
}

fn private(tab: &Tab) -> String {
    let open = json!({ "name": "Secret", "topic": "", "private": true, "seed": seed("Secret") });
    let id = text(&tab.done("open", open)["id"]);
    tab.join(&id);
    id
}

#[test]
fn who_is_mentioned_hears_of_it_in_whichever_room_they_are() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        let bob = house.newcomer("Bob");
        let bobs = bob.notifications();
        let receipt = ann.done("say", message("tea", "m", "hello @bob and @Ann"));
        let (number, job) = bobs.notice().unwrap();
        let notice = json!({
            "kind": "mention", "room": card("tea"), "seq": 1, "from": ann.me(), "text": "hello @bob and @Ann",
            "at": receipt["at"]
        });
        assert_eq!(job["data"], notice);
        assert_eq!((job["attempt"].as_u64(), job["id"].is_u64()), (Some(1), true));
        bobs.acknowledge(number, ());
        house.hibernate();
        assert_eq!(bobs.notices(), [json!(null); 0]);
        assert_eq!(
            ann.notifications().notices(),
            [json!(null); 0],
            "nobody has to be told what they say themselves"
        );
    });
}

#[test]
fn notices_wait_for_who_is_away_and_come_in_order_once() {
    in_every_memory(|house| {
        let [ann, eve] = house.people_in("tea", ["Ann", "Eve"]);
        let bob = house.newcomer("Bob");
        bob.hang_up();
        ann.say("tea", "@Bob one");
        let pair = direct(&ann, &bob);
        ann.say(&pair, "two");
        eve.say("tea", "@Bob three");
        assert_eq!(eve.done("invite", json!({ "room": "tea", "to": bob.person_id() })), Value::Null);
        house.restart();
        house.minutes(120);
        let bob = house.tab_of(&bob);
        let bobs = bob.notifications();
        let (number, first) = bobs.notice().unwrap();
        assert_eq!((bobs.notice(), &first["data"]["text"]), (None, &json!("@Bob one")), "one after another");
        bobs.acknowledge(number, ());
        house.hibernate();
        let rest = [
            due("direct", "Ann", 1, "two"),
            due("mention", "tea", 2, "@Bob three"),
            due("invitation", "tea", 0, ""),
        ];
        assert_eq!(about(&bobs.notices()), rest);
        house.restart();
        assert_eq!(house.tab_of(&bob).notifications().notices(), [json!(null); 0]);
    });
}

/// It was shown, but that was not heard: it comes again, and its id tells that it is the same.
#[test]
fn a_notice_that_was_not_acknowledged_comes_again() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        let bob = house.newcomer("Bob");
        let bobs = bob.notifications();
        ann.say("tea", "@Bob one");
        let (_, first) = bobs.notice().unwrap();
        bob.hang_up();
        house.seconds(120);
        let again = house.tab_of(&bob).notifications();
        let (number, second) = again.notice().unwrap();
        assert_eq!(
            (&first["id"], &first["data"], second["attempt"].as_u64()),
            (&second["id"], &second["data"], Some(2))
        );
        again.acknowledge(number, ());
        house.seconds(120);
        assert_eq!(again.notice(), None);
    });
}

#[test]
fn one_tab_gets_each_notice() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        let bob = house.newcomer("Bob");
        let tabs = [bob.notifications(), house.tab_of(&bob).notifications()];
        for number in 0..4 {
            ann.say("tea", &format!("@Bob {number}"));
        }
        let mut got: Vec<_> = tabs
            .iter()
            .flat_map(|tab| tab.notices())
            .chain(tabs[0].notices())
            .map(|notice| text(&notice["text"]))
            .collect();
        got.sort_unstable();
        assert_eq!(got, ["@Bob 0", "@Bob 1", "@Bob 2", "@Bob 3"]);
    });
}

#[test]
fn quiet_is_until_one_wants_them_again() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        let bob = house.newcomer("Bob");
        let bobs = bob.notifications();
        assert_eq!(bobs.done("quiet", true), Value::Null);
        ann.say("tea", "@Bob one");
        ann.say("tea", "@Bob two");
        house.hibernate();
        house.minutes(5);
        assert_eq!(bobs.notice(), None);
        assert_eq!(bobs.done("quiet", false), Value::Null);
        assert_eq!(bobs.notices().len(), 2);
        bobs.done("quiet", true);
        bobs.done("quiet", true);
        ann.say("tea", "@Bob three");
        assert_eq!(bobs.notice(), None);
        bob.hang_up();
        let bob = house.tab_of(&bob);
        let bobs = bob.quiet_notifications();
        assert_eq!(bobs.notice(), None, "not even the first, before it could say so");
        bobs.done("quiet", false);
        assert_eq!(bobs.notices().len(), 1);
    });
}

#[test]
fn who_can_not_see_a_private_room_hears_nothing_of_it() {
    in_every_memory(|house| {
        let (ann, bob, eve) = (house.newcomer("Ann"), house.newcomer("Bob"), house.newcomer("Eve"));
        let secret = private(&ann);
        bob.join(&secret);
        bob.hang_up();
        ann.say(&secret, "@Bob and @Eve, psst");
        let pair = direct(&ann, &bob);
        ann.say(&pair, "do you know @Eve?");
        house.hibernate();
        assert_eq!(eve.notifications().notices(), [json!(null); 0]);
        let bobs = house.tab_of(&bob).notifications().notices();
        let due = [
            due("mention", "Secret", 1, "@Bob and @Eve, psst"),
            due("direct", "Ann", 1, "do you know @Eve?"),
        ];
        assert_eq!(about(&bobs), due, "who is away is in it all the same");
        assert!(!format!("{:?}", eve.everything()).contains("psst"));
    });
}

#[test]
fn an_invitation_opens_a_private_room() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        let secret = private(&ann);
        ann.done("invite", json!({ "room": secret, "to": bob.person_id() }));
        let [notice] = &bob.notifications().notices()[..] else { panic!("one notice") };
        assert_eq!(
            (&notice["kind"], &notice["from"], &notice["room"]["id"]),
            (&json!("invitation"), &ann.me(), &json!(secret))
        );
        bob.join(&text(&notice["room"]["id"]));
        assert_eq!(ann.error("invite", json!({ "room": secret, "to": "A".repeat(16) })), "nobody");
        assert_eq!(ann.error("invite", json!({ "room": secret, "to": "" })), "nobody");
        for _ in 1..20 {
            ann.done("invite", json!({ "room": secret, "to": bob.person_id() }));
        }
        assert_eq!(ann.error("invite", json!({ "room": secret, "to": bob.person_id() })), "slow down");
        assert_eq!(ann.error("direct", json!({ "to": bob.person_id() })), "slow down");
        house.minutes(10);
        ann.done("direct", json!({ "to": bob.person_id() }));
    });
}

/// Whoever is written to has the room on every device from then on, also if they were not in it.
#[test]
fn a_direct_message_brings_its_room() {
    in_every_memory(|house| {
        let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
        let phone = house.tab_of(&bob);
        let pair = direct(&ann, &bob);
        assert_eq!(bob.heard("mine"), [json!(null); 0], "nothing is said yet");
        ann.say(&pair, "hello");
        let card = json!({ "id": pair, "name": "Ann", "topic": "", "kind": "direct" });
        for tab in [&bob, &phone] {
            assert_eq!(tab.heard("mine"), [json!({ "room": card, "read": 0 })]);
        }
        house.restart();
        let bob = house.tab_of(&bob);
        assert_eq!(bob.rooms(), [(pair.clone(), 0)]);
        assert_eq!(bob.history(&pair), [(1, "hello".to_owned())]);

        let ann = house.tab_of(&ann);
        ann.join(&pair);
        ann.say(&pair, "again");
        assert_eq!(bob.heard("mine"), [json!(null); 0], "it is there already");
        bob.done("read", json!({ "room": pair, "seq": 2 }));
        bob.leave(&pair);
        ann.say(&pair, "and again");
        assert_eq!(bob.heard("mine"), [json!({ "room": card, "read": 2 })]);
    });
}

#[test]
fn everything_is_told_once_on_a_bad_network() {
    for lost in 0..10 {
        in_every_memory(|house| {
            let (ann, bob) = (house.newcomer("Ann"), house.newcomer("Bob"));
            let bobs = bob.notifications();
            let pair = direct(&ann, &bob);
            house.lose_reply(lost);
            let asked = ann.request("say", message(&pair, "m", "hello"));
            house.seconds(5);
            assert_eq!(ann.answer(asked).unwrap()[0]["seq"], 1, "{lost}");
            house.seconds(10);
            assert_eq!((bobs.notices().len(), bob.heard("mine").len()), (1, 1), "{lost}");
        });
    }
}
