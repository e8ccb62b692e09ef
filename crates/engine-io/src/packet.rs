//! One packet on the wire: what the server sends ([`Frame`]) and what a client sent ([`Packet`]).
//!
//! Text packets are a type digit and data; binary is always a message, raw over a WebSocket and `b` + base64 in text.

use std::fmt;
use std::rc::Rc;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One encoded packet as it goes over a WebSocket. Clones share the data, so a broadcast is encoded once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// Any packet as text, its type digit included: `4hello`.
    Text(Rc<str>),
    /// The raw bytes of a binary message, without a type.
    Binary(Bytes),
}

impl Frame {
    /// A text message: `hello` becomes `4hello`.
    pub fn text_message(text: &str) -> Self {
        let mut packet = String::with_capacity(text.len() + 1);
        packet.push('4');
        packet.push_str(text);
        Self::Text(packet.into())
    }

    /// The length over a WebSocket, in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(data) => data.len(),
        }
    }

    /// Whether there is nothing in it, as in an empty binary message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn close() -> Self {
        Self::Text("1".into())
    }

    pub(crate) fn ping() -> Self {
        Self::Text("2".into())
    }

    pub(crate) fn probe_pong() -> Self {
        Self::Text("3probe".into())
    }

    pub(crate) fn noop() -> Self {
        Self::Text("6".into())
    }
}

/// An application message from the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text, without the packet type.
    Text(String),
    /// Bytes, decoded if they came as base64.
    Binary(Bytes),
}

/// One packet that a client sent. Data behind a type that carries none is dropped, as on Node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// `0`: only a server sends it with a meaning.
    Open,
    /// `1`: the client ends the session.
    Close,
    /// `2` and its data, `probe` while upgrading.
    Ping(String),
    /// `3` and its data.
    Pong(String),
    /// `4` and text, `b` and base64, or a binary WebSocket frame.
    Message(Message),
    /// `5`: the client goes over to this WebSocket.
    Upgrade,
    /// `6`: nothing.
    Noop,
}

/// Why something a client sent is no packet. The session it belongs to has to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// No type: an empty frame, an empty body, or nothing between two separators.
    Empty,
    /// The first character is no packet type.
    UnknownType(char),
    /// What follows `b` is not base64 in the standard alphabet with padding.
    InvalidBase64,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty packet"),
            Self::UnknownType(kind) => write!(f, "unknown packet type {kind:?}"),
            Self::InvalidBase64 => f.write_str("invalid base64 in a binary packet"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Decodes one text packet: a text frame of a WebSocket, or one packet of an HTTP payload.
///
/// # Errors
///
/// [`DecodeError`] when it has no type, an unknown one, or broken base64.
pub fn decode_text(text: &str) -> Result<Packet, DecodeError> {
    let mut rest = text.chars();
    let kind = rest.next().ok_or(DecodeError::Empty)?;
    let data = rest.as_str();
    Ok(match kind {
        '0' => Packet::Open,
        '1' => Packet::Close,
        '2' => Packet::Ping(data.to_owned()),
        '3' => Packet::Pong(data.to_owned()),
        '4' => Packet::Message(Message::Text(data.to_owned())),
        '5' => Packet::Upgrade,
        '6' => Packet::Noop,
        'b' => {
            let data = BASE64_STANDARD.decode(data).map_err(|_| DecodeError::InvalidBase64)?;
            Packet::Message(Message::Binary(data.into()))
        }
        other => return Err(DecodeError::UnknownType(other)),
    })
}

/// Decodes one binary frame of a WebSocket: always a message.
pub fn decode_binary(data: Bytes) -> Packet {
    Packet::Message(Message::Binary(data))
}
