//! What the targets share: packets to compare, messages out of bytes.

use bytes::Bytes;
use engine_io::{Frame, Message};
use serde_json::Value;
use socket_io::{Decoder, Packet, Parser};

/// What ends a message in an input: no text has it.
const END: u8 = 0xFF;

/// The messages in an input: texts, or, behind a zero, bytes.
pub fn messages(input: &[u8]) -> impl Iterator<Item = Message> {
    input.split(|byte| *byte == END).map(|message| match message {
        [0, bytes @ ..] => Message::Binary(Bytes::copy_from_slice(bytes)),
        text => Message::Text(String::from_utf8_lossy(text).into_owned()),
    })
}

/// A frame as the other side's Engine.IO hands it on.
pub fn delivered(frame: &Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::Text(text.strip_prefix('4').expect("a message").to_owned()),
        Frame::Binary(bytes) => Message::Binary(bytes.clone()),
    }
}

/// Encodes a packet and decodes it again; `None` where it cannot be encoded.
pub fn there_and_back(parser: Parser, packet: &Packet) -> Option<Result<Packet, socket_io::Violation>> {
    let frames = parser.encode(packet).ok()?;
    let mut decoder = Decoder::new(parser);
    let mut decoded = Ok(None);
    for frame in &frames {
        assert!(matches!(decoded, Ok(None)), "a packet came too early");
        decoded = decoder.decode(delivered(frame));
        if decoded.is_err() {
            break;
        }
    }
    Some(decoded.map(|packet| packet.expect("a packet comes back as one")))
}

/// A packet to compare across parsers: head, values, attachments. Numbers have several spellings, so they are floats.
/// `None` when its JSON is more than `serde_json` can hold: too deep, a number too large.
#[derive(Debug, PartialEq)]
pub struct Values {
    head: (String, Option<u64>, Option<String>),
    json: Value,
    attachments: Vec<Bytes>,
}

impl Values {
    pub fn of(packet: &Packet) -> Option<Self> {
        let (head, json, attachments) = match packet {
            Packet::Connect { nsp, data } => ((nsp, None, None), data.clone(), vec![]),
            Packet::Disconnect { nsp } => ((nsp, None, None), None, vec![]),
            Packet::Event { nsp, id, name, args } => {
                ((nsp, *id, Some(name)), Some(format!("[{}]", args.json())), args.attachments().to_vec())
            }
            Packet::Ack { nsp, id, args } => {
                ((nsp, Some(*id), None), Some(format!("[{}]", args.json())), args.attachments().to_vec())
            }
            Packet::ConnectError { nsp, data } => ((nsp, None, None), Some(data.clone()), vec![]),
        };
        let (nsp, id, name) = head;
        let mut attachments = Attachments { from: attachments, to: vec![] };
        let json =
            attachments.renumber(floats(serde_json::from_str(&json.unwrap_or("null".to_owned())).ok()?));
        Some(Self { head: (nsp.clone(), id, name.cloned()), json, attachments: attachments.to })
    }
}

/// Attachments in the order in which the values name them, which differs where keys are repeated.
struct Attachments {
    from: Vec<Bytes>,
    to: Vec<Bytes>,
}

impl Attachments {
    fn renumber(&mut self, value: Value) -> Value {
        match value {
            Value::Object(members)
                if members.get("_placeholder") == Some(&Value::Bool(true)) && !self.from.is_empty() =>
            {
                let number = members.get("num").and_then(Value::as_f64).expect("a number") as usize;
                self.to.push(self.from[number].clone());
                Value::from("binary")
            }
            Value::Object(members) => {
                members.into_iter().map(|(key, value)| (key, self.renumber(value))).collect()
            }
            Value::Array(elements) => elements.into_iter().map(|value| self.renumber(value)).collect(),
            plain => plain,
        }
    }
}

fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(elements) => elements.into_iter().map(floats).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, floats(value))).collect(),
        plain => plain,
    }
}
