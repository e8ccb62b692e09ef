//! The Gateway machine: it holds client connections, whichever the transport, and is the only authority on
//! its own sockets.
//!
//! Everything that happens is a method call with a [`Turn`] (the time, and randomness); everything to be done
//! comes out of [`Gateway::poll_output`], in order. The caller takes all outputs before the next call.
//!
//! Split by meaning: `client` is what is kept of one connection, `connections` feeds its session, `sockets` is the life of a
//! socket, `calls` that of a handler's call, `rooms` talks to Rooms and other Gateways, `queues` to Queues, `membership` is what
//! the Gateway is to a Room, `joining` how sockets come into it, `having` how much of its history was handed on, `questions` asks and answers them, `absence` is who may come back, `log` what for, `moving` how they come
//! back to another Gateway, `outgoing` shows what is sent to the handler that wants to see it, `watch` what happens to the
//! Admin UI, `seen` is what whoever runs the server sees, `restore` is the way back from storage.

mod absence;
mod calls;
mod client;
mod connections;
mod having;
mod joining;
mod log;
mod membership;
mod moving;
mod outgoing;
mod questions;
mod queues;
mod restore;
mod rooms;
mod seen;
mod sockets;
mod watch;

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};
use engine_io::{Answer, CloseReason, Conn, Frame, Millis, Ticket, Transport};
use litemap::LiteMap;
use socket_io::{Connection, Map, Rooms, Set, find};

use self::{
    absence::Absent,
    client::Client,
    log::Log,
    membership::Membership,
    moving::{Handover, Moved, Seeking},
    questions::{Asked, Awaited, Task},
    watch::Watch,
};
use crate::{
    App, Turn,
    call::{Call, CallId, Handshake},
    limits::Addresses,
    link::Link,
    logging::Line,
    metrics::{Count, Counters, Report},
    names::RoomKey,
    sorted::Sorted,
    wire::{Direct, Found, Peer, ToGateway, ToRoom},
};

/// What a Gateway wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Keep this row, or delete it.
    Store {
        /// Its key.
        key: String,
        /// `None`: delete.
        value: Option<Vec<u8>>,
    },
    /// Answer an HTTP request.
    Answer {
        /// Which.
        ticket: Ticket,
        /// With what.
        answer: Answer,
    },
    /// Send a frame.
    Send {
        /// Over this WebSocket.
        conn: Conn,
        /// The frame; frames of one broadcast are the same `Rc`.
        frame: Frame,
    },
    /// Close a WebSocket.
    Close {
        /// Which.
        conn: Conn,
        /// `None`: without a code.
        code: Option<u16>,
    },
    /// Make a request to this object, with the body that [`Gateway::request`] gives once what is going on is over, and
    /// bring the reply to [`Gateway::handle_reply`].
    Request(Peer),
    /// Start this call ([`App::start`]) and bring its progress to [`Gateway::handle_progress`].
    Run(Box<Call>),
    /// Bring this answer to the call ([`crate::Scope::answer`]).
    Answered {
        /// The call.
        call: CallId,
        /// Its question.
        ask: u64,
        /// What came of it.
        found: Found,
    },
    /// A broadcast may have been delivered before this memory began, and is dropped: rather not at all than twice.
    Dropped(Vec<Frame>),
    /// A line for the log.
    Log(Line),
    /// What was counted since the last of these, for Analytics Engine if it is there; see docs/observability.md.
    Point(Vec<u64>),
}

/// Which protocol a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Socket.IO over Engine.IO.
    SocketIo,
    /// Bare Engine.IO, for [`App::engine`].
    EngineIo,
}

/// Prefix of the stored rows of clients.
const CLIENT: &str = "c/";
/// Key of the row with the time of the last round of pings.
const ROUND: &str = "round";

/// Where a socket is.
#[derive(Clone, Debug, Encode, Decode)]
struct Place {
    sid: Rc<str>,
    nsp: Rc<str>,
}

/// What a Gateway knows of a namespace.
#[derive(Clone, Debug, Default, Encode, Decode)]
struct Local {
    rooms: Rooms,
    /// Sockets without a connection whose clients may come back.
    away: Rooms,
    /// The number of the next event that a client is to acknowledge.
    next_ack: u64,
}

/// A call under way.
#[derive(Clone, Debug, Encode, Decode)]
struct Called {
    /// Over which connection: a socket may come back over another one, and the call is not of that.
    sid: Rc<str>,
    socket: Rc<str>,
    nsp: Rc<str>,
    ack: Option<u64>,
    /// That of its connection, which may be gone; and when it began.
    handshake: Rc<Handshake>,
    began: Millis,
    /// Its handler has ended, and the answer to this question is what it gives back.
    publishes: Option<u64>,
}

/// The machine. See the module.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Gateway {
    #[codec(skip)]
    app: Rc<App>,
    name: String,
    /// When its memory began.
    born: Millis,
    // Maps whose entries are of one size share their code in the wasm, whatever is in the boxes.
    clients: Map<Rc<str>, Box<Client>>,
    conns: Map<Conn, Rc<str>>,
    sockets: Map<Rc<str>, Box<Place>>,
    locals: Map<Rc<str>, Box<Local>>,
    calls: LiteMap<CallId, Called>,
    asks: LiteMap<u64, Asked>,
    tasks: LiteMap<u64, Task>,
    /// What of each socket a task waits for.
    awaited: LiteMap<Rc<str>, Vec<(Awaited, u64)>>,
    rooms: LiteMap<RoomKey, Box<Membership>>,
    /// When to look whether a Room can be forgotten.
    fading: VecDeque<(Millis, RoomKey)>,
    /// Rooms whose answer sockets wait for.
    awaited_rooms: Set<RoomKey>,
    /// Rooms that could not be reached, and are tried again.
    failing: Set<RoomKey>,
    /// Rooms that more waits for than should.
    full: Set<RoomKey>,
    gateways: LiteMap<String, Link<Direct, Direct>>,
    queues: LiteMap<Rc<str>, Box<Link<ToRoom, ToGateway>>>,
    /// When to look whether the link to a Queue can be forgotten.
    fading_queues: VecDeque<(Millis, Rc<str>)>,
    /// Queues that could not be reached, and are tried again.
    failing_queues: Set<Rc<str>>,
    log: Log,
    /// Sockets that may come back, by their private ids; and those that are away.
    pids: LiteMap<Rc<str>, Box<Place>>,
    absent: LiteMap<Rc<str>, Box<Absent>>,
    absences: Sorted<(Millis, Rc<str>)>,
    /// Sockets of others whose clients have come here; of this Gateway that are handed over, by their private ids; and
    /// that have moved from here, by their ids.
    seeking: LiteMap<u64, Seeking>,
    handovers: LiteMap<Rc<str>, Box<Handover>>,
    moved: LiteMap<Rc<str>, Box<Moved>>,
    /// How much of Rooms' histories was handed on here, as rows have it; and with what the log has, once that was read.
    remembered: LiteMap<RoomKey, u64>,
    handed_on: Option<LiteMap<RoomKey, u64>>,
    watch: Watch,
    timers: Sorted<(Millis, Rc<str>)>,
    addresses: Addresses,
    /// How much clients have in their rows beyond what ordinary ones have.
    #[codec(skip)]
    bulk: usize,
    next_call: CallId,
    next_ask: u64,
    next_task: u64,
    touched: VecDeque<Rc<str>>,
    dirty: Set<Rc<str>>,
    /// Whose connect handler is being started. Their rows are written when it waits or has ended, and most do at once.
    starting: Set<Rc<str>>,
    ready: Vec<Peer>,
    /// Who gets a request, whose body has not been asked for yet: what comes meanwhile goes with it.
    requested: Vec<Peer>,
    /// What was counted, and what of it is in the row.
    counters: Counters,
    kept: Report,
    asks_to_be_listed: bool,
    /// What is to be stored; it comes out before everything else, so that nothing is sent that a crash could undo.
    #[codec(skip)]
    stores: VecDeque<Output>,
    #[codec(skip)]
    outputs: VecDeque<Output>,
}

impl Gateway {
    /// A Gateway without clients.
    #[must_use]
    pub fn new(app: Rc<App>, name: &str) -> Self {
        Self {
            app,
            name: name.to_owned(),
            born: 0,
            clients: Map::default(),
            conns: Map::default(),
            sockets: Map::default(),
            locals: Map::default(),
            calls: LiteMap::new(),
            asks: LiteMap::new(),
            tasks: LiteMap::new(),
            awaited: LiteMap::new(),
            rooms: LiteMap::new(),
            fading: VecDeque::new(),
            awaited_rooms: Set::default(),
            failing: Set::default(),
            full: Set::default(),
            gateways: LiteMap::new(),
            queues: LiteMap::new(),
            fading_queues: VecDeque::new(),
            failing_queues: Set::default(),
            log: Log::default(),
            pids: LiteMap::new(),
            absent: LiteMap::new(),
            absences: Sorted::default(),
            seeking: LiteMap::new(),
            handovers: LiteMap::new(),
            moved: LiteMap::new(),
            remembered: LiteMap::new(),
            handed_on: None,
            watch: Watch::default(),
            timers: Sorted::default(),
            addresses: Addresses::default(),
            bulk: 0,
            next_call: 0,
            next_ask: 0,
            next_task: 0,
            touched: VecDeque::new(),
            dirty: Set::default(),
            starting: Set::default(),
            ready: Vec::new(),
            requested: Vec::new(),
            counters: Counters::default(),
            kept: Report::default(),
            asks_to_be_listed: false,
            stores: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        let clients = self.timers.first().map(|(at, _)| *at);
        let rooms = self.failing.iter().filter_map(|key| self.rooms.get(key));
        let links = rooms.filter_map(|membership| membership.link.next_timeout());
        links
            .chain(self.gateways.values().filter_map(Link::next_timeout))
            .chain(clients)
            .chain(self.questions_timeout())
            .chain(self.queues_timeout())
            .chain(self.memberships_timeout())
            .chain(self.watch_timeout())
            .chain(self.absences_timeout())
            .chain(self.seeking.values().map(|seeking| seeking.deadline))
            .min()
    }

    /// Does what is due: pings, closes, retries. Where pongs are answered by the runtime, tell them by
    /// [`Self::heard`] first.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.counters.count(Count::Alarms);
        self.pump(turn);
        self.expire(turn);
        self.expire_questions(turn);
        self.expire_absences(turn);
        self.expire_seeking(turn);
        self.ask_rooms_again(turn.now);
        self.ask_gateways_again(turn);
        self.retry_queues(turn.now);
        self.failing.retain(|key| {
            let link = self.rooms.get_mut(key).map(|membership| &mut membership.link);
            let due = link.is_none_or(|link| link.handle_timeout(turn.now) || link.next_timeout().is_none());
            if due {
                self.ready.push(Peer::Room(key.clone()));
            }
            !due
        });
        for (name, link) in self.gateways.iter_mut() {
            if link.handle_timeout(turn.now) {
                self.ready.push(Peer::Gateway(name.clone()));
            }
        }
        self.pump(turn);
    }

    /// Lets the clients whose time has come have their timeout. Where the object sleeps between pings, all
    /// that are due within half an interval have theirs in the same round.
    fn expire(&mut self, turn: &mut Turn<'_>) {
        let app = self.app.clone();
        let config = &app.config().engine;
        if self.timers.first().is_none_or(|(at, _)| *at > turn.now) {
            return;
        }
        let horizon = config.horizon(turn.now);
        let due: Vec<Rc<str>> = self
            .timers
            .iter()
            .take_while(|((at, _), ())| *at <= horizon)
            .map(|((_, sid), ())| sid.clone())
            .collect();
        let mut pinged = false;
        for sid in due {
            let Some(client) = self.clients.get_mut(&sid) else { continue };
            // It may be due for another reason than a ping.
            let is_pinged = client.session.next_timeout(config).is_some_and(|at| at <= horizon);
            pinged |= is_pinged && client.session.transport() == Some(Transport::WebSocket);
            client.session.handle_timeout(config, turn.now);
            if client.connection.as_mut().is_some_and(|connection| connection.handle_timeout(turn.now)) {
                client.session.close(CloseReason::ForcedClose, turn.now);
            }
            if !client.touched {
                client.touched = true;
                self.touched.push_back(sid.clone());
            }
            self.late_answers(turn, &sid);
        }
        if pinged && config.sleeps() {
            let value = Some(codec::to_vec(&turn.now));
            self.stores.push_back(Output::Store { key: ROUND.into(), value });
        }
        self.pump(turn);
    }

    /// What is to be done, in order; first what is to be stored.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.stores.pop_front().or_else(|| self.outputs.pop_front())
    }

    /// Whether nothing is under way: no call, and nothing on its way to or from other objects. Then forgetting
    /// this machine loses nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.calls.is_empty()
            && self.tasks.is_empty()
            && self.seeking.is_empty()
            && self.handovers.is_empty()
            && self.awaited_rooms.is_empty()
            && self.rooms.values().all(|membership| membership.link.is_quiet())
            && self.gateways.values().all(Link::is_quiet)
            && self.queues.values().all(|link| link.is_quiet())
    }

    /// Marks a client to be looked after in [`Self::pump`].
    fn touch(&mut self, sid: &str) {
        if let Some((sid, client)) = find(&self.clients, sid).map(|(sid, client)| (sid.clone(), client))
            && !client.touched
        {
            if let Some(client) = self.clients.get_mut(&sid) {
                client.touched = true;
            }
            self.touched.push_back(sid);
        }
    }

    /// Drains the sessions that were touched, then sends what links have to say and stores what changed.
    fn pump(&mut self, turn: &mut Turn<'_>) {
        while let Some(sid) = self.touched.pop_front() {
            while let Some(client) = self.clients.get_mut(&sid) {
                let Some(output) = client.session.poll_output() else {
                    client.touched = false;
                    break;
                };
                self.session_output(turn, &sid, output);
            }
            self.settle(turn, &sid);
        }
        self.look_away(turn.now);
        for peer in std::mem::take(&mut self.ready) {
            self.want_request(peer);
        }
        self.fade(turn.now);
        self.fade_queues(turn.now);
        for sid in std::mem::take(&mut self.dirty) {
            if self.starting.contains(&sid) && self.clients.contains_key(&sid) {
                self.dirty.insert(sid);
                continue;
            }
            let key = format!("{CLIENT}{sid}");
            if let Some(client) = self.clients.get_mut(&sid) {
                client.work_stored = client.sockets.values().any(|socket| !socket.work.is_empty());
            }
            let value = self.clients.get(&sid).map(|client| client::encode(client, self.rooms_of(client)));
            self.weigh(&sid, value.as_ref().map_or(0, Vec::len));
            self.stores.push_back(Output::Store { key, value });
        }
        if !self.touched.is_empty() {
            self.pump(turn); // those that were too heavy
        }
    }

    /// Brings timers and stored rows up to date with a client whose session has been drained.
    fn settle(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        if client.session.is_finished() {
            if let Some(timer) = client.timer.take() {
                self.timers.remove(&(timer, sid.clone()));
            }
            if let Some(client) = self.clients.remove(sid) {
                self.addresses.closed(&client.handshake.address);
                self.bulk = self.bulk.saturating_sub(client.bulk);
            }
            self.dirty.insert(sid.clone());
            self.client_gone(turn);
            return;
        }
        let changed = client.connection.as_mut().is_some_and(Connection::take_dirty);
        if client.session.take_dirty() || changed {
            self.dirty.insert(sid.clone());
        }
        let timer = client.next_timeout(&self.app.config().engine);
        if timer != client.timer {
            if let Some(old) = std::mem::replace(&mut client.timer, timer) {
                self.timers.remove(&(old, sid.clone()));
            }
            if let Some(new) = timer {
                self.timers.insert((new, sid.clone()));
            }
        }
    }
}
