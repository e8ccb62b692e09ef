//! The socket and the server in a handler's hands. Everything asked of them is queued, in order, and carried
//! out when the handler returns or waits.

use std::{rc::Rc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use socket_io::{
    IntoPayload, Payload,
    json::{self, Error},
};

use crate::{
    answer::Fault,
    asked::Asked,
    broadcast::{ACK_TIMEOUT, Answers, Broadcast, check_event, check_room, encode, patience},
    call::{Effect, Scope},
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

    pub(crate) fn scope(&self) -> &Rc<Scope> {
        &self.scope
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

    /// Its rooms, sorted, its own id among them: those when the event came, with what this handler has joined and left.
    #[must_use]
    pub fn rooms(&self) -> Vec<Rc<str>> {
        self.scope.rooms()
    }

    /// Whether it is in a room, as [`rooms`](Self::rooms) has it.
    #[must_use]
    pub fn is_in(&self, room: &str) -> bool {
        self.scope.is_in(room)
    }

    /// Sends an event to this socket's client. A tuple is several arguments, `()` none, anything else one.
    ///
    /// # Errors
    /// If the value has no JSON form, or the name is one of Socket.IO's own.
    pub fn emit<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.send(event, payload.into_payload(), false)
    }

    /// Sends an event that is dropped if the client can't take it at once (between two polls).
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn emit_volatile<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.send(event, payload.into_payload(), true)
    }

    fn send(&self, event: &str, payload: Result<Payload, Error>, volatile: bool) -> Result<(), Fault> {
        let frames = encode(self.scope.parser, self.namespace(), event, &payload?)?;
        self.scope.push(Effect::Emit { frames, volatile });
        Ok(())
    }

    /// Sends an event and waits for the client's acknowledgement, at most 5 s ([`Self::timeout`] changes that). The
    /// answer is read as [`Data`](crate::Data) is: a tuple takes several arguments, anything else the first.
    ///
    /// The next events of this socket wait meanwhile.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn order(socket: Socket, Data(dish): Data<String>) -> Result<Ack<bool>, Fault> {
    ///     Ok(Ack(socket.emit_with_ack("sure?", &dish).await?))
    /// }
    /// # let _ = Namespace::open().on("order", order);
    /// ```
    ///
    /// # Errors
    /// [`Fault::is_timeout`] if no answer came in time or the socket has gone; `bad payload` if it is not of the
    /// expected type.
    pub async fn emit_with_ack<T: DeserializeOwned>(
        &self,
        event: &str,
        payload: impl IntoPayload,
    ) -> Result<T, Fault> {
        self.timeout(ACK_TIMEOUT).emit_with_ack(event, payload).await
    }

    /// How long the client may take for its acknowledgement:
    /// `socket.timeout(Duration::from_secs(1)).emit_with_ack("question", &x).await`.
    #[must_use]
    pub fn timeout(&self, timeout: Duration) -> Timed {
        Timed { socket: self.clone(), timeout }
    }

    /// Joins a room. What the handler asks for after it, its acknowledgement included, comes after the join
    /// has taken effect on every Gateway.
    ///
    /// A name of more than [`ROOM_NAME_MAX`](crate::ROOM_NAME_MAX) bytes, or with control characters in it, is no room, and
    /// there may be [too many](crate::Limits::rooms_per_socket): the event fails, and its acknowledgement says so.
    pub fn join(&self, room: &str) {
        match check_room(room).and_then(|()| self.scope.may_join(room)) {
            Ok(()) => self.scope.push(Effect::Join(room.to_owned())),
            Err(fault) => self.scope.fail(fault),
        }
    }

    /// Leaves a room, ordered as a join is.
    pub fn leave(&self, room: &str) {
        if check_room(room).is_ok() {
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

/// A socket whose client has so much time for its acknowledgement.
#[derive(Clone, Debug)]
pub struct Timed {
    socket: Socket,
    timeout: Duration,
}

impl Timed {
    /// See [`Socket::emit_with_ack`].
    ///
    /// # Errors
    /// As there.
    pub async fn emit_with_ack<T: DeserializeOwned>(
        &self,
        event: &str,
        payload: impl IntoPayload,
    ) -> Result<T, Fault> {
        let Socket { scope } = &self.socket;
        let own = Broadcast::new(scope, &scope.call.nsp).to(self.socket.id());
        let answers = own.timeout(self.timeout).emit_with_ack(event, payload).await?;
        match answers.answers.first() {
            Some(answer) => answer.to().map_err(Fault::bad_payload),
            None => Err(Fault::timeout()),
        }
    }
}

impl Timed {
    /// Sends an event whose acknowledgement goes to a handler, which gets `kept` with it as [`Kept`](crate::Kept). Unlike
    /// [`emit_with_ack`](Self::emit_with_ack) nothing waits: the socket's next events are handled meanwhile, and the
    /// object may sleep. If no answer comes in time the handler is called without one (and so it is for the oldest
    /// question if a client has left 256 of them unanswered); if the socket goes away it is not called.
    ///
    /// ```
    /// use std::time::Duration;
    /// use parlor::{Kept, prelude::*};
    ///
    /// async fn order(socket: Socket, Data(dish): Data<String>) -> Result<(), Fault> {
    ///     socket.timeout(Duration::from_secs(60)).emit_then("sure?", &dish, "confirmed", &dish)
    /// }
    /// async fn confirmed(
    ///     socket: Socket, Kept(dish): Kept<String>, sure: Result<Data<bool>, Fault>,
    /// ) -> Result<(), Fault> {
    ///     match sure {
    ///         Ok(Data(true)) => socket.to("kitchen").emit("order", &dish),
    ///         Ok(Data(false)) => Ok(()),
    ///         Err(_) => socket.emit("too late", &dish),
    ///     }
    /// }
    /// let namespace = Namespace::open().on("order", order).on_answer("confirmed", confirmed);
    /// ```
    ///
    /// # Errors
    /// If a value has no JSON form, or the name is one of Socket.IO's own.
    pub fn emit_then(
        &self,
        event: &str,
        payload: impl IntoPayload,
        handler: &str,
        kept: &impl Serialize,
    ) -> Result<(), Fault> {
        check_event(event)?;
        self.socket.scope.push(Effect::EmitThen {
            name: event.to_owned(),
            payload: payload.into_payload()?,
            timeout: patience(self.timeout),
            handler: handler.to_owned(),
            kept: json::to_string(kept)?,
        });
        Ok(())
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

    pub(crate) fn scope(&self) -> &Rc<Scope> {
        &self.scope
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

    /// Sends an event to the other Gateways that have sockets in this namespace, for
    /// [`Namespace::on_server_side`](crate::Namespace::on_server_side). It wakes those that sleep.
    ///
    /// # Errors
    /// If the value has no JSON form, or the name is one of Socket.IO's own.
    pub fn server_side_emit(&self, event: &str, payload: impl IntoPayload) -> Result<(), Fault> {
        check_event(event)?;
        drop(self.all().server_side(event, Ok(payload.into_payload()?)));
        Ok(())
    }

    /// As [`server_side_emit`](Self::server_side_emit), and waits for what their handlers answer by [`Ack`](crate::Ack),
    /// at most 4 s.
    ///
    /// # Errors
    /// As there. Missing answers are no error: see [`Answers::timed_out`].
    pub fn server_side_emit_with_ack(&self, event: &str, payload: impl IntoPayload) -> Asked<Answers> {
        self.all().server_side(event, payload.into_payload())
    }

    /// Sends an event to everyone in this namespace.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn emit<P: IntoPayload>(&self, event: &str, payload: P) -> Result<(), Fault> {
        self.all().emit(event, payload)
    }
}
