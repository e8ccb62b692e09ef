//! Queues without a socket or a handler at hand: from a request, a cron event, another program, in any language.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use engine_io::Millis;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use socket_io::{IntoPayload, Payload};

use super::{
    handle::{Terms, check_queue},
    talk::{self, Job, QueueQuery},
};
use crate::{
    App,
    answer::Fault,
    wire::{Found, Peer, encode},
};

/// A job for a queue, from outside of all handlers.
///
/// It is data: [`App::push_request`] says which object to ask, and the shell asks it.
///
/// ```
/// use parlor::Push;
/// # fn rent() -> Result<(), parlor::Fault> {
/// let rent = Push::new("letters", "the rent is due")?.key("flat 7").once("rent of May");
/// # Ok(())
/// # }
/// # rent().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Push {
    queue: String,
    job: Payload,
    terms: Terms,
}

impl Push {
    /// A job for the queue of that name.
    ///
    /// # Errors
    /// If the value has no JSON form.
    pub fn new(queue: &str, job: impl IntoPayload) -> Result<Self, Fault> {
        Ok(Self { queue: queue.to_owned(), job: job.into_payload()?, terms: Terms::default() })
    }

    /// See [`QueueHandle::delay`](crate::QueueHandle::delay).
    pub fn delay(mut self, delay: Duration) -> Self {
        self.terms.delay = delay;
        self
    }

    /// See [`QueueHandle::key`](crate::QueueHandle::key).
    pub fn key(mut self, key: &str) -> Self {
        self.terms.key = Some(key.to_owned());
        self
    }

    /// See [`QueueHandle::once`](crate::QueueHandle::once).
    pub fn once(mut self, id: &str) -> Self {
        self.terms.once = Some(id.to_owned());
        self
    }
}

/// What programs in any language ask a queue, as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked<'a> {
    queue: String,
    #[serde(rename = "do")]
    what: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    /// Bytes in the data, in base64.
    #[serde(default)]
    attachments: Vec<String>,
    delay: Option<Millis>,
    key: Option<String>,
    once: Option<String>,
    id: Option<u64>,
    attempt: Option<u32>,
    limit: Option<u64>,
    visibility: Option<Millis>,
}

/// What they are answered.
#[derive(Serialize)]
struct Listed<'a> {
    jobs: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Written<'a> {
    id: u64,
    attempt: u32,
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<String>,
}

impl<'a> Written<'a> {
    fn new(job: &'a Job) -> Self {
        let attachments = job.data.attachments().iter().map(|bytes| BASE64_STANDARD.encode(bytes)).collect();
        Self { id: job.id, attempt: job.attempt, data: job.data.args().next(), attachments }
    }
}

fn bad(words: impl std::fmt::Display) -> Fault {
    Fault::new("bad request", words.to_string())
}

impl App {
    /// The request that has a job stored: which object to ask, and the body. The reply is for
    /// [`push_receipt`](Self::push_receipt).
    ///
    /// # Errors
    /// If a name is empty or too long.
    pub fn push_request(&self, push: Push) -> Result<(Peer, Vec<u8>), Fault> {
        let Push { queue, job, terms } = push;
        request(queue, terms.push(&job)?)
    }

    /// The id of the job that is stored, from the reply to [`push_request`](Self::push_request).
    ///
    /// # Errors
    /// Why it was not stored.
    pub fn push_receipt(&self, reply: &[u8]) -> Result<u64, Fault> {
        Ok(talk::answer(reply)?.done()?.count)
    }

    /// The request that does what a program in any language asks for: which object to ask, and the body. The reply is for
    /// [`queue_answer`](Self::queue_answer). `docs/queues.md` has the forms.
    ///
    /// # Errors
    /// What is wrong with the JSON, in words for whoever wrote it.
    pub fn queue_request(&self, json: &[u8]) -> Result<(Peer, Vec<u8>), Fault> {
        let asked: Asked<'_> = socket_io::json::from_slice(json).map_err(bad)?;
        let id = || asked.id.ok_or_else(|| bad("`id` is missing"));
        let most = asked.limit.unwrap_or(1);
        let query = match asked.what.as_str() {
            "push" => {
                let data = asked.data.map_or("null", RawValue::get);
                let attachments =
                    asked.attachments.iter().map(|text| BASE64_STANDARD.decode(text).map(Into::into));
                let attachments =
                    attachments.collect::<Result<_, _>>().map_err(|_| bad("`attachments` is not base64"))?;
                let job = Payload::from_raw(data, attachments).map_err(bad)?;
                let delay = Duration::from_millis(asked.delay.unwrap_or_default());
                Terms { delay, key: asked.key.clone(), once: asked.once.clone() }.push(&job)?
            }
            "counts" => QueueQuery::Counts,
            "dead" => QueueQuery::Dead(asked.limit.unwrap_or(100)),
            "put back" => QueueQuery::PutBack(id()?),
            "purge" => QueueQuery::Purge,
            "take" => QueueQuery::Take { most, visibility: asked.visibility },
            "done" => {
                let attempt = asked.attempt.ok_or_else(|| bad("`attempt` is missing"))?;
                QueueQuery::Done { id: id()?, attempt }
            }
            other => return Err(bad(format_args!("there is no {other:?} to do"))),
        };
        request(asked.queue, query)
    }

    /// The answer to such a program, from the reply to [`queue_request`](Self::queue_request) that its JSON became: status
    /// and JSON.
    #[must_use]
    pub fn queue_answer(&self, json: &[u8], reply: &[u8]) -> (u16, String) {
        let what = socket_io::json::from_slice::<Asked<'_>>(json).map(|asked| asked.what).unwrap_or_default();
        match talk::answer(reply).map_err(Fault::from).and_then(Found::done) {
            Ok(found) => (200, told(&what, &found)),
            Err(fault) => (status(fault.code()), fault.to_json()),
        }
    }
}

fn request(queue: String, query: QueueQuery) -> Result<(Peer, Vec<u8>), Fault> {
    check_queue(&queue)?;
    Ok((Peer::Queue(queue), encode(&(None::<Peer>, query))))
}

fn told(what: &str, found: &Found) -> String {
    match what {
        "push" => format!(r#"{{"id":{}}}"#, found.count),
        "purge" => format!(r#"{{"purged":{}}}"#, found.count),
        "counts" => socket_io::json::to_string(&found.counts).unwrap_or_default(),
        "take" | "dead" => {
            let jobs = found.jobs.iter().map(Written::new).collect();
            socket_io::json::to_string(&Listed { jobs }).unwrap_or_default()
        }
        _ => "{}".to_owned(),
    }
}

/// The status of a refusal.
fn status(code: &str) -> u16 {
    match code {
        "not held" => 409,
        "not dead" => 404,
        "too large" => 413,
        "queue full" => 507,
        _ => 503,
    }
}
