//! The side of the Gateway that talks to Queues: what handlers ask of them, which sockets are consumers, and the jobs that
//! those have.
//!
//! A socket's consumptions and its jobs are in its client's row. So an acknowledgement counts that comes after sleep, and a
//! job that a Queue sends again, since it does not know whether it arrived, is handed on once. What was acknowledged is taken
//! from the row with its next change only: until then the job may seem to be held after sleep, which its time ends.

use std::rc::Rc;

use codec::{Decode, Encode};
use engine_io::Millis;
use socket_io::Payload;

use super::{
    Gateway, Output, Place,
    questions::{ASK_TIMEOUT, Asked, Asker},
};
use crate::{
    Turn,
    call::CallId,
    link::{Arrived, LINGER, Link},
    logging::{Level, Line},
    metrics::Count,
    names::{id, shown},
    queue::{FromQueue, Job, QueueQuery, ToQueue},
    wire::{Found, Peer, ToGateway, ToRoom},
};

/// A queue whose jobs a socket takes.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Consuming {
    queue: Rc<str>,
    /// Tells it from an earlier one of the same socket.
    token: u64,
    prefetch: u32,
    event: String,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
enum Stage {
    /// The Queue has not said that it knows.
    Asked,
    Agreed,
    /// It takes no more. These questions wait for the Queue to say that it has none.
    Stopping(Vec<u64>),
}

/// A job that a socket has.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Held {
    queue: Rc<str>,
    id: u64,
    attempt: u32,
    /// That of the acknowledgement.
    pub(super) number: u64,
    until: Millis,
}

impl Gateway {
    pub(super) fn queue(&mut self, turn: &mut Turn<'_>, name: &str) -> &mut Link<ToRoom, ToGateway> {
        if !self.queues.contains_key(name) {
            self.fading_queues.push_back((turn.now + LINGER, name.into()));
        }
        self.queues.entry(name.into()).or_insert_with(|| Box::new(Link::new(turn.epoch(), self.born)))
    }

    fn tell_queue(&mut self, turn: &mut Turn<'_>, name: &str, item: ToQueue) {
        self.queue(turn, name).push(ToRoom::Queue(item));
        self.ready.push(Peer::Queue(name.to_owned()));
    }

    /// Asks a queue; the answer goes to the call.
    pub(super) fn ask_queue(
        &mut self,
        turn: &mut Turn<'_>,
        (call, ask): (CallId, u64),
        queue: &str,
        mut query: QueueQuery,
    ) {
        if let QueueQuery::Push { push, .. } = &mut query
            && push.is_empty()
        {
            *push = id(&turn.id(), &self.name); // so that it is stored once, however often it is sent
        }
        let refused = if self.app.lacks_queues() {
            Some(Found::refused("no queues", "No Durable Object is bound as QUEUE."))
        } else if self.queue(turn, queue).is_full(ToRoom::weight) {
            Some(Found::refused("busy", "Too much waits for the queue. Try again later."))
        } else {
            None
        };
        if let Some(found) = refused {
            return self.outputs.push_back(Output::Answered { call, ask, found });
        }
        self.next_ask += 1;
        let number = self.next_ask;
        self.asks
            .insert(number, Asked { asker: Asker::Call { call, ask }, deadline: turn.now + ASK_TIMEOUT });
        self.tell_queue(turn, queue, ToQueue::Ask { ask: number, query });
    }

    /// Makes a socket a consumer.
    pub(super) fn consume(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        nsp: &Rc<str>,
        queue: &str,
        (prefetch, event): (Option<u32>, Option<String>),
    ) {
        if self.app.lacks_queues() {
            let mut line = Line::new(Level::Error, "no queues");
            line.text("queue", &shown(queue));
            return self
                .log_of(sid, line.text("error", "no Durable Object is bound as QUEUE, so it has no jobs"));
        }
        let (prefetch, event) = self.app.queue_config(queue).of_consumer(prefetch, event);
        let token = turn.epoch();
        let Some(socket) = self.socket(sid, nsp) else { return };
        let consumer = socket.id.to_string();
        let before = socket.consuming.iter().position(|known| *known.queue == *queue);
        let before = before.map(|at| socket.consuming.remove(at).stage);
        socket.consuming.push(Consuming { queue: queue.into(), token, prefetch, event, stage: Stage::Asked });
        self.dirty.insert(sid.clone());
        if let Some(Stage::Stopping(asks)) = before {
            asks.into_iter().for_each(|ask| self.answered(turn, ask, Found::default())); // it goes on instead
        }
        self.tell_queue(turn, queue, ToQueue::Consume { consumer, token, prefetch, holds: None });
    }

    /// Has a socket take no more jobs; the answer comes when it has none.
    pub(super) fn stop_consuming(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        nsp: &Rc<str>,
        (call, ask): (CallId, u64),
        queue: &str,
    ) {
        let deadline = turn.now.saturating_add(self.app.queue_config(queue).visibility) + ASK_TIMEOUT;
        self.next_ask += 1;
        let number = self.next_ask;
        let Some(socket) = self.socket(sid, nsp) else { return };
        let consumer = socket.id.to_string();
        let Some(known) = socket.consuming.iter_mut().find(|known| *known.queue == *queue) else {
            return self.outputs.push_back(Output::Answered { call, ask, found: Found::default() });
        };
        match &mut known.stage {
            Stage::Stopping(asks) => asks.push(number),
            stage => *stage = Stage::Stopping(vec![number]),
        }
        let token = known.token;
        self.asks.insert(number, Asked { asker: Asker::Call { call, ask }, deadline });
        self.dirty.insert(sid.clone());
        self.tell_queue(turn, queue, ToQueue::Stop { consumer, token });
    }

    /// A socket has gone: what it was at goes to others.
    pub(super) fn consumer_gone(&mut self, turn: &mut Turn<'_>, socket: &str, consuming: Vec<Consuming>) {
        for Consuming { queue, stage, .. } in consuming {
            if let Stage::Stopping(asks) = stage {
                asks.into_iter().for_each(|ask| self.answered(turn, ask, Found::default()));
            }
            self.tell_queue(turn, &queue, ToQueue::Gone { consumer: socket.to_owned() });
        }
    }

    /// Tells Queues again what they may not have heard from a memory before this one.
    pub(super) fn consume_again(&mut self, turn: &mut Turn<'_>, sid: &str, nsp: &str) {
        let Some(socket) = self.socket(sid, nsp) else { return };
        let id = socket.id.clone();
        let mut again = Vec::new();
        for known in &mut socket.consuming {
            let Consuming { token, prefetch, .. } = *known;
            let consumer = id.to_string();
            match &mut known.stage {
                Stage::Agreed => continue,
                Stage::Asked => {
                    again.push((
                        known.queue.clone(),
                        ToQueue::Consume { consumer, token, prefetch, holds: None },
                    ));
                }
                Stage::Stopping(asks) => {
                    asks.clear(); // with the memory whoever asked is gone
                    again.push((known.queue.clone(), ToQueue::Stop { consumer, token }));
                }
            }
        }
        for (queue, item) in again {
            self.tell_queue(turn, &queue, item);
        }
    }

    /// The client has acknowledged something: whether that was a job.
    pub(super) fn finished(&mut self, turn: &mut Turn<'_>, sid: &str, nsp: &str, number: u64) -> bool {
        let Some(socket) = self.socket(sid, nsp) else { return false };
        let Some(at) = socket.held.iter().position(|held| held.number == number) else { return false };
        let Held { queue, id, attempt, .. } = socket.held.remove(at);
        let consumer = socket.id.to_string();
        self.tell_queue(turn, &queue, ToQueue::Done { consumer, id, attempt });
        true
    }

    /// What a Queue's envelope brings. If its memory is new it is told again who takes its jobs, and which they have.
    pub(super) fn take_from_queue(
        &mut self,
        turn: &mut Turn<'_>,
        queue: &str,
        take: impl FnOnce(&mut Link<ToRoom, ToGateway>, Millis) -> Vec<Arrived<ToGateway>>,
    ) {
        let now = turn.now;
        let link = self.queue(turn, queue);
        let before = link.peer_epoch();
        let items = take(link, now);
        let is_new = before != 0 && link.peer_epoch() != before;
        for Arrived { item, doubtful } in items {
            let item = match item {
                ToGateway::Queue(item) => item,
                ToGateway::Counted(values) if !doubtful => {
                    self.counters.add_all(&values);
                    continue;
                }
                _ => continue,
            };
            match item {
                FromQueue::Consuming { consumer, token } => self.agreed(queue, &consumer, token),
                FromQueue::Released { consumer, token } => self.released(turn, queue, &consumer, token),
                FromQueue::Hand { consumer, job, until } => {
                    self.hand(turn, queue, consumer, &job, until, doubtful);
                }
                // Numbers of questions begin anew with each memory.
                FromQueue::Answer { .. } if doubtful => {}
                FromQueue::Answer { ask, found } => self.answered(turn, ask, found),
            }
        }
        if is_new {
            self.register_again(turn, queue);
        }
    }

    fn register_again(&mut self, turn: &mut Turn<'_>, queue: &str) {
        let mut again = Vec::new();
        for socket in self.clients.values().flat_map(|client| client.sockets.values()) {
            for known in socket.consuming.iter().filter(|known| *known.queue == *queue) {
                let held = socket.held.iter().filter(|held| *held.queue == *queue);
                let holds = Some(held.map(|held| (held.id, held.attempt)).collect());
                let (consumer, token) = (socket.id.to_string(), known.token);
                again.push(ToQueue::Consume {
                    consumer: consumer.clone(),
                    token,
                    prefetch: known.prefetch,
                    holds,
                });
                if matches!(known.stage, Stage::Stopping(_)) {
                    again.push(ToQueue::Stop { consumer, token });
                }
            }
        }
        for item in again {
            self.tell_queue(turn, queue, item);
        }
    }

    fn agreed(&mut self, queue: &str, consumer: &str, token: u64) {
        let Some(Place { sid, nsp }) = self.sockets.get(consumer).map(|place| (**place).clone()) else {
            return;
        };
        let Some(socket) = self.socket(&sid, &nsp) else { return };
        let known = socket.consuming.iter_mut().find(|known| *known.queue == *queue && known.token == token);
        if let Some(known) = known.filter(|known| known.stage == Stage::Asked) {
            known.stage = Stage::Agreed;
            self.dirty.insert(sid);
        }
    }

    fn released(&mut self, turn: &mut Turn<'_>, queue: &str, consumer: &str, token: u64) {
        let Some(Place { sid, nsp }) = self.sockets.get(consumer).map(|place| (**place).clone()) else {
            return;
        };
        let Some(socket) = self.socket(&sid, &nsp) else { return };
        let is_it = |known: &Consuming| *known.queue == *queue && known.token == token;
        let Some(at) = socket.consuming.iter().position(is_it) else { return };
        let stopped = socket.consuming.remove(at);
        socket.held.retain(|held| *held.queue != *queue);
        self.dirty.insert(sid);
        if let Stage::Stopping(asks) = stopped.stage {
            asks.into_iter().for_each(|ask| self.answered(turn, ask, Found::default()));
        }
    }

    /// Hands a job to its consumer. If it may have had this attempt before, it goes back, to come as another.
    fn hand(
        &mut self,
        turn: &mut Turn<'_>,
        queue: &str,
        consumer: String,
        job: &Job,
        until: Millis,
        doubtful: bool,
    ) {
        let Job { id, attempt, .. } = *job;
        let place = self.sockets.get(consumer.as_str()).map(|place| (**place).clone());
        let socket = place.as_ref().and_then(|place| self.socket(&place.sid, &place.nsp));
        let known = socket.and_then(|socket| {
            let known = socket.consuming.iter().find(|known| *known.queue == *queue)?;
            Some((known.event.clone(), &socket.held))
        });
        let (Some(Place { sid, nsp }), Some((event, held))) = (place, known) else {
            return self.tell_queue(turn, queue, ToQueue::Gone { consumer });
        };
        if until <= turn.now {
            return; // the Queue has taken it back
        }
        let is_it = |held: &Held| *held.queue == *queue && (held.id, held.attempt) == (id, attempt);
        if doubtful && held.iter().any(is_it) {
            return;
        }
        let number = self.next_ack(&nsp);
        let frames = match doubtful {
            true => None,
            false => payload(job).and_then(|payload| {
                self.app.config().parser.encode_event(&nsp, Some(number), &event, &payload).ok()
            }),
        };
        let Some(frames) = frames else {
            return self.tell_queue(turn, queue, ToQueue::Back { consumer, id, attempt });
        };
        let Some(socket) = self.socket(&sid, &nsp) else { return };
        socket.held.retain(|held| held.until > turn.now);
        socket.held.push(Held { queue: queue.into(), id, attempt, number, until });
        let id = socket.id.clone();
        self.dirty.insert(sid.clone());
        self.counters.count(Count::JobsReceived);
        self.counters.count(Count::MessagesSent);
        self.send(&sid, frames.clone(), false);
        self.sent(turn, &nsp, &[id], &frames);
    }

    /// When the first of the Queues is tried again that could not be reached.
    pub(super) fn queues_timeout(&self) -> Option<Millis> {
        let failing = self.failing_queues.iter().filter_map(|name| self.queues.get(name));
        failing.filter_map(|link| link.next_timeout()).min()
    }

    /// A Queue can't be reached.
    pub(super) fn queue_failed(&mut self, turn: &mut Turn<'_>, name: &str) {
        let now = turn.now;
        self.queue(turn, name).handle_failure(now);
        self.failing_queues.insert(name.into());
    }

    /// Lets retries go out.
    pub(super) fn retry_queues(&mut self, now: Millis) {
        self.failing_queues.retain(|name| {
            let link = self.queues.get_mut(name);
            let due = link.is_none_or(|link| link.handle_timeout(now) || link.next_timeout().is_none());
            if due {
                self.ready.push(Peer::Queue(name.to_string()));
            }
            !due
        });
    }

    /// Forgets the links to Queues to which nothing was said for long.
    pub(super) fn fade_queues(&mut self, now: Millis) {
        while self.fading_queues.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, name)) = self.fading_queues.pop_front() else { return };
            match self.queues.get(&name) {
                Some(link) if link.is_forgettable(now) => _ = self.queues.remove(&name),
                Some(_) => self.fading_queues.push_back((now + LINGER, name)),
                None => {}
            }
        }
    }
}

/// What the client gets of a job.
fn payload(Job { id, attempt, data }: &Job) -> Option<Payload> {
    let json = format!(r#"{{"id":{id},"data":{},"attempt":{attempt}}}"#, data.json());
    Payload::from_raw(&json, data.attachments().to_vec()).ok()
}
