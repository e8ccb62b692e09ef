//! Decoder and encoder: the vectors of the protocol document, and what Node was measured to do with wrong
//! packets.

use bytes::Bytes;
use socket_io::{Binary, Decoder, Packet, Parser, Payload, Raw, Violation};

use crate::rig::{Mode, Rig, binary, delivered, show, text, twice};

fn args(json: &str, attachments: &[&'static [u8]]) -> Payload {
    Payload::from_raw(json, attachments.iter().copied().map(Bytes::from_static).collect()).unwrap()
}

fn connect(nsp: &str, data: Option<&str>) -> Packet {
    Packet::Connect { nsp: nsp.into(), data: data.map(Into::into) }
}

fn disconnect(nsp: &str) -> Packet {
    Packet::Disconnect { nsp: nsp.into() }
}

fn connect_error(nsp: &str, data: &str) -> Packet {
    Packet::ConnectError { nsp: nsp.into(), data: data.into() }
}

fn event(nsp: &str, id: Option<u64>, name: &str, args: Payload) -> Packet {
    Packet::Event { nsp: nsp.into(), id, name: name.into(), args }
}

fn ack(nsp: &str, id: u64, args: Payload) -> Packet {
    Packet::Ack { nsp: nsp.into(), id, args }
}

fn decode_one(mode: Mode, packet: &str) -> Result<Option<Packet>, Violation> {
    Rig::new(mode, Decoder::new(Parser::Json)).decode(text(packet))
}

/// Packets of the protocol document, and of the exchanges measured on Node: wire and meaning, both ways.
#[test]
fn vectors() {
    let vectors = [
        ("40", connect("/", None)),
        (r#"40{"token":"123"}"#, connect("/", Some(r#"{"token":"123"}"#))),
        ("40/admin,", connect("/admin", None)),
        (r#"40/admin,{"token":"123"}"#, connect("/admin", Some(r#"{"token":"123"}"#))),
        ("40/custom?a=b,", connect("/custom?a=b", None)),
        (r#"40{"sid":"CjdVH4TQvovi1VvgAC5Z"}"#, connect("/", Some(r#"{"sid":"CjdVH4TQvovi1VvgAC5Z"}"#))),
        ("41", disconnect("/")),
        ("41/admin,", disconnect("/admin")),
        (r#"42["foo"]"#, event("/", None, "foo", args("", &[]))),
        (r#"42["hello",1]"#, event("/", None, "hello", args("1", &[]))),
        (
            r#"42/admin,456["project:delete",123]"#,
            event("/admin", Some(456), "project:delete", args("123", &[])),
        ),
        (r#"42["",[],{"a":[1,"]"]},null]"#, event("/", None, "", args(r#"[],{"a":[1,"]"]},null"#, &[]))),
        (r#"42["a\"\\\n☃"]"#, event("/", None, "a\"\\\n☃", args("", &[]))),
        (r#"420["q",1]"#, event("/", Some(0), "q", args("1", &[]))),
        ("430[]", ack("/", 0, args("", &[]))),
        (r#"430["v"]"#, ack("/", 0, args(r#""v""#, &[]))),
        ("43/admin,456[]", ack("/admin", 456, args("", &[]))),
        (r#"44{"message":"Not authorized"}"#, connect_error("/", r#"{"message":"Not authorized"}"#)),
        (
            r#"44/nope,{"message":"Invalid namespace"}"#,
            connect_error("/nope", r#"{"message":"Invalid namespace"}"#),
        ),
        (
            r#"451-["hello",{"_placeholder":true,"num":0}] <abc>"#,
            event("/", None, "hello", args(r#"{"_placeholder":true,"num":0}"#, &[b"abc"])),
        ),
        (
            r#"452-/admin,12["baz",[{"_placeholder":true,"num":0},{"num":1,"_placeholder":true}]] <> <x>"#,
            event(
                "/admin",
                Some(12),
                "baz",
                args(r#"[{"_placeholder":true,"num":0},{"num":1,"_placeholder":true}]"#, &[b"", b"x"]),
            ),
        ),
        (
            r#"461-/admin,456[{"_placeholder":true,"num":0}] <abc>"#,
            ack("/admin", 456, args(r#"{"_placeholder":true,"num":0}"#, &[b"abc"])),
        ),
    ];
    twice(|mode| {
        for (wire, packet) in &vectors {
            let frames = Parser::Json.encode(packet).unwrap();
            assert_eq!(show(&frames), *wire);
            let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
            let (last, before) = frames.split_last().unwrap();
            for frame in before {
                assert_eq!(decoder.decode(delivered(frame)), Ok(None), "{wire}");
            }
            assert_eq!(decoder.decode(delivered(last)).as_ref(), Ok(&Some(packet.clone())), "{wire}");
        }
    });
}

#[test]
fn accepts_what_node_accepts() {
    let placeholder = r#"{"_placeholder":true,"num":7}"#;
    let accepted = [
        ("0/custom", connect("/custom", None)),
        (r#"0 {"a":1} "#, connect("/", Some(r#"{"a":1}"#))),
        ("07", connect("/", None)),
        ("1/custom", disconnect("/custom")),
        (r#"2["connection",1]"#, event("/", None, "connection", args("1", &[]))),
        (r#"2["error",1]"#, event("/", None, "error", args("1", &[]))),
        ("2[1,2]", event("/", None, "1", args("2", &[]))),
        ("2[-1.5e3]", event("/", None, "-1.5e3", args("", &[]))),
        ("2[ \"a\" , 1\t,\n[ 2 ] ] ", event("/", None, "a", args("1\t,\n[ 2 ]", &[]))),
        ("2\n[\"a\"]", event("/", None, "a", args("", &[]))),
        (r#"2["\u0061",1]"#, event("/", None, "a", args("1", &[]))),
        (r#"2["a","\ud83d"]"#, event("/", None, "a", args(r#""\ud83d""#, &[]))),
        (r#"2/a?b["c",["x"]"#, event(r#"/a?b["c""#, None, "x", args("", &[]))),
        ("31", ack("/", 1, args("", &[]))),
        ("3007[1]", ack("/", 7, args("1", &[]))),
        // Node delivers it too, but then takes the next text for a violation.
        (r#"50-["a",{"_placeholder":true,"num":7}]"#, event("/", None, "a", args(placeholder, &[]))),
        // Only a binary packet's placeholders mean anything.
        (r#"2["a",{"_placeholder":true,"num":7}]"#, event("/", None, "a", args(placeholder, &[]))),
    ];
    twice(|mode| {
        for (wire, packet) in &accepted {
            assert_eq!(decode_one(mode, wire), Ok(Some(packet.clone())), "{wire}");
        }
        for wire in ["2", "2/custom", "2/custom,", "27", "3", "3[]", "3/custom,[1]", "50-"] {
            assert_eq!(decode_one(mode, wire), Ok(None), "{wire}");
        }
    });
}

#[test]
fn closes_where_node_closes() {
    use Violation::{
        IllegalAttachments, IllegalId, InvalidPayload, ReservedEvent, TooManyAttachments, UnknownPacketType,
    };
    let rejected = [
        ("", UnknownPacketType),
        ("7", UnknownPacketType),
        ("9[]", UnknownPacketType),
        ("abc", UnknownPacketType),
        ("é", UnknownPacketType),
        ("0[]", InvalidPayload),
        (r#"0"x""#, InvalidPayload),
        ("0null", InvalidPayload),
        ("0{", InvalidPayload),
        ("0{}x", InvalidPayload),
        ("1{}", InvalidPayload),
        ("1[]", InvalidPayload),
        ("1x", InvalidPayload),
        ("2{}", InvalidPayload),
        ("2[]", InvalidPayload),
        ("2null", InvalidPayload),
        ("2 ", InvalidPayload),
        (r#"2["a""#, InvalidPayload),
        (r#"2["a",]"#, InvalidPayload),
        (r#"2["a",01]"#, InvalidPayload),
        (r#"2["a"]]"#, InvalidPayload),
        (r#"2["a",undefined]"#, InvalidPayload),
        ("2[null]", InvalidPayload),
        ("2[true]", InvalidPayload),
        (r#"2[["a"]]"#, InvalidPayload),
        (r#"2[{"a":1}]"#, InvalidPayload),
        (r#"2["\ud83d"]"#, InvalidPayload),
        (r#"2abc["message-with-ack",1,"2",{"3":[false]}]"#, InvalidPayload),
        (r#"2-1["a"]"#, InvalidPayload),
        (r#"21.5["a"]"#, InvalidPayload),
        (r#"2admin,["a"]"#, InvalidPayload),
        (r#"2/a,b["x"]"#, InvalidPayload),
        (r#"2["connect"]"#, ReservedEvent),
        (r#"2["disconnect",1]"#, ReservedEvent),
        (r#"2["connect_error"]"#, ReservedEvent),
        (r#"2["disconnecting"]"#, ReservedEvent),
        (r#"2["newListener"]"#, ReservedEvent),
        (r#"2["removeListener"]"#, ReservedEvent),
        (r#"2["\u0063onnect"]"#, ReservedEvent),
        (r#"299999999999999999999["a"]"#, IllegalId),
        ("30{}", InvalidPayload),
        ("30null", InvalidPayload),
        ("30[", InvalidPayload),
        ("4", InvalidPayload),
        ("4[]", InvalidPayload),
        (r#"5["a",{"_placeholder":true,"num":0}]"#, IllegalAttachments),
        (r#"51["a",{"_placeholder":true,"num":0}]"#, IllegalAttachments),
        (r#"5-["a"]"#, IllegalAttachments),
        (r#"5-1-["a"]"#, IllegalAttachments),
        (r#"51.0-["a"]"#, IllegalAttachments),
        (r#"5 1-["a"]"#, IllegalAttachments),
        (r#"5x-["a"]"#, IllegalAttachments),
        ("6", IllegalAttachments),
        (r#"511-["a"]"#, TooManyAttachments),
        (r#"599999999999999999999999-["a"]"#, TooManyAttachments),
        ("51-{}", InvalidPayload),
        (r#"51-["connect"]"#, ReservedEvent),
        ("61-0{}", InvalidPayload),
    ];
    twice(|mode| {
        for (wire, violation) in rejected {
            assert_eq!(decode_one(mode, wire), Err(violation), "{wire}");
        }
    });
}

#[test]
fn attachments_come_right_behind_their_packet() {
    twice(|mode| {
        let announced = text(r#"52-["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#);
        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(binary(b"x")), Err(Violation::UnexpectedBinary));

        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(announced.clone()), Ok(None));
        assert!(decoder.look().is_reconstructing());
        assert_eq!(decoder.decode(text(r#"2["b"]"#)), Err(Violation::TextDuringReconstruction));

        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(announced), Ok(None));
        assert_eq!(decoder.decode(binary(b"x")), Ok(None));
        let Ok(Some(Packet::Event { args, .. })) = decoder.decode(binary(b"y")) else { panic!("no event") };
        assert_eq!(args.attachments(), [&b"x"[..], b"y"]);
        assert_eq!(decoder.look(), &Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(binary(b"z")), Err(Violation::UnexpectedBinary));

        // Without payload there is nothing to deliver, but the attachment is still part of the packet.
        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(text("51-")), Ok(None));
        assert_eq!(decoder.decode(binary(b"x")), Ok(None));
        assert_eq!(decoder.decode(text("0")), Ok(Some(connect("/", None))));
    });
}

#[test]
fn what_follows_an_empty_binary_packet_is_read_as_usual() {
    twice(|mode| {
        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(text(r#"50-["a"]"#)), Ok(Some(event("/", None, "a", args("", &[])))));
        assert_eq!(decoder.decode(text(r#"2["b"]"#)), Ok(Some(event("/", None, "b", args("", &[])))));
    });
}

#[test]
fn ten_attachments_are_not_too_many() {
    twice(|mode| {
        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        assert_eq!(decoder.decode(text(r#"510-["a"]"#)), Ok(None));
        for _ in 0..9 {
            assert_eq!(decoder.decode(binary(b"x")), Ok(None));
        }
        let Ok(Some(Packet::Event { args, .. })) = decoder.decode(binary(b"x")) else { panic!("no event") };
        assert_eq!(args.attachments().len(), 10);
    });
}

#[test]
fn placeholders_point_to_attachments() {
    use Violation::{InvalidPayload, PlaceholderOutOfRange};
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let cases = [
        (r#"{"_placeholder":true,"num":0}"#, None),
        (r#"[{"a":{"b":{"num":0,"x":1,"_placeholder":true}}}]"#, None),
        (r#"{"_placeholder":false,"num":9}"#, None),
        (r#"{"_placeholder":1,"num":9}"#, None),
        (r#"{"_placeholder":true,"num":0,"x":{"_placeholder":true,"num":9}}"#, None),
        ("1", None),
        (r#"{"_placeholder":true,"num":1}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_placeholder":true,"num":-1}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_placeholder":true,"num":0.5}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_placeholder":true,"num":"0"}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_placeholder":true,"num":18446744073709551615}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_placeholder":true}"#, Some(PlaceholderOutOfRange)),
        (r#"{"_pl\u0061ceholder":true}"#, Some(PlaceholderOutOfRange)),
        (r#"[1,[{"a":{"_placeholder":true,"num":3}}]]"#, Some(PlaceholderOutOfRange)),
        (deep.as_str(), Some(InvalidPayload)),
    ];
    twice(|mode| {
        for (argument, violation) in cases {
            for announced in [format!(r#"51-["a",0,{argument}]"#), format!("61-7[0,{argument}]")] {
                let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
                assert_eq!(decoder.decode(text(&announced)), Ok(None));
                assert_eq!(decoder.decode(binary(b"x")).err(), violation, "{argument}");
            }
        }
    });
}

#[test]
fn deep_json_is_passed_on_unparsed() {
    twice(|mode| {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let Ok(Some(Packet::Event { args, .. })) = decode_one(mode, &format!(r#"2["a",{deep}]"#)) else {
            panic!("no event")
        };
        assert_eq!(args.json(), deep);
        assert!(args.to::<Vec<Vec<Vec<()>>>>().is_err());
        assert!(args.to::<serde_json::Value>().is_err());
    });
}

/// A string cut in the middle of an emoji, beside binary data.
#[test]
fn half_a_surrogate_pair_is_passed_on() {
    twice(|mode| {
        let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
        let json = r#""\ud83d",{"_placeholder":true,"num":0}"#;
        assert_eq!(decoder.decode(text(&format!(r#"51-["a",{json}]"#))), Ok(None));
        let packet = decoder.decode(binary(b"x")).unwrap().unwrap();
        assert_eq!(packet, event("/", None, "a", args(json, &[b"x"])));
        let Packet::Event { args, .. } = packet else { panic!("no event") };
        let (half, _) = args.to::<(Raw, Binary)>().unwrap();
        assert_eq!(half.json(), r#""\ud83d""#);
    });
}
