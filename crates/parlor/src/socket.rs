//! The socket and the server in a handler's hands. Everything asked of them is queued, in order, and carried
//! out when the handler returns or waits.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use socket_io::{IntoPayload, Target};

use crate::{
    answer::Fault,
    call::{Effect, Scope},
    names::ROOM_NAME_MAX,
    wire::Card,
};

/// The socket of this call: one client in one namespace.
#[derive(Clone, Debug)]
pub struct Socket {
    scope: Rc<Scope>,
}

impl Socket {
    pub(crate) fn new(scope: Rc<Scope>) -> Self {
        Self { scope }
    }

    /// Its id: 20 characters, a dot, and the name of its Gateway.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.scope.call.socket
    }

    /// The namespace it is in.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.scope.call.nsp
    }

    /// Its rooms when the event came, sorted, its own id among them.
    #[must_use]
    pub fn rooms(&self) -> Vec<&str> {
        self.scope.call.rooms.iter().map(AsRef::as_ref).collect()
    }

    /// Sends an event to this socket's client. A tuple is several arguments, `()` none, anything else one.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn emit<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.send(event, payload, false)
    }

    /// Sends an event that is dropped if the client can't take it at once (between two polls).
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn emit_volatile<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.send(event, payload, true)
    }

    fn send<P: IntoPayload>(&self, event: &str, payload: P, volatile: bool) -> Result<(), Fault> {
        let payload = payload.into_payload()?;
        let frames = self.scope.parser.encode_event(self.namespace(), None, event, &payload)?;
        self.scope.push(Effect::Emit { frames, volatile });
        Ok(())
    }

    /// Joins a room. What the handler asks for after it, its acknowledgement included, comes after the join
    /// has taken effect on every Gateway.
    ///
    /// A name of more than [`ROOM_NAME_MAX`] bytes is no room: the event fails, and its acknowledgement says so.
    pub fn join(&self, room: &str) {
        match check(room) {
            Ok(()) => self.scope.push(Effect::Join(room.to_owned())),
            Err(fault) => self.scope.fail(fault),
        }
    }

    /// Leaves a room, ordered as a join is.
    pub fn leave(&self, room: &str) {
        if check(room).is_ok() {
            self.scope.push(Effect::Leave(room.to_owned()));
        }
    }

    /// Leaves the namespace; `close` closes the client's whole connection.
    pub fn disconnect(&self, close: bool) {
        self.scope.push(Effect::Disconnect(close));
    }

    /// To the members of a room, or the socket with that id, except this socket. Chain it for a union.
    pub fn to(&self, room: &str) -> Broadcast {
        self.broadcast().to(room)
    }

    /// To everyone in the namespace except this socket and the members of a room.
    pub fn except(&self, room: &str) -> Broadcast {
        self.broadcast().except(room)
    }

    /// To everyone in the namespace except this socket.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(&self.scope, self.namespace()).except(self.id())
    }
}

/// The server: all sockets, on all Gateways.
#[derive(Clone, Debug)]
pub struct Io {
    scope: Rc<Scope>,
}

impl Io {
    pub(crate) fn new(scope: Rc<Scope>) -> Self {
        Self { scope }
    }

    /// Everyone in another namespace.
    pub fn of(&self, namespace: &str) -> Broadcast {
        Broadcast::new(&self.scope, namespace)
    }

    /// Everyone in this namespace.
    pub fn all(&self) -> Broadcast {
        Broadcast::new(&self.scope, &self.scope.call.nsp)
    }

    /// The members of a room, or the socket with that id.
    pub fn to(&self, room: &str) -> Broadcast {
        self.all().to(room)
    }

    /// The same as [`Self::to`].
    pub fn in_(&self, room: &str) -> Broadcast {
        self.to(room)
    }

    /// Everyone in this namespace, except the members of a room.
    pub fn except(&self, room: &str) -> Broadcast {
        self.all().except(room)
    }

    /// Sends an event to everyone in this namespace.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn emit<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.all().emit(event, payload)
    }
}

/// Some of the sockets of a namespace, on all Gateways. Each gets what is sent once, however many of the
/// rooms it is in.
///
/// To one room, all members see all broadcasts in one order. To several rooms, or with none named, the order
/// is that of everyone in the namespace.
#[derive(Clone, Debug)]
#[must_use]
pub struct Broadcast {
    scope: Rc<Scope>,
    nsp: String,
    target: Target,
    volatile: bool,
}

impl Broadcast {
    fn new(scope: &Rc<Scope>, nsp: &str) -> Self {
        Self { scope: scope.clone(), nsp: nsp.to_owned(), target: Target::default(), volatile: false }
    }

    /// Also the members of this room, or the socket with this id.
    pub fn to(mut self, room: &str) -> Self {
        self.target.rooms.push(room.to_owned());
        self
    }

    /// The same as [`Self::to`].
    pub fn in_(self, room: &str) -> Self {
        self.to(room)
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

    /// Sends an event.
    ///
    /// # Errors
    /// If the value has no JSON form, or a room's name is longer than [`ROOM_NAME_MAX`].
    pub fn emit<P: IntoPayload>(self, event: &str, payload: P) -> Result<(), Fault> {
        self.target.rooms.iter().try_for_each(|room| check(room))?;
        let payload = payload.into_payload()?;
        let frames = self.scope.parser.encode_event(&self.nsp, None, event, &payload)?;
        let Self { scope, nsp, target, volatile } = self;
        scope.push(Effect::Cast { nsp, target, frames, volatile });
        Ok(())
    }

    /// The sockets themselves. A Gateway that does not answer within 5 s is left out.
    pub async fn fetch_sockets(self) -> Vec<RemoteSocket> {
        if self.target.rooms.iter().any(|room| check(room).is_err()) {
            return Vec::new(); // nobody can be there
        }
        let Self { scope, nsp, target, .. } = self;
        scope.ask(&nsp, target).await.into_iter().map(RemoteSocket).collect()
    }
}

fn check(room: &str) -> Result<(), Fault> {
    if room.len() <= ROOM_NAME_MAX {
        return Ok(());
    }
    Err(Fault::new("bad room name", format!("The name of a room has at most {ROOM_NAME_MAX} bytes.")))
}

/// A socket on any Gateway, as it was when asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteSocket(Card);

impl RemoteSocket {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its rooms, sorted, its own id among them.
    #[must_use]
    pub fn rooms(&self) -> &[String] {
        &self.0.rooms
    }

    /// Its data.
    ///
    /// # Errors
    /// If the data does not fit `S`.
    pub fn data<S: DeserializeOwned>(&self) -> Result<S, Fault> {
        Ok(serde_json::from_str(&self.0.data)?)
    }
}
