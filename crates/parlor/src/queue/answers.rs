//! What a Queue is asked, and does at once: pushes, counts, dead letters; and what is handed to whoever is no socket.

use engine_io::Millis;
use socket_io::Payload;

use super::{
    BYTES_MAX, Queue, QueueOutput, TRY_AGAIN,
    jobs::{BODY_MAX, Holder, State},
    talk::{Job, QueueQuery, weight},
};
use crate::{
    Turn,
    journal::{Order, StorageFault},
    logging::{Level, Line},
    metrics::Count,
    wire::Found,
};

/// How many jobs are taken or listed at once.
const JOBS_AT_ONCE: u64 = 1_000;

/// The longest delay and the longest time for a job: a year, for a deadline has to be a date.
pub(super) const TIME_MAX: Millis = 365 * 24 * 3_600_000;

/// What was pushed.
fn read(turn: &Turn<'_>, id: u64) -> Option<Payload> {
    let entry = turn.journal.read(id..id + 1, Order::OldestFirst, 1, usize::MAX).pop()?;
    codec::from_bytes(&entry.body)
}

impl Queue {
    pub(super) fn answer(&mut self, turn: &mut Turn<'_>, query: QueueQuery) -> Found {
        let done = |found: Result<Found, StorageFault>| {
            found.unwrap_or_else(|_| Found::refused("storage", "The queue's storage takes nothing."))
        };
        match query {
            QueueQuery::Push { push, data, delay, key } => self.push(turn, push, &data, delay, key),
            QueueQuery::Counts => Found { counts: self.jobs.counts(), ..Found::default() },
            QueueQuery::Dead(most) => {
                let most = usize::try_from(most.min(JOBS_AT_ONCE)).unwrap_or_default();
                let ids: Vec<u64> = self.jobs.dead().take(most).collect();
                let mut found = Found::default();
                let mut bytes = 0;
                for id in ids {
                    if bytes >= BYTES_MAX {
                        break;
                    }
                    let attempt = self.jobs.get(id).map_or(0, |record| record.attempt);
                    let Some(data) = read(turn, id) else { continue };
                    bytes += weight(&data);
                    found.jobs.push(Job { id, attempt, data });
                }
                found
            }
            QueueQuery::PutBack(id) if self.jobs.get(id).is_some_and(|job| job.state == State::Dead) => {
                done(self.jobs.put_back(turn, id).map(|()| Found::default()))
            }
            QueueQuery::PutBack(_) => Found::refused("not dead", "There is no such job among the dead."),
            QueueQuery::Purge => {
                for consumer in self.consumers.all_mut() {
                    consumer.holds.clear();
                    consumer.inherited = 0;
                }
                done(self.jobs.purge(turn).map(|count| Found { count, ..Found::default() }))
            }
            QueueQuery::Take { most, visibility } => {
                let until =
                    turn.now.saturating_add(visibility.unwrap_or(self.config().visibility).min(TIME_MAX));
                let mut found = Found::default();
                let mut bytes = 0;
                while (found.jobs.len() as u64) < most.min(JOBS_AT_ONCE) && bytes < BYTES_MAX {
                    let Some(job) = self.next_job(turn, Holder::Outside, until) else { break };
                    bytes += weight(&job.data);
                    found.jobs.push(job);
                }
                found
            }
            QueueQuery::Done { id, attempt } if self.jobs.is_held(id, attempt, &Holder::Outside) => {
                done(self.finish(turn, id).map(|()| Found::default()))
            }
            QueueQuery::Done { .. } => {
                Found::refused("not held", "This attempt is not held any more: it was too late, or is done.")
            }
        }
    }

    fn push(
        &mut self,
        turn: &mut Turn<'_>,
        push: String,
        data: &Payload,
        delay: Millis,
        key: Option<String>,
    ) -> Found {
        if let Some(count) = self.jobs.pushed(&push).filter(|_| !push.is_empty()) {
            return Found { count, ..Found::default() };
        }
        let body = codec::to_vec(data);
        if self.jobs.is_full() {
            return Found::refused("queue full", "The queue has as many jobs as it can take.");
        }
        if body.len() > BODY_MAX {
            return Found::refused("too large", &format!("A job has at most {BODY_MAX} bytes."));
        }
        let due = turn.now.saturating_add(delay.min(TIME_MAX));
        match self.jobs.push(turn, push, key, due, &body) {
            Ok(count) => {
                self.counters.count(Count::JobsPushed);
                Found { count, ..Found::default() }
            }
            Err(StorageFault) => Found::refused("storage", "The queue's storage takes nothing."),
        }
    }

    /// Has the next job held; gives it if storage took that.
    pub(super) fn next_job(&mut self, turn: &mut Turn<'_>, by: Holder, until: Millis) -> Option<Job> {
        loop {
            let id = self.jobs.first_ready()?;
            let Some(data) = read(turn, id) else {
                let mut line = Line::new(Level::Error, "job lost");
                line.number("job", id);
                line.text("error", "it can't be read, and is removed");
                self.outputs.push_back(QueueOutput::Log(line));
                if self.jobs.finish(turn, id).is_err() {
                    self.again = Some(turn.now + TRY_AGAIN);
                    return None;
                }
                continue;
            };
            return match self.jobs.hold(turn, id, by, until) {
                Ok(attempt) => {
                    self.counters.count(Count::JobsHandedOut);
                    Some(Job { id, attempt, data })
                }
                Err(StorageFault) => {
                    self.again = Some(turn.now + TRY_AGAIN);
                    None
                }
            };
        }
    }
}
