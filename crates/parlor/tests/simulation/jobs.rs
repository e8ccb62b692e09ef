//! What must be true of jobs: none that was stored is lost, none is stored twice, no attempt comes twice, and only who has
//! the last attempt finishes it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::Millis;

/// The number that a job is pushed with.
pub(crate) type Number = u64;

#[derive(Debug, Default)]
struct Job {
    /// Its id, once somebody knows it.
    id: Option<u64>,
    /// Whether its push was acknowledged.
    stored: bool,
    /// Its attempts that somebody heard of, and whether they were acknowledged.
    attempts: BTreeMap<u64, bool>,
    /// When it was last acknowledged.
    done: Millis,
}

#[derive(Debug, Default)]
pub(crate) struct Jobs {
    all: BTreeMap<Number, Job>,
    /// When the queue lost its memory.
    pub(crate) losses: Vec<Millis>,
}

/// How soon after its end a job may be forgotten, if its push was never answered: until that is asked again.
const MOMENT: Millis = 1_500;

impl Jobs {
    /// The number of the next job.
    pub(crate) fn pushed(&mut self) -> Number {
        let number = self.all.len() as Number;
        self.all.insert(number, Job::default());
        number
    }

    /// A push was acknowledged.
    pub(crate) fn stored(&mut self, number: Number, id: u64) -> Result<(), String> {
        self.known(number, id)?.stored = true;
        Ok(())
    }

    fn known(&mut self, number: Number, id: u64) -> Result<&mut Job, String> {
        let job = self.all.get_mut(&number).ok_or("a job that nobody pushed")?;
        let done = job.done;
        let forgotten = self.losses.iter().any(|loss| (done..done + MOMENT).contains(loss));
        match job.id.replace(id) {
            Some(other) if other != id && forgotten => {
                *job = Job { id: Some(id), ..Job::default() };
                Ok(job)
            }
            Some(other) if other != id => Err(format!("job {number} is stored twice, as {other} and {id}")),
            _ => Ok(job),
        }
    }

    /// A consumer hears of a job: its number and the attempt.
    pub(crate) fn heard(&mut self, job: &Value) -> Result<(Number, u64), String> {
        let field = |name: &str| job[name].as_u64().ok_or(format!("no {name} in {job}"));
        let (number, attempt) = (field("data")?, field("attempt")?);
        if self.known(number, field("id")?)?.attempts.insert(attempt, false).is_some() {
            return Err(format!("attempt {attempt} of job {number} comes twice"));
        }
        Ok((number, attempt))
    }

    /// It has acknowledged it.
    pub(crate) fn acknowledged(&mut self, (number, attempt): (Number, u64), now: Millis) {
        if let Some(job) = self.all.get_mut(&number) {
            job.done = now;
            job.attempts.insert(attempt, true);
        }
    }

    /// Once the queue is empty: whether each job was finished, by whoever had it last.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (number, job) in &self.all {
            match job.attempts.last_key_value() {
                None if job.stored => return Err(format!("job {number} was stored, and is lost")),
                Some((attempt, false)) => {
                    return Err(format!(
                        "job {number} is finished, but not by who had it, as attempt {attempt}"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
