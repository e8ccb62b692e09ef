//! Messages → packets. This file owns the reassembly of binary packets.

use bytes::Bytes;
use codec::{Decode, Encode};
use engine_io::Message;

use crate::parser::{json, msgpack};
use crate::{Packet, Parser, Payload, Violation};

/// More attachments than this in one packet are a [`Violation`], as in Node's parser by default.
pub const MAX_ATTACHMENTS: usize = 10;

/// Turns messages into packets. With [`Parser::Json`] a binary packet comes as a text followed by its attachments,
/// each its own message; nothing else may come between them. With [`Parser::MsgPack`] each message is a packet.
///
/// It reads what either side sends; that clients send no CONNECT_ERROR is [`Connection`](crate::Connection)'s
/// to know. After a [`Violation`] the connection has to be closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Decoder {
    parser: Parser,
    partial: Option<Partial>,
}

/// A binary packet whose attachments have not all come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Partial {
    /// Without its attachments. `None` when the text had no payload, which Node tolerates.
    packet: Option<Packet>,
    expected: usize,
    attachments: Vec<Bytes>,
}

impl Decoder {
    /// A decoder that waits for a packet.
    pub fn new(parser: Parser) -> Self {
        Self { parser, partial: None }
    }

    /// Takes one message. `None` while attachments are due, and for what Node tolerates without effect: an
    /// event without payload (`42`) or an acknowledgement without id (`43[]`).
    ///
    /// # Errors
    /// When the message is none that may come now.
    pub fn decode(&mut self, message: Message) -> Result<Option<Packet>, Violation> {
        match (self.parser, message) {
            (Parser::Json, Message::Text(text)) => self.decode_text(&text),
            (Parser::Json, Message::Binary(attachment)) => self.decode_attachment(attachment),
            (Parser::MsgPack, Message::Text(_)) => Err(Violation::UnexpectedText),
            (Parser::MsgPack, Message::Binary(packet)) => msgpack::decode(&packet),
        }
    }

    /// Whether attachments of a packet are due.
    pub fn is_reconstructing(&self) -> bool {
        self.partial.is_some()
    }

    fn decode_text(&mut self, text: &str) -> Result<Option<Packet>, Violation> {
        if self.partial.is_some() {
            return Err(Violation::TextDuringReconstruction);
        }
        let (packet, expected) = json::decode(text)?;
        if expected == 0 {
            return Ok(packet);
        }
        self.partial = Some(Partial { packet, expected, attachments: Vec::new() });
        Ok(None)
    }

    fn decode_attachment(&mut self, attachment: Bytes) -> Result<Option<Packet>, Violation> {
        let Some(mut partial) = self.partial.take() else {
            return Err(Violation::UnexpectedBinary);
        };
        partial.attachments.push(attachment);
        if partial.attachments.len() < partial.expected {
            self.partial = Some(partial);
            return Ok(None);
        }
        let mut packet = partial.packet;
        if let Some(Packet::Event { args, .. } | Packet::Ack { args, .. }) = &mut packet {
            *args = Payload::from_array(args.json(), partial.attachments)?;
        }
        Ok(packet)
    }
}
