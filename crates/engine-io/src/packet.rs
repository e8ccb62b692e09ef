//! One packet on the wire: what the server sends ([`Frame`]) and what a client sent ([`Packet`]).
//!
//! Text packets are a type digit and data; binary is always a message, raw over a WebSocket and `b` + base64 in text.

use std::fmt;
use std::rc::Rc;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use codec::{Decode, Encode};

/// One encoded packet as it goes over a WebSocket. Clones share the data, so a broadcast is encoded once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
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

    pub(crate) fn pong() -> Self {
        Self::Text("3".into())
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
    /// The length before a packet of version 3 is none, or not that of what follows.
    InvalidLength,
    /// Text in a binary body of version 3 that is not UTF-8.
    InvalidUtf8,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty packet"),
            Self::UnknownType(kind) => write!(f, "unknown packet type {kind:?}"),
            Self::InvalidBase64 => f.write_str("invalid base64 in a binary packet"),
            Self::InvalidLength => f.write_str("invalid length before a packet"),
            Self::InvalidUtf8 => f.write_str("text that is not UTF-8"),
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

/// As [`decode_text`] in version 3, where the type stands behind the `b` of base64: `b4AQI=`.
///
/// # Errors
///
/// As [`decode_text`].
pub(crate) fn decode_text_v3(text: &str) -> Result<Packet, DecodeError> {
    let Some(binary) = text.strip_prefix('b') else { return decode_text(text) };
    let mut rest = binary.chars();
    let kind = rest.next();
    let data = BASE64_STANDARD.decode(rest.as_str()).map_err(|_| DecodeError::InvalidBase64)?;
    let kind = kind.and_then(|kind| kind.to_digit(10)).and_then(|kind| u8::try_from(kind).ok());
    Ok(typed(kind, &data))
}

/// As [`decode_binary`] in version 3, where the first byte is the type. One that is none is a noop, as on Node.
pub(crate) fn decode_binary_v3(data: &[u8]) -> Packet {
    match data.split_first() {
        Some((kind, data)) => typed(Some(*kind), data),
        None => Packet::Noop,
    }
}

fn typed(kind: Option<u8>, data: &[u8]) -> Packet {
    let text = || String::from_utf8_lossy(data).into_owned();
    match kind {
        Some(0) => Packet::Open,
        Some(1) => Packet::Close,
        Some(2) => Packet::Ping(text()),
        Some(3) => Packet::Pong(text()),
        Some(4) => Packet::Message(Message::Binary(Bytes::copy_from_slice(data))),
        Some(5) => Packet::Upgrade,
        _ => Packet::Noop,
    }
}

/// Decodes one binary frame of a WebSocket: always a message.
pub fn decode_binary(data: Bytes) -> Packet {
    Packet::Message(Message::Binary(data))
}
