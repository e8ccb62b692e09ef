//! How one client writes packets: its handshake decides, and it stays so for the whole session.

use base64::{Engine, prelude::BASE64_STANDARD};
use codec::{Decode, Encode};

use crate::packet::{self, DecodeError, Frame, Packet};
use crate::payload::{self, Body};

/// The version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Version {
    /// Of Socket.IO's clients of version 2. Its clients ping, lengths stand before packets, and binary has a type.
    V3,
    /// Of Socket.IO's clients of versions 3 and 4.
    #[default]
    V4,
}

/// How a client writes and reads packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Dialect {
    /// The version of the protocol.
    pub version: Version,
    /// `b64`: it cannot take bytes.
    pub base64: bool,
    /// `j`: it polls by script tags, and this is the number of its callback, digits or nothing.
    pub jsonp: Option<String>,
}

impl Dialect {
    /// The frame as it goes over this client's WebSocket.
    pub(crate) fn frame(&self, frame: Frame) -> Frame {
        match (frame, self.version) {
            (Frame::Binary(data), version) if self.base64 => {
                let prefix = if version == Version::V3 { "b4" } else { "b" };
                Frame::Text(format!("{prefix}{}", BASE64_STANDARD.encode(data)).into())
            }
            (Frame::Binary(data), Version::V3) => Frame::Binary([&[4], data.as_ref()].concat().into()),
            (frame, _) => frame,
        }
    }

    /// The frames as one body that answers a GET.
    pub(crate) fn payload(&self, frames: &[Frame]) -> Body {
        let text = match self.version {
            Version::V4 => payload::encode(frames),
            Version::V3 if self.base64 || self.jsonp.is_some() => payload::v3::encode(frames),
            Version::V3 => match payload::v3::encode_binary(frames) {
                Some(bytes) => return Body::Binary(bytes),
                None => payload::v3::encode(frames),
            },
        };
        Body::Text(match &self.jsonp {
            Some(callback) => payload::jsonp::encode(callback, &text),
            None => text,
        })
    }

    /// The packets in the body of a POST, in order, for a reader that acts on those before a bad one.
    pub(crate) fn packets(&self, body: &[u8], is_binary: bool) -> Vec<Result<Packet, DecodeError>> {
        if is_binary {
            return payload::v3::packets_binary(body);
        }
        let text = String::from_utf8_lossy(body);
        let text = match &self.jsonp {
            Some(_) => match payload::jsonp::decode(&text) {
                Some(data) => data.into(),
                None => return Vec::new(), // as on Node: nothing came
            },
            None => text,
        };
        match self.version {
            Version::V4 => payload::packets(&text).collect(),
            Version::V3 => payload::v3::packets(&text),
        }
    }

    /// A text frame from its WebSocket.
    pub(crate) fn decode_text(&self, text: &str) -> Result<Packet, DecodeError> {
        match self.version {
            Version::V4 => packet::decode_text(text),
            Version::V3 => packet::decode_text_v3(text),
        }
    }

    /// A binary frame from its WebSocket.
    pub(crate) fn decode_binary(&self, data: bytes::Bytes) -> Packet {
        match self.version {
            Version::V4 => packet::decode_binary(data),
            Version::V3 => packet::decode_binary_v3(&data),
        }
    }
}
