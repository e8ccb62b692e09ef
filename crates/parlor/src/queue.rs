//! The Queue machine: jobs that are stored until somebody has done them, and the sockets that do them.
//!
//! A job is handed to one consumer at a time, and finished by that consumer's acknowledgement alone. If it does not come in
//! time, or the consumer goes, the job is handed out again, as the next attempt; after so many it is dead, and waits for
//! somebody to look at it. What a consumer says of an attempt that it does not hold any more changes nothing.
//!
//! Split by meaning: `jobs` is the jobs and their order, `consumers` who takes them, `answers` what is
//! asked and done at once, `talk` what Queues and Gateways say,
//! `config` the settings, `handle` the queue in a handler's hands, `outside` how it is asked without one.

mod answers;
mod config;
mod consumers;
mod handle;
mod jobs;
mod outside;
mod talk;

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};
use engine_io::Millis;
use litemap::LiteMap;

pub(crate) use self::talk::{FromQueue, ToQueue, weight};
use self::{
    answers::TIME_MAX,
    consumers::{Consumers, PREFETCH_MAX, Terms, row},
    jobs::{Holder, Jobs},
};
pub use self::{
    config::QueueConfig,
    handle::QueueHandle,
    outside::Push,
    talk::{Counts, Job, QueueQuery},
};
use crate::{
    App, Turn,
    journal::StorageFault,
    link::{Arrived, Link},
    logging::Line,
    metrics::{Count, Counters},
    sabotage::{Mistake, makes},
    wire::{self, Found, Peer, ToGateway, ToRoom, WireError},
};

/// How many bytes of jobs are handed out or listed at once.
const BYTES_MAX: usize = 8 << 20;
/// When to try again what storage did not take.
const TRY_AGAIN: Millis = 1_000;
/// Key of the row with what outlives the jobs.
const MEMO: &str = "memo";

/// What a Queue wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueOutput {
    /// Keep this row, or delete it.
    Store {
        /// Its key.
        key: String,
        /// `None`: delete.
        value: Option<Vec<u8>>,
    },
    /// Make this request and bring the reply to [`Queue::handle_reply`].
    Request {
        /// To this Gateway.
        gateway: String,
        /// The body.
        body: Vec<u8>,
    },
    /// A line for the log.
    Log(Line),
}

/// One queue.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Queue {
    #[codec(skip)]
    app: Rc<App>,
    name: String,
    born: Millis,
    jobs: Jobs,
    /// Whether newer code has stored jobs here. Then nobody is served, until that is back.
    is_shut: bool,
    consumers: Consumers,
    links: LiteMap<String, Link<ToGateway, ToRoom>>,
    /// How many jobs were handed out.
    served: u64,
    /// When to go on with what storage did not take, or what was too much at once.
    again: Option<Millis>,
    ready: Vec<String>,
    /// What was counted, and no Gateway was told.
    counters: Counters,
    #[codec(skip)]
    outputs: VecDeque<QueueOutput>,
}

impl Queue {
    /// The Queue as its stored rows and its journal have it; without them, an empty one.
    pub fn restore(
        turn: &mut Turn<'_>,
        app: Rc<App>,
        name: &str,
        rows: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Self {
        let (mut memo, mut consumers) = (None, Consumers::default());
        for (key, value) in rows {
            if !consumers.restore(&key, &value) && key == MEMO {
                memo = Some(value);
            }
        }
        let jobs = Jobs::restore(turn, memo.as_deref());
        let mut queue = Self {
            app,
            name: name.to_owned(),
            born: turn.now,
            is_shut: jobs.is_none(),
            jobs: jobs.unwrap_or_default(),
            consumers,
            links: LiteMap::new(),
            served: 0,
            again: None,
            ready: Vec::new(),
            counters: Counters::default(),
            outputs: VecDeque::new(),
        };
        queue.counters.count(Count::QueueStarts);
        let mut orphans = Vec::new();
        for (id, holder) in queue.jobs.holders() {
            if let Holder::Socket(socket) = holder {
                match queue.consumers.get_mut(socket) {
                    Some(consumer) => consumer.holds.push(id),
                    None => orphans.push(id),
                }
            }
        }
        for consumer in queue.consumers.all_mut() {
            consumer.inherited = consumer.holds.len();
        }
        for id in orphans {
            queue.release(turn, id, false);
        }
        queue.expire(turn);
        // What storage did not take before is tried again, if nothing else happens.
        let may_go_on = queue.jobs.first_ready().is_some() && queue.consumers.next(|_| true).is_some();
        queue.again = match queue.ready.is_empty() {
            true => may_go_on.then_some(turn.now + TRY_AGAIN),
            false => Some(turn.now),
        };
        queue
    }

    /// Whether nothing is under way. Then forgetting this machine loses nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.links.values().all(Link::is_quiet)
    }

    /// How many jobs there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.jobs.counts()
    }

    /// Takes a Gateway's request, or one from outside of all objects, and gives the body of the reply.
    ///
    /// # Errors
    /// A body that can't be read; answer it with a failure, the Gateway comes again.
    pub fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8]) -> Result<Vec<u8>, WireError> {
        if self.is_shut {
            return Err(WireError::NewerStorage);
        }
        self.counters.count(Count::QueueRequests);
        let (gateway, rest) = match wire::decode_sender(body)? {
            (Some(Peer::Gateway(gateway)), rest) => (gateway, rest),
            (Some(_), _) => return Err(WireError::Malformed),
            (None, rest) => {
                let query = codec::from_bytes(rest).ok_or(WireError::Malformed)?;
                self.expire(turn);
                let found = self.answer(turn, query);
                self.pump(turn);
                return Ok(wire::encode(&found));
            }
        };
        let envelope = wire::decode_envelope(rest)?;
        self.expire(turn);
        let items = self.link(turn, &gateway).handle_request(envelope, turn.now);
        self.remember_unheard(&gateway);
        self.take(turn, &gateway, items);
        self.hand_out(turn); // what comes now goes with the reply
        if self.app.config().metrics {
            let counted = std::mem::take(&mut self.counters);
            self.link(turn, &gateway).push(ToGateway::Counted(counted));
        }
        let reply = self.link(turn, &gateway).reply();
        self.pump(turn);
        Ok(wire::encode(&reply))
    }

    /// Takes the reply to a request of this Queue; `None` if the request failed.
    pub fn handle_reply(&mut self, turn: &mut Turn<'_>, gateway: &str, reply: Option<&[u8]>) {
        self.expire(turn);
        match reply.and_then(|body| wire::decode(body).ok()) {
            Some(envelope) => {
                let items = self.link(turn, gateway).handle_reply(envelope, turn.now);
                self.take(turn, gateway, items);
            }
            None => {
                let now = turn.now;
                self.counters.count(Count::QueueExchangesFailed);
                self.link(turn, gateway).handle_failure(now);
            }
        }
        self.ready.push(gateway.to_owned());
        self.pump(turn);
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        let links = self.links.values().filter_map(Link::next_timeout);
        links.chain(self.jobs.next_timeout()).chain(self.again).min()
    }

    /// Takes jobs back whose time is over, hands out those whose time has come, and lets retries go out.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.expire(turn);
        for (gateway, link) in &mut self.links {
            if link.handle_timeout(turn.now) {
                self.ready.push(gateway.clone());
            }
        }
        self.pump(turn);
    }

    /// The machine that its serialised form gives back; all outputs have been taken.
    pub(crate) fn through_snapshot(&self) -> Self {
        let snapshot = codec::to_vec(self);
        match codec::from_bytes::<Self>(&snapshot) {
            Some(restored) => Self { app: self.app.clone(), ..restored },
            None => self.clone(),
        }
    }

    /// What is to be done, in order.
    pub fn poll_output(&mut self) -> Option<QueueOutput> {
        self.outputs.pop_front()
    }

    fn config(&self) -> QueueConfig {
        self.app.queue_config(&self.name)
    }

    fn link(&mut self, turn: &mut Turn<'_>, gateway: &str) -> &mut Link<ToGateway, ToRoom> {
        self.links.entry(gateway.to_owned()).or_insert_with(|| Link::new(turn.epoch(), self.born))
    }

    fn tell(&mut self, turn: &mut Turn<'_>, gateway: &str, item: FromQueue) {
        self.link(turn, gateway).push(ToGateway::Queue(item));
        self.ready.push(gateway.to_owned());
    }

    /// A Gateway comes again, and has not had what it was answered: a push of which it does not know that it was done is
    /// remembered though its job be gone, or it would be done again if this memory is lost now.
    fn remember_unheard(&mut self, gateway: &str) {
        let unheard = self.links.get(gateway).into_iter().flat_map(Link::items);
        for item in unheard {
            if let ToGateway::Queue(FromQueue::Answer { found, .. }) = item {
                self.jobs.is_in_doubt(found.count);
            }
        }
    }

    fn take(&mut self, turn: &mut Turn<'_>, gateway: &str, items: Vec<Arrived<ToRoom>>) {
        for Arrived { item, doubtful } in items {
            let ToRoom::Queue(item) = item else { continue };
            match item {
                ToQueue::Consume { consumer, token, prefetch, holds } => {
                    let prefetch = prefetch.clamp(1, PREFETCH_MAX);
                    let terms = Terms { gateway: gateway.to_owned(), token, prefetch, is_stopping: false };
                    self.agree(&consumer, terms);
                    if let Some(holds) = holds {
                        self.reconcile(turn, &consumer, &holds);
                    }
                    self.tell(turn, gateway, FromQueue::Consuming { consumer, token });
                }
                ToQueue::Stop { consumer, token } => {
                    let terms = self.consumers.get_mut(&consumer).map(|known| known.terms.clone());
                    match terms.filter(|terms| terms.token == token) {
                        Some(terms) => {
                            self.agree(&consumer, Terms { is_stopping: true, ..terms });
                            self.let_go(turn, &consumer);
                        }
                        None => self.tell(turn, gateway, FromQueue::Released { consumer, token }),
                    }
                }
                ToQueue::Gone { consumer } => {
                    if let Some(gone) = self.consumers.remove(&consumer) {
                        self.store(row(&consumer, None));
                        for id in gone.holds {
                            self.release(turn, id, false);
                        }
                    }
                }
                ToQueue::Done { consumer, id, attempt } => {
                    let holder = Holder::Socket(consumer);
                    if (self.jobs.is_held(id, attempt, &holder) || makes(Mistake::LateFinish))
                        && let Holder::Socket(consumer) = &holder
                        && self.finish(turn, id).is_ok()
                        && let Some(consumer) = self.consumers.get_mut(consumer)
                    {
                        consumer.lapses = 0;
                    }
                }
                ToQueue::Back { consumer, id, attempt } => {
                    if self.jobs.is_held(id, attempt, &Holder::Socket(consumer)) {
                        self.release(turn, id, false);
                    }
                }
                // Another one's jobs may have come since.
                ToQueue::Ask { ask, query } if doubtful && !query.is_idempotent() => {
                    self.tell(turn, gateway, FromQueue::Answer { ask, found: Found::too_late() });
                }
                ToQueue::Ask { ask, query } => {
                    let found = self.answer(turn, query);
                    self.tell(turn, gateway, FromQueue::Answer { ask, found });
                }
            }
        }
    }

    /// Adds a consumer, or changes what is agreed with it.
    fn agree(&mut self, consumer: &str, terms: Terms) {
        let row = row(consumer, Some(&terms));
        if self.consumers.agree(consumer, terms) {
            self.store(row);
        }
    }

    /// Takes back what a memory before this one has handed to a consumer that does not have it.
    fn reconcile(&mut self, turn: &mut Turn<'_>, consumer: &str, holds: &[(u64, u32)]) {
        let Some(known) = self.consumers.get_mut(consumer) else { return };
        let inherited = std::mem::take(&mut known.inherited);
        let inherited: Vec<u64> = known.holds.iter().take(inherited).copied().collect();
        for id in inherited {
            let attempt = self.jobs.get(id).map_or(0, |record| record.attempt);
            if !holds.contains(&(id, attempt)) {
                self.release(turn, id, false);
            }
        }
    }

    /// Lets a consumer go that takes no more and has none.
    fn let_go(&mut self, turn: &mut Turn<'_>, consumer: &str) {
        let known = self.consumers.get_mut(consumer);
        if known.is_some_and(|known| known.terms.is_stopping && known.holds.is_empty())
            && let Some(gone) = self.consumers.remove(consumer)
        {
            self.store(row(consumer, None));
            let Terms { gateway, token, .. } = gone.terms;
            self.tell(turn, &gateway, FromQueue::Released { consumer: consumer.to_owned(), token });
        }
    }

    /// Takes a job from its consumer, if a socket has it; because its time was over perhaps.
    fn take_from(&mut self, turn: &mut Turn<'_>, id: u64, lapsed: bool) {
        let Some(jobs::State::Held { by: Holder::Socket(socket), .. }) =
            self.jobs.get(id).map(|record| record.state.clone())
        else {
            return;
        };
        if let Some(consumer) = self.consumers.get_mut(&socket) {
            consumer.drop_job(id);
            consumer.lapses = consumer.lapses.saturating_add(u32::from(lapsed));
            self.let_go(turn, &socket);
        }
    }

    /// Takes a job back: it is to be tried again, or dead.
    fn release(&mut self, turn: &mut Turn<'_>, id: u64, lapsed: bool) {
        self.take_from(turn, id, lapsed);
        let config = self.config();
        self.counters.count(Count::JobsTakenBack);
        self.jobs.release(turn, id, &config);
        if self.jobs.get(id).is_some_and(|job| job.state == jobs::State::Dead) {
            self.counters.count(Count::JobsDied);
        }
    }

    fn finish(&mut self, turn: &mut Turn<'_>, id: u64) -> Result<(), StorageFault> {
        let record = self.jobs.get(id).cloned();
        self.jobs.finish(turn, id)?;
        self.counters.count(Count::JobsDone);
        if let Some(jobs::State::Held { by: Holder::Socket(socket), .. }) = record.map(|record| record.state)
            && let Some(consumer) = self.consumers.get_mut(&socket)
        {
            consumer.drop_job(id);
            self.let_go(turn, &socket);
        }
        Ok(())
    }

    fn expire(&mut self, turn: &mut Turn<'_>) {
        if self.again.is_some_and(|at| at <= turn.now) {
            self.again = None;
        }
        while let Some(id) = self.jobs.overdue(turn.now) {
            self.release(turn, id, true);
        }
    }

    /// Hands out what can be.
    fn hand_out(&mut self, turn: &mut Turn<'_>) {
        if self.again == Some(turn.now) {
            return; // enough for one turn
        }
        let until = turn.now.saturating_add(self.config().visibility.min(TIME_MAX));
        let mut bytes = 0;
        while self.jobs.first_ready().is_some() {
            let links = &self.links;
            let is_reached = |gateway: &str| {
                links.get(gateway).is_none_or(|link| !link.is_failing() && !link.is_full(ToGateway::weight))
            };
            let Some(consumer) = self.consumers.next(is_reached) else { return };
            if bytes >= BYTES_MAX {
                return self.again = Some(turn.now);
            }
            let Some(job) = self.next_job(turn, Holder::Socket(consumer.clone()), until) else { return };
            bytes += weight(&job.data);
            self.served += 1;
            let Some(known) = self.consumers.get_mut(&consumer) else { return };
            known.served = self.served;
            known.holds.push(job.id);
            let gateway = known.terms.gateway.clone();
            self.tell(turn, &gateway, FromQueue::Hand { consumer, job, until });
        }
    }

    fn store(&mut self, (key, value): (String, Option<Vec<u8>>)) {
        self.outputs.push_back(QueueOutput::Store { key, value });
    }

    fn pump(&mut self, turn: &mut Turn<'_>) {
        self.hand_out(turn);
        if let Some(memo) = self.jobs.take_memo() {
            self.store((MEMO.to_owned(), Some(memo)));
        }
        for gateway in std::mem::take(&mut self.ready) {
            if let Some(envelope) = self.links.get_mut(&gateway).and_then(Link::request) {
                let body = wire::encode_request(&Peer::Queue(self.name.clone()), &envelope);
                self.outputs.push_back(QueueOutput::Request { gateway, body });
            }
        }
        let now = turn.now;
        let gone = |(gateway, link): (&String, &Link<_, _>)| {
            (link.is_forgettable(now) && !self.consumers.is_on(gateway)).then(|| gateway.clone())
        };
        let gone: Vec<String> = self.links.iter().filter_map(gone).collect();
        for gateway in gone {
            self.links.remove(&gateway);
        }
    }
}

#[cfg(test)]
mod tests;
