//! Emitting without a socket or a handler at hand: from a request, a cron event, a queue, another worker.

use serde::Deserialize;
use serde_json::value::RawValue;
use socket_io::{IntoPayload, Parser, Payload, Target};

use crate::{
    App,
    answer::Fault,
    broadcast::{check_room, encode},
    names::{Gateways, address},
    wire::{self, Cast, Peer},
};

/// Emits to some of the sockets of a namespace, from outside of it. Rules are those of [`Broadcast`](crate::Broadcast).
///
/// It is data: [`Self::request`] says which object to ask, and the shell asks it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Emitter {
    parser: Parser,
    gateways: Gateways,
    nsp: String,
    target: Target,
    volatile: bool,
}

impl Emitter {
    /// Everyone in a namespace of this application.
    ///
    /// # Errors
    /// If there is no such namespace.
    pub fn new(app: &App, namespace: &str) -> Result<Self, Fault> {
        if app.handlers(namespace).is_none() {
            return Err(Fault::new("invalid namespace", format!("There is no namespace {namespace:?}.")));
        }
        Ok(Self {
            parser: app.config().parser,
            gateways: app.config().gateways,
            nsp: namespace.to_owned(),
            target: Target::default(),
            volatile: false,
        })
    }

    /// Also the members of this room, or the socket with this id.
    pub fn to(mut self, room: &str) -> Self {
        self.target.rooms.push(room.to_owned());
        self
    }

    /// Not the members of this room, nor the socket with this id.
    pub fn except(mut self, room: &str) -> Self {
        self.target.except.push(room.to_owned());
        self
    }

    /// Whoever can't take it at once goes without.
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// The request that has an event sent: which object, and the body.
    ///
    /// # Errors
    /// If the value has no JSON form, or a room's name is too long.
    pub fn request(self, event: &str, payload: impl IntoPayload) -> Result<(Peer, Vec<u8>), Fault> {
        self.target.rooms.iter().try_for_each(|room| check_room(room))?;
        let frames = encode(self.parser, &self.nsp, event, &payload.into_payload()?)?;
        let peer = address(self.gateways, &self.nsp, &self.target);
        let cast = Cast { target: self.target, frames, volatile: self.volatile };
        Ok((peer, wire::encode_outside(&self.nsp, &cast)))
    }
}

/// An emission as other programs write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(default = "main_namespace")]
    namespace: String,
    #[serde(default)]
    room: Names,
    #[serde(default)]
    except: Names,
    event: String,
    #[serde(borrow, default)]
    args: Option<&'a RawValue>,
    #[serde(default)]
    volatile: bool,
}

/// One name, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Names {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names,
        }
    }
}

fn main_namespace() -> String {
    "/".to_owned()
}

impl App {
    /// The request of an emission that another program wrote as JSON: which object to ask, and the body. It is
    /// `{"event": "news", "args": ["hello"]}`, with `namespace` (default `/`), `room` and `except` (each a name or a list of
    /// names) and `volatile` if it likes. An empty list of rooms is for everyone, as is none, and as on Node.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever wrote it.
    pub fn emission(&self, json: &[u8]) -> Result<(Peer, Vec<u8>), Fault> {
        let bad = |words: String| Fault::new("bad request", words);
        let written: Written<'_> = serde_json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        let args = written.args.map_or("[]", RawValue::get).trim();
        let args = args
            .strip_prefix('[')
            .and_then(|args| args.strip_suffix(']'))
            .ok_or_else(|| bad("`args` is a list".to_owned()))?;
        let payload =
            Payload::from_raw(args, Vec::new()).map_err(|violation| bad(format!("`args`: {violation}")))?;
        let mut emitter = Emitter::new(self, &written.namespace)?;
        emitter.target = Target { rooms: written.room.into_vec(), except: written.except.into_vec() };
        emitter.volatile = written.volatile;
        emitter.request(&written.event, payload)
    }
}
