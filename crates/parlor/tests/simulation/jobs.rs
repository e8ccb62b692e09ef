//! What must be true of jobs: none that was stored is lost, none is stored twice, no attempt comes twice, and only who has
//! the last attempt finishes it.

use std::collections::BTreeMap;

use serde_json::Value;

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
}

#[derive(Debug, Default)]
pub(crate) struct Jobs(BTreeMap<Number, Job>);

impl Jobs {
    /// The number of the next job.
    pub(crate) fn pushed(&mut self) -> Number {
        let number = self.0.len() as Number;
        self.0.insert(number, Job::default());
        number
    }

    /// A push was acknowledged.
    pub(crate) fn stored(&mut self, number: Number, id: u64) -> Result<(), String> {
        self.known(number, id)?.stored = true;
        Ok(())
    }

    fn known(&mut self, number: Number, id: u64) -> Result<&mut Job, String> {
        let job = self.0.get_mut(&number).ok_or("a job that nobody pushed")?;
        match job.id.replace(id) {
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
    pub(crate) fn acknowledged(&mut self, (number, attempt): (Number, u64)) {
        if let Some(job) = self.0.get_mut(&number) {
            job.attempts.insert(attempt, true);
        }
    }

    /// Once the queue is empty: whether each job was finished, by whoever had it last.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (number, job) in &self.0 {
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
