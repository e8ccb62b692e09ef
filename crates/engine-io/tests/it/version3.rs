//! Clients of version 3: they ping, lengths stand before packets, and binary has a type.

use bytes::Bytes;
use engine_io::CloseReason::*;
use engine_io::payload::Body;
use engine_io::{Answer, Config, Dialect, Frame, Message, Output, Packet, Version, payload};

use crate::rig::*;

fn v3() -> Dialect {
    Dialect { version: Version::V3, ..Dialect::default() }
}

fn polling(mode: Mode, dialect: Dialect) -> Rig {
    Rig::polling_as(mode, quick(), dialect)
}

fn bytes_paid(ticket: u64, body: &[u8]) -> Output {
    answer(ticket, Answer::Payload(Body::Binary(body.to_vec())))
}

fn send_bytes(rig: &mut Rig, data: &'static [u8]) -> Vec<Output> {
    rig.step(|rig| rig.session.send(Frame::Binary(Bytes::from_static(data))))
}

#[test]
fn a_body_has_lengths_in_utf16_units() {
    both(|mode| {
        let mut rig = polling(mode, v3());
        rig.send("hello");
        rig.send("€😀");
        assert_eq!(rig.get(1), [paid(1, "6:4hello4:4€😀")]);
        assert_eq!(
            rig.post(2, "6:4hello4:4€😀1:40:"),
            [message("hello"), message("€😀"), message(""), ok(2)]
        );
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn binary_goes_as_bytes_or_as_base64() {
    both(|mode| {
        let mut rig = polling(mode, v3());
        rig.send("€");
        send_bytes(&mut rig, &[1, 2, 3]);
        let text = [&[0, 4, 255][..], "4€".as_bytes()].concat();
        let body = [&text[..], &[1, 4, 255, 4, 1, 2, 3]].concat();
        assert_eq!(rig.get(1), [bytes_paid(1, &body)]);
        assert_eq!(rig.step(|rig| rig.session.handle_post_started(2, true)), []);
        assert_eq!(rig.post_body(2, &body), [message("€"), bytes(&[1, 2, 3]), ok(2)]);
        assert_eq!(rig.post(3, "6:b4AQID"), [bytes(&[1, 2, 3]), ok(3)]);

        let mut rig = polling(mode, Dialect { base64: true, ..v3() });
        send_bytes(&mut rig, &[1, 2, 3]);
        assert_eq!(rig.get(1), [paid(1, "6:b4AQID")]);
    });
}

#[test]
fn over_a_websocket_binary_has_a_type() {
    both(|mode| {
        let mut rig = Rig::websocket_as(mode, quick(), v3());
        let frame = Frame::Binary(Bytes::from_static(&[4, 1, 2]));
        assert_eq!(send_bytes(&mut rig, &[1, 2]), [Output::Send { conn: 0, frame }]);
        assert_eq!(rig.binary(0, &[4, 1, 2][..]), [bytes(&[1, 2])]);
        // What is no type means nothing, as on Node.
        assert_eq!(rig.binary(0, &[9, 1][..]), []);
        assert_eq!(rig.binary(0, &[][..]), []);

        let mut rig = Rig::websocket_as(mode, quick(), Dialect { base64: true, ..v3() });
        assert_eq!(send_bytes(&mut rig, &[1, 2]), [sent(0, "b4AQI=")]);
        let newer = Dialect { base64: true, ..Dialect::default() };
        let mut rig = Rig::websocket_as(mode, quick(), newer);
        assert_eq!(send_bytes(&mut rig, &[1, 2]), [sent(0, "bAQI=")]);
    });
}

#[test]
fn the_client_pings() {
    both(|mode| {
        for config in [quick(), lazy()] {
            let mut rig = Rig::websocket_as(mode, config.clone(), v3());
            for _ in 0..3 {
                assert_eq!(rig.wait(config.ping_interval), []);
                assert_eq!(rig.text(0, "2"), [sent(0, "3")]);
                assert!(rig.session.take_dirty(), "it would be forgotten in sleep");
            }
            assert_eq!(rig.wait(config.ping_interval + config.ping_timeout - 1), []);
            assert_eq!(rig.wait(1), [shut(0), closed(PingTimeout)]);
        }
    });
}

#[test]
fn a_ping_is_answered_by_the_next_get() {
    both(|mode| {
        let mut rig = polling(mode, v3());
        assert_eq!(rig.post(1, "1:2"), [ok(1)]);
        assert_eq!(rig.get(2), [paid(2, "1:3")]);
        rig.get(3);
        assert_eq!(rig.wait(500), [paid(3, "1:1"), closed(PingTimeout)]);
    });
}

#[test]
fn a_pong_is_the_servers_alone() {
    both(|mode| {
        let mut rig = Rig::websocket_as(mode, quick(), v3());
        assert_eq!(rig.text(0, "3"), [shut(0), closed(TransportError)]);
    });
}

#[test]
fn it_upgrades() {
    both(|mode| {
        let mut rig = polling(mode, v3());
        rig.get(1);
        rig.open_socket(7);
        assert_eq!(rig.text(7, "2probe"), [sent(7, "3probe"), paid(1, "1:6")]);
        send_bytes(&mut rig, &[1]);
        let frame = Frame::Binary(Bytes::from_static(&[4, 1]));
        assert_eq!(rig.text(7, "5"), [Output::Upgraded, Output::Send { conn: 7, frame }]);
    });
}

#[test]
fn what_is_no_payload_ends_the_session() {
    for body in ["", "4a", "2:4", "x:4", ":4", "3:4a", "2:9a", "-1:4", "1e0:4", "6:4hello2"] {
        both(|mode| {
            let mut rig = polling(mode, v3());
            let outputs = rig.post(1, body);
            assert!(outputs.ends_with(&[ok(1), closed(ParseError)]), "{body}: {outputs:?}");
        });
    }
    for body in [&[0][..], &[0, 255], &[0, 1, 255], &[0, 10, 255, 52], &[0, 2, 255, 52], &[0, 1, 255, 0xff]] {
        both(|mode| {
            let mut rig = polling(mode, v3());
            rig.step(|rig| rig.session.handle_post_started(1, true));
            assert_eq!(rig.post_body(1, body), [ok(1), closed(ParseError)], "{body:?}");
        });
    }
}

#[test]
fn script_tags_poll_too() {
    both(|mode| {
        let dialect = Dialect { base64: true, jsonp: Some("3".to_owned()), ..v3() };
        let mut rig = polling(mode, dialect);
        rig.send("say \"hi\"\u{2028}");
        assert_eq!(rig.get(1), [paid(1, r#"___eio[3]("10:4say \"hi\"\u2028");"#)]);
        let form = "d=8%3A4a%5Cn%2Bb%5C%5Cnc";
        assert_eq!(rig.post(2, form), [message("a\n+b\\nc"), ok(2)]);
        assert_eq!(rig.post(3, "e=1"), [ok(3)]);
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn version_4_stays_as_it_is() {
    let mut rig = Rig::polling_as(Mode::Kept, Config::default(), Dialect::default());
    assert_eq!(rig.post(1, "6:4hello"), [ok(1)]);
    assert_eq!(rig.session.version(), Version::V4);
}

#[test]
fn base64_may_be_in_a_body_of_bytes() {
    let body = [&[0, 6, 255][..], b"b4AQI="].concat();
    let packet = Packet::Message(Message::Binary(Bytes::from_static(&[1, 2])));
    assert_eq!(payload::v3::packets_binary(&body), [Ok(packet)]);
}
