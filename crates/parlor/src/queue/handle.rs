//! The queue in a handler's hands, and what a socket does with it.

use std::{borrow::Cow, rc::Rc, time::Duration};

use socket_io::{IntoPayload, Payload, json::Error};

use super::{
    config::QueueConfig,
    jobs::ONCE,
    talk::{Counts, Job, QueueQuery},
};
use crate::{
    answer::Fault,
    asked::Asked,
    broadcast::{is_done, patience},
    call::{Effect, Scope},
    names::{ROOM_NAME_MAX, is_printable},
    socket::{Io, Socket},
    wire::Found,
};

/// What comes with a push beside the job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Terms {
    pub(super) delay: Duration,
    pub(super) key: Option<String>,
    pub(super) once: Option<String>,
}

impl Terms {
    /// The push of a job on these terms.
    ///
    /// # Errors
    /// If a key or an id is too long, or the job can't be written.
    pub(super) fn push(self, job: &Payload) -> Result<QueueQuery, Fault> {
        for name in self.key.iter().chain(&self.once) {
            check(name, "key")?;
        }
        let push = self.once.map(|once| format!("{ONCE}{once}")).unwrap_or_default();
        Ok(QueueQuery::Push { push, data: one_argument(job)?, delay: patience(self.delay), key: self.key })
    }
}

/// A payload as one argument: several are a list, none is `null`.
fn one_argument(payload: &Payload) -> Result<Payload, Fault> {
    let mut args = payload.args();
    let json = match (args.next(), args.next()) {
        (None, _) => Cow::Borrowed("null"),
        (_, None) => Cow::Borrowed(payload.json()),
        _ => Cow::Owned(format!("[{}]", payload.json())),
    };
    Ok(Payload::from_raw(&json, payload.attachments().to_vec())?)
}

/// Whether a queue may be called so: it becomes the name of an object.
pub(super) fn check_queue(name: &str) -> Result<(), Fault> {
    match is_printable(name) {
        true => check(name, "queue name"),
        false => Err(Fault::new("bad queue name", "It has no control characters.")),
    }
}

fn check(name: &str, what: &str) -> Result<(), Fault> {
    match (1..=ROOM_NAME_MAX).contains(&name.len()) {
        true => Ok(()),
        false => Err(Fault::new(format!("bad {what}"), format!("It has 1 to {ROOM_NAME_MAX} bytes."))),
    }
}

/// A queue: jobs that are stored until somebody has done them. [`Io::queue`] gives it.
///
/// Its name may be anything of 1 to 512 bytes without control characters. Each queue is an object, and the same for all namespaces.
#[derive(Clone, Debug)]
#[must_use]
pub struct QueueHandle {
    scope: Rc<Scope>,
    name: String,
    terms: Terms,
}

impl Io {
    /// The queue of that name.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn order(io: Io, Data(dish): Data<String>) -> Result<Ack<u64>, Fault> {
    ///     Ok(Ack(io.queue("orders").push(&dish).await?)) // it is stored
    /// }
    /// async fn cook(socket: Socket) -> Result<(), Fault> {
    ///     socket.consume("orders") // `job`, {id, data, attempt} come one at a time, and are to be acknowledged
    /// }
    /// let namespace = Namespace::open().on("order", order).on("cook", cook);
    /// ```
    pub fn queue(&self, name: &str) -> QueueHandle {
        QueueHandle { scope: self.scope().clone(), name: name.to_owned(), terms: Terms::default() }
    }
}

impl QueueHandle {
    /// The job is not handed out before that.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.terms.delay = delay;
        self
    }

    /// Jobs of the same key (1 to 512 bytes) are handed out one after another: each once the one before it is finished or
    /// dead.
    pub fn key(mut self, key: &str) -> Self {
        self.terms.key = Some(key.to_owned());
        self
    }

    /// Of the last 1,000 pushes none with the same id (1 to 512 bytes) is done twice: the second gives the receipt of the
    /// first. So what failed with a timeout may be pushed again.
    pub fn once(mut self, id: &str) -> Self {
        self.terms.once = Some(id.to_owned());
        self
    }

    /// Stores a job; gives its id, which is greater than those before it. A tuple is a list.
    ///
    /// # Errors
    /// `queue full`: 100,000 jobs wait. `too large`: a job has at most 1.9 MB. `storage`: it takes nothing. `busy`: too
    /// much waits for the queue. In all these cases nothing was stored. [`Fault::is_timeout`]: it may have been stored.
    ///
    /// If the value has no JSON form, or a name is too long.
    pub fn push(self, job: impl IntoPayload) -> Asked<u64> {
        self.push_payload(job.into_payload())
    }

    fn push_payload(self, job: Result<Payload, Error>) -> Asked<u64> {
        let Self { scope, name, terms } = self;
        let query = job.map_err(Fault::from).and_then(|job| terms.push(&job));
        ask(scope, name, query, |found| Ok(found.done()?.count))
    }

    /// How many jobs there are.
    ///
    /// # Errors
    /// [`Fault::is_timeout`].
    pub fn counts(self) -> Asked<Counts> {
        ask(self.scope, self.name, Ok(QueueQuery::Counts), |found| Ok(found.done()?.counts))
    }

    /// The dead letters: jobs that were handed out too often. The oldest, at most so many, of 8 MB together.
    ///
    /// # Errors
    /// [`Fault::is_timeout`].
    pub fn dead(self, limit: u64) -> Asked<Vec<Job>> {
        ask(self.scope, self.name, Ok(QueueQuery::Dead(limit)), |found| Ok(found.done()?.jobs))
    }

    /// Gives a dead job as many attempts again, behind all that wait. They are counted on: none has the number of another.
    ///
    /// # Errors
    /// `not dead`: there is no such job among the dead. [`Fault::is_timeout`].
    pub fn put_back(self, id: u64) -> Asked<()> {
        ask(self.scope, self.name, Ok(QueueQuery::PutBack(id)), is_done)
    }

    /// Removes all jobs, those that are held and those that are dead among them; gives how many there were. What a
    /// consumer is at is not taken from it, but its acknowledgement changes nothing.
    ///
    /// # Errors
    /// [`Fault::is_timeout`]: it may have been done.
    pub fn purge(self) -> Asked<u64> {
        ask(self.scope, self.name, Ok(QueueQuery::Purge), |found| Ok(found.done()?.count))
    }
}

fn ask<T>(
    scope: Rc<Scope>,
    queue: String,
    query: Result<QueueQuery, Fault>,
    read: fn(Found) -> Result<T, Fault>,
) -> Asked<T> {
    let question = put(&scope, queue, query);
    Asked::new(scope, question, read)
}

fn put(scope: &Scope, queue: String, query: Result<QueueQuery, Fault>) -> Result<u64, Fault> {
    let query = query?;
    check_queue(&queue)?;
    let ask = scope.next_ask();
    scope.push(Effect::Queue { ask, queue, query });
    Ok(ask)
}

impl Socket {
    /// Makes this socket a consumer of a queue, as the queue's [`QueueConfig`] says. It gets each job as an event, `job` if
    /// nothing else is said, with one argument, `{id, data, attempt}`, and acknowledges it when it has done it: with
    /// whatever, for only that it does so counts. If it does not in time, or goes, another gets the job.
    ///
    /// The jobs that it has are forgotten by none: neither by an object that sleeps, nor by one that crashes.
    ///
    /// # Errors
    /// If the name is empty or too long.
    pub fn consume(&self, queue: &str) -> Result<(), Fault> {
        self.consume_as(queue, None, None)
    }

    /// As [`consume`](Self::consume), with so many jobs at once, by an event of this name.
    ///
    /// # Errors
    /// As there, or if the name is one of Socket.IO's own.
    pub fn consume_with(&self, queue: &str, prefetch: u32, event: &str) -> Result<(), Fault> {
        crate::broadcast::check_event(event)?;
        self.consume_as(queue, Some(prefetch), Some(event.to_owned()))
    }

    fn consume_as(&self, queue: &str, prefetch: Option<u32>, event: Option<String>) -> Result<(), Fault> {
        check_queue(queue)?;
        self.scope().push(Effect::Consume { queue: queue.to_owned(), prefetch, event });
        Ok(())
    }

    /// Takes no more jobs of a queue; done when this socket has none any more: it has acknowledged them, or their time is
    /// over. Its next events wait meanwhile.
    ///
    /// # Errors
    /// [`Fault::is_timeout`] if the queue can't be reached; it happens later all the same.
    pub fn stop_consuming(&self, queue: &str) -> Asked<()> {
        let (scope, queue) = (self.scope().clone(), queue.to_owned());
        let ask = scope.next_ask();
        scope.push(Effect::StopConsuming { ask, queue });
        Asked::new(scope, Ok(ask), is_done)
    }
}

impl QueueConfig {
    /// What a consumer gets that says nothing else.
    pub(crate) fn of_consumer(&self, prefetch: Option<u32>, event: Option<String>) -> (u32, String) {
        (prefetch.unwrap_or(self.prefetch), event.unwrap_or_else(|| self.event.clone().into_owned()))
    }
}
