//! What people write, and what becomes of it.

use super::*;

fn edit(seq: u64, text: &str) -> Value {
    json!({ "room": "tea", "seq": seq, "text": text })
}

fn nth(seq: u64) -> Value {
    json!({ "room": "tea", "seq": seq })
}

fn react(seq: u64, emoji: &str, on: bool) -> Value {
    json!({ "room": "tea", "seq": seq, "emoji": emoji, "on": on })
}

/// A message as whoever comes in gets it.
fn told(tab: &Tab, seq: usize) -> Value {
    tab.join("tea")["messages"][seq - 1]["data"].clone()
}

#[test]
fn a_message_is_the_same_live_and_later() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let receipt = bob.done("say", message("tea", "m1", "<b>hello</b>\n@nobody"));
        let stored = json!({
            "room": "tea", "id": "m1", "from": bob.me(), "at": receipt["at"], "text": "<b>hello</b>\n@nobody",
            "files": [], "mentions": [], "reactions": []
        });
        assert_eq!(receipt["seq"], 1);
        let said = [json!({ "seq": 1, "data": stored })];
        for tab in [&ann, &bob] {
            assert_eq!(tab.heard("said"), said, "the sender too");
        }
        house.restart();
        let joined = house.newcomer("Eve").join("tea");
        assert_eq!((&joined["messages"], &joined["newest"]), (&json!(said), &json!(1)));
    });
}

#[test]
fn a_room_has_one_order() {
    in_every_memory(|house| {
        let tabs = house.people_in("tea", ["Ann", "Bob", "Eve"]);
        for round in 0..4 {
            for (number, tab) in tabs.iter().enumerate() {
                tab.emit("say", message("tea", &format!("{round}"), &format!("{round} {number}")));
            }
            house.hibernate();
        }
        let numbers = |tab: &Tab| {
            tab.heard("said").iter().map(|said| said["seq"].as_u64().unwrap()).collect::<Vec<_>>()
        };
        for tab in &tabs {
            assert_eq!(numbers(tab), (1..=12).collect::<Vec<_>>());
        }
    });
}

#[test]
fn not_everything_is_a_message() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for (id, text, error) in [
            ("", "hi", "bad id"),
            (&*"x".repeat(65), "hi", "bad id"),
            ("m", "", "empty"),
            ("m", " \n ", "empty"),
        ] {
            assert_eq!(ann.error("say", message("tea", id, text)), error);
        }
        let reply = json!({ "room": "tea", "id": "m", "text": "hi", "files": [], "reply": 7 });
        assert_eq!(ann.error("say", reply), "no such message");
        let words = ann.ask("say", message("tea", "m", &"x".repeat(4001)));
        assert_eq!(words["message"], "A message has at most 4000 characters.");
        assert_eq!(ann.history("tea"), []);
        ann.done("say", message("tea", &"x".repeat(64), &"й".repeat(4000)));
    });
}

#[test]
fn who_says_a_lot_at_once_is_asked_to_wait() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for number in 0..10 {
            ann.say("tea", &number.to_string());
        }
        house.hibernate();
        let refusal = ann.ask("say", message("tea", "m", "one more"));
        assert_eq!(refusal["error"], "slow down");
        assert!(text(&refusal["message"]).contains("10 s"), "{refusal}");
        house.seconds(10);
        ann.say("tea", "one more");
    });
}

/// Whatever is lost between the objects: the receipt comes, and everybody hears it once.
#[test]
fn a_message_is_said_once_on_a_bad_network() {
    for lost in 0..8 {
        in_every_memory(|house| {
            let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
            let bobs = bob.notifications();
            house.lose_reply(lost);
            let asked = ann.request("say", message("tea", "m1", "hello @Bob"));
            house.seconds(5);
            assert_eq!(ann.answer(asked).unwrap()[0]["seq"], 1, "{lost}");
            assert_eq!((ann.said().len(), bob.said().len(), bobs.notices().len()), (1, 1, 1), "{lost}");
        });
    }
}

/// The receipt never came to the page: it says it again when it is back, and all of it is done once.
#[test]
fn what_was_not_acknowledged_is_said_again_and_stored_once() {
    for breaks in ["the answer", "the connection", "everything"] {
        in_every_memory(|house| {
            let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
            let bobs = bob.notifications();
            ann.request("say", message("tea", "m1", "hello @Bob"));
            assert_eq!(bobs.notices().len(), 1);
            ann.miss();
            let (ann, bob, bobs) = match breaks {
                "the answer" => (ann, bob, bobs),
                "the connection" => {
                    ann.hang_up();
                    let again = house.tab_of(&ann);
                    again.join("tea");
                    (again, bob, bobs)
                }
                _ => {
                    house.restart();
                    let (ann, bob) = (house.tab_of(&ann), house.tab_of(&bob));
                    let bobs = bob.notifications();
                    ann.join("tea");
                    bob.join("tea");
                    (ann, bob, bobs)
                }
            };
            bob.forget();
            assert_eq!(ann.say("tea", "between"), 2);
            house.seconds(3);
            let receipt = ann.done("say", message("tea", "m1", "hello @Bob"));
            assert_eq!(receipt["seq"], 1, "{breaks}");
            assert_eq!(ann.history("tea"), [(1, "hello @Bob".to_owned()), (2, "between".to_owned())]);
            assert_eq!((bob.said(), bobs.notices()), (vec!["between".to_owned()], vec![]), "{breaks}");
        });
    }
}

/// The message was stored, but the notice could not be pushed: saying it again pushes it.
#[test]
fn a_notice_that_could_not_be_pushed_is_pushed_when_the_message_is_said_again() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let bobs = bob.notifications();
        house.fill_queues(true);
        assert_eq!(ann.error("say", message("tea", "m1", "hello @Bob")), "storage");
        house.hibernate();
        house.fill_queues(false);
        assert_eq!(ann.done("say", message("tea", "m1", "hello @Bob"))["seq"], 1);
        assert_eq!((bob.said().len(), bobs.notices().len()), (1, 1));
    });
}

#[test]
fn the_same_id_of_another_person_is_another_message() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        ann.done("say", message("tea", "1", "mine"));
        bob.done("say", message("tea", "1", "mine too"));
        assert_eq!(ann.history("tea"), [(1, "mine".to_owned()), (2, "mine too".to_owned())]);
    });
}

#[test]
fn a_full_storage_is_told_and_loses_nothing() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        ann.say("tea", "one");
        house.fill_storage(true);
        assert_eq!(ann.error("say", message("tea", "two", "two")), "storage");
        house.fill_storage(false);
        assert_eq!(ann.say("tea", "two"), 2);
        assert_eq!(ann.said(), ["one", "two"]);
    });
}

#[test]
fn a_reply_quotes_what_it_replies_to() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let long = "é".repeat(300);
        ann.say("tea", &long[..40]);
        ann.done("say", message("tea", "long", &long));
        house.hibernate();
        let reply = |seq: u64| json!({ "room": "tea", "id": format!("to {seq}"), "text": "yes", "files": [], "reply": seq });
        bob.done("say", reply(2));
        let quote = json!({ "seq": 2, "from": ann.me(), "text": "é".repeat(200) });
        assert_eq!(ann.heard("said")[2]["data"]["reply"], quote);
        assert_eq!(told(&ann, 3)["reply"], quote);
    });
}

#[test]
fn ones_own_message_may_be_changed() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        ann.say("tea", "helo");
        ann.say("tea", "next");
        house.seconds(5);
        assert_eq!(ann.done("edit", edit(1, "hello @Bob")), Value::Null);
        let now = told(&bob, 1);
        assert_eq!(
            (&now["text"], &now["mentions"], &now["id"]),
            (&json!("hello @Bob"), &json!([bob.me()]), &json!("helo"))
        );
        assert_eq!(now["edited"].as_u64().unwrap(), now["at"].as_u64().unwrap() + 5000);
        let changed = [json!({ "room": "tea", "seq": 1, "data": now })];
        assert_eq!((ann.heard("changed"), bob.heard("changed")), (changed.to_vec(), changed.to_vec()));
        house.restart();
        let bob = house.tab_of(&bob);
        assert_eq!(bob.history("tea"), [(1, "hello @Bob".to_owned()), (2, "next".to_owned())]);

        assert_eq!(bob.error("edit", edit(1, "I did not say that")), "not yours");
        assert_eq!(bob.error("remove", nth(1)), "not yours");
        for seq in [0, 3, 1 << 53] {
            assert_eq!(bob.error("edit", edit(seq, "x")), "no such message");
            assert_eq!(bob.error("remove", nth(seq)), "no such message");
            assert_eq!(bob.error("react", react(seq, "🍵", true)), "no such message");
        }
        let ann = house.tab_of(&ann);
        ann.join("tea");
        assert_eq!(ann.error("edit", edit(1, " ")), "empty");
        assert_eq!(bob.heard("changed"), [json!(null); 0]);
    });
}

#[test]
fn a_message_that_is_removed_is_gone() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let said = ann.done("say", message("tea", "m1", "what nobody should read @Bob"));
        bob.done("react", react(1, "🍵", true));
        ann.done("edit", edit(1, "what nobody should read either"));
        house.seconds(1);
        [&ann, &bob].into_iter().for_each(Tab::forget);
        assert_eq!(ann.done("remove", nth(1)), Value::Null);
        let gone = json!({
            "room": "tea", "id": "m1", "from": ann.me(), "at": said["at"], "text": "", "files": [], "mentions": [],
            "removed": "author", "reactions": []
        });
        let changed = ("changed".to_owned(), json!({ "room": "tea", "seq": 1, "data": gone }));
        assert_eq!((ann.everything(), bob.everything()), (vec![changed.clone()], vec![changed]));
        house.restart();
        let (ann, bob) = (house.tab_of(&ann), house.tab_of(&bob));
        assert_eq!(told(&bob, 1), gone);
        ann.join("tea");
        assert_eq!(bob.done("older", json!({ "room": "tea", "before": 2 }))["messages"][0]["data"], gone);
        let search = json!({ "room": "tea", "words": "nobody" });
        assert_eq!(bob.done("search", search), json!({ "messages": [], "next": null }));

        assert_eq!(ann.error("edit", edit(1, "back again")), "not yours");
        assert_eq!(ann.error("remove", nth(1)), "not yours");
        assert_eq!(bob.error("react", react(1, "🍵", true)), "no such message");
        assert_eq!(
            ann.done("say", message("tea", "m1", "what nobody should read @Bob"))["seq"],
            1,
            "said again, it stays gone"
        );
        assert_eq!(told(&bob, 1), gone);
        assert_eq!(ann.say("tea", "next"), 2);
    });
}

/// The quotes of it are made of what is there.
#[test]
fn what_is_removed_is_not_in_the_quotes_of_it_either() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        ann.say("tea", "a secret");
        ann.done("remove", nth(1));
        bob.done("say", json!({ "room": "tea", "id": "m", "text": "what?", "files": [], "reply": 1 }));
        assert_eq!(told(&bob, 2)["reply"], json!({ "seq": 1, "from": ann.me(), "text": "" }));
    });
}

#[test]
fn reactions_are_everybodys_own() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        ann.say("tea", "cake?");
        ann.say("tea", "or biscuits?");
        assert_eq!(bob.done("react", react(1, "🍰", true)), Value::Null);
        let by = |tab: &Tab, emoji: &str, on: bool| {
            let (by, name) = (tab.person_id(), tab.me()["name"].clone());
            json!({ "room": "tea", "seq": 1, "by": by, "name": name, "emoji": emoji, "on": on })
        };
        assert_eq!(
            (ann.heard("reacted"), bob.heard("reacted")),
            (vec![by(&bob, "🍰", true)], vec![by(&bob, "🍰", true)])
        );
        house.hibernate();
        bob.done("react", react(1, "👍🏽", true));
        bob.done("react", react(1, "🍰", true));
        ann.done("react", react(1, "🍰", true));
        ann.done("react", react(1, "🍰", false));
        bob.done("react", react(1, "👍🏽", false));
        assert_eq!(ann.heard("reacted").len(), 5);
        house.restart();
        let ann = house.tab_of(&ann);
        let kept = json!([{ "by": bob.person_id(), "name": "Bob", "emoji": "🍰" }]);
        assert_eq!(told(&ann, 1)["reactions"], kept);
        assert_eq!(told(&ann, 2)["reactions"], json!([]));
        let found = ann.done("search", json!({ "room": "tea", "words": "cake" }));
        assert_eq!(found["messages"][0]["data"]["reactions"], kept);
        let older = ann.done("older", json!({ "room": "tea", "before": 2 }));
        assert_eq!(older["messages"][0]["data"]["reactions"], kept);
        ann.done("edit", edit(1, "cake!"));
        assert_eq!(told(&ann, 1)["reactions"], kept);
    });
}

#[test]
fn a_reaction_is_an_emoji_and_not_too_many() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        ann.say("tea", "hello");
        for bad in ["", "x", "no", "1", "🍰 ", "🍰x", &"🍰".repeat(17), "\u{202e}", "\u{200b}", "🍰\u{36f}"]
        {
            assert_eq!(ann.error("react", react(1, bad, true)), "bad emoji", "{bad:?}");
        }
        for emoji in ["🍰", "1️⃣", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️"]
        {
            ann.done("react", react(1, emoji, true));
        }
        assert_eq!(ann.error("react", react(1, "🍵", true)), "too many");
        ann.done("react", react(1, "🍰", true));
        ann.done("react", react(1, "🍰", false));
        ann.done("react", react(1, "🍵", true));
        assert_eq!(told(&ann, 1)["reactions"].as_array().unwrap().len(), 5);
        let again = (0..30).find(|_| ann.ask("react", react(1, "🍵", true)) != Value::Null);
        assert!(again.is_some());
        assert_eq!(ann.error("react", react(1, "🍵", true)), "slow down");
        assert_eq!(ann.error("edit", edit(1, "x")), "slow down");
        house.seconds(10);
        ann.done("edit", edit(1, "x"));
    });
}

#[test]
fn a_search_finds_all_words_in_any_order() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for text in ["Green tea", "black coffee", "TEA, black", "Чай"] {
            ann.say("tea", text);
        }
        house.hibernate();
        let search = |words: &str| {
            let found = ann.done("search", json!({ "room": "tea", "words": words }));
            assert_eq!(found["next"], Value::Null);
            texts(&found["messages"]).into_iter().map(|(seq, _)| seq).collect::<Vec<_>>()
        };
        assert_eq!(search("tea"), [3, 1], "newest first");
        assert_eq!((search("black TEA"), search("чай"), search("milk")), (vec![3], vec![4], vec![]));
        assert_eq!(ann.error("search", json!({ "room": "tea", "words": " " })), "no words");
        let before = ann.done("search", json!({ "room": "tea", "words": "tea", "before": 3 }));
        assert_eq!(texts(&before["messages"]), [(1, "Green tea".to_owned())]);
        for _ in 0..5 {
            search("x");
        }
        assert_eq!(ann.error("search", json!({ "room": "tea", "words": "x" })), "slow down");
        house.seconds(10);
        search("x");
    });
}

#[test]
fn a_search_goes_on_where_it_ended() {
    let mut house = House(TestServer::new(house));
    let ann = house.newcomer("Ann");
    ann.join("tea");
    for number in 1..=1_100 {
        if number % 10 == 1 {
            house.seconds(10);
        }
        ann.say("tea", &format!("{number}{}", if number % 200 == 0 { " needle" } else { "" }));
    }
    let search = |before: Value| {
        let found = ann.done("search", json!({ "room": "tea", "words": "needle", "before": before }));
        (texts(&found["messages"]).into_iter().map(|(seq, _)| seq).collect::<Vec<_>>(), found["next"].clone())
    };
    let (first, next) = search(Value::Null);
    assert_eq!((&first[..], &next), (&[1000, 800, 600, 400, 200][..], &json!(101)));
    assert_eq!(search(next), (vec![], Value::Null));
}

#[test]
fn mentions_are_of_people_that_there_are() {
    in_every_memory(|house| {
        let [ann, ada, lovelace] = house.people_in("tea", ["Ann", "Ada", "Ada Lovelace"]);
        house.newcomer("Jean-Luc P. d'Été");
        let mentions = |text: &str| {
            house_message(&ann, text)["mentions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|who| who["name"].clone())
                .collect::<Vec<_>>()
        };
        fn house_message(tab: &Tab, text: &str) -> Value {
            tab.forget();
            tab.say("tea", text);
            tab.heard("said")[0]["data"].clone()
        }
        assert_eq!(mentions("@Ada, look"), ["Ada"]);
        assert_eq!(mentions("(@ada lovelace!) and @ADA"), ["Ada Lovelace", "Ada"]);
        assert_eq!(mentions("@Ada Lovelace rocks, @adalovelace"), ["Ada Lovelace"], "each once");
        assert_eq!(mentions("mail ada@ada or @ Ada or @\nAda or @nobody"), [""; 0]);
        assert_eq!(mentions("@jean-luc p. d'été: hello"), ["Jean-Luc P. d'Été"]);
        assert_eq!((ada.said().len(), lovelace.said().len()), (5, 5));
        ann.forget();
        house.seconds(10);
        let many = (0..30).map(|n| format!("@ada{n} ")).collect::<String>();
        ann.done("say", message("tea", "many", &format!("{many} @Ada")));
        assert_eq!(ann.heard("said")[0]["data"]["mentions"], json!([]), "only so many are looked for");
    });
}
