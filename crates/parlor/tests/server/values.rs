//! What an application keeps with a room, and with everyone in a namespace.

use std::time::Duration;

use parlor::{Broadcast, IntoPayload, TestClient, TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

pub(crate) fn app() -> App {
    App::new()
        .gateways_per_location(2)
        .namespace("/", keeping())
        .namespace("/with-history", keeping().history(Keep::messages(10)))
}

fn keeping() -> Namespace<()> {
    Namespace::open()
        .on("set", async |io: Io, Data((room, key, x)): Data<(String, String, Raw)>| {
            Ok::<_, Fault>(Ack(place(&io, &room).set(&key, &x).await?))
        })
        .on("set-for", async |io: Io, Data((room, key, x, ms)): Data<(String, String, Raw, u64)>| {
            Ok::<_, Fault>(Ack(place(&io, &room).set_for(&key, &x, Duration::from_millis(ms)).await?))
        })
        .on("get", async |io: Io, Data((room, key)): Data<(String, String)>| {
            Ok::<_, Fault>(Ack(place(&io, &room).get::<Raw>(&key).await?))
        })
        .on("values", values)
        .on("claim", async |io: Io, Data((room, key, x, ms)): Data<(String, String, Value, Option<u64>)>| {
            let time = ms.map(Duration::from_millis);
            Ok::<_, Fault>(Ack(place(&io, &room).claim(&key, &x, time).await?))
        })
        .on("remove", async |io: Io, Data((room, keys)): Data<(String, String)>| {
            Ok::<_, Fault>(Ack(place(&io, &room).remove(&keys).await?))
        })
        .on("set-many", async |io: Io, Data((room, n, bytes)): Data<(String, usize, usize)>| {
            for n in 0..n {
                io.to(&room).set(&format!("many:{n:04}"), &"x".repeat(bytes)).await?;
            }
            Ok::<_, Fault>(Ack(()))
        })
        .on("count", async |io: Io, Data((room, keys)): Data<(String, String)>| {
            let values = io.to(&room).values(&[&keys]).await?;
            Ok::<_, Fault>(Ack((values.iter().count(), values.is_complete())))
        })
        .on("get-number", async |io: Io, Data(key): Data<String>| {
            Ok::<_, Fault>(Ack(io.all().get::<u64>(&key).await?))
        })
        .on("of-both", async |io: Io| Ok::<_, Fault>(Ack(io.to("a").to("b").get::<Value>("x").await?)))
}

/// A room, or everyone, here (``) or in the namespace whose name it is.
fn place(io: &Io, room: &str) -> Broadcast {
    match room {
        "" => io.all(),
        namespace if namespace.starts_with('/') => io.of(namespace),
        room => io.to(room),
    }
}

async fn values(
    io: Io,
    Data((room, keys)): Data<(String, Vec<String>)>,
) -> Result<Ack<Vec<(String, Value)>>, Fault> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let values = place(&io, &room).values(&keys).await?;
    assert!(values.is_complete());
    let mut read = Vec::new();
    for (key, value) in values.iter() {
        let value: Value = value.to()?;
        assert_eq!(values.get(key)?.as_ref(), Some(&value));
        read.push((key.to_owned(), value));
    }
    assert_eq!(values.get::<Value>("no such key")?, None);
    Ok(Ack(read))
}

/// One for each of the two Gateways.
fn two(server: &mut TestServer) -> (TestClient, TestClient) {
    (server.connect("/", &()), server.connect("/", &()))
}

fn ask(client: &TestClient, event: &str, payload: impl IntoPayload) -> Value {
    client.ask(event, payload).unwrap_or_default()
}

fn error(code: &str, message: &str) -> Value {
    json!([{ "error": code, "message": message }])
}

#[test]
fn a_value_is_there_for_all_gateways_until_it_is_removed() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        for room in ["r", "", "/with-history"] {
            let rows = server.rows();
            assert_eq!(ask(&bob, "get", (room, "topic")), json!([null]), "{room}");
            assert_eq!(ask(&ann, "set", (room, "topic", "ownership")), json!([]));
            server.hibernate();
            assert_eq!(ask(&bob, "get", (room, "topic")), json!(["ownership"]));
            assert_eq!(ask(&bob, "set", (room, "topic", json!({ "now": [1, null] }))), json!([]));
            assert_eq!(ask(&ann, "get", (room, "topic")), json!([{ "now": [1, null] }]));
            assert_eq!(server.rows() - rows, 1);
            assert_eq!(ask(&ann, "remove", (room, "topic")), json!([]));
            assert_eq!(ask(&ann, "remove", (room, "topic")), json!([]), "nor does it matter again");
            assert_eq!(server.rows(), rows);
            assert_eq!(ask(&bob, "get", (room, "topic")), json!([null]));
        }
        assert_eq!((ann.events(), bob.events()), (vec![], vec![]), "nobody hears of it");
    });
}

#[test]
fn rooms_and_namespaces_have_values_of_their_own() {
    in_every_memory_of(app, |server| {
        let (ann, _) = two(server);
        let elsewhere = server.connect("/with-history", &());
        for (client, room) in [(&ann, "r"), (&ann, "s"), (&ann, ""), (&elsewhere, "r"), (&elsewhere, "")] {
            assert_eq!(ask(client, "get", (room, "x")), json!([null]), "{room}");
            assert_eq!(ask(client, "set", (room, "x", room)), json!([]));
        }
        assert_eq!(ask(&elsewhere, "set", ("/", "x", "from elsewhere")), json!([]));
        assert_eq!(ask(&ann, "get", ("", "x")), json!(["from elsewhere"]));
        assert_eq!(ask(&elsewhere, "get", ("", "x")), json!([""]));
    });
}

#[test]
fn bytes_stay_bytes() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let picture = Binary(vec![1, 2, 3].into());
        ask(&ann, "set", ("r", "picture", json!([&picture])));
        ask(&ann, "set", ("r", "pictures", (7, &picture)));
        let bytes = json!([[7, { "_placeholder": true, "num": 0 }]]);
        assert_eq!(ask(&bob, "get", ("r", "pictures")), bytes);
    });
}

#[test]
fn several_are_read_at_once_sorted_and_each_once() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let keys = ["ban:ann", "room:b", "room:a", "room:", "room", "root", "room:\u{10ffff}", "ü", "*a"];
        for key in keys {
            ask(&ann, "set", ("", key, key));
        }
        let read = |keys: &[&str]| {
            let read = ask(&bob, "values", ("", keys));
            let read: Vec<(String, Value)> = serde_json::from_value(read[0].clone()).unwrap();
            assert!(read.iter().all(|(key, value)| key == value));
            read.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(read(&["room:*", "ban:ann"]), ["ban:ann", "room:", "room:a", "room:b", "room:\u{10ffff}"]);
        let twice = ["room:a", "room:*", "room:a", "room*", "roo", "room:b*"];
        assert_eq!(read(&twice), ["room", "room:", "room:a", "room:b", "room:\u{10ffff}"]);
        assert_eq!(read(&["*"]).len(), keys.len());
        assert_eq!(read(&["*a", "nobody's", "no*"]), ["*a"]);
        assert_eq!(read(&[]), [""; 0]);
        ask(&ann, "remove", ("", "room:*"));
        assert_eq!(read(&["*"]), ["*a", "ban:ann", "room", "root", "ü"]);
        ask(&ann, "remove", ("", "*"));
        assert_eq!(read(&["*"]), [""; 0]);
    });
}

#[test]
fn a_value_for_a_time_is_gone_by_itself_and_leaves_no_row_where_it_is_met() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        ask(&ann, "set", ("r", "mute:bob", true));
        let rows = server.rows();
        ask(&ann, "set-for", ("r", "mute:ann", true, 10_000));
        ask(&ann, "set-for", ("r", "mute:cid", true, 10_000));
        server.advance(Duration::from_millis(9_999));
        assert_eq!(ask(&bob, "get", ("r", "mute:ann")), json!([true]));
        ask(&ann, "set-for", ("r", "mute:cid", false, 10_000)); // anew
        server.advance(Duration::from_millis(1));
        assert_eq!(ask(&bob, "get", ("r", "mute:ann")), json!([null]));
        assert_eq!(server.rows(), rows + 1);
        server.advance(Duration::from_secs(10));
        server.hibernate();
        assert_eq!(ask(&bob, "values", ("r", ["*"])), json!([[["mute:bob", true]]]));
        assert_eq!(server.rows(), rows);
    });
}

#[test]
fn the_first_claim_wins_until_its_time_is_over() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let claim = |client: &TestClient, x: &str, ms: Option<u64>| {
            ask(client, "claim", ("", "name:ann", json!({ "by": x }), ms))[0]["by"].clone()
        };
        assert_eq!(claim(&ann, "ann", Some(10_000)), "ann");
        assert_eq!(claim(&bob, "bob", None), "ann");
        server.advance(Duration::from_secs(9));
        assert_eq!(claim(&ann, "ann", Some(10_000)), "ann", "for longer");
        server.hibernate();
        server.advance(Duration::from_secs(9));
        assert_eq!(claim(&bob, "bob", None), "ann");
        server.advance(Duration::from_secs(1));
        assert_eq!(claim(&bob, "bob", None), "bob");
        server.advance(Duration::from_secs(1_000_000));
        assert_eq!(claim(&ann, "ann", Some(1)), "bob");
        ask(&bob, "remove", ("", "name:ann"));
        assert_eq!(claim(&ann, "ann", None), "ann");
    });
}

#[test]
fn what_is_too_large_or_finds_no_storage_is_refused_and_nothing_is_lost() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        assert_eq!(ask(&ann, "set", ("r", "x", "y".repeat(65_534))), json!([]));
        let large = error("too large", "A value has at most 65536 bytes.");
        assert_eq!(ask(&ann, "set", ("r", "x", "y".repeat(65_535))), large);
        let bytes = Binary(vec![0; 65_536].into());
        assert_eq!(ask(&ann, "set", ("r", "x", (bytes,))), large);
        assert_eq!(ask(&ann, "set", ("r", "x", 1)), json!([]));
        server.fill_storage(true);
        let full = error("storage", "The storage takes nothing. Try again later.");
        assert_eq!(ask(&ann, "set", ("r", "x", 2)), full);
        assert_eq!(ask(&ann, "claim", ("r", "y", 2, None::<u64>)), full);
        assert_eq!(ask(&bob, "values", ("r", ["*"])), json!([[["x", 1]]]));
        server.fill_storage(false);
        assert_eq!(ask(&ann, "claim", ("r", "y", 2, None::<u64>)), json!([2]));
    });
}

#[test]
fn only_so_many_are_read_at_once() {
    let mut server = TestServer::new(app);
    let (ann, _) = two(&mut server);
    ask(&ann, "set-many", ("few", 1_000, 1));
    assert_eq!(ask(&ann, "count", ("few", "many:*")), json!([1_000, true]));
    ask(&ann, "set", ("few", "many:z", 1));
    assert_eq!(ask(&ann, "count", ("few", "many:*")), json!([1_000, false]));
    ask(&ann, "set-many", ("large", 70, 65_000));
    assert_eq!(ask(&ann, "count", ("large", "*")), json!([64, false]), "about 4 MB");
}

#[test]
fn what_is_no_key_or_no_place_is_refused() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let longest = "k".repeat(256);
        assert_eq!(ask(&ann, "set", ("r", &longest, 1)), json!([]));
        assert_eq!(ask(&bob, "values", ("r", [format!("{longest}*")])), json!([[[longest, 1]]]));
        let bad = error("bad key", "A key has 1 to 256 bytes and does not end in `*`.");
        for key in ["", "a*", "*", &"k".repeat(257)] {
            assert_eq!(ask(&ann, "set", ("r", key, 1)), bad, "{key}");
            assert_eq!(ask(&ann, "get", ("r", key)), bad, "{key}");
            assert_eq!(ask(&ann, "claim", ("r", key, 1, None::<u64>)), bad, "{key}");
        }
        for key in ["", &"k".repeat(257)] {
            assert_eq!(ask(&ann, "values", ("r", [key])), bad, "{key}");
            assert_eq!(ask(&ann, "remove", ("r", key)), bad, "{key}");
        }
        let socket = error("no values", "The id of a socket is no room.");
        assert_eq!(ask(&ann, "set", (bob.id(), "x", 1)), socket);
        assert_eq!(ask(&ann, "set", (ann.id(), "x", 1)), socket);
        let nowhere = error("no namespace", "The application has no such namespace.");
        assert_eq!(ask(&ann, "set", ("/nowhere", "x", 1)), nowhere);
        assert_eq!(ask(&ann, "of-both", ()), json!([{ "error": "internal" }]));
        ask(&ann, "set", ("", "x", "no number"));
        assert_eq!(ask(&ann, "get-number", "x"), json!([{ "error": "internal" }]));
    });
}

/// A request that comes again, a reply that does not come: what was acknowledged is there, the last one asked for.
#[test]
fn lost_requests_and_replies_change_nothing() {
    for lost in 0..3 {
        in_every_memory_of(app, |server| {
            let (ann, bob) = two(server);
            ask(&ann, "set", ("r", "x", 0));
            server.lose_reply(lost);
            let asked = [ann.request("set", ("r", "x", 1)), ann.request("claim", ("r", "y", 1, None::<u64>))];
            server.forget_rooms();
            server.advance(Duration::from_secs(1));
            assert_eq!(asked.map(|asked| ann.answer(asked)), [Some(json!([])), Some(json!([1]))], "{lost}");
            let asked =
                [bob.request("claim", ("r", "y", 2, None::<u64>)), bob.request("values", ("r", ["*"]))];
            server.advance(Duration::from_secs(1));
            let due = [json!([1]), json!([[["x", 1], ["y", 1]]])];
            assert_eq!(asked.map(|asked| bob.answer(asked)), due.map(Some), "{lost}");
        });
    }
}

#[test]
fn a_room_that_cannot_be_reached_is_not_waited_for_without_end() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let id = ann.id();
        server.cut_off(id.split_once('.').map(|(_, gateway)| gateway));
        let asked = ann.request("set", ("r", "x", 1));
        server.advance(Duration::from_secs(7));
        assert_eq!(ann.answer(asked), Some(error("timeout", "operation has timed out")));
        assert_eq!(ask(&bob, "get", ("r", "x")), json!([null]));
        server.cut_off(None);
        server.advance(Duration::from_secs(60));
        assert_eq!(ask(&bob, "get", ("r", "x")), json!([1]), "it may take effect all the same");
    });
}
