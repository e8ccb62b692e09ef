//! Many sockets at once, on whichever Gateway: what is sent to them, asked of them, done with them.

use std::{future::Future, rc::Rc, time::Duration};

use engine_io::{Frame, Millis};
use serde::{Serialize, de::DeserializeOwned};
use socket_io::{
    IntoPayload, Parser, Payload, Target, is_reserved,
    json::{self, Error},
};

use crate::{
    answer::Fault,
    app::millis,
    asked::Asked,
    call::{Effect, Handshake, Scope},
    history::{Page, Receipt, Stored},
    names::{ROOM_NAME_MAX, is_printable},
    wire::{Card, Found, Query},
};

/// How long clients may take for an acknowledgement if nothing else is said.
pub(crate) const ACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Some of the sockets of a namespace, on all Gateways. Each gets what is sent once, however many of the
/// rooms it is in.
///
/// To one room, all members see all broadcasts in one order. To several rooms, or with none named, the order
/// is that of everyone in the namespace.
#[derive(Clone, Debug)]
#[must_use]
pub struct Broadcast(Box<Parts>); // boxed: it is handed from step to step

#[derive(Clone, Debug)]
struct Parts {
    scope: Rc<Scope>,
    nsp: String,
    target: Target,
    volatile: bool,
    timeout: Duration,
    /// What is published is published under this; made up where it is empty.
    id: String,
}

/// What came back from clients that were to acknowledge an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Their acknowledgements, in no particular order; [`Payload::to`] reads one.
    pub answers: Vec<Payload>,
    /// Whether some are missing: the time was over, or a socket went away.
    pub timed_out: bool,
}

impl From<Found> for Answers {
    fn from(found: Found) -> Self {
        Self { answers: found.answers.into_iter().collect(), timed_out: found.incomplete }
    }
}

impl Broadcast {
    pub(crate) fn new(scope: &Rc<Scope>, nsp: &str) -> Self {
        Self(Box::new(Parts {
            scope: scope.clone(),
            nsp: nsp.to_owned(),
            target: Target::default(),
            volatile: false,
            timeout: ACK_TIMEOUT,
            id: String::new(),
        }))
    }

    /// Also the members of this room, or the socket with this id.
    pub fn to(mut self, room: &str) -> Self {
        self.0.target.rooms.push(room.to_owned());
        self
    }

    /// The same as [`Self::to`].
    pub fn in_(self, room: &str) -> Self {
        self.to(room)
    }

    /// Not the members of this room, nor the socket with this id.
    pub fn except(mut self, room: &str) -> Self {
        self.0.target.except.push(room.to_owned());
        self
    }

    /// Whoever can't take it at once goes without.
    pub fn volatile(mut self) -> Self {
        self.0.volatile = true;
        self
    }

    /// How long clients may take for their acknowledgements (default: 5 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = timeout;
        self
    }

    /// Sends an event.
    ///
    /// # Errors
    /// [`Fault::busy`] while too much waits to be sent, since a room can't be reached; it may be tried again later.
    ///
    /// If the value has no JSON form, a room's name is longer than [`ROOM_NAME_MAX`], or the event's name is one of
    /// Socket.IO's own ([`is_reserved`]).
    pub fn emit<P: IntoPayload>(self, event: &str, payload: P) -> Result<(), Fault> {
        self.cast(event, payload.into_payload())
    }

    fn cast(self, event: &str, payload: Result<Payload, Error>) -> Result<(), Fault> {
        self.check()?;
        self.check_room_left()?;
        let Parts { scope, nsp, target, volatile, .. } = *self.0;
        let frames = encode(scope.parser, &nsp, event, &payload?)?;
        scope.push(Effect::Cast { nsp, target, frames, volatile });
        Ok(())
    }

    /// Publishes under an id: what has it already, among the last 1,000 messages of the room, is not stored again, and
    /// has the same receipt. Clients that send again what was not acknowledged make one for each message. An id should
    /// begin with who sends it, or somebody else can take it.
    pub fn once(mut self, id: &str) -> Self {
        id.clone_into(&mut self.0.id);
        self
    }

    /// Stores a message in the history of one room, or of everyone in the namespace, then sends it to the members as an
    /// event with the argument `{seq, data}`, in the order of the numbers and of the room. The receipt says that it is
    /// stored.
    ///
    /// ```
    /// use parlor::{Keep, Receipt, prelude::*};
    /// async fn say(io: Io, Data((room, id, text)): Data<(String, String, String)>) -> Result<Ack<Receipt>, Fault> {
    ///     Ok(Ack(io.to(&room).once(&id).publish("said", &text).await?))
    /// }
    /// let namespace = Namespace::open().history(Keep::messages(10_000)).on("say", say);
    /// ```
    ///
    /// # Errors
    /// `no history` if [`Namespace::history`](crate::Namespace::history) does not let the room keep one, `too large`
    /// beyond 1.9 MB, `storage` if it could not be stored. [`Fault::is_timeout`] if the Room has not answered within 6 s:
    /// it may be stored all the same, and publishing it again with the same [`once`](Self::once) tells.
    pub fn publish<T: Serialize + ?Sized>(self, event: &str, data: &T) -> Asked<Receipt> {
        self.publish_payload(event, one(data))
    }

    fn publish_payload(self, event: &str, data: Result<Payload, Error>) -> Asked<Receipt> {
        let query = || {
            check_event(event)?;
            self.check_room_left()?;
            Ok(Query::Publish { name: event.to_owned(), data: data?, id: self.0.id.clone() })
        };
        let query = query();
        self.of_the_room(query, Receipt::read)
    }

    /// Reads a page of a room's history, oldest first.
    ///
    /// # Errors
    /// `no history`, and [`Fault::is_timeout`], as [`publish`](Self::publish).
    pub fn history(self, page: Page) -> Asked<Vec<Stored>> {
        self.of_the_room(Ok(Query::History(page)), |found| Ok(found.done()?.messages))
    }

    /// Removes a room's history for good. Numbers go on from where they are.
    ///
    /// # Errors
    /// As [`history`](Self::history).
    pub fn erase_history(self) -> Asked<()> {
        self.of_the_room(Ok(Query::Erase), is_done)
    }

    /// Stores other data in a message that was published, to edit it, or to leave nothing of it but its number: `false` if
    /// there is no such message any more. From now on pages of history have the new data, as does whoever missed the message
    /// and gets it from the history; its number, time, event and id stay, and who was not to get it. Nothing is sent: tell
    /// the members by an event of your own.
    ///
    /// The Room's storage has nothing of the old data once this is answered. Where clients may come back
    /// ([`Recovery`](crate::Recovery)), a Gateway's log may have it, for as long as they may.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn edit(io: Io, Data((room, seq, text)): Data<(String, u64, String)>) -> Result<Ack<bool>, Fault> {
    ///     let is_there = io.to(&room).replace(seq, &text).await?;
    ///     if is_there {
    ///         io.to(&room).emit("edited", (seq, &text))?;
    ///     }
    ///     Ok(Ack(is_there))
    /// }
    /// # let _ = Namespace::open().on("edit", edit);
    /// ```
    ///
    /// # Errors
    /// As [`publish`](Self::publish). After [`Fault::is_timeout`] it may take effect all the same, also later; of several
    /// who replace a message at once the last one that takes effect wins.
    pub fn replace<T: Serialize + ?Sized>(self, seq: u64, data: &T) -> Asked<bool> {
        self.replace_payload(seq, one(data))
    }

    fn replace_payload(self, seq: u64, data: Result<Payload, Error>) -> Asked<bool> {
        let query = self.check_room_left();
        let query = query.and_then(|()| Ok(Query::Replace { seq, data: data? }));
        self.of_the_room(query, |found| Ok(found.done()?.count > 0))
    }

    /// Asks the Room itself.
    pub(crate) fn of_the_room<T>(
        self,
        query: Result<Query, Fault>,
        read: fn(Found) -> Result<T, Fault>,
    ) -> Asked<T> {
        let query = query.and_then(|query| match self.0.target.rooms.len() {
            0 | 1 => Ok(query),
            _ => Err(Fault::internal("several rooms keep nothing together")),
        });
        self.ask(query, read)
    }

    /// Sends an event and collects the clients' acknowledgements: until all are there, or the time is over. With
    /// nobody to answer it is done at once.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn vote(socket: Socket, Data(question): Data<String>) -> Result<Ack<usize>, Fault> {
    ///     let votes = socket.to("voters").emit_with_ack("vote", &question).await?;
    ///     Ok(Ack(votes.answers.iter().filter(|vote| vote.to::<bool>().unwrap_or(false)).count()))
    /// }
    /// # let _ = Namespace::open().on("vote", vote);
    /// ```
    ///
    /// # Errors
    /// As [`emit`](Self::emit). Missing answers are no error: see [`Answers::timed_out`].
    pub fn emit_with_ack(self, event: &str, payload: impl IntoPayload) -> Asked<Answers> {
        self.collect(event, payload.into_payload())
    }

    fn collect(self, event: &str, payload: Result<Payload, Error>) -> Asked<Answers> {
        let query = || {
            check_event(event)?;
            self.check_room_left()?;
            let (payload, timeout) = (payload?, patience(self.0.timeout));
            Ok(Query::Emit { name: event.to_owned(), payload, timeout })
        };
        let query = query();
        self.ask(query, |found| Ok(found.into()))
    }

    /// Has other Gateways take an event; what they answer may be waited for.
    pub(crate) fn server_side(self, event: &str, payload: Result<Payload, Error>) -> Asked<Answers> {
        let query = || {
            check_event(event)?;
            Ok(Query::ServerSide { from: String::new(), name: event.to_owned(), payload: payload? })
        };
        self.ask(query(), |found| Ok(found.into()))
    }

    /// The sockets themselves. A Gateway that does not answer within 5 s is left out.
    pub fn fetch_sockets(self) -> impl Future<Output = Vec<RemoteSocket>> + use<> {
        let (scope, nsp) = (self.0.scope.clone(), self.0.nsp.clone());
        let asked = self.ask(Ok(Query::Sockets), Ok);
        async move {
            // A name that is too long is the name of no room: nobody is there.
            let found = asked.await.unwrap_or_default();
            let remote = |card| RemoteSocket { card, nsp: nsp.clone(), scope: scope.clone() };
            found.sockets.into_iter().map(remote).collect()
        }
    }

    /// How many they are. A Gateway that does not answer within 5 s is left out.
    pub fn count(self) -> impl Future<Output = usize> + use<> {
        let asked = self.ask(Ok(Query::Count), |found| Ok(found.count));
        async move { asked.await.map_or(0, |count| count as usize) }
    }

    /// Has these sockets join a room (Node's `socketsJoin`); done when that has taken effect everywhere.
    ///
    /// # Errors
    /// [`Fault::is_timeout`] if a Gateway did not say so within 5 s; it may happen later all the same. A name
    /// longer than [`ROOM_NAME_MAX`].
    pub fn join_all(self, room: &str) -> Asked<()> {
        self.change(room, true)
    }

    /// Has these sockets leave a room (Node's `socketsLeave`); as [`join_all`](Self::join_all).
    ///
    /// # Errors
    /// As there.
    pub fn leave_all(self, room: &str) -> Asked<()> {
        self.change(room, false)
    }

    /// Takes these sockets out of the namespace (Node's `disconnectSockets`); `close` closes their clients' whole
    /// connections.
    ///
    /// # Errors
    /// As [`join_all`](Self::join_all).
    pub fn disconnect_all(self, close: bool) -> Asked<()> {
        self.ask(Ok(Query::Disconnect(close)), is_done)
    }

    fn change(self, room: &str, join: bool) -> Asked<()> {
        let query = check_room(room).map(|()| Query::Change { room: room.to_owned(), join });
        self.ask(query, is_done)
    }

    fn ask<T>(self, query: Result<Query, Fault>, read: fn(Found) -> Result<T, Fault>) -> Asked<T> {
        let (scope, question) = self.put(query);
        Asked::new(scope, question, read)
    }

    fn put(self, query: Result<Query, Fault>) -> (Rc<Scope>, Result<u64, Fault>) {
        let query = self.check().and(query);
        let Parts { scope, nsp, target, .. } = *self.0;
        let question = query.map(|query| scope.ask(nsp, target, query));
        (scope, question)
    }

    /// A Room that can't be reached must not cost this object its memory.
    pub(crate) fn check_room_left(&self) -> Result<(), Fault> {
        match self.0.scope.call.busy && !self.0.volatile {
            true => Err(Fault::busy()),
            false => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Fault> {
        self.0.target.rooms.iter().try_for_each(|room| check_room(room))
    }
}

/// That what was asked for is done.
pub(crate) fn is_done(found: Found) -> Result<(), Fault> {
    found.done().map(drop)
}

/// A payload of one argument, whatever it is.
pub(crate) fn one<T: Serialize + ?Sized>(data: &T) -> Result<Payload, Error> {
    let mut payload = Payload::default();
    payload.push(data).map(|()| payload)
}

/// How long clients may take, ms: at most a year, for a deadline has to be a date.
pub(crate) fn patience(timeout: Duration) -> Millis {
    millis(timeout).min(365 * 24 * 3_600_000)
}

/// An event as it is sent.
pub(crate) fn encode(parser: Parser, nsp: &str, event: &str, payload: &Payload) -> Result<Vec<Frame>, Fault> {
    check_event(event)?;
    Ok(parser.encode_event(nsp, None, event, payload)?)
}

pub(crate) fn check_event(event: &str) -> Result<(), Fault> {
    match is_reserved(event) {
        true => Err(Fault::internal(format!("{event:?} is a reserved event name"))),
        false => Ok(()),
    }
}

pub(crate) fn check_room(room: &str) -> Result<(), Fault> {
    if room.len() <= ROOM_NAME_MAX && is_printable(room) {
        return Ok(());
    }
    let words = format!("The name of a room has at most {ROOM_NAME_MAX} bytes, and no control characters.");
    Err(Fault::new("bad room name", words))
}

/// A socket on any Gateway, as it was when asked for; what is done with it is done where it is now.
#[derive(Clone, Debug)]
pub struct RemoteSocket {
    card: Card,
    nsp: String,
    scope: Rc<Scope>,
}

impl RemoteSocket {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.card.id
    }

    /// Its rooms, sorted, its own id among them.
    #[must_use]
    pub fn rooms(&self) -> &[String] {
        &self.card.rooms
    }

    /// Its data.
    ///
    /// # Errors
    /// If the data does not fit `S`.
    pub fn data<S: DeserializeOwned>(&self) -> Result<S, Fault> {
        Ok(json::from_str(&self.card.data)?)
    }

    /// What its client sent when it opened the connection.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.card.handshake
    }

    /// This socket alone, to emit to it, to have it join or leave a room, or to disconnect it.
    pub fn only(&self) -> Broadcast {
        Broadcast::new(&self.scope, &self.nsp).to(self.id())
    }
}
