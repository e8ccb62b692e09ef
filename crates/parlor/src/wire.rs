//! What objects say to each other; `form` is how that is written. A change to the types here and in `query` raises its version.

mod form;
mod query;

use codec::{Decode, Encode};
use engine_io::{Frame, Millis};
use socket_io::Target;

pub use self::{
    form::WireError,
    query::{Card, Found, Query},
};
use crate::{
    metrics::Counters,
    names::{RoomKey, shown},
    queue::{FromQueue, ToQueue, weight},
};

pub(crate) use self::form::{
    decode, decode_envelope, decode_outside, decode_sender, encode, encode_metrics, encode_outside,
    encode_request,
};

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Peer {
    /// A Gateway, by its name.
    Gateway(String),
    /// A Room.
    Room(RoomKey),
    /// A Queue, by its name.
    Queue(String),
}

impl Peer {
    /// The name of the object, as it is in the log.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Gateway(name) => name.clone(),
            Self::Queue(name) => shown(name),
            Self::Room(key) => shown(&key.object_name()),
        }
    }
}

/// A broadcast, encoded once where it was emitted.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub(crate) struct Cast {
    /// Who gets it.
    pub target: Target,
    /// The packet and its attachments, as they go over a WebSocket.
    pub frames: Vec<Frame>,
    /// Whether a member that can't take it at once goes without.
    pub volatile: bool,
    /// Which message of which request it came of, where every message is logged; else empty.
    pub trace: String,
}

/// Which of a Room's broadcasts it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Order {
    /// Its number in the history; 0: it is not stored.
    pub seq: u64,
    /// When the memory of the Room began that gave it its place, and its number there; of a stored one nothing.
    pub of: (Millis, u64),
}

/// Which broadcast of all Rooms it is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Place {
    /// The Room.
    pub key: RoomKey,
    /// Its broadcast.
    pub order: Order,
}

impl Place {
    /// Where it is in the Room's history.
    pub(crate) fn stored(&self) -> Option<(RoomKey, u64)> {
        (self.order.seq > 0).then(|| (self.key.clone(), self.order.seq))
    }
}

impl Cast {
    fn weight(&self) -> usize {
        self.frames.iter().map(Frame::len).sum()
    }
}

/// From a Gateway to a Room.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum ToRoom {
    /// The first of its sockets becomes a member; or, as a member, it wants to know where the order is.
    Join {
        /// Comes back in [`ToGateway::Joined`].
        token: u64,
        /// The number of the last stored message that it has: those behind it come first.
        have: Option<u64>,
    },
    /// The last of its members has left.
    Leave,
    /// A broadcast to put in the Room's order.
    Cast {
        /// The Gateway's own number of it, which comes back in [`ToGateway::Deliver`].
        number: u64,
        /// What and for whom.
        cast: Cast,
    },
    /// The lease is not used any more.
    Returned,
    /// Something to be asked of members, or done with them.
    Ask {
        /// Number of the question, the asker's own.
        ask: u64,
        /// Which of the members.
        target: Target,
        /// What.
        query: Query,
        /// As of a [`Cast`].
        trace: String,
    },
    /// A Gateway's part of an answer.
    Answer {
        /// The Room's number of the question.
        question: u64,
        /// What its own sockets came to.
        found: Found,
    },
    /// To a Queue. In one with what goes to Rooms, so that there is one link, and its code once.
    Queue(ToQueue),
}

/// From a Room to a Gateway with members.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum ToGateway {
    /// The join has its place in the order: the Gateway gets all that follows.
    Joined {
        /// That of the [`ToRoom::Join`]; 0: nobody has asked.
        token: u64,
        /// Take no lease up to this number: it was given before.
        lease: u64,
        /// The number of the last message that is stored.
        last: u64,
    },
    /// A broadcast, in the Room's order.
    Deliver {
        /// The number that this very Gateway gave it; 0: another one's.
        number: u64,
        /// Which it is: the same to all Gateways.
        order: Order,
        /// The number of the last stored message that comes before it, or that it is.
        last: u64,
        /// Whether the Gateway has asked for it.
        again: bool,
        /// What and for whom.
        cast: Cast,
    },
    /// Another Gateway wants to join: give the order back, and take no lease up to this number.
    Recall {
        /// The last lease that may have been given.
        lease: u64,
    },
    /// Too much waited for this Gateway. It was dropped, and its members have missed something.
    Expelled,
    /// Ask this of your sockets that match.
    Question {
        /// The Room's number of the question.
        question: u64,
        /// Which sockets.
        target: Target,
        /// What.
        query: Query,
    },
    /// The whole answer to an `Ask`.
    Answers {
        /// The asker's number.
        ask: u64,
        /// What the sockets of all Gateways came to.
        found: Found,
    },
    /// From a Queue.
    Queue(FromQueue),
    /// What a Room or a Queue has counted since it said so last.
    Counted(Counters),
}

impl ToGateway {
    /// Its size in memory, roughly.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Deliver { cast, .. } => cast.weight(),
            Self::Queue(item) => item.weight(),
            _ => 0,
        }
    }
}

impl ToRoom {
    /// As [`ToGateway::weight`].
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Cast { cast, .. } => cast.weight(),
            Self::Ask { query: Query::Publish { data, .. }, .. } => weight(data),
            Self::Queue(item) => item.weight(),
            _ => 0,
        }
    }
}

/// From a Gateway to a Gateway: about one socket, by its id.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum Direct {
    /// Something to send to it.
    Cast {
        /// The socket's namespace.
        nsp: String,
        /// What and for whom.
        cast: Cast,
    },
    /// Something to be asked of it.
    Ask {
        /// Number of the question, the asker's own.
        ask: u64,
        /// The socket's namespace.
        nsp: String,
        /// The socket.
        target: Target,
        /// What.
        query: Query,
    },
    /// The answer.
    Answer {
        /// The asker's number.
        ask: u64,
        /// What the socket came to.
        found: Found,
    },
    /// Have you this socket? Its client has come here.
    Find {
        /// Number of the question, the asker's own.
        ask: u64,
        /// The socket's namespace.
        nsp: String,
        /// Its private id.
        pid: String,
    },
    /// The answer.
    Found {
        /// The asker's number.
        ask: u64,
        /// Where it is.
        whereabouts: Whereabouts,
    },
    /// Hand it over.
    Take {
        /// Number of the question, the asker's own.
        ask: u64,
        /// Its private id.
        pid: String,
        /// What its client has heard.
        offset: Option<String>,
    },
    /// Here it is; or it can't be had.
    Taken {
        /// The asker's number.
        ask: u64,
        /// What it takes along.
        socket: Option<Socket>,
    },
    /// A socket of yours is at this Gateway now, or is no more.
    Moved {
        /// Its id.
        id: String,
        /// Its private id.
        pid: String,
        /// Where it is.
        to: Option<String>,
    },
    /// There is this Gateway: to the one that keeps the list.
    Exists,
    /// It is in the list.
    Listed,
}

/// Where a socket is that is looked for.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum Whereabouts {
    /// Here.
    Here {
        /// Its id.
        id: String,
        /// Its rooms.
        rooms: Vec<String>,
    },
    /// At this Gateway, when it was last heard of.
    At(String),
    /// Nobody knows.
    Unknown,
}

/// What a socket takes along to another Gateway.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Socket {
    /// Its data, as JSON.
    pub data: String,
    /// What its client has not heard, in order.
    pub missed: Vec<Heard>,
    /// Of Rooms' histories, the number of the last message that it has heard or that is in `missed`.
    pub stored: Vec<(RoomKey, u64)>,
}

/// A broadcast that a Gateway has heard.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Heard {
    /// Which, if it came from a Room.
    pub place: Option<Place>,
    /// The packet and its attachments.
    pub frames: Vec<Frame>,
}
