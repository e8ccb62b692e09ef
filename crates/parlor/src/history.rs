//! The history of a room: messages that are stored before they are acknowledged, numbered without gaps.

use std::time::Duration;

use codec::{Decode, Encode};
use engine_io::Millis;
use serde::{Serialize, de::DeserializeOwned};
use socket_io::Payload;

use crate::{answer::Fault, app::millis, wire::Found};

/// How much of its history a room keeps. What is more, or older, goes: within about a minute, or an hour where only its
/// age counts.
///
/// ```
/// use std::time::Duration;
/// use parlor::{Keep, prelude::*};
/// let namespace = Namespace::open().history(Keep::messages(10_000).for_time(Duration::from_secs(30 * 24 * 3600)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Keep {
    pub(crate) messages: u64,
    pub(crate) age: Option<Millis>,
}

impl Keep {
    /// At most about so many messages.
    pub fn messages(messages: u64) -> Self {
        Self { messages, age: None }
    }

    /// Everything. An object's storage ends at 10 GB, and then publishing fails.
    pub fn everything() -> Self {
        Self { messages: u64::MAX, age: None }
    }

    /// None for longer than that.
    pub fn for_time(mut self, time: Duration) -> Self {
        self.age = Some(millis(time));
        self
    }
}

/// Which part of a room's history to read, and at most how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[must_use]
pub struct Page {
    /// Those behind this one.
    pub(crate) after: Option<u64>,
    /// Those before this one.
    pub(crate) before: Option<u64>,
    pub(crate) limit: u64,
}

/// The most messages that one page has.
pub const PAGE_MAX: u64 = 1_000;

impl Page {
    /// The newest messages, at most so many.
    pub fn newest(limit: u64) -> Self {
        Self { after: None, before: None, limit }
    }

    /// The first ones after a number, at most so many.
    pub fn after(seq: u64, limit: u64) -> Self {
        Self { after: Some(seq), ..Self::newest(limit) }
    }

    /// The last ones before a number, at most so many.
    pub fn before(seq: u64, limit: u64) -> Self {
        Self { before: Some(seq), ..Self::newest(limit) }
    }
}

/// That a message is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Receipt {
    /// Its number in its room: 1, 2, 3, and so on.
    pub seq: u64,
}

impl Receipt {
    /// What the Room has answered.
    pub(crate) fn read(found: Found) -> Result<Self, Fault> {
        Ok(Self { seq: found.done()?.count })
    }
}

/// A message of a room's history.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Stored {
    /// Its number.
    pub seq: u64,
    /// When it was stored, ms since the epoch.
    pub at: Millis,
    /// The event that it was sent as.
    pub event: String,
    pub(crate) data: Payload,
    /// Whose members were not to get it.
    pub(crate) except: Vec<String>,
}

impl Stored {
    /// What was published. [`Raw`](crate::Raw) takes anything, bytes included.
    ///
    /// # Errors
    /// If it does not fit `T`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        self.data.to::<(T,)>().map(|(data,)| data).map_err(Fault::internal)
    }

    /// The argument that members of the room get with its event: `{seq, data}`.
    pub(crate) fn payload(&self) -> Payload {
        let json = format!(r#"{{"seq":{},"data":{}}}"#, self.seq, or_null(self.data.json()));
        Payload::from_raw(&json, self.data.attachments().to_vec()).unwrap_or_default()
    }
}

fn or_null(json: &str) -> &str {
    if json.is_empty() { "null" } else { json }
}

/// As its room's members get it, and as pages of history may be sent to clients: `{seq, data}`.
impl Serialize for Message<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error, SerializeStruct};
        let (data,): (crate::Raw,) = self.0.data.to().map_err(S::Error::custom)?;
        let mut message = serializer.serialize_struct("Message", 2)?;
        message.serialize_field("seq", &self.0.seq)?;
        message.serialize_field("data", &data)?;
        message.end()
    }
}

/// See [`Stored::message`].
#[derive(Clone, Copy, Debug)]
pub struct Message<'a>(&'a Stored);

impl Stored {
    /// What members of the room got, `{seq, data}`, to be sent to a client again.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message(self)
    }
}
