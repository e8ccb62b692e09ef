//! What moderators did, kept for a year and seen by all of them.

use parlor_worker::prelude::*;

use crate::house::{
    names::{RoomId, Why},
    people::Person,
};

/// The room of all moderators, whose history the log is.
pub(super) const ROOM: &str = "log";
const PAGE: u64 = 50;

/// Something that a moderator did.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(super) struct Entry {
    pub(super) by: Person,
    pub(super) at: u64,
    /// The event's name.
    pub(super) what: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) whom: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) room: Option<RoomId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) why: Option<Why>,
    /// Ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) until: Option<u64>,
}

impl Entry {
    pub(super) fn new(by: &Person, at: u64, what: &str) -> Self {
        let (by, what) = (by.clone(), what.to_owned());
        Self { by, at, what, whom: None, room: None, why: None, until: None }
    }

    /// Stores it, and tells all moderators.
    pub(super) async fn write(self, io: &Io) -> Result<Ack, Fault> {
        io.to(ROOM).publish("did", &self).await?;
        Ok(Ack(()))
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Did {
    seq: u64,
    data: Entry,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(super) struct Before {
    before: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Log {
    /// Oldest first.
    entries: Vec<Did>,
    more: bool,
}

pub(super) async fn read(io: Io, Data(Before { before }): Data<Before>) -> Result<Ack<Log>, Fault> {
    let page = before.map_or(Page::newest(PAGE + 1), |before| Page::before(before, PAGE + 1));
    let stored = io.to(ROOM).history(page).await?;
    let entries = stored.iter().map(|stored| Ok(Did { seq: stored.seq, data: stored.data()? }));
    let mut entries = entries.collect::<Result<Vec<_>, Fault>>()?;
    let more = entries.len() as u64 > PAGE;
    entries.drain(..usize::from(more));
    Ok(Ack(Log { entries, more }))
}
