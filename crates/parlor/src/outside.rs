//! Emitting without a socket or a handler at hand: from a request, a cron event, a queue, another program.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use socket_io::{IntoPayload, Payload, Target};

use crate::{
    App,
    answer::Fault,
    broadcast::{check_room, encode},
    names::address,
    wire::{self, Cast, Peer},
};

/// An event for some of the sockets of a namespace, from outside of it. Rules are those of
/// [`Broadcast`](crate::Broadcast).
///
/// It is data: [`App::request`] says which object to ask, and the shell asks it.
///
/// ```
/// use parlor::Emission;
/// # fn gong() -> Result<(), parlor::Fault> {
/// let gong = Emission::new("gong", 12)?.of("/clock").to("hall");
/// assert_eq!(Emission::from_json(gong.to_json()?.as_bytes())?, gong);
/// # Ok(())
/// # }
/// # gong().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Emission {
    nsp: String,
    target: Target,
    event: String,
    payload: Payload,
    volatile: bool,
}

impl Emission {
    /// For everyone in `/`. A tuple is several arguments, `()` none, anything else one.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn new(event: &str, payload: impl IntoPayload) -> Result<Self, Fault> {
        Ok(Self {
            nsp: "/".to_owned(),
            target: Target::default(),
            event: event.to_owned(),
            payload: payload.into_payload()?,
            volatile: false,
        })
    }

    /// In this namespace.
    pub fn of(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.nsp);
        self
    }

    /// Also to the members of this room, or the socket with this id.
    pub fn to(mut self, room: &str) -> Self {
        self.target.rooms.push(room.to_owned());
        self
    }

    /// Not to the members of this room, nor to the socket with this id.
    pub fn except(mut self, room: &str) -> Self {
        self.target.except.push(room.to_owned());
        self
    }

    /// Whoever can't take it at once goes without.
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// As programs in any language write it: `{"event": "news", "args": ["hello"]}`, with `namespace` (default `/`),
    /// `room` and `except` (each a name or a list of names) and `volatile` if they like. An empty list of rooms is for
    /// everyone, as is none, and as on Node.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever wrote it.
    pub fn from_json(json: &[u8]) -> Result<Self, Fault> {
        let bad = |words: String| Fault::new("bad request", words);
        let written: Written<'_> =
            socket_io::json::from_slice(json).map_err(|error| bad(error.to_string()))?;
        let args: Vec<&str> = written.args.iter().map(|arg| arg.get()).collect();
        let payload = Payload::from_raw(&args.join(","), Vec::new())
            .map_err(|violation| bad(format!("`args`: {violation}")))?;
        Ok(Self {
            nsp: written.namespace,
            target: Target { rooms: written.room.into_vec(), except: written.except.into_vec() },
            event: written.event,
            payload,
            volatile: written.volatile,
        })
    }

    /// What [`from_json`](Self::from_json) reads.
    ///
    /// # Errors
    /// If there are bytes in it, which JSON can't carry.
    pub fn to_json(&self) -> Result<String, Fault> {
        if !self.payload.attachments().is_empty() {
            return Err(Fault::internal("bytes can't be emitted as JSON"));
        }
        let written = Written {
            namespace: self.nsp.clone(),
            room: Names::Several(self.target.rooms.clone()),
            except: Names::Several(self.target.except.clone()),
            event: self.event.clone(),
            args: self.payload.args().collect(),
            volatile: self.volatile,
        };
        Ok(socket_io::json::to_string(&written)?)
    }
}

/// An emission in JSON.
#[derive(Serialize, Deserialize)]
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
    args: Vec<&'a RawValue>,
    #[serde(default)]
    volatile: bool,
}

/// One name, or a list of them.
#[derive(Serialize, Deserialize)]
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
    /// The request that has an emission sent: which object to ask, and the body.
    ///
    /// # Errors
    /// If there is no such namespace, a room's name is too long, or the event's name is one of Socket.IO's own.
    pub fn request(&self, emission: Emission) -> Result<(Peer, Vec<u8>), Fault> {
        let Emission { nsp, target, event, payload, volatile } = emission;
        if self.handlers(&nsp).is_none() {
            return Err(Fault::new("invalid namespace", format!("There is no namespace {nsp:?}.")));
        }
        target.rooms.iter().try_for_each(|room| check_room(room))?;
        let frames = encode(self.config().parser, &nsp, &event, &payload)?;
        let peer = address(self.config().gateways, &nsp, &target);
        Ok((peer, wire::encode_outside(&nsp, &Cast { target, frames, volatile, trace: String::new() })))
    }
}
