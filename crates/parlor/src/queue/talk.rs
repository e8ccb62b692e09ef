//! What Queues and Gateways say to each other, and what a Queue is asked from outside.

use codec::{Decode, Encode};
use engine_io::Millis;
use serde::{Serialize, de::DeserializeOwned};
use socket_io::Payload;

use crate::{
    answer::Fault,
    wire::{Found, WireError, decode},
};

/// From a Gateway to a Queue. A consumer is a socket, by its id.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum ToQueue {
    /// The socket takes jobs.
    Consume {
        consumer: String,
        /// Comes back in [`FromQueue::Consuming`] and [`FromQueue::Released`].
        token: u64,
        /// So many at once.
        prefetch: u32,
        /// To a Queue that lost its memory: the jobs that it has, by id and attempt. Others never arrived.
        holds: Option<Vec<(u64, u32)>>,
    },
    /// It takes no more, and is released once it holds none.
    Stop { consumer: String, token: u64 },
    /// It is not there, or not any more.
    Gone { consumer: String },
    /// It has done its part.
    Done { consumer: String, id: u64, attempt: u32 },
    /// A job that may have been handed to it before, and is not handed to it again.
    Back { consumer: String, id: u64, attempt: u32 },
    /// Something that a handler asks.
    Ask { ask: u64, query: QueueQuery },
}

/// From a Queue to a Gateway.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum FromQueue {
    /// The Queue knows the consumer.
    Consuming { consumer: String, token: u64 },
    /// It is a consumer no more, and holds nothing.
    Released { consumer: String, token: u64 },
    /// A job for it.
    Hand {
        consumer: String,
        job: Job,
        /// When its time is over.
        until: Millis,
    },
    /// The answer to an `Ask`.
    Answer { ask: u64, found: Found },
}

impl FromQueue {
    /// Its size in memory, roughly.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Hand { job, .. } => weight(&job.data),
            _ => 0,
        }
    }
}

impl ToQueue {
    /// As [`FromQueue::weight`].
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Ask { query: QueueQuery::Push { data, .. }, .. } => weight(data),
            _ => 0,
        }
    }
}

/// The size of a payload, roughly.
pub(crate) fn weight(data: &Payload) -> usize {
    data.json().len() + data.attachments().iter().map(bytes::Bytes::len).sum::<usize>()
}

/// What a queue is asked.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum QueueQuery {
    /// Store a job.
    Push {
        /// The push itself: another with the same is the same push. Empty: it is like no other.
        push: String,
        /// The job, one argument.
        data: Payload,
        /// How long until it may be handed out, ms.
        delay: Millis,
        /// It comes after all that have the same.
        key: Option<String>,
    },
    /// How many jobs are there?
    Counts,
    /// Which are dead? The oldest, at most so many.
    Dead(u64),
    /// Hand this dead one out again.
    PutBack(u64),
    /// Remove all.
    Purge,
    /// Hand out to whoever asks, which is no socket.
    Take {
        /// So many at most.
        most: u64,
        /// How long they may take, ms; as the queue's settings say if it is not said.
        visibility: Option<Millis>,
    },
    /// What was taken so is done.
    Done {
        /// The job.
        id: u64,
        /// The attempt that it was.
        attempt: u32,
    },
}

impl QueueQuery {
    /// Whether it may be done again by whoever may have done it already.
    pub(crate) fn is_idempotent(&self) -> bool {
        !matches!(self, Self::Purge | Self::Take { .. })
    }
}

/// A job as it is handed out, or listed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Job {
    /// Its number in its queue.
    pub id: u64,
    /// How often it has been handed out, this time included.
    pub attempt: u32,
    /// What was pushed, as one argument.
    pub data: Payload,
}

impl Job {
    /// What was pushed.
    ///
    /// # Errors
    /// If it is no `T`.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        self.data.to().map_err(Fault::bad_payload)
    }
}

/// How many jobs a queue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Counts {
    /// Those that wait: for a consumer, for their time, or for another of their key.
    pub ready: u64,
    /// Those that consumers have.
    pub held: u64,
    /// Those that were handed out too often.
    pub dead: u64,
}

/// The answer of a Queue to a request from outside of all objects.
///
/// # Errors
/// If another version of this code wrote it.
pub(super) fn answer(body: &[u8]) -> Result<Found, WireError> {
    decode(body)
}
