//! The Room machine: who is in a room, the one order of its broadcasts, and the delivery to its Gateways.
//!
//! All that changes a Room comes through the links from its Gateways. A join, a leave and a broadcast take
//! effect in the order in which they arrive, and each Gateway hears of them in that order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use engine_io::Millis;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::{
    Turn,
    link::Link,
    names::{RoomKey, gateway_of},
    wire::{self, Cast, Found, Peer, ToGateway, ToRoom, WireError},
};

/// How long a Gateway has to answer a question, as on Node; what it has to wait for clients comes on top.
const QUESTION_TIMEOUT: Millis = 5_000;

/// Prefix of the stored rows, one per member.
const MEMBER: &str = "m/";

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
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Question {
    asker: String,
    ask: u64,
    waiting: BTreeSet<String>,
    found: Found,
    deadline: Millis,
}

/// One room, or everyone in a namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Room {
    key: RoomKey,
    members: BTreeMap<String, BTreeSet<String>>,
    links: BTreeMap<String, Link<ToGateway, ToRoom>>,
    place: u64,
    questions: LiteMap<u64, Question>,
    asked: u64,
    ready: BTreeSet<String>,
    #[serde(skip)]
    outputs: VecDeque<RoomOutput>,
}

impl Room {
    /// The Room as its stored rows have it; without rows, an empty one.
    pub fn restore(key: RoomKey, rows: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (row, _) in rows {
            if let Some(member) = row.strip_prefix(MEMBER) {
                members.entry(gateway_of_member(member)).or_default().insert(member.to_owned());
            }
        }
        Self {
            key,
            members,
            links: BTreeMap::new(),
            place: 0,
            questions: LiteMap::new(),
            asked: 0,
            ready: BTreeSet::new(),
            outputs: VecDeque::new(),
        }
    }

    /// How many members there are, on all Gateways. (In the Room of everyone: how many Gateways.)
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.values().map(BTreeSet::len).sum()
    }

    /// The Gateways that have members.
    pub fn gateways(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether nothing is under way. Then forgetting this machine loses nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.questions.is_empty() && self.links.values().all(Link::is_quiet)
    }

    /// Whether Gateways have been asked something and have not all answered.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        !self.questions.is_empty()
    }

    /// Takes a Gateway's request and gives the body of the reply.
    ///
    /// # Errors
    /// A body that can't be read; answer it with a failure, the Gateway comes again.
    pub fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8]) -> Result<Vec<u8>, WireError> {
        let (gateway, rest) = match wire::decode_sender(body)? {
            (Some(Peer::Gateway(gateway)), rest) => (gateway, rest),
            (Some(Peer::Room(_)), _) => return Err(WireError::Malformed),
            (None, rest) => {
                let (_, cast) = wire::decode_outside(rest)?;
                self.cast(turn, &cast);
                self.pump();
                return Ok(Vec::new());
            }
        };
        let envelope = wire::decode_envelope(rest)?;
        let items = self.link(turn, &gateway).handle_request(envelope);
        self.take(turn, &gateway, items);
        let reply = self.link(turn, &gateway).reply();
        self.pump();
        self.forget_quiet(&gateway);
        Ok(wire::encode(&reply))
    }

    /// Takes the reply to a request of this Room; `None` if the request failed.
    pub fn handle_reply(&mut self, turn: &mut Turn<'_>, gateway: &str, reply: Option<&[u8]>) {
        match reply.and_then(|body| wire::decode(body).ok()) {
            Some(envelope) => {
                let items = self.link(turn, gateway).handle_reply(envelope);
                self.take(turn, gateway, items);
            }
            None => {
                let now = turn.now;
                self.link(turn, gateway).handle_failure(now);
            }
        }
        self.ready.insert(gateway.to_owned());
        self.pump();
        self.forget_quiet(gateway);
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        let retries = self.links.values().filter_map(Link::next_timeout);
        retries.chain(self.questions.values().map(|question| question.deadline)).min()
    }

    /// Lets retries go out and ends questions that took too long.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        for (gateway, link) in &mut self.links {
            if link.handle_timeout(turn.now) {
                self.ready.insert(gateway.clone());
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
        self.pump();
    }

    /// The machine that its serialised form gives back; all outputs have been taken.
    pub(crate) fn through_snapshot(&self) -> Self {
        let snapshot = postcard::to_allocvec(self).unwrap_or_default();
        postcard::from_bytes(&snapshot).unwrap_or_else(|_| Self::restore(self.key.clone(), []))
    }

    /// What is to be done, in order.
    pub fn poll_output(&mut self) -> Option<RoomOutput> {
        self.outputs.pop_front()
    }

    fn link(&mut self, turn: &mut Turn<'_>, gateway: &str) -> &mut Link<ToGateway, ToRoom> {
        self.links.entry(gateway.to_owned()).or_insert_with(|| Link::new(turn.epoch()))
    }

    fn tell(&mut self, turn: &mut Turn<'_>, gateway: &str, item: ToGateway) {
        self.link(turn, gateway).push(item);
        self.ready.insert(gateway.to_owned());
    }

    fn take(&mut self, turn: &mut Turn<'_>, gateway: &str, items: Vec<ToRoom>) {
        for item in items {
            match item {
                ToRoom::Join { member } => {
                    if self.members.entry(gateway.to_owned()).or_default().insert(member.clone()) {
                        self.store(&member, Some(Vec::new()));
                    }
                    self.tell(turn, gateway, ToGateway::Joined { member });
                }
                ToRoom::Leave { member } => {
                    if let Some(here) = self.members.get_mut(gateway) {
                        here.remove(&member);
                        if here.is_empty() {
                            self.members.remove(gateway);
                        }
                        self.store(&member, None);
                    }
                    self.tell(turn, gateway, ToGateway::Left { member });
                }
                ToRoom::Cast(cast) => self.cast(turn, &cast),
                ToRoom::Ask { ask, target, query } => {
                    self.asked += 1;
                    let question = self.asked;
                    let waiting: BTreeSet<String> = self.members.keys().cloned().collect();
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
                        if open.waiting.remove(gateway) {
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
    }

    /// Gives a broadcast its place.
    fn cast(&mut self, turn: &mut Turn<'_>, cast: &Cast) {
        self.place += 1;
        let place = self.place;
        let gateways: Vec<String> = self.members.keys().cloned().collect();
        for gateway in gateways {
            self.tell(turn, &gateway, ToGateway::Deliver { place, cast: cast.clone() });
        }
    }

    fn finish(&mut self, turn: &mut Turn<'_>, question: u64) {
        if let Some(Question { asker, ask, waiting, mut found, .. }) = self.questions.remove(&question) {
            found.incomplete |= !waiting.is_empty();
            self.tell(turn, &asker, ToGateway::Answers { ask, found });
        }
    }

    fn store(&mut self, member: &str, value: Option<Vec<u8>>) {
        self.outputs.push_back(RoomOutput::Store { key: format!("{MEMBER}{member}"), value });
    }

    fn pump(&mut self) {
        for gateway in std::mem::take(&mut self.ready) {
            if let Some(envelope) = self.links.get_mut(&gateway).and_then(Link::request) {
                let body = wire::encode_request(&Peer::Room(self.key.clone()), &envelope);
                self.outputs.push_back(RoomOutput::Request { gateway, body });
            }
        }
    }

    /// A Gateway without members costs no memory.
    fn forget_quiet(&mut self, gateway: &str) {
        if !self.members.contains_key(gateway) && self.links.get(gateway).is_some_and(Link::is_quiet) {
            self.links.remove(gateway);
        }
    }
}

/// A socket's id names its Gateway; in the Room of everyone the member is the Gateway itself.
fn gateway_of_member(member: &str) -> String {
    gateway_of(member).unwrap_or(member).to_owned()
}
