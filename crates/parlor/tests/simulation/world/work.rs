//! What people do with a queue: some push jobs, some do them, late perhaps, or never.

use parlor::{Conn, Peer};
use serde_json::{Value, json};

use super::{Event, World};
use crate::{client::Asked, object::Machine};

impl World {
    /// Somebody does something with the queue.
    pub(super) fn work(&mut self) {
        let client = usize::try_from(self.errands.below(self.clients.len() as u64)).unwrap_or_default();
        if self.clients[client].session.is_none() {
            return;
        }
        match self.errands.below(10) {
            0..=2 => {
                let number = self.model.jobs.pushed();
                self.ask(client, Asked::Push(number), &json!(["push", number]));
            }
            3 => {
                let at_once = 1 + self.errands.below(3);
                self.ask(client, Asked::Errand, &json!(["consume", at_once]));
            }
            4 if self.errands.chance(200) => self.ask(client, Asked::Errand, &json!(["stop"])),
            _ => {}
        }
    }

    /// A client gets a job.
    pub(super) fn job(&mut self, client: usize, conn: Conn, ack: u64, job: &Value) -> Result<(), String> {
        let attempt = self.model.jobs.heard(job)?;
        let frame = format!("43{ack}[]");
        let delay = match self.errands.below(10) {
            _ if self.is_calm => 0,
            0..=5 => 0,
            6..=7 => self.errands.below(6_000),
            _ => return Ok(()),
        };
        self.tell(|_| format!("client {client} has {attempt:?}, and says so in {delay} ms"));
        self.later(delay, Event::Finish { conn, frame, attempt });
        Ok(())
    }

    /// Whether all jobs are done in the end.
    pub(super) fn no_jobs_left(&mut self) -> Result<(), String> {
        self.is_calm = true;
        for client in 0..self.clients.len() {
            self.ask(client, Asked::Errand, &json!(["consume", 3]));
        }
        self.until_rest()?;
        if let Some(object) = self.objects.get(&Peer::Queue("jobs".into()))
            && let Some(Machine::Queue(queue)) = &object.machine
            && queue.counts() != parlor::Counts::default()
        {
            return Err(format!("jobs are left: {:?}", queue.counts()));
        }
        self.model.jobs.check()
    }
}

/// The number of the acknowledgement and the job, if a frame is one.
pub(super) fn job_of(frame: &str) -> Option<(u64, Value)> {
    let (number, event) = frame.strip_prefix("42")?.split_once("[\"job\",")?;
    Some((number.parse().ok()?, serde_json::from_str(event.strip_suffix(']')?).ok()?))
}
