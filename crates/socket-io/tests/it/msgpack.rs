//! The msgpack parser: what `socket.io-msgpack-parser` writes, and what it refuses.

use engine_io::{Frame, Message};
use proptest::prelude::*;
use serde_json::Value;
use socket_io::{Decoder, Packet, Parser, Payload, Violation};

use crate::rig::*;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}

fn decode(hex: &str) -> Result<Option<Packet>, Violation> {
    Decoder::new(Parser::MsgPack).decode(Message::Binary(bytes(hex).into()))
}

fn event(name: &str, id: Option<u64>, json: &str, attachments: &[&'static [u8]]) -> Packet {
    let attachments = attachments.iter().map(|bytes| bytes::Bytes::from_static(bytes)).collect();
    let args = Payload::from_raw(json, attachments).unwrap();
    Packet::Event { nsp: "/".to_owned(), id, name: name.to_owned(), args }
}

/// Each as Node's encoder writes it.
#[test]
fn packets_of_node() {
    let connect = |nsp: &str, data: Option<&str>| Packet::Connect {
        nsp: nsp.to_owned(),
        data: data.map(str::to_owned),
    };
    let ack = Packet::Ack {
        nsp: "/".to_owned(),
        id: 300,
        args: Payload::from_raw(r#"{"_placeholder":true,"num":0}"#, vec![vec![1, 2].into()]).unwrap(),
    };
    let slot = r#"{"_placeholder":true,"num":0}"#;
    let cases = [
        ("82a47479706500a36e7370a12f", connect("/", None)),
        (
            "83a47479706500a36e7370a72f637573746f6da46461746181a5746f6b656ea178",
            connect("/custom", Some(r#"{"token":"x"}"#)),
        ),
        (
            "84a47479706502a36e7370a12fa46461746198a2686901fecb3ff8000000000000c0c3a2c3a9920181a16190a76f7074696f6e7381a8636f6d7072657373c3",
            event("hi", None, r#"1,-2,1.5,null,true,"é",[1,{"a":[]}]"#, &[]),
        ),
        ("84a47479706503a36e7370a12fa26964cd012ca46461746191c4020102", ack),
        ("84a47479706502a2696400a36e7370a12fa46461746191a171", event("q", Some(0), "", &[])),
        (
            "83a47479706502a36e7370a12fa46461746194a164d700000001a210cda44bd4000082a161d40000a162c702000708",
            event("d", None, &format!(r#""2026-11-25T03:44:02.123Z",null,{{"b":{slot}}}"#), &[&[7, 8]]),
        ),
        ("82a47479706501a36e7370a72f637573746f6d", Packet::Disconnect { nsp: "/custom".to_owned() }),
        (
            "83a47479706502a36e7370a12fa46461746197a16ecf0000000100000000d3fffffffeffffffffce00010000d1ff7fcf0000000000000000cb7ff8000000000000",
            event("n", None, "4294967296,-4294967297,65536,-129,0,null", &[]),
        ),
    ];
    for (hex, packet) in cases {
        assert_eq!(decode(hex), Ok(Some(packet)), "{hex}");
    }
}

/// Each as Node's decoder reads it.
#[test]
fn packets_for_node() {
    let hex = |packet: &Packet| {
        let frames = Parser::MsgPack.encode(packet).unwrap();
        let [Frame::Binary(bytes)] = frames.as_slice() else { panic!("{frames:?}") };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let json = r#"1,-2,1.5,null,true,"é",[1,{"a":[]}],{"_placeholder":true,"num":0},1e2"#;
    assert_eq!(
        hex(&event("hi", Some(7), json, &[&[1, 2]])),
        "84a47479706502a36e7370a12fa2696407a4646174619aa2686901fecb3ff8000000000000c0c3a2c3a9920181a16190c402010264"
    );
    assert_eq!(
        hex(&Packet::Disconnect { nsp: "/custom".to_owned() }),
        "82a47479706501a36e7370a72f637573746f6d"
    );
    let frames = Parser::MsgPack.encode_connect("/", "ab", None);
    let sid = bytes("83a47479706500a36e7370a12fa46461746181a3736964a26162");
    assert_eq!(frames, [Frame::Binary(sid.into())]);
}

/// What Node's parser throws at, so that the connection is closed.
#[test]
fn what_is_refused() {
    let deep = format!("83a47479706502a36e7370a12fa464617461{}", "91".repeat(200));
    let forged = "83a47479706502a36e7370a12fa46461746193a161c4010181ac5f706c616365686f6c646572c3";
    let cases = [
        ("", Violation::InvalidMsgPack),
        ("c0", Violation::InvalidMsgPack),
        ("c1", Violation::InvalidMsgPack),
        ("82a47479706500a36e7370a12fc0", Violation::InvalidMsgPack), // something behind
        ("82a47479706500a36e7370a1", Violation::InvalidMsgPack),     // less than it says
        ("ddffffffff", Violation::InvalidMsgPack),
        ("dfffffffff", Violation::InvalidMsgPack),
        ("81a47479706500", Violation::InvalidPayload), // no namespace
        ("82a47479706500a36e737001", Violation::InvalidPayload),
        ("81a36e7370a12f", Violation::UnknownPacketType),
        ("82a47479706505a36e7370a12f", Violation::UnknownPacketType),
        ("82a474797065ffa36e7370a12f", Violation::UnknownPacketType),
        ("82a47479706502a36e7370a12f", Violation::InvalidPayload), // an event without data
        ("83a47479706502a36e7370a12fa46461746180", Violation::InvalidPayload),
        ("83a47479706500a36e7370a12fa46461746190", Violation::InvalidPayload),
        ("83a47479706500a36e7370a12fa464617461c0", Violation::InvalidPayload),
        ("83a47479706501a36e7370a12fa46461746180", Violation::InvalidPayload),
        ("84a47479706502a36e7370a12fa2696401a46461746191c0", Violation::InvalidPayload), // named null
        ("84a47479706502a36e7370a12fa26964a178a46461746191a161", Violation::IllegalId),
        ("83a47479706502a36e7370a12fa46461746191aa646973636f6e6e656374", Violation::ReservedEvent),
        (&deep, Violation::InvalidPayload),
        (forged, Violation::PlaceholderOutOfRange),
    ];
    for (hex, violation) in cases {
        assert_eq!(decode(hex), Err(violation), "{hex}");
    }
    let mut decoder = Decoder::new(Parser::MsgPack);
    assert_eq!(decoder.decode(text("0")), Err(Violation::UnexpectedText));
}

/// As `JSON.stringify` has it: the last millisecond of JavaScript's dates, and the one behind it.
#[test]
fn a_time_that_is_no_date_is_null() {
    for (time, json) in
        [("001eb208c2dc0000", r#""+275760-09-13T00:00:00.000Z""#), ("001eb208c2dc0001", "null")]
    {
        let packet = decode(&format!("83a47479706502a36e7370a12fa46461746192a161d700{time}"));
        assert_eq!(packet, Ok(Some(event("a", None, json, &[]))));
    }
}

/// No other spelling would do; `serde_json` has to be told to be exact.
#[test]
fn numbers_are_exact() {
    let frames = Parser::MsgPack.encode(&event("a", None, "4.3479945347644393e-16", &[])).unwrap();
    let Packet::Event { args, .. } =
        Decoder::new(Parser::MsgPack).decode(delivered(&frames[0])).unwrap().unwrap()
    else {
        panic!("no event")
    };
    assert_eq!(args.json(), "4.3479945347644393e-16");
    assert_eq!(args.to::<f64>().unwrap().to_string(), "0.00000000000000043479945347644393");
}

/// It is written as what Node writes for one in a long string.
#[test]
fn half_a_surrogate_pair_is_replaced() {
    let frames = Parser::MsgPack.encode(&event("a", None, r#""x\ud83d""#, &[])).unwrap();
    assert_eq!(
        Decoder::new(Parser::MsgPack).decode(delivered(&frames[0])),
        Ok(Some(event("a", None, "\"x\u{fffd}\"", &[])))
    );
}

#[test]
fn what_has_no_effect() {
    assert_eq!(decode("83a47479706502a36e7370a12fa46461746190"), Ok(None)); // no name
    assert_eq!(decode("83a47479706503a36e7370a12fa46461746190"), Ok(None)); // no id
}

#[test]
fn a_placeholder_that_stands_for_nothing_is_data() {
    let packet = event("a", None, r#"{"_placeholder":true,"num":0}"#, &[]);
    let frames = Parser::MsgPack.encode(&packet).unwrap();
    assert_eq!(Decoder::new(Parser::MsgPack).decode(delivered(&frames[0])), Ok(Some(packet)));
}

#[test]
fn what_is_too_deep_is_an_error() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(Parser::MsgPack.encode(&event("a", None, &deep, &[])).is_err());
    assert!(Parser::Json.encode(&event("a", None, &deep, &[])).is_ok());
}

proptest! {
    #[test]
    fn strangers_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = Decoder::new(Parser::MsgPack).decode(Message::Binary(bytes.into()));
    }

    /// A packet that is nearly right is taken or refused, and what is taken comes back the same.
    #[test]
    fn what_is_changed_is_answered(at in 0..60_usize, to: u8, cut in 0..90_usize) {
        let whole = "84a47479706502a36e7370a12fa46461746198a2686901fecb3ff8000000000000c0c3a2c3a9920181a16190a76f7074696f6e7381a8636f6d7072657373c3";
        let mut changed = bytes(whole);
        if let Some(byte) = changed.get_mut(at) {
            *byte = to;
        }
        changed.truncate(cut);
        let decoded = Decoder::new(Parser::MsgPack).decode(Message::Binary(changed.into()));
        if let Ok(Some(packet)) = decoded {
            let frames = Parser::MsgPack.encode(&packet).unwrap();
            let again = Decoder::new(Parser::MsgPack).decode(delivered(&frames[0])).unwrap().unwrap();
            prop_assert_eq!(values(&again), values(&packet));
        }
    }
}

/// A packet to compare: its JSON as values, since numbers have several spellings.
fn values(packet: &Packet) -> (Packet, Value) {
    let mut packet = packet.clone();
    let json = match &mut packet {
        Packet::Event { args, .. } | Packet::Ack { args, .. } => {
            let json = format!("[{}]", args.json());
            *args = Payload::from_raw("", args.attachments().to_vec()).unwrap();
            json
        }
        Packet::Connect { data, .. } => data.take().unwrap_or("null".to_owned()),
        Packet::ConnectError { data, .. } => std::mem::take(data),
        Packet::Disconnect { .. } => "null".to_owned(),
    };
    let numbers: Value = serde_json::from_str(&json).unwrap();
    (packet, floats(numbers))
}

fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(elements) => elements.into_iter().map(floats).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, floats(value))).collect(),
        other => other,
    }
}
