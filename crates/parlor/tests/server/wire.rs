//! The same application for clients who write otherwise: Socket.IO 2, and msgpack.

use std::time::Duration;

use bytes::Bytes;
use parlor::{Cors, Incoming, Origins, Parser, prelude::*};
use serde_json::json;

use crate::app::{app, guest, in_every_memory, in_every_memory_of, msgs};

fn msgpack() -> App {
    app().parser(Parser::MsgPack)
}

fn binary() -> (String, Binary) {
    ("tea".to_owned(), Binary(Bytes::from_static(&[1, 2])))
}

#[test]
fn a_client_of_socket_io_2_is_in_by_itself_and_talks_with_the_others() {
    in_every_memory(|server| {
        let (old, new) = (server.connect_v2(), guest(server));
        assert_eq!(old.events(), [("auth".to_owned(), json!([{}]))]);
        for client in [&old, &new] {
            client.ask("join", "tea");
        }
        old.emit("msg", binary());
        let expected = json!([{ "_placeholder": true, "num": 0 }]);
        let bytes = vec![Bytes::from_static(&[1, 2])];
        let got = Incoming::Event("msg".to_owned(), expected.clone(), bytes);
        assert_eq!(new.next(), Some(got.clone()));
        new.emit("msg", binary());
        assert_eq!(old.next(), Some(got));
        assert_eq!(old.ask("echo", "x"), Some(json!(["x"])));
    });
}

#[test]
fn its_ids_are_those_that_it_makes_up() {
    in_every_memory(|server| {
        let old = server.connect_v2();
        old.events();
        let rooms = old.ask("rooms", ()).unwrap();
        let id = rooms[0][0].as_str().unwrap().to_owned();
        assert!(parlor::gateway_of(&id).is_some() && !id.contains('#'), "{id}");
        let other = old.also("/other", &());
        assert_eq!((other.id(), other.refusal()), (String::new(), None));
        other.events();
        // Each is reached by its id, from another Gateway too.
        let new = guest(server);
        new.emit("all", (id, "psst"));
        assert_eq!(msgs(&old), [json!("psst")]);
    });
}

#[test]
fn its_pings_keep_it_alive_and_their_absence_does_not() {
    in_every_memory(|server| {
        let (old, mute) = (server.connect_v2(), server.connect_v2());
        for _ in 0..4 {
            server.advance(Duration::from_secs(20));
            old.raw("2");
        }
        assert!(!old.is_closed() && mute.is_closed());
        assert_eq!(old.ask("echo", 1), Some(json!([1])));
    });
}

#[test]
fn msgpack_is_the_same_application() {
    in_every_memory_of(msgpack, |server| {
        let (ann, bob) = (guest(server), guest(server));
        assert_eq!(ann.ask("echo", (1, "ü", [0.5])), Some(json!([1, "ü", [0.5]])));
        ann.ask("join", "tea");
        bob.ask("join", "tea");
        ann.emit("msg", binary());
        let expected = json!([{ "_placeholder": true, "num": 0 }]);
        let got = Incoming::Event("msg".to_owned(), expected, vec![Bytes::from_static(&[1, 2])]);
        assert_eq!(bob.next(), Some(got));
        assert_eq!(server.connect("/nope", &()).refusal(), Some(json!({ "message": "Invalid namespace" })));
        bob.raw(r#"42["echo",1]"#);
        assert!(bob.is_closed(), "text is no msgpack");
        assert!(!ann.is_closed());
    });
}

#[test]
fn pages_of_other_origins_are_kept_out() {
    let says = |app: App, origin: &str| app.allows_origin(origin, Some("chat.example:8787"));
    let with = |cors: Option<Cors>, check_origin| {
        app().configure(|config| {
            config.check_origin = check_origin;
            config.engine.cors = cors;
        })
    };
    for origin in ["https://chat.example:8787", "http://chat.example:8787", "https://Chat.Example:8787"] {
        assert!(says(app(), origin), "{origin}");
    }
    let others = [
        "https://evil.example",
        "https://chat.example",
        "https://chat.example:8787.evil.example",
        "https://evil.example/chat.example:8787",
        "null",
        "",
        "ftp://chat.example:8787",
    ];
    for origin in others {
        assert!(!says(app(), origin), "{origin}");
        assert!(says(with(None, false), origin), "{origin}: as on Node");
        assert!(says(with(Some(Cors::default()), true), origin), "{origin}: as all others");
    }
    assert!(!app().allows_origin("https://chat.example", None));
    let list = Origins::List(vec!["https://a.example".to_owned()]);
    let cors = Some(Cors { origins: list, ..Cors::default() });
    assert!(says(with(cors.clone(), true), "https://a.example"));
    assert!(!says(with(cors, true), "https://b.example"));
}

/// What `App::allows` says to a client that asks for this host.
fn said_to(app: App) -> Result<(), String> {
    let headers = vec![("host".to_owned(), "chat.example:8787".to_owned())];
    app.allows(&Handshake { headers, ..Handshake::default() })
}

#[test]
fn the_application_refuses_in_its_own_words() {
    let words = |words: &'static str| app().allow_request(move |_| Err(words.to_owned()));
    assert_eq!(said_to(words("not today")), Err("not today".to_owned()));
    assert_eq!(said_to(words("")), Err("Forbidden".to_owned()));
    let by_header = app().allow_request(|handshake| match handshake.header("host") {
        Some("chat.example:8787") => Ok(()),
        _ => Err("elsewhere".to_owned()),
    });
    assert_eq!(said_to(by_header), Ok(()));
}
