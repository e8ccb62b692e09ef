//! Bodies and frames of Engine.IO, from a stranger: nothing panics, and messages that were taken can be sent and taken
//! again. The first byte says what the rest is.
#![no_main]

use engine_io::payload::{self, v3};
use engine_io::{
    Config, DecodeError, Frame, Message, Method, Packet, Request, decode_text, query_pairs, route,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    match kind {
        b'4' => {
            let packets = up_to_bad(payload::packets(&text));
            assert_eq!(payload::decode(&text), packets.iter().cloned().collect());
            back(&packets, |frames| up_to_bad(payload::packets(&payload::encode(frames))));
        }
        b'3' => {
            let packets = v3::packets(&text);
            back(&packets, |frames| v3::packets(&v3::encode(frames)));
        }
        b'b' => {
            let packets = v3::packets_binary(rest);
            back(&packets, |frames| {
                v3::packets_binary(&v3::encode_binary(frames).expect("one of them is binary"))
            });
        }
        b'q' => request(&text),
        _ => _ = decode_text(&text),
    }
});

type Packets = Vec<Result<Packet, DecodeError>>;

/// As whoever reads them does.
fn up_to_bad(packets: impl Iterator<Item = Result<Packet, DecodeError>>) -> Packets {
    let mut taken = Vec::new();
    for packet in packets {
        let is_bad = packet.is_err();
        taken.push(packet);
        if is_bad {
            break;
        }
    }
    taken
}

/// Decodes what the server would write, were these messages its own.
fn back(packets: &Packets, through: impl Fn(&[Frame]) -> Packets) {
    let end = packets.iter().position(Result::is_err).unwrap_or(packets.len());
    assert!(end + 1 >= packets.len(), "something came behind an error");
    let mut messages: Vec<Message> = packets
        .iter()
        .filter_map(|packet| match packet {
            // The protocol has no escape for the separator of version 4.
            Ok(Packet::Message(Message::Text(text))) if text.contains('\x1e') => None,
            Ok(Packet::Message(message)) => Some(message.clone()),
            _ => None,
        })
        .collect();
    messages.push(Message::Binary(vec![1, 2].into()));
    let frames: Vec<Frame> = messages
        .iter()
        .map(|message| match message {
            Message::Text(text) => Frame::text_message(text),
            Message::Binary(data) => Frame::Binary(data.clone()),
        })
        .collect();
    let sent: Vec<_> = messages.into_iter().map(|message| Ok(Packet::Message(message))).collect();
    assert_eq!(through(&frames), sent);
}

fn request(query: &str) {
    let config = Config { allow_eio3: true, ..Config::default() };
    for (method, upgrade) in [(Method::Get, false), (Method::Post, false), (Method::Get, true)] {
        let request = Request { method, query, upgrade, origin: Some(query) };
        let _ = route(&request, &config, || Ok(()));
    }
    query_pairs(query).for_each(drop);
}
