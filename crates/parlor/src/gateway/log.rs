//! The log of connection state recovery: what this Gateway has sent, in its journal, so that a client that comes back in
//! time hears what it missed. An entry's number is what clients are given as the packet's offset.

use codec::{Decode, Encode, Reader};
use engine_io::{Frame, Millis};
use socket_io::Target;

use crate::{
    Turn,
    config::Recovery,
    journal::{Journal, Order},
    names::RoomKey,
    stored,
    wire::{Cast, Place},
};

/// Version of the stored forms of the log.
const VERSION: u8 = 1;

/// How much is read at a time.
const CHUNK_ENTRIES: usize = 1_000;
const CHUNK_BYTES: usize = 4 << 20;
/// How much more than allowed there may be until the log is cut, so that this is done seldom.
const SLACK: u64 = 8;

/// Key of the row with what the entries can't tell.
pub(super) const LOG: &str = "log";

/// What is known of the log without reading it.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Log {
    /// The number of the last entry.
    last: u64,
    /// The number of the first that is there.
    first: u64,
    /// Entries up to this number went before their time, or never came in.
    lost: u64,
    /// How many bytes there were in all entries up to the last, and up to the one before the first.
    written: u64,
    trimmed: u64,
    /// When the oldest entry was made; 0: there is none.
    oldest: Millis,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Head {
    at: Millis,
    /// How many bytes there were in all entries before it, and in itself.
    before: u64,
    bytes: u64,
    /// Where the Room has it in its history.
    stored: Option<(RoomKey, u64)>,
}

#[derive(Debug, Encode)]
struct BodyRef<'a> {
    nsp: &'a str,
    cast: (&'a Target, &'a [Frame], bool),
    place: Option<&'a Place>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Logged {
    nsp: String,
    pub(super) cast: Cast,
    pub(super) place: Option<Place>,
}

/// As [`BodyRef`] has it: what a broadcast is logged as is not stored.
impl Decode for Logged {
    fn decode(from: &mut Reader<'_>) -> Self {
        let (nsp, (target, frames, volatile), place) = Decode::decode(from);
        Self { nsp, cast: Cast { target, frames, volatile, trace: String::new() }, place }
    }
}

/// Which entries a socket has to have: those behind `after` for its id, those for a room that are behind its join, and of
/// those of the Room of everyone those behind `everyone`.
pub(super) struct Missed<'a> {
    pub(super) nsp: &'a str,
    pub(super) id: &'a str,
    pub(super) rooms: &'a [(std::rc::Rc<str>, u64)],
    pub(super) after: u64,
    pub(super) everyone: u64,
}

impl Missed<'_> {
    fn wants(&self, number: u64, entry: &Logged) -> bool {
        let is_in = |room: &str| {
            room == self.id || self.rooms.iter().any(|(joined, since)| **joined == *room && *since < number)
        };
        let is_early =
            entry.place.as_ref().is_some_and(|place| place.key.room.is_none()) && number <= self.everyone;
        entry.nsp == self.nsp && !is_early && entry.cast.target.includes(is_in)
    }
}

impl Log {
    /// After the loss of memory; `row` is that of [`LOG`]. `None` if newer code has written some of it: this one can't tell
    /// what was heard.
    pub(super) fn restore(journal: &dyn Journal, row: Option<&[u8]>) -> Option<Self> {
        if row.is_some_and(|row| stored::is_newer(VERSION, row)) {
            return None;
        }
        let mut log: Self = row.and_then(|row| stored::read(VERSION, row)).unwrap_or_default();
        let head = |order| journal.heads(0..u64::MAX, order, 1).pop();
        let (Some((first, oldest)), Some((last, newest))) =
            (head(Order::OldestFirst), head(Order::NewestFirst))
        else {
            return Some(log);
        };
        if stored::is_newer(VERSION, &newest) {
            return None;
        }
        log.last = log.last.max(last);
        match (stored::read::<Head>(VERSION, &oldest), stored::read::<Head>(VERSION, &newest)) {
            (Some(oldest), Some(newest)) => {
                log.written = newest.before + newest.bytes;
                (log.first, log.oldest, log.trimmed) = (first, oldest.at, oldest.before);
            }
            // They can't be read. What comes is behind it, and when that is trimmed it goes as well.
            _ => (log.lost, log.oldest) = (log.last, 0),
        }
        Some(log)
    }

    /// Without anything that was in it; numbers go on.
    pub(super) fn anew(turn: &mut Turn<'_>) -> Self {
        let last = turn.journal.heads(0..u64::MAX, Order::NewestFirst, 1).pop().map_or(0, |(last, _)| last);
        // If this fails it is met again.
        let _ = turn.journal.remove(0..last + 1);
        Self { last, lost: last, ..Self::default() }
    }

    /// The number of the last entry.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Whether an entry behind this one is not there any more though it should be.
    pub(super) fn has_lost(&self, after: u64) -> bool {
        after < self.lost
    }

    /// Adds an entry; gives its number. `None` if it could not be stored: then who had to hear it is not to recover any
    /// more, and [`row`](Self::row) says so.
    pub(super) fn add(
        &mut self,
        turn: &mut Turn<'_>,
        nsp: &str,
        cast: &Cast,
        place: Option<&Place>,
    ) -> Option<u64> {
        self.last += 1;
        let body = stored::write(
            VERSION,
            &BodyRef { nsp, cast: (&cast.target, &cast.frames, cast.volatile), place },
        );
        let stored_as = place.and_then(Place::stored);
        let head = Head { at: turn.now, before: self.written, bytes: body.len() as u64, stored: stored_as };
        let head = stored::write(VERSION, &head);
        if turn.journal.put(self.last, &head, &body).is_err() {
            self.lost = self.last;
            return None;
        }
        if self.oldest == 0 {
            (self.oldest, self.first, self.trimmed) = (turn.now, self.last, self.written);
        }
        self.written += body.len() as u64;
        Some(self.last)
    }

    /// Hands on, in order, what a socket has missed; tells whether that is all: a journal that can't be read may end early,
    /// or have an entry that can't.
    pub(super) fn replay(
        &self,
        journal: &dyn Journal,
        missed: &Missed<'_>,
        mut hand_on: impl FnMut(u64, Logged),
    ) -> bool {
        let mut next = missed.after + 1;
        loop {
            let entries = journal.read(next..u64::MAX, Order::OldestFirst, CHUNK_ENTRIES, CHUNK_BYTES);
            let Some(last) = entries.last() else { return self.oldest == 0 || next > self.last };
            next = last.number + 1;
            for entry in entries {
                let Some(logged) = stored::read::<Logged>(VERSION, &entry.body) else { return false };
                if missed.wants(entry.number, &logged) {
                    hand_on(entry.number, logged);
                }
            }
        }
    }

    /// When to call [`Self::trim`]: what is older than clients may come back, or too much.
    pub(super) fn next_timeout(&self, config: &Recovery, age: Millis) -> Option<Millis> {
        if self.oldest == 0 {
            return None;
        }
        let many = self.last + 1 - self.first > config.log_entries + config.log_entries / SLACK
            || self.written.saturating_sub(self.trimmed) > config.log_bytes + config.log_bytes / SLACK;
        Some(if many { self.oldest } else { self.oldest + 2 * age })
    }

    /// Removes what is too old, and what is too much. Gives what of Rooms' histories was in it.
    pub(super) fn trim(
        &mut self,
        turn: &mut Turn<'_>,
        config: &Recovery,
        age: Millis,
    ) -> Vec<(RoomKey, u64)> {
        let mut gone = Vec::new();
        let (mut first, mut oldest) = (self.first, 0);
        'all: loop {
            let heads = turn.journal.heads(first..u64::MAX, Order::OldestFirst, CHUNK_ENTRIES);
            if heads.is_empty() {
                break;
            }
            for (number, head) in heads {
                let Some(head) = stored::read::<Head>(VERSION, &head) else {
                    (self.lost, first) = (number, number + 1);
                    continue;
                };
                let is_old = head.at + age <= turn.now;
                let is_much = self.last + 1 - number > config.log_entries
                    || self.written.saturating_sub(head.before) > config.log_bytes;
                if !is_old && !is_much {
                    oldest = head.at;
                    first = number;
                    break 'all;
                }
                if !is_old {
                    self.lost = number;
                }
                self.trimmed = head.before + head.bytes;
                gone.extend(head.stored);
                first = number + 1;
            }
        }
        if turn.journal.remove(0..first).is_ok() {
            (self.first, self.oldest) = (first, oldest);
        }
        gone
    }

    /// The row that goes with it.
    pub(super) fn row(&self) -> Option<Vec<u8>> {
        Some(stored::write(VERSION, self))
    }

    /// What of Rooms' histories is in it.
    pub(super) fn stored(journal: &dyn Journal) -> Vec<(RoomKey, u64)> {
        let heads = journal.heads(0..u64::MAX, Order::OldestFirst, usize::MAX);
        heads.into_iter().filter_map(|(_, head)| stored::read::<Head>(VERSION, &head)?.stored).collect()
    }
}

/// An offset as clients have it: the number of an entry, and whose.
pub(super) fn offset(number: u64, gateway: &str) -> String {
    format!("{number}.{gateway}")
}

/// The number in an offset of this Gateway; `None`: it is another one's.
pub(super) fn number_of(offset: &str, gateway: &str) -> Option<u64> {
    let (number, of) = offset.split_once('.')?;
    if of == gateway { number.parse().ok() } else { None }
}

/// A broadcast for one socket.
pub(super) fn only(id: &str, frames: Vec<Frame>) -> Cast {
    Cast {
        target: Target { rooms: vec![id.to_owned()], except: Vec::new() },
        frames,
        volatile: false,
        trace: String::new(),
    }
}

#[cfg(test)]
mod tests;
