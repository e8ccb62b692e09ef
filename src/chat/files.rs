//! Pictures and files: each is a room of its own, whose history are its parts.

use parlor_worker::prelude::*;

use crate::house::{
    limits::{Deed, Office},
    names::is_seen,
    people::Member,
    room,
};

/// A part has so many bytes, but for the last.
const PART: usize = 256 << 10;
/// A file has so many parts: 10 MB.
const PARTS_MAX: u64 = 40;

/// A file as a message names it. Who knows its id may have it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct File {
    /// The id of whose it is, `-`, and 22 characters that nobody guesses.
    id: String,
    name: String,
    /// Its media type.
    r#type: String,
    /// In bytes.
    size: u64,
    parts: u64,
}

impl File {
    /// Whether a person may send it.
    pub(super) fn check(&self, me: &str) -> Result<(), Fault> {
        check_id(&self.id, Some(me))?;
        let parts = self.size.div_ceil(PART as u64);
        let fits = (1..=200).contains(&self.name.chars().count())
            && self.name.chars().all(is_seen) // an ending is at the end
            && self.r#type.len() <= 100
            && parts == self.parts
            && (1..=PARTS_MAX).contains(&parts);
        if fits { Ok(()) } else { Err(Fault::new("bad file", "A file has a name, and 1 byte to 10 MB.")) }
    }
}

fn check_id(id: &str, me: Option<&str>) -> Result<(), Fault> {
    let is_mine = me.is_none_or(|me| id.split_at_checked(16).is_some_and(|(of, _)| of == me));
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let fits = id.len() == 39 && plain && id.as_bytes().get(16) == Some(&b'-');
    if fits && is_mine { Ok(()) } else { Err(Fault::new("bad file", "That is no file of yours.")) }
}

fn room_of(file: &str) -> String {
    format!("file:{file}")
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Upload {
    file: String,
    /// From 0.
    part: u64,
    bytes: Binary,
}

/// Stores a part. They come in order; one that comes again is not stored again.
pub(super) async fn upload(
    io: Io,
    office: Office,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(Upload { file, part, bytes }): Data<Upload>,
) -> Result<Ack, Fault> {
    me.may(Deed::Upload, now)?;
    office.part(now)?;
    check_id(&file, Some(&me.person.id))?;
    if part >= PARTS_MAX || !(1..=PART).contains(&bytes.0.len()) {
        return Err(Fault::new("too large", "A file has at most 10 MB."));
    }
    let stored = room(&io, room_of(&file)).once(&part.to_string()).publish("part", &bytes).await?;
    match stored.seq == part + 1 {
        true => Ok(Ack(())),
        false => Err(Fault::new("bad part", "The parts of a file come in order. Send it as a new file.")),
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Download {
    file: String,
    part: u64,
}

pub(super) async fn download(
    io: Io,
    Data(Download { file, part }): Data<Download>,
) -> Result<Ack<Binary>, Fault> {
    check_id(&file, None)?;
    let parts = room(&io, room_of(&file)).history(Page::after(part, 1)).await?;
    let stored = parts.first().filter(|stored| stored.seq == part + 1);
    let part = stored.ok_or_else(|| Fault::new("no such file", "This file is not there any more."))?;
    Ok(Ack(part.data()?))
}

/// Removes a file for good.
pub(super) async fn erase(io: &Io, file: &File) -> Result<(), Fault> {
    room(io, room_of(&file.id)).erase_history().await
}
