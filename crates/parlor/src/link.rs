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

use engine_io::Millis;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::sabotage::{Mistake, makes};

/// What goes over the wire in a request or a reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Numbered<T> {
    number: u64,
    /// The incarnation that it was first sent to (0: whichever was there), if this is not the first time.
    tried: Option<u64>,
    item: T,
}

/// An item that has arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Arrived<T> {
    pub(crate) item: T,
    /// Whether an incarnation before this one may have acted on it.
    pub(crate) doubtful: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
            retry_at: None,
        }
    }

    /// Queues an item.
    pub(crate) fn push(&mut self, item: T) {
        self.sent += 1;
        self.unacked.push_back((Via::Unsent, Numbered { number: self.sent, tried: None, item }));
    }

    /// Whether more waits than should: so many items, or of so much weight.
    pub(crate) fn is_full(&self, weigh: impl Fn(&T) -> usize) -> bool {
        // Only a long queue is looked at more closely.
        self.unacked.len() >= ITEMS_MAX
            || self.unacked.len() >= 16
                && self.unacked.iter().map(|(_, numbered)| weigh(&numbered.item)).sum::<usize>() >= WEIGHT_MAX
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

    /// Whether there is nothing on its way, in either direction.
    pub(crate) fn is_idle(&self) -> bool {
        self.unacked.is_empty() && self.early.is_empty() && !self.in_flight && self.failures == 0
    }

    /// Whether nothing is lost if it is forgotten now.
    pub(crate) fn is_forgettable(&self, now: Millis) -> bool {
        self.is_quiet() && self.used.saturating_add(LINGER) <= now
    }

    /// The next request to make, if there is something to say and none is in flight or waiting for its retry.
    pub(crate) fn request(&mut self) -> Option<Envelope<T>> {
        let idle = !self.in_flight && self.retry_at.is_none();
        // A failed request is repeated even if nothing is left to say: its lost reply may have brought items.
        if !idle || (self.failures == 0 && !self.unacked.iter().any(|(via, _)| *via == Via::Unsent)) {
            return None;
        }
        self.in_flight = true;
        Some(self.envelope(Via::Request))
    }

    /// Takes the reply to our request and gives the items that are due, in order.
    pub(crate) fn handle_reply(&mut self, reply: Envelope<R>, now: Millis) -> Vec<Arrived<R>> {
        self.in_flight = false;
        self.failures = 0;
        self.retry_at = None;
        if reply.peer_epoch > self.epoch {
            // An earlier incarnation had a clock that was ahead, and what this one says is taken for old.
            self.epoch = reply.peer_epoch + 1;
        }
        let held = reply.held.clone();
        let items = self.receive(reply, now);
        for (via, Numbered { number, .. }) in &mut self.unacked {
            if *via == Via::Request {
                *via = if held.contains(number) { Via::Reply } else { Via::Unsent };
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
        if request.epoch < self.peer_epoch {
            return Vec::new(); // of an incarnation that is gone
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

    /// The reply to the other end's request, with everything that waits.
    pub(crate) fn reply(&mut self) -> Envelope<T> {
        self.envelope(Via::Reply)
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

    fn envelope(&mut self, via: Via) -> Envelope<T> {
        let mut items = Vec::new();
        for (state, numbered) in &mut self.unacked {
            if *state == Via::Unsent {
                *state = via;
                items.push(numbered.clone());
                numbered.tried.get_or_insert(self.peer_epoch);
            }
        }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    type End = Link<u32, u32>;

    /// What has arrived, none of it in doubt.
    fn sure(arrived: Vec<Arrived<u32>>) -> Vec<u32> {
        assert!(arrived.iter().all(|one| !one.doubtful), "{arrived:?}");
        arrived.into_iter().map(|one| one.item).collect()
    }

    fn through_storage(end: &End) -> End {
        postcard::from_bytes(&postcard::to_allocvec(end).unwrap()).unwrap()
    }

    /// Two ends, which may be replaced after every step by what their stored form gives back.
    struct Pair {
        a: End,
        b: End,
        stored: bool,
    }

    impl Pair {
        fn step<T>(&mut self, act: impl FnOnce(&mut End, &mut End) -> T) -> T {
            let result = act(&mut self.a, &mut self.b);
            if self.stored {
                self.a = through_storage(&self.a);
                self.b = through_storage(&self.b);
            }
            result
        }

        /// Runs a request of `a` to `b`; gives what each end handed on.
        fn exchange(&mut self) -> (Vec<u32>, Vec<u32>) {
            let Some(request) = self.step(|a, _| a.request()) else { return (vec![], vec![]) };
            let at_b = sure(self.step(|_, b| b.handle_request(request, LINGER)));
            let reply = self.step(|_, b| b.reply());
            (sure(self.step(|a, _| a.handle_reply(reply, LINGER))), at_b)
        }

        fn lapse(&mut self) {
            self.step(|a, _| a.handle_timeout(a.next_timeout().unwrap()));
        }
    }

    fn twice(test: impl Fn(&mut Pair)) {
        for stored in [false, true] {
            test(&mut Pair { a: End::new(1, 0), b: End::new(2, 0), stored });
        }
    }

    #[test]
    fn items_go_both_ways_in_one_exchange() {
        twice(|pair| {
            pair.step(|a, _| a.push(1));
            pair.step(|_, b| b.push(10));
            pair.step(|_, b| b.push(11));
            assert_eq!(pair.exchange(), (vec![10, 11], vec![1]));
            assert_eq!(pair.exchange(), (vec![], vec![]));
        });
    }

    #[test]
    fn one_request_is_in_flight_and_the_rest_waits_for_the_next() {
        twice(|pair| {
            pair.step(|a, _| a.push(1));
            let first = pair.step(|a, _| a.request()).unwrap();
            pair.step(|a, _| a.push(2));
            pair.step(|a, _| a.push(3));
            assert_eq!(pair.step(|a, _| a.request()), None);
            assert_eq!(sure(pair.step(|_, b| b.handle_request(first, LINGER))), [1]);
            pair.step(|a, b| a.handle_reply(b.reply(), LINGER));
            assert_eq!(pair.exchange(), (vec![], vec![2, 3]));
        });
    }

    #[test]
    fn a_lost_request_and_a_lost_reply_are_both_made_good_once() {
        twice(|pair| {
            pair.step(|a, _| a.push(1));
            pair.step(|a, _| a.request()).unwrap();
            pair.step(|a, _| a.handle_failure(1000));
            assert_eq!(pair.step(|a, _| a.request()), None, "waits");
            pair.lapse();
            pair.step(|_, b| b.push(10));
            let request = pair.step(|a, _| a.request()).unwrap();
            assert_eq!(sure(pair.step(|_, b| b.handle_request(request, LINGER))), [1]);
            pair.step(|_, b| b.reply()); // lost
            pair.step(|a, _| a.handle_failure(2000));
            pair.lapse();
            assert_eq!(pair.exchange(), (vec![10], vec![]));
            assert!(pair.a.is_quiet());
        });
    }

    #[test]
    fn what_arrives_early_waits() {
        twice(|pair| {
            pair.step(|gateway, _| gateway.push(1));
            let request = pair.step(|gateway, _| gateway.request()).unwrap();
            pair.step(|_, room| room.handle_request(request, LINGER));
            pair.step(|_, room| room.push(10));
            let late_reply = pair.step(|_, room| room.reply());
            pair.step(|_, room| room.push(11));
            let push = pair.step(|_, room| room.request()).unwrap();
            assert_eq!(sure(pair.step(|gateway, _| gateway.handle_request(push, LINGER))), [0u32; 0]);
            pair.step(|gateway, room| room.handle_reply(gateway.reply(), LINGER));
            assert_eq!(pair.step(|_, room| room.request()), None, "11 is held there, not sent again");
            assert_eq!(sure(pair.step(|gateway, _| gateway.handle_reply(late_reply, LINGER))), [10, 11]);
        });
    }

    #[test]
    fn a_new_incarnation_is_noticed_and_gets_only_what_is_new() {
        twice(|pair| {
            pair.step(|a, _| a.push(1));
            pair.step(|_, b| b.push(10));
            pair.exchange();
            pair.a = End::new(3, 0);
            pair.step(|_, b| b.push(11));
            let request = pair.step(|_, b| b.request()).unwrap();
            assert_eq!(sure(pair.step(|a, _| a.handle_request(request, LINGER))), [11]);
            pair.step(|a, b| b.handle_reply(a.reply(), LINGER));
            pair.step(|a, _| a.push(4));
            assert_eq!(pair.exchange(), (vec![], vec![4]));
            assert!(pair.a.is_quiet());
        });
    }

    #[test]
    fn what_another_incarnation_may_have_had_is_doubtful() {
        for (born, at, doubtful) in [(0, 1_000, true), (0, LINGER, false)] {
            let (mut a, mut b) = (End::new(1, 0), End::new(2, born));
            a.push(1);
            a.request().unwrap(); // lost
            a.handle_failure(0);
            a.push(2);
            a.handle_timeout(RETRY_MIN);
            let got = b.handle_request(a.request().unwrap(), at);
            assert_eq!(got, [Arrived { item: 1, doubtful }, Arrived { item: 2, doubtful: false }]);
            a.handle_reply(b.reply(), at);
            a.push(3);
            a.request().unwrap(); // lost, and with it the memory of the other end
            a.handle_failure(0);
            a.handle_timeout(RETRY_MIN);
            let mut b = End::new(3, 0);
            assert_eq!(b.handle_request(a.request().unwrap(), LINGER), [Arrived { item: 3, doubtful: true }]);
        }
    }

    #[test]
    fn what_was_never_sent_can_be_taken_back() {
        twice(|pair| {
            pair.step(|a, _| a.push(1));
            pair.exchange();
            pair.step(|a, _| (a.push(2), a.push(3)));
            assert_eq!(pair.step(|a, _| a.withdraw(|item| *item != 3)), [0u32; 0], "not all of it may be");
            assert_eq!(pair.step(|a, _| a.withdraw(|_| true)), [2, 3]);
            pair.step(|a, _| a.push(4));
            assert_eq!(pair.exchange(), (vec![], vec![4]));
            pair.step(|a, _| a.push(5));
            pair.step(|a, _| a.request()).unwrap();
            assert_eq!(pair.step(|a, _| a.withdraw(|_| true)), [0u32; 0], "it is under way");
        });
    }

    proptest! {
        /// Whatever is lost, each end hands on everything, once, in order, in both modes.
        #[test]
        fn nothing_is_lost_doubled_or_swapped(steps in prop::collection::vec(0u8..8, 1..80), stored in any::<bool>()) {
            let (mut a, mut b) = (End::new(1, 0), End::new(2, 0));
            let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
            let (mut from_a, mut from_b) = (0, 0);
            let mut now = LINGER;
            let run = |a: &mut End, b: &mut End, at_a: &mut Vec<u32>, at_b: &mut Vec<u32>, fate: u8, now: u64| {
                let Some(request) = a.request() else { return };
                if fate == 1 { return a.handle_failure(now) }
                at_b.extend(sure(b.handle_request(request, now)));
                let reply = b.reply();
                if fate == 2 { return a.handle_failure(now) }
                at_a.extend(sure(a.handle_reply(reply, now)));
            };
            for step in steps {
                now += 10_000;
                a.handle_timeout(now);
                b.handle_timeout(now);
                match step {
                    0 => { from_a += 1; a.push(from_a) }
                    1 => { from_b += 1; b.push(from_b) }
                    2..=4 => run(&mut a, &mut b, &mut at_a, &mut at_b, step - 2, now),
                    _ => run(&mut b, &mut a, &mut at_b, &mut at_a, step - 5, now),
                }
                if stored {
                    a = through_storage(&a);
                    b = through_storage(&b);
                }
            }
            for _ in 0..3 {
                now += 10_000;
                a.handle_timeout(now);
                b.handle_timeout(now);
                run(&mut a, &mut b, &mut at_a, &mut at_b, 0, now);
                run(&mut b, &mut a, &mut at_b, &mut at_a, 0, now);
            }
            prop_assert_eq!(at_b, (1..=from_a).collect::<Vec<_>>());
            prop_assert_eq!(at_a, (1..=from_b).collect::<Vec<_>>());
        }
    }
}
