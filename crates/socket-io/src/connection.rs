//! The machine of one client's connection. This file owns which namespaces the client is in.

use codec::{Decode, Encode};
use engine_io::{Frame, Message, Version, query_pairs};
use litemap::LiteMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Decoder, Packet, Parser, Payload, Violation, parser::json};

/// One client's connection: it decodes messages and knows which namespaces the client is in. An event or
/// acknowledgement only comes out of it for a namespace that was joined.
///
/// A client joins in two steps, since whether it may is not decided here: [`Incoming::Connect`] comes out,
/// and [`accept`](Self::accept) or [`refuse`](Self::refuse) is the answer.
///
/// It can be stored after any call, and has to be when [`take_dirty`](Self::take_dirty) says so. After a
/// [`Violation`] the connection has to be closed, and the machine is of no more use.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Connection {
    options: Options,
    decoder: Decoder,
    namespaces: LiteMap<String, Membership>,
    /// When to give up waiting for the first namespace.
    deadline: Option<u64>,
    #[codec(skip)]
    dirty: bool,
}

/// What both sides of a connection have agreed on before it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Options {
    /// How packets are written.
    pub parser: Parser,
    /// The version of Engine.IO below. With version 3 it is a client of Socket.IO 2: it is in `/` without asking, may
    /// have a query behind the name of a namespace, and makes up the ids of its sockets by itself.
    pub version: Version,
}

/// How far a client is in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Membership {
    /// It asked, and waits for [`Connection::accept`] or [`Connection::refuse`].
    Connecting,
    /// It is in.
    Connected {
        /// The socket's id.
        id: String,
    },
}

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Incoming {
    /// It asks to join a namespace, which need not exist.
    Connect {
        /// The namespace.
        nsp: String,
        /// Its `auth`, a JSON object.
        auth: Option<String>,
    },
    /// An event.
    Event {
        /// The namespace.
        nsp: String,
        /// Present when the client expects an acknowledgement.
        id: Option<u64>,
        /// The event's name.
        name: String,
        /// What follows the name.
        args: Payload,
    },
    /// An acknowledgement. Whether its id was ever given out is not known here.
    Ack {
        /// The namespace.
        nsp: String,
        /// The id that the server's event had.
        id: u64,
        /// The answer.
        args: Payload,
    },
    /// It has left a namespace.
    Disconnect {
        /// The namespace.
        nsp: String,
    },
}

impl Connection {
    /// A connection that has to join its first namespace within `connect_timeout` milliseconds.
    pub fn new(now: u64, connect_timeout: u64, options: Options) -> Self {
        Self {
            options,
            decoder: Decoder::new(options.parser),
            namespaces: LiteMap::new(),
            deadline: Some(now.saturating_add(connect_timeout)),
            dirty: true,
        }
    }

    /// What a client asks for by opening the connection: `/`, if it is one of Socket.IO 2.
    pub fn greet(&mut self) -> Option<Incoming> {
        (self.options.version == Version::V3).then(|| {
            let nsp = "/".to_owned();
            self.namespaces.insert(nsp.clone(), Membership::Connecting);
            self.dirty = true;
            Incoming::Connect { nsp, auth: Some("{}".to_owned()) }
        })
    }

    /// Takes one message from the client. `None` as in [`Decoder::decode`].
    ///
    /// # Errors
    /// When the client must not send that, or not now.
    pub fn handle_message(&mut self, message: Message) -> Result<Option<Incoming>, Violation> {
        let was_reconstructing = self.decoder.is_reconstructing();
        let packet = self.decoder.decode(message);
        self.dirty |= was_reconstructing || self.decoder.is_reconstructing();
        packet?.map(|packet| self.handle_packet(packet)).transpose()
    }

    fn handle_packet(&mut self, mut packet: Packet) -> Result<Incoming, Violation> {
        if self.options.version == Version::V3 {
            split_query(&mut packet);
        }
        match packet {
            Packet::Connect { nsp, data } => {
                if self.namespaces.contains_key(&nsp) {
                    return Err(Violation::AlreadyConnected);
                }
                self.namespaces.insert(nsp.clone(), Membership::Connecting);
                self.dirty = true;
                Ok(Incoming::Connect { nsp, auth: data })
            }
            Packet::Disconnect { nsp } => {
                if !self.leave(&nsp) {
                    return Err(Violation::NotConnected);
                }
                Ok(Incoming::Disconnect { nsp })
            }
            Packet::Event { nsp, id, name, args } => {
                self.id_of(&nsp).ok_or(Violation::NotConnected)?;
                Ok(Incoming::Event { nsp, id, name, args })
            }
            Packet::Ack { nsp, id, args } => {
                self.id_of(&nsp).ok_or(Violation::NotConnected)?;
                Ok(Incoming::Ack { nsp, id, args })
            }
            Packet::ConnectError { .. } => Err(Violation::ConnectErrorFromClient),
        }
    }

    /// Lets the client into a namespace that it asked for, as the socket `id`: the frames to send. None when
    /// it does not wait for this.
    pub fn accept(&mut self, nsp: &str, id: &str) -> Vec<Frame> {
        self.enter(nsp, id, None)
    }

    /// As [`accept`](Self::accept), with the private id that lets the client recover this socket later.
    pub fn accept_with_pid(&mut self, nsp: &str, id: &str, pid: &str) -> Vec<Frame> {
        self.enter(nsp, id, Some(pid))
    }

    fn enter(&mut self, nsp: &str, id: &str, pid: Option<&str>) -> Vec<Frame> {
        let Options { parser, version } = self.options;
        match version {
            _ if !self.join(nsp, id) => Vec::new(),
            Version::V4 => parser.encode_connect(nsp, id, pid),
            Version::V3 => parser.encode_connect_v3(nsp),
        }
    }

    /// Refuses a namespace that the client asked for, because there is none of that name.
    pub fn refuse_unknown(&mut self, nsp: &str) -> Vec<Frame> {
        self.leave_out(nsp, r#"{"message":"Invalid namespace"}"#)
    }

    /// Refuses a namespace that the client asked for; `error_json` is `{"message":"…"}`, perhaps with `data`.
    /// The client may ask again. No frames when it does not wait for this. (A client of Socket.IO 2 gets the data alone,
    /// or the message.)
    pub fn refuse(&mut self, nsp: &str, error_json: &str) -> Vec<Frame> {
        #[derive(Deserialize)]
        struct Parts<'a> {
            #[serde(borrow)]
            message: &'a RawValue,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let parts = match self.options.version {
            Version::V4 => None,
            Version::V3 => crate::json::from_str::<Parts<'_>>(error_json).ok(),
        };
        let error = parts.map_or(error_json, |parts| parts.data.unwrap_or(parts.message).get());
        self.leave_out(nsp, error)
    }

    fn leave_out(&mut self, nsp: &str, error_json: &str) -> Vec<Frame> {
        if self.namespaces.get(nsp) != Some(&Membership::Connecting) {
            return Vec::new();
        }
        self.namespaces.remove(nsp);
        self.dirty = true;
        self.options.parser.encode_connect_error(nsp, error_json)
    }

    /// Puts the client out of a namespace. No frames when it is not in it.
    pub fn disconnect(&mut self, nsp: &str) -> Vec<Frame> {
        if self.leave(nsp) { self.options.parser.encode_disconnect(nsp) } else { Vec::new() }
    }

    /// What was agreed on.
    pub fn options(&self) -> Options {
        self.options
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn next_timeout(&self) -> Option<u64> {
        self.deadline
    }

    /// Whether the time to join a first namespace is over: then the connection has to be closed. Calling it
    /// too early, or again, is harmless.
    pub fn handle_timeout(&mut self, now: u64) -> bool {
        let is_over = self.deadline.is_some_and(|deadline| deadline <= now);
        if is_over {
            self.deadline = None;
            self.dirty = true;
        }
        is_over
    }

    /// The namespaces that the client is in or asks for.
    pub fn namespaces(&self) -> impl Iterator<Item = (&str, &Membership)> {
        self.namespaces.iter().map(|(nsp, membership)| (nsp.as_str(), membership))
    }

    /// The id of the client's socket in a namespace that it is in.
    pub fn id_of(&self, nsp: &str) -> Option<&str> {
        match self.namespaces.get(nsp)? {
            Membership::Connecting => None,
            Membership::Connected { id } => Some(id),
        }
    }

    /// Whether anything changed that must be stored, since the last call or since it was made. A restored
    /// machine is not dirty.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    fn join(&mut self, nsp: &str, id: &str) -> bool {
        match self.namespaces.get_mut(nsp) {
            Some(membership @ Membership::Connecting) => {
                *membership = Membership::Connected { id: id.to_owned() };
                self.deadline = None;
                self.dirty = true;
                true
            }
            _ => false,
        }
    }

    fn leave(&mut self, nsp: &str) -> bool {
        if self.id_of(nsp).is_none() {
            return false;
        }
        self.namespaces.remove(nsp);
        self.dirty = true;
        true
    }
}

/// Takes the query from behind the name of a namespace. In a CONNECT it is what newer clients send as `auth`.
fn split_query(packet: &mut Packet) {
    let (Packet::Connect { nsp, .. }
    | Packet::Disconnect { nsp }
    | Packet::Event { nsp, .. }
    | Packet::Ack { nsp, .. }
    | Packet::ConnectError { nsp, .. }) = packet;
    let (name, query) = nsp.split_once('?').unwrap_or((nsp, ""));
    let mut auth = LiteMap::new_vec();
    for (key, value) in query_pairs(query) {
        auth.insert(key, value);
    }
    let auth: Vec<String> =
        auth.iter().map(|(key, value)| format!("{}:{}", json::string(key), json::string(value))).collect();
    *nsp = name.to_owned();
    if let Packet::Connect { data, .. } = packet {
        *data = Some(format!("{{{}}}", auth.join(",")));
    }
}
