//! What is asked.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Question {
    /// What a decoder of Socket.IO says to each of these messages, up to the first that it refuses.
    Decode { parser: Parser, messages: Vec<Wire> },
    /// The frames of a packet of Socket.IO. `values`: its arguments are parsed, and serialised anew.
    Encode { parser: Parser, packet: PacketIn, values: bool },
    /// The packet in one text frame of Engine.IO 4.
    Packet { text: String },
    /// The packets in the body of a POST.
    Packets { version: u8, body: Wire },
    /// The body of an answer with these messages; `binary`: as bytes, if one of them is.
    Body { version: u8, binary: bool, messages: Vec<Wire> },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Parser {
    Json,
    MsgPack,
}

impl From<Parser> for socket_io::Parser {
    fn from(parser: Parser) -> Self {
        match parser {
            Parser::Json => Self::Json,
            Parser::MsgPack => Self::MsgPack,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct PacketIn {
    #[serde(rename = "type")]
    pub(crate) kind: u8,
    pub(crate) nsp: String,
    pub(crate) id: Option<u64>,
    pub(crate) name: Option<String>,
    /// JSON without the brackets, with placeholders.
    pub(crate) args: Option<String>,
    #[serde(default, deserialize_with = "list_of_bytes")]
    pub(crate) attachments: Vec<Bytes>,
    /// JSON.
    pub(crate) data: Option<String>,
}

/// A text, or bytes as `{"b": base64}`.
pub(crate) enum Wire {
    Text(String),
    Binary(Bytes),
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Binary { b: String },
        }
        match Form::deserialize(deserializer)? {
            Form::Text(text) => Ok(Self::Text(text)),
            Form::Binary { b } => Ok(Self::Binary(bytes(&b)?)),
        }
    }
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Binary(data) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("b", &BASE64_STANDARD.encode(data))?;
                map.end()
            }
        }
    }
}

fn bytes<E: Error>(text: &str) -> Result<Bytes, E> {
    BASE64_STANDARD.decode(text).map(Bytes::from).map_err(E::custom)
}

fn list_of_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bytes>, D::Error> {
    let list = Vec::<String>::deserialize(deserializer)?;
    list.iter().map(|text| bytes(text)).collect()
}
