//! What a Gateway keeps of one connection, in memory and stored.

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};
use engine_io::{Conn, Frame, Millis, Session, Transport};
use litemap::LiteMap;
use socket_io::{Connection, Payload};

use super::{
    Output,
    queues::{Consuming, Held},
};
use crate::{
    call::{CallId, Effect, Handshake, Occasion},
    limits::Bucket,
    queue::weight,
    stored,
};

/// One connection: its Engine.IO session, and on it the Socket.IO connection with its sockets.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Client {
    pub(super) session: Session,
    /// `None`: bare Engine.IO.
    pub(super) connection: Option<Connection>,
    pub(super) handshake: Rc<Handshake>,
    pub(super) sockets: LiteMap<Rc<str>, Box<Socket>>,
    /// Whether it waits in the Gateway's list of clients to look after.
    pub(super) touched: bool,
    /// Whether its stored row has events that wait, so that it must be written when one of them begins.
    pub(super) work_stored: bool,
    /// Its place in the Gateway's timers.
    pub(super) timer: Option<Millis>,
    /// What it sends is counted here, and whether that was too much.
    #[codec(skip)]
    pub(super) messages: Bucket,
    #[codec(skip)]
    pub(super) is_flooding: bool,
    /// How much its row has beyond what ordinary ones have.
    #[codec(skip)]
    pub(super) bulk: usize,
}

/// One socket: a client in a namespace.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Socket {
    pub(super) id: Rc<str>,
    pub(super) nsp: Rc<str>,
    pub(super) auth: Option<Rc<str>>,
    pub(super) phase: Phase,
    /// The socket's data, as JSON.
    pub(super) data: String,
    /// Events that wait until the one before them is done.
    pub(super) work: VecDeque<Work>,
    pub(super) call: Option<CallId>,
    /// Its last call, of which its effects are.
    #[codec(skip)]
    pub(super) last_call: CallId,
    /// What handlers asked for and is not carried out yet.
    pub(super) effects: VecDeque<Effect>,
    /// Rooms whose joins and leaves are not confirmed yet.
    pub(super) pending: Vec<Pending>,
    /// Acknowledgements of the client that handlers wait for.
    pub(super) owed: Vec<Owed>,
    /// The queues whose jobs it takes.
    pub(super) consuming: Vec<Consuming>,
    /// The jobs that it has.
    pub(super) held: Vec<Held>,
    /// What lets its client come back, if it may.
    pub(super) lifeline: Option<Lifeline>,
    pub(super) resuming: Resuming,
}

/// What lets a client come back as its socket.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Lifeline {
    /// Its private id.
    pub(super) pid: Rc<str>,
    /// What came up to this number in the log is not for it.
    pub(super) since: u64,
    /// The number of the log when it joined a room.
    pub(super) joined: Vec<(Rc<str>, u64)>,
}

impl Lifeline {
    pub(super) fn joined_at(&self, room: &str) -> u64 {
        self.joined.iter().find(|(joined, _)| **joined == *room).map_or(self.since, |(_, number)| *number)
    }

    pub(super) fn change(&mut self, room: &str, join: bool, number: u64) {
        self.joined.retain(|(joined, _)| **joined != *room);
        if join {
            self.joined.push((room.into(), number));
        }
    }
}

/// How far it is with coming back.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Resuming {
    /// What is behind this number in the log it has missed.
    pub(super) after: u64,
    /// The same of what was for everyone, where it comes from elsewhere.
    pub(super) everyone: u64,
    /// How many have not said yet that they have told all: Rooms, and the Gateway that it comes from.
    pub(super) awaits: usize,
    /// The Gateway from which it is to be had, and the offset that its client gave.
    pub(super) from: Option<(String, Option<String>)>,
    /// Whether it is there still.
    pub(super) is_elsewhere: bool,
    /// What it brought from there.
    pub(super) luggage: Option<crate::wire::Socket>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Phase {
    /// The connect handler has not decided.
    Connecting,
    /// It has let the client in; the Room of everyone has not confirmed this Gateway yet.
    Entering,
    /// The client comes back as this socket; it has not heard yet what it missed.
    Resuming,
    /// The client has its CONNECT.
    Live,
}

/// A join or leave that its Room has not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Pending {
    pub(super) room: String,
    pub(super) join: bool,
}

/// What waits for its turn.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) enum Work {
    Event {
        ack: Option<u64>,
        name: String,
        payload: Payload,
    },
    /// An acknowledgement of the client, for a handler.
    Answer {
        handler: String,
        payload: Option<Payload>,
        kept: String,
    },
    /// An event that was sent to the client, to be shown to a handler.
    Outgoing {
        name: String,
        payload: Payload,
    },
}

/// How many events of one socket may wait for a handler that takes its time. More close the connection.
const WORK_MAX: usize = 4096;
/// The same in bytes.
const WORK_BYTES: usize = 4 << 20;

fn too_much<'a>(work: impl Iterator<Item = &'a Work> + Clone) -> bool {
    work.clone().count() >= WORK_MAX || work.map(Work::weight).sum::<usize>() >= WORK_BYTES
}

impl Work {
    fn weight(&self) -> usize {
        match self {
            Self::Event { name, payload, .. } | Self::Outgoing { name, payload } => {
                name.len() + weight(payload)
            }
            Self::Answer { payload, .. } => payload.as_ref().map_or(0, weight),
        }
    }

    /// What the handler is told, and the acknowledgement that the client wants.
    pub(super) fn into_occasion(self) -> (Occasion, Option<u64>) {
        match self {
            Self::Event { ack, name, payload } => (Occasion::Event { name, payload }, ack),
            Self::Outgoing { name, payload } => (Occasion::Outgoing { name, payload }, None),
            Self::Answer { handler, payload, kept } => (Occasion::Answer { handler, payload, kept }, None),
        }
    }
}

/// An acknowledgement that the client owes to a handler.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Owed {
    pub(super) number: u64,
    pub(super) handler: String,
    pub(super) kept: String,
    pub(super) deadline: Millis,
}

impl Client {
    /// When the first acknowledgement that handlers wait for is late.
    pub(super) fn owed_by(&self) -> Option<Millis> {
        self.sockets.values().flat_map(|socket| &socket.owed).map(|owed| owed.deadline).min()
    }

    /// When it is to be looked after next.
    pub(super) fn next_timeout(&self, config: &engine_io::Config) -> Option<Millis> {
        let session = self.session.next_timeout(config);
        let connection = self.connection.as_ref().and_then(Connection::next_timeout);
        [session, connection, self.owed_by()].into_iter().flatten().min()
    }

    /// Sends these frames. True if all of them went straight out, so that the session needs no looking after.
    pub(super) fn pass(&mut self, frames: &[Frame], volatile: bool, outputs: &mut VecDeque<Output>) -> bool {
        if volatile && self.session.transport() != Some(Transport::WebSocket) {
            self.session.send_volatile(frames);
            return false;
        }
        let mut all = true;
        for frame in frames {
            match self.session.pass(frame.clone()) {
                Some((conn, frame)) => outputs.push_back(Output::Send { conn, frame }),
                None => all = false,
            }
        }
        all
    }

    /// Its WebSockets: the one that carries the session, and one that may take over.
    pub(super) fn conns(&self) -> impl Iterator<Item = Conn> + use<> {
        self.session.conn().into_iter().chain(self.session.probe())
    }
}

impl Socket {
    /// Whether more waits for its handlers than may.
    pub(super) fn is_behind(&self) -> bool {
        too_much(self.work.iter())
    }

    /// Whether the client has sent more than may wait. What others sent to it is not its doing.
    pub(super) fn is_flooded(&self) -> bool {
        self.is_behind() && too_much(self.work.iter().filter(|work| !matches!(work, Work::Outgoing { .. })))
    }

    pub(super) fn new(id: Rc<str>, nsp: Rc<str>, auth: Option<Rc<str>>) -> Self {
        Self {
            id,
            nsp,
            auth,
            phase: Phase::Connecting,
            data: String::new(),
            work: VecDeque::new(),
            call: None,
            last_call: 0,
            effects: VecDeque::new(),
            pending: Vec::new(),
            owed: Vec::new(),
            consuming: Vec::new(),
            held: Vec::new(),
            lifeline: None,
            resuming: Resuming::default(),
        }
    }

    /// Whether the next effect may be carried out. After a join or leave the rest waits for its confirmation,
    /// except more of the kind, and broadcasts to the same room: they follow it through the same link.
    pub(super) fn may(&self, effect: &Effect) -> bool {
        let follows = |room: &String| self.pending.iter().all(|pending| pending.room == *room);
        match effect {
            Effect::Ask { target, .. } => match target.rooms.as_slice() {
                [room] => follows(room),
                _ => self.pending.is_empty(),
            },
            Effect::Queue { .. } | Effect::StopConsuming { .. } => self.pending.is_empty(),
            _ if self.phase != Phase::Live => false,
            Effect::Join(_) | Effect::Leave(_) => true,
            Effect::Cast { target, .. } => match target.rooms.as_slice() {
                [room] => follows(room),
                _ => self.pending.is_empty(),
            },
            _ => self.pending.is_empty(),
        }
    }
}

/// Version of the stored form. Raise it with any change to it. Older ones were those of no release, and are not read.
const VERSION: u8 = 5;

#[derive(Encode, Decode)]
struct Stored<C> {
    client: C,
    /// Rooms of each socket, by namespace.
    rooms: RoomsOf,
}

/// The stored form of a client.
pub(super) fn encode(client: &Client, rooms: RoomsOf) -> Vec<u8> {
    stored::write(VERSION, &Stored { client, rooms })
}

/// Rooms of the sockets of a client, by namespace.
pub(super) type RoomsOf = LiteMap<Rc<str>, Vec<Rc<str>>>;

/// The client of a stored form; `None` if this code can't read it: such a client counts as gone.
pub(super) fn decode(bytes: &[u8]) -> Option<(Box<Client>, RoomsOf)> {
    let Stored { client, rooms } = stored::read(VERSION, bytes)?;
    Some((client, rooms))
}
