//! The Room machine: which Gateways have members, the one order of the room's broadcasts, and their delivery.
//!
//! All that changes a Room comes through the links from its Gateways. A join, a leave and a broadcast take effect in the
//! order in which they arrive, and each Gateway hears of them in that order. Who the members are is the Gateways'
//! business: a Room knows which of them have any.

mod history;
mod lease;
mod publish;
mod values;

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};
use engine_io::{Frame, Millis};
use litemap::LiteMap;

pub(crate) use self::lease::{LEASE, MARGIN};
use self::{
    history::{History, LAST},
    lease::Lease,
};
use crate::{
    App, Turn,
    history::Keep,
    link::{Arrived, Link},
    logging::{DROPPED, Level, Line},
    metrics::{Count, Counters},
    names::RoomKey,
    sabotage::{Mistake, makes},
    wire::{self, Cast, Found, Order, Peer, ToGateway, ToRoom, WireError},
};

/// How long a Gateway has to answer a question, as on Node; what it has to wait for clients comes on top.
const QUESTION_TIMEOUT: Millis = 5_000;

/// Prefix of the stored rows, one per Gateway with members.
const GATEWAY: &str = "g/";

/// What a Room wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomOutput {
    /// Keep this row, or delete it.
    Store {
        /// Its key.
        key: String,
        /// `None`: delete.
        value: Option<Vec<u8>>,
    },
    /// Make this request and bring the reply to [`Room::handle_reply`].
    Request {
        /// To this Gateway.
        gateway: String,
        /// The body.
        body: Vec<u8>,
    },
    /// A broadcast may have been delivered before this memory began, and is dropped: rather not at all than twice.
    Dropped(Vec<Frame>),
    /// A line for the log.
    Log(Line),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
struct Question {
    asker: String,
    ask: u64,
    waiting: Vec<String>,
    found: Found,
    deadline: Millis,
}

/// How a broadcast came about.
#[derive(Clone, Copy, Default)]
struct Origin<'a> {
    /// The Gateway that sent it, and its number there.
    from: Option<(&'a str, u64)>,
    /// Its number in the history; 0: it is not stored.
    seq: u64,
    /// The Gateway that missed it, if it is not for all.
    again_to: Option<&'a str>,
}

/// One room, or everyone in a namespace.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Room {
    #[codec(skip)]
    app: Rc<App>,
    key: RoomKey,
    born: Millis,
    /// The Gateways that have members.
    members: Vec<String>,
    links: LiteMap<String, Link<ToGateway, ToRoom>>,
    lease: Lease,
    /// What it keeps of its history (none in most namespaces).
    #[codec(skip)]
    keep: Option<Keep>,
    history: History,
    /// Whether newer code has stored messages here. Then nobody is served, until that is back.
    is_shut: bool,
    /// What came while the lease was asked back, and waits for it.
    held: VecDeque<(String, Arrived<ToRoom>)>,
    questions: LiteMap<u64, Question>,
    asked: u64,
    /// How many broadcasts were given their place by this memory.
    ordered: u64,
    ready: Vec<String>,
    /// What was counted, and no Gateway was told.
    counters: Counters,
    #[codec(skip)]
    outputs: VecDeque<RoomOutput>,
}

impl Room {
    /// The Room as its stored rows have it; without rows, an empty one.
    pub fn restore(
        turn: &mut Turn<'_>,
        app: Rc<App>,
        key: RoomKey,
        rows: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Self {
        let (mut members, mut last) = (Vec::new(), 0);
        for (row, value) in rows {
            if let Some(gateway) = row.strip_prefix(GATEWAY) {
                members.push(gateway.to_owned());
            } else if row == LAST {
                last = codec::from_bytes(&value).unwrap_or_default();
            }
        }
        let keep = app.handlers(&key.nsp).and_then(|handlers| handlers.keep(key.room.as_deref()));
        let history = keep.map(|keep| History::restore(turn, keep, last));
        let is_shut = matches!(history, Some(None));
        let mut counters = Counters::default();
        counters.count(Count::RoomStarts);
        Self {
            history: history.flatten().unwrap_or_default(),
            is_shut,
            keep,
            app,
            key,
            born: turn.now,
            lease: Lease::restore(turn.now, members.len()),
            members,
            links: LiteMap::new(),
            held: VecDeque::new(),
            questions: LiteMap::new(),
            asked: turn.epoch(), // answers to what another memory asked may still come
            ordered: 0,
            ready: Vec::new(),
            counters,
            outputs: VecDeque::new(),
        }
    }

    fn log(&mut self, line: &mut Line) {
        if line.level() <= self.app.config().log_level {
            self.outputs.push_back(RoomOutput::Log(std::mem::take(line)));
        }
    }

    fn has(&self, gateway: &str) -> bool {
        self.members.iter().any(|member| member == gateway)
    }

    /// The Gateways that have members.
    pub fn gateways(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(String::as_str)
    }

    /// Whether nothing is under way. Then forgetting this machine loses nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.questions.is_empty() && self.held.is_empty() && self.links.values().all(Link::is_quiet)
    }

    /// Whether Gateways have been asked something and have not all answered.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        !self.questions.is_empty() || !self.held.is_empty()
    }

    /// Takes a Gateway's request and gives the body of the reply.
    ///
    /// # Errors
    /// A body that can't be read; answer it with a failure, the Gateway comes again.
    pub fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8]) -> Result<Vec<u8>, WireError> {
        if self.is_shut {
            return Err(WireError::NewerStorage);
        }
        self.counters.count(Count::RoomRequests);
        let (gateway, rest) = match wire::decode_sender(body)? {
            (Some(Peer::Gateway(gateway)), rest) => (gateway, rest),
            (Some(_), _) => return Err(WireError::Malformed),
            (None, rest) => {
                let (_, cast) = wire::decode_outside(rest)?;
                self.cast(turn, &cast, Origin::default());
                self.pump();
                return Ok(Vec::new());
            }
        };
        let envelope = wire::decode_envelope(rest)?;
        let items = self.link(turn, &gateway).handle_request(envelope, turn.now);
        self.take(turn, &gateway, items);
        if self.app.config().metrics {
            let counted = std::mem::take(&mut self.counters);
            self.link(turn, &gateway).push(ToGateway::Counted(counted)); // with the reply, and no request for it
        }
        let mut reply = self.link(turn, &gateway).reply();
        if self.members.len() == 1 && self.has(&gateway) {
            reply.lease = self.lease.grant(turn.now);
        }
        self.pump();
        self.forget_quiet(turn.now);
        Ok(wire::encode(&reply))
    }

    /// Takes the reply to a request of this Room; `None` if the request failed.
    pub fn handle_reply(&mut self, turn: &mut Turn<'_>, gateway: &str, reply: Option<&[u8]>) {
        match reply.and_then(|body| wire::decode(body).ok()) {
            Some(envelope) => {
                let items = self.link(turn, gateway).handle_reply(envelope, turn.now);
                self.take(turn, gateway, items);
            }
            None => {
                let now = turn.now;
                self.counters.count(Count::RoomExchangesFailed);
                self.link(turn, gateway).handle_failure(now);
            }
        }
        self.ready.push(gateway.to_owned());
        self.pump();
        self.forget_quiet(turn.now);
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        let retries = self.links.values().filter_map(Link::next_timeout);
        let questions = self.questions.values().map(|question| question.deadline);
        retries.chain(questions).chain(self.lease.next_timeout()).chain(self.history.next_timeout()).min()
    }

    /// Lets retries go out and ends questions that took too long.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        for (gateway, link) in &mut self.links {
            if link.handle_timeout(turn.now) {
                self.ready.push(gateway.clone());
            }
        }
        let late: Vec<u64> = self
            .questions
            .iter()
            .filter(|(_, q)| q.deadline <= turn.now)
            .map(|(number, _)| *number)
            .collect();
        for number in late {
            self.finish(turn, number);
        }
        if let Some(keep) = self.keep
            && self.history.next_timeout().is_some_and(|at| at <= turn.now)
            && self.history.trim(turn, keep)
        {
            self.remember_last();
        }
        if self.lease.has_ended(turn.now) {
            self.returned(turn);
        }
        self.pump();
    }

    /// The machine that its serialised form gives back; all outputs have been taken.
    pub(crate) fn through_snapshot(&self) -> Self {
        let snapshot = codec::to_vec(self);
        match codec::from_bytes::<Self>(&snapshot) {
            Some(restored) => Self { app: self.app.clone(), keep: self.keep, ..restored },
            None => self.clone(),
        }
    }

    /// What is to be done, in order.
    pub fn poll_output(&mut self) -> Option<RoomOutput> {
        self.outputs.pop_front()
    }

    fn link(&mut self, turn: &mut Turn<'_>, gateway: &str) -> &mut Link<ToGateway, ToRoom> {
        self.links.entry(gateway.to_owned()).or_insert_with(|| Link::new(turn.epoch(), self.born))
    }

    fn tell(&mut self, turn: &mut Turn<'_>, gateway: &str, item: ToGateway) {
        self.link(turn, gateway).push(item);
        self.ready.push(gateway.to_owned());
    }

    fn take(&mut self, turn: &mut Turn<'_>, gateway: &str, items: Vec<Arrived<ToRoom>>) {
        for item in items {
            if self.lease.is_recalled() && !self.has(gateway) {
                self.held.push_back((gateway.to_owned(), item));
            } else {
                self.take_one(turn, gateway, item);
            }
        }
    }

    fn take_one(&mut self, turn: &mut Turn<'_>, gateway: &str, Arrived { item, doubtful }: Arrived<ToRoom>) {
        match item {
            ToRoom::Cast { cast, .. } if doubtful => {
                self.counters.count(Count::RoomBroadcastsDropped);
                let mut line = Line::new(Level::Warn, "dropped");
                line.text("error", DROPPED);
                self.log(line.id(&cast.trace));
                self.outputs.push_back(RoomOutput::Dropped(cast.frames));
            }
            ToRoom::Ask { ask, query, .. } if doubtful && !query.is_idempotent() => {
                self.tell(turn, gateway, ToGateway::Answers { ask, found: Found::too_late() });
            }
            ToRoom::Answer { .. } if doubtful => {}
            ToRoom::Queue(_) => {} // this is none
            ToRoom::Join { token, have } => {
                if !self.has(gateway) {
                    if self.lease.is_out(turn.now) {
                        if let (Some(lease), Some(holder)) =
                            (self.lease.recall(), self.members.first().cloned())
                        {
                            self.tell(turn, &holder, ToGateway::Recall { lease });
                        }
                        let item = Arrived { item: ToRoom::Join { token, have }, doubtful };
                        return self.held.push_back((gateway.to_owned(), item));
                    }
                    self.members.push(gateway.to_owned());
                    self.store(gateway, Some(Vec::new()));
                }
                if let Some(have) = have {
                    self.catch_up(turn, gateway, have);
                }
                let (lease, last) = (self.lease.last(), self.history.last());
                self.tell(turn, gateway, ToGateway::Joined { token, lease, last });
            }
            ToRoom::Leave => {
                if self.has(gateway) && !makes(Mistake::GhostMember) {
                    self.members.retain(|member| member != gateway);
                    self.store(gateway, None);
                    if self.members.is_empty() {
                        self.returned(turn);
                    }
                }
            }
            ToRoom::Returned => {
                if self.has(gateway) && self.members.len() == 1 {
                    self.returned(turn);
                }
            }
            ToRoom::Cast { number, cast } => {
                self.cast(turn, &cast, Origin { from: Some((gateway, number)), ..Origin::default() });
            }
            ToRoom::Ask { ask, target, query, trace } if query.is_for_the_room() => {
                let found = self.own_answer(turn, target, query, trace);
                self.tell(turn, gateway, ToGateway::Answers { ask, found });
            }
            ToRoom::Ask { ask, target, query, .. } => {
                self.asked += 1;
                let question = self.asked;
                let waiting = self.members.clone();
                for gateway in &waiting {
                    let (target, query) = (target.clone(), query.clone());
                    self.tell(turn, gateway, ToGateway::Question { question, target, query });
                }
                let deadline = turn.now + QUESTION_TIMEOUT + query.patience();
                let nobody = waiting.is_empty();
                let asker = gateway.to_owned();
                let found = Found::default();
                self.questions.insert(question, Question { asker, ask, waiting, found, deadline });
                if nobody {
                    self.finish(turn, question);
                }
            }
            ToRoom::Answer { question, found } => {
                let complete = self.questions.get_mut(&question).is_some_and(|open| {
                    if let Some(at) = open.waiting.iter().position(|asked| asked == gateway) {
                        open.waiting.swap_remove(at);
                        open.found.merge(found);
                    }
                    open.waiting.is_empty()
                });
                if complete {
                    self.finish(turn, question);
                }
            }
        }
    }

    /// Nobody but this Room decides on the order any more: what waited for that goes on.
    fn returned(&mut self, turn: &mut Turn<'_>) {
        self.lease.end();
        for (gateway, item) in std::mem::take(&mut self.held) {
            self.take_one(turn, &gateway, item);
        }
    }

    /// Gives a broadcast its place: behind all that was delivered before it. Its Gateway gets its own number back.
    fn cast(&mut self, turn: &mut Turn<'_>, cast: &Cast, Origin { from, seq, again_to }: Origin<'_>) {
        self.ordered += 1;
        self.counters.count(Count::RoomBroadcasts);
        if !cast.trace.is_empty() {
            let mut line = Line::new(Level::Debug, "ordered");
            line.number("gateways", self.members.len() as u64);
            if seq > 0 {
                line.number("seq", seq);
            }
            self.log(line.id(&cast.trace));
        }
        let order = match seq {
            0 => Order { seq, of: (self.born, self.ordered) },
            seq => Order { seq, of: (0, 0) }, // as whoever sends it again has it
        };
        let last = if seq > 0 { seq } else { self.history.last() };
        for gateway in self.members.clone() {
            if again_to.is_some_and(|only| only != gateway) {
                continue;
            }
            let number = from.filter(|(name, _)| *name == gateway).map_or(0, |(_, number)| number);
            let again = again_to.is_some();
            let item = ToGateway::Deliver { number, order, last, again, cast: cast.clone() };
            self.tell(turn, &gateway, item);
            let link = self.link(turn, &gateway);
            if link.is_failing() && link.is_full(ToGateway::weight) {
                self.expel(turn, &gateway);
            }
        }
    }

    /// Gives up a Gateway that can't be reached and for which much waits, rather than the memory of this object.
    fn expel(&mut self, turn: &mut Turn<'_>, gateway: &str) {
        self.counters.count(Count::RoomGatewaysExpelled);
        let mut line = Line::new(Level::Warn, "expelled");
        line.text("gateway", gateway);
        self.log(
            line.text("error", "it can't be reached, and too much waits for it; its members are dropped"),
        );
        self.members.retain(|member| member != gateway);
        self.store(gateway, None);
        self.links.remove(gateway);
        self.tell(turn, gateway, ToGateway::Expelled);
    }

    fn finish(&mut self, turn: &mut Turn<'_>, question: u64) {
        if let Some(Question { asker, ask, waiting, mut found, .. }) = self.questions.remove(&question) {
            found.incomplete |= !waiting.is_empty();
            self.tell(turn, &asker, ToGateway::Answers { ask, found });
        }
    }

    fn store(&mut self, gateway: &str, value: Option<Vec<u8>>) {
        self.outputs.push_back(RoomOutput::Store { key: format!("{GATEWAY}{gateway}"), value });
    }

    fn pump(&mut self) {
        for gateway in std::mem::take(&mut self.ready) {
            if let Some(envelope) = self.links.get_mut(&gateway).and_then(Link::request) {
                let body = wire::encode_request(&Peer::Room(self.key.clone()), &envelope);
                self.outputs.push_back(RoomOutput::Request { gateway, body });
            }
        }
    }

    /// Gateways without members cost no memory once they can have nothing under way.
    fn forget_quiet(&mut self, now: Millis) {
        let gone = |(gateway, link): (&String, &Link<_, _>)| {
            (!self.has(gateway) && link.is_forgettable(now)).then(|| gateway.clone())
        };
        let gone: Vec<String> = self.links.iter().filter_map(gone).collect();
        for gateway in gone {
            self.links.remove(&gateway);
        }
    }
}
