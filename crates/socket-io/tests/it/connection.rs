//! The per-connection machine, run in both modes.

use engine_io::Message;
use socket_io::{Connection, Incoming, Membership, Options, Payload, Violation};

use crate::rig::{Mode, Rig, binary, show, text, twice};

const TIMEOUT: u64 = 45_000;

fn open(mode: Mode) -> Rig<Connection> {
    Rig::new(mode, Connection::new(1_000, TIMEOUT, Options::default()))
}

fn joined(mode: Mode, nsp: &str) -> Rig<Connection> {
    let mut connection = open(mode);
    connection.join(nsp, "id");
    connection
}

impl Rig<Connection> {
    fn receive(&mut self, message: Message) -> Result<Option<Incoming>, Violation> {
        self.step(|connection| connection.handle_message(message))
    }

    fn join(&mut self, nsp: &str, id: &str) -> String {
        let asked = self.receive(text(&format!("0{nsp},")));
        assert_eq!(asked, Ok(Some(Incoming::Connect { nsp: nsp.into(), auth: None })));
        show(&self.step(|connection| connection.accept(nsp, id)))
    }
}

#[test]
fn joins_in_two_steps() {
    twice(|mode| {
        let mut connection = open(mode);
        let asked = connection.receive(text(r#"0{"token":"x"}"#));
        assert_eq!(
            asked,
            Ok(Some(Incoming::Connect { nsp: "/".into(), auth: Some(r#"{"token":"x"}"#.into()) }))
        );
        assert_eq!(connection.look().id_of("/"), None);
        assert_eq!(connection.look().namespaces().collect::<Vec<_>>(), [("/", &Membership::Connecting)]);

        assert_eq!(show(&connection.step(|c| c.accept("/", "S1"))), r#"40{"sid":"S1"}"#);
        assert_eq!(connection.look().id_of("/"), Some("S1"));
        assert_eq!(show(&connection.step(|c| c.accept("/", "S2"))), "", "nobody asked again");
        assert_eq!(connection.look().id_of("/"), Some("S1"));

        assert_eq!(connection.join("/custom", "S2"), r#"40/custom,{"sid":"S2"}"#);
        assert_eq!(connection.look().namespaces().count(), 2);
    });
}

#[test]
fn a_recoverable_socket_gets_its_private_id() {
    twice(|mode| {
        let mut connection = open(mode);
        connection.receive(text("0/a")).unwrap();
        let frames = connection.step(|c| c.accept_with_pid("/a", "S", "P"));
        assert_eq!(show(&frames), r#"40/a,{"sid":"S","pid":"P"}"#);
        assert_eq!(connection.look().id_of("/a"), Some("S"));
    });
}

#[test]
fn a_refused_client_may_ask_again() {
    twice(|mode| {
        let mut connection = open(mode);
        for _ in 0..2 {
            connection.receive(text("0/nope?a=b,")).unwrap();
            let frames = connection.step(|c| c.refuse("/nope?a=b", r#"{"message":"Invalid namespace"}"#));
            assert_eq!(show(&frames), r#"44/nope?a=b,{"message":"Invalid namespace"}"#);
            assert_eq!(connection.look().namespaces().count(), 0);
        }
        assert_eq!(show(&connection.step(|c| c.refuse("/nope?a=b", "{}"))), "");
        assert_eq!(show(&connection.step(|c| c.accept("/nope?a=b", "S"))), "");
        assert_eq!(connection.join("/", "S"), r#"40{"sid":"S"}"#);
        assert_eq!(show(&connection.step(|c| c.refuse("/", "{}"))), "", "too late");
        assert_eq!(connection.look().id_of("/"), Some("S"));
    });
}

#[test]
fn events_and_acks_come_through() {
    twice(|mode| {
        let mut connection = joined(mode, "/custom");
        assert_eq!(
            connection.receive(text(r#"2/custom,7["say",1,{"a":2}]"#)),
            Ok(Some(Incoming::Event {
                nsp: "/custom".into(),
                id: Some(7),
                name: "say".into(),
                args: Payload::from_raw(r#"1,{"a":2}"#, vec![]).unwrap(),
            }))
        );
        let never_asked = connection.receive(text("3/custom,99[]"));
        assert!(matches!(never_asked, Ok(Some(Incoming::Ack { id: 99, .. }))), "its id is not known here");
        assert_eq!(connection.receive(text("2/custom")), Ok(None));
    });
}

#[test]
fn half_a_binary_event_survives_sleep() {
    twice(|mode| {
        let mut connection = joined(mode, "/");
        let announced = r#"52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
        assert_eq!(connection.receive(text(announced)), Ok(None));
        assert_eq!(connection.receive(binary(b"x")), Ok(None));
        let Ok(Some(Incoming::Event { args, .. })) = connection.receive(binary(b"y")) else {
            panic!("no event")
        };
        assert_eq!(args.attachments(), [&b"x"[..], b"y"]);
        assert!(connection.receive(text(r#"2["b"]"#)).unwrap().is_some());
    });
}

#[test]
fn closes_in_invalid_states() {
    let alone: &[(&str, Violation)] = &[
        (r#"2["a"]"#, Violation::NotConnected),
        ("30[]", Violation::NotConnected),
        ("1", Violation::NotConnected),
        (r#"4{"message":"x"}"#, Violation::ConnectErrorFromClient),
        ("7", Violation::UnknownPacketType),
    ];
    let inside: &[(&str, Violation)] = &[
        (r#"2/other,["a"]"#, Violation::NotConnected),
        ("3/other,0[]", Violation::NotConnected),
        ("1/other,", Violation::NotConnected),
        ("0", Violation::AlreadyConnected),
        (r#"0{"a":1}"#, Violation::AlreadyConnected),
        (r#"4{"message":"x"}"#, Violation::ConnectErrorFromClient),
        (r#"4"x""#, Violation::ConnectErrorFromClient),
        ("2{}", Violation::InvalidPayload),
        (r#"2["disconnect"]"#, Violation::ReservedEvent),
    ];
    twice(|mode| {
        for (packet, violation) in alone {
            assert_eq!(open(mode).receive(text(packet)), Err(*violation), "{packet}");

            // A client has to wait for the answer to its CONNECT.
            let mut connecting = open(mode);
            connecting.receive(text("0")).unwrap();
            assert_eq!(connecting.receive(text(packet)), Err(*violation), "{packet}");
        }
        for (packet, violation) in inside {
            assert_eq!(joined(mode, "/").receive(text(packet)), Err(*violation), "{packet}");
        }
        let mut connecting = open(mode);
        connecting.receive(text("0")).unwrap();
        assert_eq!(connecting.receive(text("0")), Err(Violation::AlreadyConnected));
    });
}

#[test]
fn a_client_leaves_one_namespace_and_may_return() {
    twice(|mode| {
        let mut connection = joined(mode, "/");
        connection.join("/custom", "S2");
        assert_eq!(
            connection.receive(text("1/custom,")),
            Ok(Some(Incoming::Disconnect { nsp: "/custom".into() }))
        );
        assert_eq!(connection.look().id_of("/custom"), None);
        assert_eq!(connection.look().id_of("/"), Some("id"));
        assert_eq!(show(&connection.step(|c| c.disconnect("/custom"))), "");
        assert_eq!(connection.join("/custom", "S3"), r#"40/custom,{"sid":"S3"}"#);
    });
}

#[test]
fn the_server_disconnects() {
    twice(|mode| {
        let mut connection = joined(mode, "/");
        connection.join("/custom", "S2");
        assert_eq!(show(&connection.step(|c| c.disconnect("/custom"))), "41/custom,");
        assert_eq!(show(&connection.step(|c| c.disconnect("/"))), "41");
        assert_eq!(show(&connection.step(|c| c.disconnect("/"))), "");
        assert_eq!(connection.receive(text(r#"2["a"]"#)), Err(Violation::NotConnected));

        let mut connecting = open(mode);
        connecting.receive(text("0")).unwrap();
        assert_eq!(show(&connecting.step(|c| c.disconnect("/"))), "", "that is for refuse to do");
        assert_eq!(show(&connecting.step(|c| c.accept("/", "S"))), r#"40{"sid":"S"}"#);
    });
}

#[test]
fn a_namespace_must_be_joined_in_time() {
    twice(|mode| {
        let mut connection = open(mode);
        assert_eq!(connection.look().next_timeout(), Some(46_000));
        assert!(!connection.step(|c| c.handle_timeout(45_999)));
        connection.receive(text("0/nope,")).unwrap();
        connection.step(|c| c.refuse("/nope", "{}"));
        connection.receive(text("0")).unwrap();
        assert_eq!(connection.look().next_timeout(), Some(46_000), "asking is not joining");
        assert!(connection.step(|c| c.handle_timeout(46_000)));
        assert_eq!(connection.look().next_timeout(), None);
        assert!(!connection.step(|c| c.handle_timeout(50_000)));

        let mut connection = joined(mode, "/");
        assert_eq!(connection.look().next_timeout(), None);
        connection.receive(text("1")).unwrap();
        assert!(!connection.step(|c| c.handle_timeout(u64::MAX)), "it did join once");
    });
}

#[test]
fn only_what_changes_is_stored() {
    let mut connection = Connection::new(0, TIMEOUT, Options::default());
    assert!(connection.take_dirty());
    assert!(!connection.take_dirty());
    assert!(!connection.handle_timeout(1));
    connection.handle_message(text("0")).unwrap();
    assert!(connection.take_dirty());
    connection.accept("/", "S");
    assert!(connection.take_dirty());
    for packet in [r#"2["a"]"#, "30[]", "2", r#"50-["a"]"#] {
        connection.handle_message(text(packet)).unwrap();
        assert!(!connection.take_dirty(), "{packet}");
    }
    connection.handle_message(text(r#"51-["a"]"#)).unwrap();
    assert!(connection.take_dirty());
    connection.handle_message(binary(b"x")).unwrap();
    assert!(connection.take_dirty());
    assert!(connection.disconnect("/other").is_empty());
    assert!(!connection.take_dirty());
}
