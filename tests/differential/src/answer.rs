//! What is answered.

use std::fmt::Display;

use bytes::Bytes;
use engine_io::{DecodeError, Message, Packet as EnginePacket};
use serde::Serialize;
use socket_io::{Packet, Payload, Violation};

use crate::question::Wire;

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    Steps(Vec<Step>),
    Frames(Vec<Wire>),
    Packets(Vec<Step>),
    Refused(String),
}

/// What one message or packet was taken for.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    /// Nothing yet, or nothing at all.
    Nothing,
    Packet(Box<PacketOut>),
    Engine(u8, Option<Wire>),
    Refused(String),
}

#[derive(Default, Serialize)]
pub(crate) struct PacketOut {
    #[serde(rename = "type")]
    kind: u8,
    nsp: String,
    id: Option<u64>,
    name: Option<String>,
    /// JSON without the brackets, with placeholders.
    args: Option<String>,
    attachments: Vec<Wire>,
    data: Option<String>,
}

impl Answer {
    pub(crate) fn refused(why: impl Display) -> Self {
        Self::Refused(why.to_string())
    }

    pub(crate) fn step(step: &Result<Option<Packet>, Violation>) -> Step {
        match step {
            Ok(None) => Step::Nothing,
            Ok(Some(packet)) => Step::Packet(Box::new(packet.into())),
            Err(violation) => Step::Refused(violation.to_string()),
        }
    }

    /// The packets up to the first bad one.
    pub(crate) fn packets(packets: impl IntoIterator<Item = Result<EnginePacket, DecodeError>>) -> Self {
        let mut steps = Vec::new();
        for packet in packets {
            let is_bad = packet.is_err();
            steps.push(packet.map_or_else(|error| Step::Refused(error.to_string()), engine));
            if is_bad {
                break;
            }
        }
        Self::Packets(steps)
    }
}

fn engine(packet: EnginePacket) -> Step {
    let (kind, data) = match packet {
        EnginePacket::Open => (0, None),
        EnginePacket::Close => (1, None),
        EnginePacket::Ping(data) => (2, Some(Wire::Text(data))),
        EnginePacket::Pong(data) => (3, Some(Wire::Text(data))),
        EnginePacket::Message(Message::Text(text)) => (4, Some(Wire::Text(text))),
        EnginePacket::Message(Message::Binary(data)) => (4, Some(Wire::Binary(data))),
        EnginePacket::Upgrade => (5, None),
        EnginePacket::Noop => (6, None),
    };
    Step::Engine(kind, data)
}

impl From<&Packet> for PacketOut {
    fn from(packet: &Packet) -> Self {
        let out = |kind, nsp: &str| Self { kind, nsp: nsp.to_owned(), ..Self::default() };
        match packet {
            Packet::Connect { nsp, data } => Self { data: data.clone(), ..out(0, nsp) },
            Packet::Disconnect { nsp } => out(1, nsp),
            Packet::Event { nsp, id, name, args } => {
                Self { id: *id, name: Some(name.clone()), ..out(2, nsp) }.with(args)
            }
            Packet::Ack { nsp, id, args } => Self { id: Some(*id), ..out(3, nsp) }.with(args),
            Packet::ConnectError { nsp, data } => Self { data: Some(data.clone()), ..out(4, nsp) },
        }
    }
}

impl PacketOut {
    fn with(mut self, args: &Payload) -> Self {
        self.args = Some(args.json().to_owned());
        self.attachments = args.attachments().iter().cloned().map(|data: Bytes| Wire::Binary(data)).collect();
        self
    }
}
