//! What one object asks of another, and what comes of it.

use codec::{Decode, Encode};
use engine_io::Millis;
use socket_io::Payload;

use crate::{
    answer::Fault,
    call::Handshake,
    history::{Page, Stored},
    queue::{Counts, Job},
    values::{Value, Values},
};

/// What is asked of sockets, or done with them, on whichever Gateway they are.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Query {
    /// Who are you?
    Sockets,
    /// How many are you?
    Count,
    /// Join a room, or leave it.
    Change {
        /// The room.
        room: String,
        /// Else leave.
        join: bool,
    },
    /// Leave the namespace; close the connection too, if true.
    Disconnect(bool),
    /// Take this event and acknowledge it.
    Emit {
        /// Its name.
        name: String,
        /// Its arguments.
        payload: Payload,
        /// How long the acknowledgement may take, ms.
        timeout: Millis,
    },
    /// Store this message: the Room itself, which then sends it to its members.
    Publish {
        /// The event.
        name: String,
        /// What is stored.
        data: Payload,
        /// What is stored under this id already is not stored again.
        id: String,
    },
    /// Read this part of your history: the Room itself.
    History(Page),
    /// Remove your history: the Room itself.
    Erase,
    /// Store other data in a message of your history: the Room itself.
    Replace {
        /// Its number.
        seq: u64,
        /// What is stored from now on.
        data: Payload,
    },
    /// Keep this value: the Room itself.
    Set {
        /// Its key.
        key: String,
        /// What.
        value: Value,
        /// For how long, ms; for good, if it does not say.
        time: Option<Millis>,
        /// Only if there is none, or an equal one; and tell what is there then.
        claim: bool,
    },
    /// Read the values of these keys, each as for [`Self::Remove`]: the Room itself.
    Values(Vec<String>),
    /// Remove the value of this key, or all whose keys begin so, if a `*` is at the end: the Room itself.
    Remove(String),
    /// Take this event: the Gateway itself, not its sockets.
    ServerSide {
        /// The Gateway that sends it, and is not to take it.
        from: String,
        /// Its name.
        name: String,
        /// Its arguments.
        payload: Payload,
    },
    /// Show admins what happens to you: the Gateway itself.
    Watch {
        /// Say which sockets you have.
        sockets: bool,
    },
}

impl Query {
    /// Whether it may be done again by whoever may have done it already.
    pub(crate) fn is_idempotent(&self) -> bool {
        !matches!(self, Self::Emit { .. } | Self::ServerSide { .. })
    }

    /// Whether it is the Room's own to answer, and not its Gateways'.
    pub(crate) fn is_for_the_room(&self) -> bool {
        self.is_about_values()
            || matches!(self, Self::Publish { .. } | Self::History(_) | Self::Erase | Self::Replace { .. })
    }

    /// Whether it is about the Room's values.
    pub(crate) fn is_about_values(&self) -> bool {
        matches!(self, Self::Set { .. } | Self::Values(_) | Self::Remove(_))
    }

    /// How long clients may take for their part of it, ms.
    pub(crate) fn patience(&self) -> Millis {
        match self {
            Self::Emit { timeout, .. } => *timeout,
            _ => 0,
        }
    }
}

/// What came of a [`Query`].
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct Found {
    /// How many sockets, or messages, where that was asked; the number of what is stored.
    pub count: u64,
    /// The sockets, where they were asked for.
    pub sockets: Vec<Card>,
    /// The clients' acknowledgements, in the order in which they came.
    pub answers: Vec<Payload>,
    /// How many jobs a queue has.
    pub counts: Counts,
    /// Jobs of a queue.
    pub jobs: Vec<Job>,
    /// Messages of a room's history.
    pub messages: Vec<Stored>,
    /// Values of a room.
    pub values: Values,
    /// Why it was not done: a code and words.
    pub refusal: Option<(String, String)>,
    /// Whether somebody's part is missing: a client, or a whole Gateway.
    pub incomplete: bool,
}

impl Found {
    /// Nothing, because the time is over.
    pub(crate) fn too_late() -> Self {
        Self { incomplete: true, ..Self::default() }
    }

    /// Not done, and why.
    pub(crate) fn refused(code: &str, words: &str) -> Self {
        Self { refusal: Some((code.to_owned(), words.to_owned())), ..Self::default() }
    }

    /// What was asked for, or why not.
    pub(crate) fn done(self) -> Result<Self, Fault> {
        match self.refusal {
            Some((code, words)) => Err(Fault::new(code, words)),
            None if self.incomplete => Err(Fault::timeout()),
            None => Ok(self),
        }
    }

    /// Adds another's part.
    pub(crate) fn merge(&mut self, part: Self) {
        self.count += part.count;
        self.sockets.extend(part.sockets);
        self.answers.extend(part.answers);
        self.messages.extend(part.messages);
        self.refusal = self.refusal.take().or(part.refusal);
        self.incomplete |= part.incomplete;
    }
}

/// A socket as others see it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// Its rooms, sorted, its own id among them.
    pub rooms: Vec<String>,
    /// Its data, as JSON.
    pub data: String,
    /// What its client sent when it opened the connection.
    pub handshake: Handshake,
}
