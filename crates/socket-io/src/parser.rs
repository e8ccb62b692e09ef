//! How packets are written: the two parsers of Socket.IO, and what they write for each kind of packet.

pub(crate) mod json;
pub(crate) mod msgpack;

use codec::{Decode, Encode};
use engine_io::Frame;

use crate::{Packet, Payload};

/// How packets are written on the wire, Node's option `parser`. Both sides have to use the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub enum Parser {
    /// Socket.IO's own: text, with JSON in it, and binary data in messages of its own.
    #[default]
    Json,
    /// That of `socket.io-msgpack-parser`: each packet is one binary message.
    MsgPack,
}

/// A value that a packet cannot carry: one nested deeper than 128 levels, in msgpack.
pub type EncodeError = crate::json::Error;

impl Parser {
    /// The frames of one packet.
    ///
    /// # Errors
    /// See [`EncodeError`].
    pub fn encode(self, packet: &Packet) -> Result<Vec<Frame>, EncodeError> {
        match packet {
            Packet::Connect { nsp, data } => Ok(self.plain(0, nsp, data.as_deref().unwrap_or_default())),
            Packet::Disconnect { nsp } => Ok(self.encode_disconnect(nsp)),
            Packet::Event { nsp, id, name, args } => self.encode_event(nsp, *id, name, args),
            Packet::Ack { nsp, id, args } => self.encode_ack(nsp, *id, args),
            Packet::ConnectError { nsp, data } => Ok(self.encode_connect_error(nsp, data)),
        }
    }

    /// An event; `id` asks for an acknowledgement. Names reserved by Socket.IO are not refused here.
    ///
    /// # Errors
    /// See [`EncodeError`].
    pub fn encode_event(
        self,
        nsp: &str,
        id: Option<u64>,
        name: &str,
        args: &Payload,
    ) -> Result<Vec<Frame>, EncodeError> {
        match self {
            Self::Json => Ok(json::event(nsp, id, name, args)),
            Self::MsgPack => msgpack::event(nsp, id, name, args),
        }
    }

    /// The frames of an event, which asks for no acknowledgement, with one more argument behind the others: a text without
    /// quotes and backslashes. `None` if they are not those of an event.
    pub fn with_argument(self, frames: &[Frame], text: &str) -> Option<Vec<Frame>> {
        match self {
            Self::Json => json::with_argument(frames, text),
            Self::MsgPack => msgpack::with_argument(frames, text),
        }
    }

    /// The acknowledgement of the event `id`.
    ///
    /// # Errors
    /// See [`EncodeError`].
    pub fn encode_ack(self, nsp: &str, id: u64, args: &Payload) -> Result<Vec<Frame>, EncodeError> {
        match self {
            Self::Json => Ok(json::ack(nsp, id, args)),
            Self::MsgPack => msgpack::ack(nsp, id, args),
        }
    }

    /// The server's answer to a CONNECT: the id of the new socket, and the private id that lets the client recover it
    /// later, if it may.
    pub fn encode_connect(self, nsp: &str, sid: &str, pid: Option<&str>) -> Vec<Frame> {
        let sid = json::string(sid);
        self.plain(
            0,
            nsp,
            &match pid {
                Some(pid) => format!(r#"{{"sid":{sid},"pid":{}}}"#, json::string(pid)),
                None => format!(r#"{{"sid":{sid}}}"#),
            },
        )
    }

    /// The server's answer to a CONNECT of a client of version 3, which makes up the id by itself.
    pub fn encode_connect_v3(self, nsp: &str) -> Vec<Frame> {
        self.plain(0, nsp, "")
    }

    /// The server's refusal of a CONNECT. `json` is the error, `{"message":"…"}` or `{"message":"…","data":…}`.
    pub fn encode_connect_error(self, nsp: &str, json: &str) -> Vec<Frame> {
        self.plain(4, nsp, json)
    }

    /// The end of one namespace.
    pub fn encode_disconnect(self, nsp: &str) -> Vec<Frame> {
        self.plain(1, nsp, "")
    }

    /// A packet without attachments and without an id. `json` is the server's own, and never deep.
    fn plain(self, kind: u8, nsp: &str, json: &str) -> Vec<Frame> {
        match self {
            Self::Json => vec![json::plain(char::from(b'0' + kind), nsp, json)],
            Self::MsgPack => msgpack::plain(kind, nsp, json),
        }
    }
}
