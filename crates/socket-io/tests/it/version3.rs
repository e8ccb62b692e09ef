//! Clients of Socket.IO 2, over version 3 of Engine.IO.

use engine_io::Version;
use socket_io::{Connection, Incoming, Options, Violation};

use crate::rig::*;

fn opened(mode: Mode) -> Rig<Connection> {
    let options = Options { version: Version::V3, ..Options::default() };
    Rig::new(mode, Connection::new(0, 45_000, options))
}

fn connect(nsp: &str, auth: &str) -> Incoming {
    Incoming::Connect { nsp: nsp.to_owned(), auth: Some(auth.to_owned()) }
}

#[test]
fn the_main_namespace_comes_by_itself() {
    twice(|mode| {
        let mut connection = opened(mode);
        assert_eq!(connection.step(Connection::greet), Some(connect("/", "{}")));
        assert_eq!(show(&connection.step(|connection| connection.accept("/", "abc"))), "40");
        assert_eq!(connection.step(|c| c.handle_message(text("0"))), Err(Violation::AlreadyConnected));
    });
    let mut newer = Connection::new(0, 45_000, Options::default());
    assert_eq!(newer.greet(), None);
}

#[test]
fn a_query_is_behind_the_name_of_a_namespace() {
    twice(|mode| {
        let mut connection = opened(mode);
        let incoming = connection.step(|c| c.handle_message(text("0/custom?token=a%20b&token=c&x=1,")));
        assert_eq!(incoming, Ok(Some(connect("/custom", r#"{"token":"c","x":"1"}"#))));
        assert_eq!(show(&connection.step(|c| c.accept("/custom", "/custom#abc"))), "40/custom,");
        let event = connection.step(|c| c.handle_message(text(r#"2/custom?token=d,["hi"]"#))).unwrap();
        assert!(matches!(event, Some(Incoming::Event { nsp, .. }) if nsp == "/custom"));
        let left = connection.step(|c| c.handle_message(text("1/custom"))).unwrap();
        assert_eq!(left, Some(Incoming::Disconnect { nsp: "/custom".to_owned() }));
    });
}

#[test]
fn a_refusal_is_the_data_or_the_message() {
    twice(|mode| {
        let mut connection = opened(mode);
        for (error, frame) in [
            (r#"{"message":"no","data":{"code":401}}"#, r#"44/custom,{"code":401}"#),
            (r#"{"message":"no"}"#, r#"44/custom,"no""#),
        ] {
            connection.step(|c| c.handle_message(text("0/custom,"))).unwrap();
            assert_eq!(show(&connection.step(|c| c.refuse("/custom", error))), frame);
        }
        connection.step(|c| c.handle_message(text("0/nope,"))).unwrap();
        let frames = connection.step(|c| c.refuse_unknown("/nope"));
        assert_eq!(show(&frames), r#"44/nope,{"message":"Invalid namespace"}"#);
    });
}
