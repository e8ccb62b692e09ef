//! The history of a room, in its object's journal. A message's entry has its number; its head says when it came and which
//! id it was published under, its body is the event.

use std::collections::VecDeque;

use codec::{Decode, Encode};
use engine_io::Millis;
use socket_io::Payload;

use crate::{
    Turn,
    history::{Keep, PAGE_MAX, Page, Stored},
    journal::{ENTRY_MAX, Entry, Order},
    sabotage::{Mistake, makes},
    stored,
};

/// Version of the stored form of a message. Raise it with any change to it, and read the older ones too: this is to last.
const VERSION: u8 = 1;

/// How many ids are remembered, so that what is published again is stored once.
const IDS: usize = 1_000;
/// How much one page, or what is told a Gateway that missed something at one go, has at most, in bytes.
const PAGE_BYTES: usize = 4 << 20;
/// How long trimming may wait: for the next of its kind, and, by age, for the next hour.
const TRIM_DELAY: Millis = 60_000;
const TRIM_EVERY: Millis = 3_600_000;
/// How much more than its share a history may have until it is trimmed, so that this is done seldom.
const SLACK: u64 = 64;

/// Key of the row with the number of the last message, where none is left to tell it.
pub(super) const LAST: &str = "last";

#[derive(Clone, Debug, Encode, Decode)]
struct Head {
    at: Millis,
    id: String,
}

/// What a Room knows of its history without reading it.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct History {
    /// The number of the last message.
    last: u64,
    /// The number of the oldest that is left, and when it came.
    oldest: Option<(u64, Millis)>,
    ids: VecDeque<(u64, String)>,
    /// Up to this number messages are of an earlier memory, which may not have told all Gateways.
    inherited: u64,
    trim_at: Option<Millis>,
    trimmed: Millis,
}

/// Why a message is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejected {
    TooLarge,
    Storage,
}

/// That a message is stored.
pub(super) enum Published {
    Now(Stored),
    Before {
        seq: u64,
        /// Whether it was by a memory that may not have told all Gateways.
        inherited: bool,
    },
}

impl History {
    /// After the loss of memory; `last` is what the row of that name says. `None` if newer code has stored messages: this one
    /// would not know their ids, nor tell them to who missed them.
    pub(super) fn restore(turn: &mut Turn<'_>, keep: Keep, last: u64) -> Option<Self> {
        let heads = turn.journal.heads(0..u64::MAX, Order::NewestFirst, IDS);
        if heads.iter().any(|(_, head)| stored::is_newer(VERSION, head)) {
            return None;
        }
        let newest = heads.first().map_or(0, |(number, _)| *number);
        let at = |head: &[u8]| stored::read::<Head>(VERSION, head).map_or(0, |head| head.at);
        let oldest = match heads.len() < IDS {
            true => heads.last().map(|(number, head)| (*number, at(head))),
            false => turn.journal.heads(0..u64::MAX, Order::OldestFirst, 1).first().map(|(n, h)| (*n, at(h))),
        };
        let ids = heads.into_iter().rev().filter_map(|(number, head)| {
            let head: Head = stored::read(VERSION, &head)?;
            Some((number, head.id))
        });
        let last = last.max(newest);
        let mut history = Self { last, oldest, ids: ids.collect(), inherited: last, ..Self::default() };
        history.plan(turn.now.saturating_sub(TRIM_DELAY), keep); // an earlier memory may have put it off already
        Some(history)
    }

    /// The number of the last message.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Stores a message, unless one was stored under its id.
    pub(super) fn publish(
        &mut self,
        turn: &mut Turn<'_>,
        keep: Keep,
        (event, data, except): (String, Payload, Vec<String>),
        id: String,
    ) -> Result<Published, Rejected> {
        let known = self.ids.iter().rev().find(|(_, known)| *known == id);
        if let Some((seq, _)) = known.filter(|_| !makes(Mistake::TwoReceipts)) {
            return Ok(Published::Before { seq: *seq, inherited: *seq <= self.inherited });
        }
        let head = stored::write(VERSION, &Head { at: turn.now, id: id.clone() });
        let seq = self.last + 1;
        put(turn, seq, &head, &(&event, &data, &except))?;
        self.last = seq;
        self.oldest.get_or_insert((seq, turn.now));
        self.ids.push_back((seq, id));
        if self.ids.len() > IDS {
            self.ids.pop_front();
        }
        self.plan(turn.now, keep);
        Ok(Published::Now(Stored { seq, at: turn.now, event, data, except }))
    }

    /// Stores other data in a message; tells whether it is there.
    pub(super) fn replace(turn: &mut Turn<'_>, seq: u64, data: &Payload) -> Result<bool, Rejected> {
        let entry = turn.journal.read(seq..seq.saturating_add(1), Order::OldestFirst, 1, 1).pop();
        let Some((head, message)) = entry.and_then(|entry| Some((entry.head.clone(), message(entry)?)))
        else {
            return Ok(false);
        };
        put(turn, seq, &head, &(&message.event, data, &message.except)).map(|()| true)
    }

    /// A page, oldest first.
    pub(super) fn read(&self, turn: &Turn<'_>, page: Page) -> Vec<Stored> {
        let most = usize::try_from(page.limit.min(PAGE_MAX)).unwrap_or_default();
        let numbers = page.after.map_or(0, |after| after.saturating_add(1))..page.before.unwrap_or(u64::MAX);
        let order = match page.after {
            Some(_) => Order::OldestFirst,
            None => Order::NewestFirst,
        };
        let entries = turn.journal.read(numbers, order, most, PAGE_BYTES);
        let mut messages: Vec<Stored> = entries.into_iter().filter_map(message).collect();
        if order == Order::NewestFirst {
            messages.reverse();
        }
        messages
    }

    /// When to call [`Self::trim`].
    pub(super) fn next_timeout(&self) -> Option<Millis> {
        self.trim_at
    }

    /// Removes what is more than is to be kept; tells whether nothing is left.
    pub(super) fn trim(&mut self, turn: &mut Turn<'_>, keep: Keep) -> bool {
        self.trim_at = None;
        self.trimmed = turn.now;
        let Some((oldest, _)) = self.oldest else { return false };
        let mut first = oldest.max((self.last + 1).saturating_sub(keep.messages));
        if let Some(age) = keep.age {
            first = first.max(self.first_since(turn, first, turn.now.saturating_sub(age)));
        }
        self.drop_until(turn, first);
        self.plan(turn.now, keep);
        self.oldest.is_none()
    }

    /// Removes everything; numbers go on.
    pub(super) fn erase(&mut self, turn: &mut Turn<'_>) {
        self.drop_until(turn, self.last + 1);
        self.trim_at = None;
    }

    fn drop_until(&mut self, turn: &mut Turn<'_>, first: u64) {
        if turn.journal.remove(0..first).is_err() {
            return; // it comes again
        }
        self.oldest =
            turn.journal.heads(first..u64::MAX, Order::OldestFirst, 1).first().map(|(number, head)| {
                (*number, stored::read::<Head>(VERSION, head).map_or(turn.now, |head| head.at))
            });
    }

    /// The first message that came after a time: the times are in order, but for clocks that went back.
    fn first_since(&self, turn: &Turn<'_>, from: u64, since: Millis) -> u64 {
        let (mut low, mut high) = (from, self.last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let heads = turn.journal.heads(middle..high, Order::OldestFirst, 1);
            let at = heads.first().and_then(|(_, head)| stored::read::<Head>(VERSION, head));
            if at.is_some_and(|head| head.at <= since) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// When to trim next.
    fn plan(&mut self, now: Millis, keep: Keep) {
        let Some((oldest, at)) = self.oldest else { return };
        let count = self.last + 1 - oldest;
        let many = count > keep.messages.saturating_add(SLACK.max(keep.messages / 8));
        let by_count = many.then(|| now + TRIM_DELAY);
        let by_age = keep.age.map(|age| (at.saturating_add(age)).max(self.trimmed + TRIM_EVERY).max(now));
        self.trim_at = [self.trim_at, by_count, by_age].into_iter().flatten().min();
    }
}

/// Writes a message: its event, its data, whose members are not to get it.
fn put(
    turn: &mut Turn<'_>,
    seq: u64,
    head: &[u8],
    message: &(&String, &Payload, &Vec<String>),
) -> Result<(), Rejected> {
    let body = stored::write(VERSION, message);
    if head.len() + body.len() > ENTRY_MAX {
        return Err(Rejected::TooLarge);
    }
    if makes(Mistake::EarlyReceipt) {
        return Ok(());
    }
    turn.journal.put(seq, head, &body).map_err(|_| Rejected::Storage)
}

fn message(entry: Entry) -> Option<Stored> {
    let head: Head = stored::read(VERSION, &entry.head)?;
    let (event, data, except) = stored::read(VERSION, &entry.body)?;
    Some(Stored { seq: entry.number, at: head.at, event, data, except })
}
