//! The machine of one client's connection. This file owns which namespaces the client is in.

use engine_io::{Frame, Message};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::packet::{encode_connect, encode_connect_error, encode_connect_with_pid, encode_disconnect};
use crate::{Decoder, Packet, Payload, Violation};

/// One client's connection: it decodes messages and knows which namespaces the client is in. An event or
/// acknowledgement only comes out of it for a namespace that was joined.
///
/// A client joins in two steps, since whether it may is not decided here: [`Incoming::Connect`] comes out,
/// and [`accept`](Self::accept) or [`refuse`](Self::refuse) is the answer.
///
/// It can be stored after any call, and has to be when [`take_dirty`](Self::take_dirty) says so. After a
/// [`Violation`] the connection has to be closed, and the machine is of no more use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    decoder: Decoder,
    namespaces: LiteMap<String, Membership>,
    /// When to give up waiting for the first namespace.
    deadline: Option<u64>,
    #[serde(skip)]
    dirty: bool,
}

/// How far a client is in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        #[serde(with = "crate::stored")]
        args: Payload,
    },
    /// An acknowledgement. Whether its id was ever given out is not known here.
    Ack {
        /// The namespace.
        nsp: String,
        /// The id that the server's event had.
        id: u64,
        /// The answer.
        #[serde(with = "crate::stored")]
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
    pub fn new(now: u64, connect_timeout: u64) -> Self {
        Self {
            decoder: Decoder::new(),
            namespaces: LiteMap::new(),
            deadline: Some(now.saturating_add(connect_timeout)),
            dirty: true,
        }
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

    fn handle_packet(&mut self, packet: Packet) -> Result<Incoming, Violation> {
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
        if self.join(nsp, id) { encode_connect(nsp, id) } else { Vec::new() }
    }

    /// As [`accept`](Self::accept), with the private id that lets the client recover this socket later.
    pub fn accept_with_pid(&mut self, nsp: &str, id: &str, pid: &str) -> Vec<Frame> {
        if self.join(nsp, id) { encode_connect_with_pid(nsp, id, pid) } else { Vec::new() }
    }

    /// Refuses a namespace that the client asked for; `error_json` is `{"message":"…"}`, perhaps with `data`.
    /// The client may ask again. No frames when it does not wait for this.
    pub fn refuse(&mut self, nsp: &str, error_json: &str) -> Vec<Frame> {
        if self.namespaces.get(nsp) != Some(&Membership::Connecting) {
            return Vec::new();
        }
        self.namespaces.remove(nsp);
        self.dirty = true;
        encode_connect_error(nsp, error_json)
    }

    /// Puts the client out of a namespace. No frames when it is not in it.
    pub fn disconnect(&mut self, nsp: &str) -> Vec<Frame> {
        if self.leave(nsp) { encode_disconnect(nsp) } else { Vec::new() }
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
