//! Packets and payloads, with the examples of the protocol document.

use bytes::Bytes;
use engine_io::{DecodeError, Frame, Message, Packet, decode_binary, decode_text, payload};

fn text(text: &str) -> Packet {
    Packet::Message(Message::Text(text.to_owned()))
}

fn binary(data: &'static [u8]) -> Packet {
    Packet::Message(Message::Binary(Bytes::from_static(data)))
}

#[test]
fn text_packets() {
    let cases = [
        ("0", Packet::Open),
        ("0{\"sid\":\"x\"}", Packet::Open),
        ("1", Packet::Close),
        ("2", Packet::Ping(String::new())),
        ("2probe", Packet::Ping("probe".to_owned())),
        ("3", Packet::Pong(String::new())),
        ("3probe", Packet::Pong("probe".to_owned())),
        ("4", text("")),
        ("4hello", text("hello")),
        ("4€", text("€")),
        ("4\u{1f980}", text("\u{1f980}")),
        ("5", Packet::Upgrade),
        ("6", Packet::Noop),
        ("b", binary(b"")),
        ("bAQIDBA==", binary(&[1, 2, 3, 4])),
    ];
    for (wire, packet) in cases {
        assert_eq!(decode_text(wire), Ok(packet), "{wire}");
    }
}

#[test]
fn what_is_no_packet() {
    let cases = [
        ("", DecodeError::Empty),
        ("abc", DecodeError::UnknownType('a')),
        ("7", DecodeError::UnknownType('7')),
        ("€", DecodeError::UnknownType('€')),
        (" 4hello", DecodeError::UnknownType(' ')),
        ("bAQIDBA", DecodeError::InvalidBase64),
        ("bAQID BA==", DecodeError::InvalidBase64),
        ("b_-8=", DecodeError::InvalidBase64),
    ];
    for (wire, error) in cases {
        assert_eq!(decode_text(wire), Err(error), "{wire}");
    }
    assert_eq!(DecodeError::UnknownType('a').to_string(), "unknown packet type 'a'");
}

#[test]
fn binary_frames_are_messages() {
    assert_eq!(decode_binary(Bytes::from_static(&[4, 1])), binary(&[4, 1]));
    assert_eq!(decode_binary(Bytes::new()), binary(b""));
}

#[test]
fn frames() {
    assert_eq!(Frame::text_message("hello"), Frame::Text("4hello".into()));
    assert_eq!(Frame::text_message("€").len(), 4);
    assert!(Frame::Binary(Bytes::new()).is_empty());
}

#[test]
fn payloads_of_the_protocol_document() {
    let frames = [Frame::text_message("hello"), Frame::Text("2".into()), Frame::text_message("world")];
    assert_eq!(payload::encode(&frames), "4hello\x1e2\x1e4world");
    let frames = [Frame::text_message("hello"), Frame::Binary(Bytes::from_static(&[1, 2, 3, 4]))];
    assert_eq!(payload::encode(&frames), "4hello\x1ebAQIDBA==");
    assert_eq!(payload::encode([]), "");

    assert_eq!(payload::decode("4hello"), Ok(vec![text("hello")]));
    assert_eq!(
        payload::decode("4test1\x1e4test2\x1e4test3"),
        Ok(["test1", "test2", "test3"].map(text).to_vec())
    );
    assert_eq!(payload::decode("4hello\x1ebAQIDBA=="), Ok(vec![text("hello"), binary(&[1, 2, 3, 4])]));
}

#[test]
fn payloads_with_a_bad_packet() {
    for body in ["", "\x1e", "4a\x1e", "\x1e4a", "4a\x1e\x1e4b"] {
        assert_eq!(payload::decode(body), Err(DecodeError::Empty), "{body:?}");
    }
    assert_eq!(payload::decode("4a\x1eabc"), Err(DecodeError::UnknownType('a')));
    let good: Vec<_> = payload::packets("4a\x1eabc").map_while(Result::ok).collect();
    assert_eq!(good, [text("a")]);
}
