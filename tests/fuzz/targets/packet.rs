//! Messages of Socket.IO as text, from a stranger: the decoder answers each, the same whether it slept or not; what it
//! passes can be encoded and decoded again, by either parser; a connection lets events through where they may come.
#![no_main]

use engine_io::{Message, Version};
use libfuzzer_sys::fuzz_target;
use parlor_fuzz::{Values, messages, there_and_back};
use serde_json::Value;
use socket_io::{Connection, Decoder, Incoming, Options, Packet, Parser, Payload, Raw};

fuzz_target!(|input: &[u8]| {
    let messages: Vec<Message> = messages(input).collect();
    decoder(&messages);
    for version in [Version::V4, Version::V3] {
        connection(&messages, version);
    }
});

fn decoder(messages: &[Message]) {
    let mut kept = Decoder::new(Parser::Json);
    let mut restored = kept.clone();
    for message in messages {
        let result = kept.decode(message.clone());
        assert_eq!(restored.decode(message.clone()), result, "sleep was seen");
        restored = codec::from_bytes(&codec::to_vec(&kept)).expect("it comes back");
        match result {
            Ok(Some(packet)) => check(&packet),
            Ok(None) => {}
            Err(_) => return,
        }
    }
}

fn check(packet: &Packet) {
    // A numeric name comes back as a string, which is the same text here.
    assert_eq!(there_and_back(Parser::Json, packet), Some(Ok(packet.clone())));
    if let Packet::Event { args, .. } | Packet::Ack { args, .. } = packet {
        payload(args);
    }
    let Some(expected) = Values::of(packet) else { return };
    match there_and_back(Parser::MsgPack, packet) {
        Some(Ok(back)) => assert_eq!(Values::of(&back), Some(expected)),
        // What msgpack cannot carry here: it is deep, or has placeholders that stand for nothing beside those that do.
        Some(Err(_)) | None => {
            let json = format!("{packet:?}");
            let levels = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
            assert!(levels > 100 || json.contains("_placeholder") || json.contains("\\\\u"), "{json}");
        }
    }
}

fn payload(args: &Payload) {
    let one_by_one: Vec<&str> = args.args().map(|argument| argument.get()).collect();
    assert_eq!(one_by_one.is_empty(), args.is_empty());
    let again =
        Payload::from_raw(&one_by_one.join(","), args.attachments().to_vec()).expect("they are arguments");
    assert_eq!(again.args().map(|argument| argument.get()).collect::<Vec<_>>(), one_by_one);
    let values = serde_json::from_str::<Vec<Value>>(&format!("[{}]", args.json()));
    if let (Ok(values), true) = (values, args.attachments().is_empty()) {
        assert_eq!(args.to::<Value>().ok(), Some(values.into_iter().next().unwrap_or_default()));
    }
    if let Ok(raw) = args.to::<Raw>() {
        let _ = Payload::from_args(&raw);
    }
}

fn connection(messages: &[Message], version: Version) {
    let mut connection = Connection::new(0, 10, Options { parser: Parser::Json, version });
    let mut joined = Vec::new();
    let greeting = connection.greet();
    let incoming = messages.iter().map_while(|message| {
        let stored = codec::to_vec(&connection);
        let mut restored: Connection = codec::from_bytes(&stored).expect("it comes back");
        let result = connection.handle_message(message.clone());
        assert_eq!(restored.handle_message(message.clone()), result, "sleep was seen");
        if let Ok(Some(Incoming::Connect { nsp, .. })) = &result {
            connection.accept(nsp, "id");
        }
        result.ok()
    });
    for incoming in greeting.into_iter().chain(incoming.flatten()) {
        match incoming {
            Incoming::Connect { nsp, .. } => joined.push(nsp),
            Incoming::Disconnect { nsp } => {
                let at = joined.iter().position(|joined| *joined == nsp).expect("it was in");
                joined.remove(at);
            }
            Incoming::Event { nsp, .. } | Incoming::Ack { nsp, .. } => assert!(joined.contains(&nsp)),
        }
    }
}
