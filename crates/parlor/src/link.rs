//! The link between two objects: an ordered stream of items each way, over requests that may fail.
//!
//! Each end numbers what it sends. Items travel in the requests an end makes (one in flight at a time; what
//! comes meanwhile goes with the next) and in its replies to the other end's requests. The receiver hands
//! them on in order, once: repeats are dropped, what came early waits for the gap to close. An item is kept
//! until the other end has acknowledged it, and sent again when an exchange failed.
//!
//! A link lives in memory only. An end that lost its memory returns with a new epoch, and the other goes on with it.
//!
//! An item that is sent again says which incarnation it was first sent to. One that was meant for another is
//! **doubtful** where it arrives: that other may have acted on it, and nobody knows. Whoever takes it decides: what may
//! be done twice is done, what may not is dropped.

use std::collections::VecDeque;

use codec::{Decode, Encode};
use engine_io::Millis;
use litemap::LiteMap;

use crate::sabotage::{Mistake, makes};

/// What goes over the wire in a request or a reply.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Envelope<T> {
    /// The sender's incarnation: greater each time its memory was lost.
    pub(crate) epoch: u64,
    /// The incarnation of the receiver that `ack` and `held` speak of; 0 when none is known.
    pub(crate) peer_epoch: u64,
    /// Everything up to this number has arrived.
    pub(crate) ack: u64,
    /// Numbers that arrived early and wait for the gap before them.
    pub(crate) held: Vec<u64>,
    /// Everything up to this number has arrived or been given up: the receiver waits for none of it.
    pub(crate) base: u64,
    /// Numbered items.
    pub(crate) items: Vec<Numbered<T>>,
    /// From a Room to its only Gateway: the number of a lease of its order.
    pub(crate) lease: Option<u64>,
}

/// An item under way.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Numbered<T> {
    number: u64,
    /// The incarnation that it was first sent to (0: whichever was there), if this is not the first time.
    tried: Option<u64>,
    item: T,
}

/// An item that has arrived.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Arrived<T> {
    pub(crate) item: T,
    /// Whether an incarnation before this one may have acted on it.
    pub(crate) doubtful: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
enum Via {
    /// Not sent, or known not to have arrived.
    Unsent,
    /// In our request that is in flight.
    Request,
    /// In a reply of ours; whether it arrived shows in the other end's next request.
    Reply,
}

/// How long to wait after the first failure; doubles up to [`RETRY_MAX`].
const RETRY_MIN: Millis = 50;
const RETRY_MAX: Millis = 5_000;

/// How much may wait in a link until its owner gives up.
const ITEMS_MAX: usize = 4096;
/// The same in bytes.
const WEIGHT_MAX: usize = 32 << 20;

/// How long an end remembers one that nothing else holds to it: longer than requests and their retries are under way.
pub(crate) const LINGER: Millis = 60_000;

/// One end of a link, sending `T` and receiving `R`.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Link<T, R> {
    epoch: u64,
    peer_epoch: u64,
    sent: u64,
    unacked: VecDeque<(Via, Numbered<T>)>,
    in_flight: bool,
    received: u64,
    early: LiteMap<u64, Arrived<R>>,
    /// When its machine was built from what is stored, and when it was last used.
    born: Millis,
    used: Millis,
    failures: u32,
    /// Whether nothing was heard of it since the last failure.
    silent: bool,
    /// Whether the request at hand is of an incarnation that is gone.
    answers_ghost: bool,
    retry_at: Option<Millis>,
}

impl<T: Clone, R> Link<T, R> {
    /// A link of a new incarnation, of a machine that was born then; `epoch` is greater than any before.
    #[must_use]
    pub(crate) fn new(epoch: u64, born: Millis) -> Self {
        Self {
            epoch,
            peer_epoch: 0,
            sent: 0,
            unacked: VecDeque::new(),
            in_flight: false,
            received: 0,
            early: LiteMap::new(),
            born,
            used: born,
            failures: 0,
            silent: false,
            answers_ghost: false,
            retry_at: None,
        }
    }

    /// Queues an item.
    pub(crate) fn push(&mut self, item: T) {
        self.sent += 1;
        self.unacked.push_back((Via::Unsent, Numbered { number: self.sent, tried: None, item }));
    }

    /// Whether more waits than should: so many items, or, for an end that can't be reached, of so much weight.
    pub(crate) fn is_full(&self, weigh: impl Fn(&T) -> usize) -> bool {
        let weight = || self.unacked.iter().map(|(_, numbered)| weigh(&numbered.item)).sum::<usize>();
        self.unacked.len() >= ITEMS_MAX || self.silent && weight() >= WEIGHT_MAX
    }

    /// The incarnation of the other end that is known; 0: none.
    pub(crate) fn peer_epoch(&self) -> u64 {
        self.peer_epoch
    }

    /// Whether the other end can't be reached at present.
    pub(crate) fn is_failing(&self) -> bool {
        self.silent
    }

    /// Takes back everything that waits, if none of it was ever sent and nothing is under way.
    pub(crate) fn withdraw(&mut self, may: impl Fn(&T) -> bool) -> Vec<T> {
        let fresh = |(via, numbered): &(Via, Numbered<T>)| {
            *via == Via::Unsent && numbered.tried.is_none() && may(&numbered.item)
        };
        if self.in_flight || !self.early.is_empty() || !self.unacked.iter().all(fresh) {
            return Vec::new();
        }
        self.sent -= self.unacked.len() as u64;
        self.unacked.drain(..).map(|(_, numbered)| numbered.item).collect()
    }

    /// Whether such an item is on its way, or waits.
    pub(crate) fn holds(&self, is_such: impl Fn(&T) -> bool) -> bool {
        self.unacked.iter().any(|(_, numbered)| is_such(&numbered.item))
    }

    /// What is on its way, or waits.
    pub(crate) fn items(&self) -> impl Iterator<Item = &T> {
        self.unacked.iter().map(|(_, numbered)| &numbered.item)
    }

    /// How many items are on their way, or wait.
    pub(crate) fn waiting(&self) -> usize {
        self.unacked.len()
    }

    /// Whether there is nothing on its way, in either direction.
    pub(crate) fn is_idle(&self) -> bool {
        self.unacked.is_empty() && self.early.is_empty() && !self.in_flight && self.failures == 0
    }

    /// Whether nothing is lost if it is forgotten now.
    pub(crate) fn is_forgettable(&self, now: Millis) -> bool {
        self.is_quiet() && self.used.saturating_add(LINGER) <= now
    }

    /// Whether there is a request to make.
    pub(crate) fn wants_request(&self) -> bool {
        let idle = !self.in_flight && self.retry_at.is_none();
        // A failed request is repeated even if nothing is left to say: its lost reply may have brought items.
        idle && (self.failures > 0 || self.unacked.iter().any(|(via, _)| *via == Via::Unsent))
    }

    /// The next request to make, if there is something to say and none is in flight or waiting for its retry.
    pub(crate) fn request(&mut self) -> Option<Envelope<T>> {
        if !self.wants_request() {
            return None;
        }
        self.in_flight = true;
        let items = self.take_unsent(Via::Request);
        Some(self.envelope(items))
    }

    /// Takes the reply to our request and gives the items that are due, in order.
    pub(crate) fn handle_reply(&mut self, reply: Envelope<R>, now: Millis) -> Vec<Arrived<R>> {
        self.in_flight = false;
        self.failures = 0;
        self.retry_at = None;
        self.outlive(reply.peer_epoch);
        let held = reply.held.clone();
        let items = self.receive(reply, now);
        let last_held = held.iter().max().copied().unwrap_or_default();
        for (via, Numbered { number, .. }) in &mut self.unacked {
            let missing = !held.contains(number);
            // What other items wait for over there was in a reply that is late, or lost.
            if missing && (*via == Via::Request || *number < last_held) {
                *via = Via::Unsent;
            } else if *via == Via::Request {
                *via = Via::Reply;
            }
        }
        items
    }

    /// Our request failed, or its reply was lost: its items are sent again after a pause.
    pub(crate) fn handle_failure(&mut self, now: Millis) {
        self.in_flight = false;
        for (via, _) in &mut self.unacked {
            if *via == Via::Request {
                *via = Via::Unsent;
            }
        }
        let pause = RETRY_MIN.saturating_mul(1 << self.failures.min(10)).min(RETRY_MAX);
        self.failures = self.failures.saturating_add(1);
        self.silent = true;
        self.retry_at = Some(now + pause);
    }

    /// Takes the other end's request and gives the items that are due, in order. Answer with [`Self::reply`].
    pub(crate) fn handle_request(&mut self, request: Envelope<R>, now: Millis) -> Vec<Arrived<R>> {
        self.outlive(request.peer_epoch);
        self.answers_ghost = request.epoch < self.peer_epoch;
        if self.answers_ghost {
            return Vec::new();
        }
        let held = request.held.clone();
        let items = self.receive(request, now);
        // The other end has one request in flight at a time, so it had every earlier reply, or never will.
        for (via, Numbered { number, .. }) in &mut self.unacked {
            if *via == Via::Reply && !held.contains(number) {
                *via = Via::Unsent;
            }
        }
        items
    }

    /// The reply to the other end's request, with everything that waits; nothing of it for an incarnation that is gone,
    /// which would take it along.
    pub(crate) fn reply(&mut self) -> Envelope<T> {
        let items = if self.answers_ghost { Vec::new() } else { self.take_unsent(Via::Reply) };
        self.envelope(items)
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub(crate) fn next_timeout(&self) -> Option<Millis> {
        self.retry_at
    }

    /// Lets the retry go out when its time has come; tells whether it has.
    pub(crate) fn handle_timeout(&mut self, now: Millis) -> bool {
        let due = self.retry_at.is_some_and(|at| at <= now);
        if due {
            self.retry_at = None;
        }
        due
    }

    /// Whether nothing is on its way or waiting, so that forgetting this link loses nothing.
    #[must_use]
    pub(crate) fn is_quiet(&self) -> bool {
        !self.in_flight
            && self.failures == 0
            && self.early.is_empty()
            && self.unacked.iter().all(|(via, _)| *via == Via::Reply)
    }

    /// An earlier incarnation of this end may have had a clock that was ahead: then what this one says is taken for old,
    /// until it has a greater number.
    fn outlive(&mut self, known: u64) {
        if known > self.epoch {
            self.epoch = known + 1;
        }
    }

    fn take_unsent(&mut self, via: Via) -> Vec<Numbered<T>> {
        let mut items = Vec::new();
        for (state, numbered) in &mut self.unacked {
            if *state == Via::Unsent {
                *state = via;
                items.push(numbered.clone());
                numbered.tried.get_or_insert(self.peer_epoch);
            }
        }
        items
    }

    fn envelope(&self, items: Vec<Numbered<T>>) -> Envelope<T> {
        Envelope {
            epoch: self.epoch,
            peer_epoch: self.peer_epoch,
            ack: self.received,
            held: self.early.keys().copied().collect(),
            base: self.unacked.front().map_or(self.sent, |(_, first)| first.number.saturating_sub(1)),
            items,
            lease: None,
        }
    }

    fn receive(&mut self, envelope: Envelope<R>, now: Millis) -> Vec<Arrived<R>> {
        self.used = now;
        self.silent = false;
        let mut due = Vec::new();
        if envelope.epoch < self.peer_epoch {
            return due; // of an incarnation that is gone
        }
        if envelope.epoch != self.peer_epoch {
            // A new incarnation: it knows nothing of what the old one was sent or held.
            self.peer_epoch = envelope.epoch;
            // What came early waited for something that is lost with the old one.
            due.extend(std::mem::take(&mut self.early).into_iter().map(|(_, arrived)| arrived));
            self.received = envelope.base;
            if envelope.peer_epoch != 0 && envelope.peer_epoch != self.epoch {
                // It speaks to our old incarnation, which had what is left out here.
                self.received =
                    envelope.items.first().map_or(envelope.base, |first| first.number.saturating_sub(1));
            }
            for (via, _) in &mut self.unacked {
                if *via == Via::Reply {
                    *via = Via::Unsent; // whether the old one had it is not known; the new one is told so
                }
            }
        }
        self.received = self.received.max(envelope.base);
        self.early.retain(|number, _| *number > envelope.base);
        if envelope.peer_epoch == self.epoch {
            self.unacked.retain(|(_, numbered)| numbered.number > envelope.ack);
        }
        // Whoever was born so long ago would remember what was first sent to whichever was there.
        let remembers = self.born.saturating_add(LINGER) <= now;
        for Numbered { number, tried, item } in envelope.items {
            if makes(Mistake::LostGap) && number > self.received {
                self.received = number - 1;
            }
            if number <= self.received && makes(Mistake::MissingDedupe) {
                due.push(Arrived { item, doubtful: false });
            } else if number > self.received {
                let doubtful = tried.is_some_and(|tried| tried != self.epoch && !(tried == 0 && remembers));
                self.early.insert(number, Arrived { item, doubtful });
            }
        }
        while let Some(item) = self.early.remove(&(self.received + 1)) {
            self.received += 1;
            due.push(item);
        }
        due
    }
}

#[cfg(test)]
mod tests;
