//! The jobs of a queue: what is known of each, which of them may be handed out, in which order, and what is stored of
//! that.
//!
//! A job is an entry of the journal. Its head, which is kept in memory, is written when it is pushed, when it is handed out
//! and when it dies. That it was taken back is not written: by its head it is still held then, and it is taken back again
//! after the loss of memory.

use std::{
    collections::{BinaryHeap, VecDeque},
    rc::Rc,
};

use codec::{Decode, Encode};
use engine_io::Millis;
use litemap::LiteMap;

use super::{config::QueueConfig, talk::Counts};
use crate::{
    Turn,
    journal::{ENTRY_MAX, Order, StorageFault},
    sorted::Sorted,
    stored,
};

/// How many jobs a queue has at most, the dead among them: their heads are in memory.
pub(super) const JOBS_MAX: usize = 100_000;
/// The longest body. The rest of the entry is for its head.
pub(super) const BODY_MAX: usize = ENTRY_MAX - 4_000;
/// How many pushes are remembered, so that they are not done twice.
const PUSHES: usize = 1_000;
/// How many ids are set aside when the last job is gone, so that not each of them costs a row.
const SET_ASIDE: u64 = 100;
/// Version of the stored forms. Raise it with any change to them.
const VERSION: u8 = 1;

/// Who has a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Holder {
    /// A socket, by its id.
    Socket(String),
    /// Somebody outside, who took it.
    Outside,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum State {
    /// It waits, at least until then.
    Waiting { due: Millis },
    /// Somebody has it, at most until then.
    Held { by: Holder, until: Millis },
    /// It was handed out too often.
    Dead,
}

/// What is known of a job: its head.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Record {
    /// Its place among all: its id, until it is put back.
    place: u64,
    /// How often it has been handed out.
    pub(super) attempt: u32,
    /// How many of these were before it was put back: they do not count any more, but no attempt has the number of another.
    spent: u32,
    key: Option<Rc<str>>,
    /// The push that it came with.
    push: String,
    pub(super) state: State,
}

/// What outlives the jobs themselves.
#[derive(Default, Encode, Decode)]
struct Memo {
    /// No id up to this is given out again.
    last: u64,
    pushes: VecDeque<(String, u64)>,
}

/// See the module.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Jobs {
    all: Sorted<u64, Box<Record>>,
    /// Those that may be handed out, by their places.
    ready: Sorted<(u64, u64)>,
    /// When those that are held are taken back, and those that wait for their time may be handed out.
    timers: Sorted<(Millis, u64)>,
    /// Those of each key that are not finished, in their order. Only the first may be handed out.
    keys: LiteMap<Rc<str>, VecDeque<u64>>,
    /// The last pushes and their jobs.
    pushes: VecDeque<(String, u64)>,
    held: u64,
    dead: u64,
    last: u64,
    /// Up to where ids are set aside in the stored memo.
    set_aside: u64,
    /// Jobs up to this one were pushed to a memory before this one.
    inherited: u64,
    /// Until when the push of such a job may come again.
    doubt_until: Millis,
    memo_is_due: bool,
}

impl Jobs {
    /// As storage has them. `None` if newer code has stored any: this one would give their ids to others.
    pub(super) fn restore(turn: &Turn<'_>, memo: Option<&[u8]>) -> Option<Self> {
        if memo.is_some_and(|memo| stored::is_newer(VERSION, memo)) {
            return None;
        }
        let memo: Memo = memo.and_then(|memo| stored::read(VERSION, memo)).unwrap_or_default();
        let mut jobs = Self {
            pushes: memo.pushes,
            set_aside: memo.last,
            last: memo.last,
            doubt_until: turn.now.saturating_add(crate::link::LINGER),
            ..Self::default()
        };
        let mut keyed = BinaryHeap::new();
        for (id, head) in turn.journal.heads(0..u64::MAX, Order::OldestFirst, JOBS_MAX) {
            if stored::is_newer(VERSION, &head) {
                return None;
            }
            let Some(record) = stored::read::<Record>(VERSION, &head) else { continue };
            jobs.last = jobs.last.max(id).max(record.place);
            if !record.push.is_empty() {
                jobs.pushed_as(record.push.clone(), id);
            }
            match record.state {
                State::Held { .. } => jobs.held += 1,
                State::Dead => jobs.dead += 1,
                State::Waiting { .. } => {}
            }
            if let Some(key) = record.key.clone().filter(|_| record.state != State::Dead) {
                keyed.push((key, record.place, id));
            }
            jobs.all.set(id, Box::new(record));
        }
        for (key, _, id) in keyed.into_sorted_vec() {
            jobs.keys.entry(key).or_default().push_back(id);
        }
        jobs.inherited = jobs.last;
        let ids: Vec<u64> = jobs.all.iter().map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| jobs.enter(id, turn.now));
        Some(jobs)
    }

    pub(super) fn get(&self, id: u64) -> Option<&Record> {
        self.all.get(&id).map(|record| &**record)
    }

    pub(super) fn counts(&self) -> Counts {
        let ready = (self.all.len() as u64).saturating_sub(self.held + self.dead);
        Counts { ready, held: self.held, dead: self.dead }
    }

    /// Who holds which.
    pub(super) fn holders(&self) -> impl Iterator<Item = (u64, &Holder)> {
        self.all.iter().filter_map(|(id, record)| match &record.state {
            State::Held { by, .. } => Some((*id, by)),
            _ => None,
        })
    }

    /// The dead, the oldest first.
    pub(super) fn dead(&self) -> impl Iterator<Item = u64> {
        self.all.iter().filter(|(_, record)| record.state == State::Dead).map(|(id, _)| *id)
    }

    /// The next to be handed out.
    pub(super) fn first_ready(&self) -> Option<u64> {
        self.ready.first().map(|(_, id)| *id)
    }

    pub(super) fn next_timeout(&self) -> Option<Millis> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// One whose time is over for whoever holds it. What only waited for its time is ready.
    pub(super) fn overdue(&mut self, now: Millis) -> Option<u64> {
        while let Some((at, id)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            match self.all.get(&id).map(|record| &record.state) {
                Some(State::Held { .. }) => return Some(id),
                _ => {
                    self.timers.remove(&(at, id));
                    self.enter(id, now);
                }
            }
        }
        None
    }

    /// Remembers a push, among those of other jobs in the order of their ids.
    fn pushed_as(&mut self, push: String, id: u64) {
        let at = self.pushes.partition_point(|(_, known)| *known < id);
        if self.pushes.get(at).is_some_and(|(_, known)| *known == id) {
            return; // the memo may have those of jobs that are still there
        }
        self.pushes.insert(at, (push, id));
        if self.pushes.len() > PUSHES {
            self.pushes.pop_front();
        }
    }

    /// The job of a push that was done already.
    pub(super) fn pushed(&self, push: &str) -> Option<u64> {
        self.pushes.iter().rev().find_map(|(known, id)| (known == push).then_some(*id))
    }

    pub(super) fn is_full(&self) -> bool {
        self.all.len() >= JOBS_MAX
    }

    /// Stores a job; its id.
    pub(super) fn push(
        &mut self,
        turn: &mut Turn<'_>,
        push: String,
        key: Option<String>,
        due: Millis,
        body: &[u8],
    ) -> Result<u64, StorageFault> {
        let id = self.last + 1;
        let key: Option<Rc<str>> = key.map(Into::into);
        let state = State::Waiting { due };
        let record = Record { place: id, attempt: 0, spent: 0, key: key.clone(), push: push.clone(), state };
        turn.journal.put(id, &stored::write(VERSION, &record), body)?;
        self.last = id;
        if !push.is_empty() {
            self.pushed_as(push, id);
        }
        if let Some(key) = key {
            self.keys.entry(key).or_default().push_back(id);
        }
        self.all.set(id, Box::new(record));
        self.enter(id, turn.now);
        Ok(id)
    }

    /// Has it held; gives the attempt that it is.
    pub(super) fn hold(
        &mut self,
        turn: &mut Turn<'_>,
        id: u64,
        by: Holder,
        until: Millis,
    ) -> Result<u32, StorageFault> {
        let Some(record) = self.all.get(&id) else { return Err(StorageFault) };
        let attempt = record.attempt + 1;
        let record = Record { attempt, state: State::Held { by, until }, ..(**record).clone() };
        turn.journal.set_head(id, &stored::write(VERSION, &record))?;
        self.leave(id);
        self.held += 1;
        self.all.set(id, Box::new(record));
        self.enter(id, turn.now);
        Ok(attempt)
    }

    /// Whether this attempt is the one that is held, and by them.
    pub(super) fn is_held(&self, id: u64, attempt: u32, holder: &Holder) -> bool {
        self.get(id).is_some_and(|record| {
            record.attempt == attempt && matches!(&record.state, State::Held { by, .. } if by == holder)
        })
    }

    /// Takes it back from whoever holds it: it waits for its next attempt, or was handed out too often.
    pub(super) fn release(&mut self, turn: &mut Turn<'_>, id: u64, config: &QueueConfig) {
        self.leave(id);
        let Some(record) = self.all.get_mut(&id) else { return };
        let State::Held { until, .. } = record.state else { return self.enter(id, turn.now) };
        self.held = self.held.saturating_sub(1);
        let attempts = record.attempt.saturating_sub(record.spent);
        if attempts >= config.attempts {
            record.state = State::Dead;
            self.dead += 1;
            let (head, key) = (stored::write(VERSION, &**record), record.key.clone());
            // If this fails it is held in storage, and dies again after the loss of memory.
            let _ = turn.journal.set_head(id, &head);
            return self.end_of_key(id, key, turn.now);
        }
        record.state = State::Waiting { due: until.min(turn.now) + config.pause(attempts) };
        self.enter(id, turn.now);
    }

    /// Removes it: it is done.
    pub(super) fn finish(&mut self, turn: &mut Turn<'_>, id: u64) -> Result<(), StorageFault> {
        turn.journal.remove(id..id + 1)?;
        self.leave(id);
        let Some(record) = self.all.remove(&id) else { return Ok(()) };
        match record.state {
            State::Held { .. } => self.held = self.held.saturating_sub(1),
            State::Dead => self.dead = self.dead.saturating_sub(1),
            State::Waiting { .. } => {}
        }
        // Its head is gone, by which its push was known, and perhaps which ids were given out.
        let in_doubt = id <= self.inherited && turn.now < self.doubt_until;
        let is_shown = self.all.last().is_some_and(|id| *id == self.last);
        self.memo_is_due |= record.push.starts_with(ONCE)
            || in_doubt && !record.push.is_empty()
            || !is_shown && self.last > self.set_aside;
        self.end_of_key(id, record.key, turn.now);
        Ok(())
    }

    /// Gives a dead one as many attempts again, behind all that are there.
    pub(super) fn put_back(&mut self, turn: &mut Turn<'_>, id: u64) -> Result<(), StorageFault> {
        let Some(record) = self.all.get(&id).filter(|record| record.state == State::Dead) else {
            return Ok(());
        };
        let (place, state) = (self.last + 1, State::Waiting { due: turn.now });
        let record = Record { place, spent: record.attempt, state, ..(**record).clone() };
        turn.journal.set_head(id, &stored::write(VERSION, &record))?;
        self.last = place;
        self.dead = self.dead.saturating_sub(1);
        if let Some(key) = record.key.clone() {
            self.keys.entry(key).or_default().push_back(id);
        }
        self.all.set(id, Box::new(record));
        self.enter(id, turn.now);
        Ok(())
    }

    /// Removes all; how many there were.
    pub(super) fn purge(&mut self, turn: &mut Turn<'_>) -> Result<u64, StorageFault> {
        turn.journal.remove(0..u64::MAX)?;
        let count = self.all.len() as u64;
        *self = Self {
            pushes: std::mem::take(&mut self.pushes),
            last: self.last,
            set_aside: self.set_aside,
            memo_is_due: true,
            ..Self::default()
        };
        Ok(count)
    }

    /// Who pushed this job may not know that it did.
    pub(super) fn is_in_doubt(&mut self, id: u64) {
        let is_gone = self.all.get(&id).is_none();
        self.memo_is_due |= is_gone && self.pushes.iter().any(|(_, pushed)| *pushed == id);
    }

    /// What is to be stored beside the jobs, if that is due.
    pub(super) fn take_memo(&mut self) -> Option<Vec<u8>> {
        if !std::mem::take(&mut self.memo_is_due) {
            return None;
        }
        if self.last > self.set_aside {
            self.set_aside = self.last + SET_ASIDE;
        }
        Some(stored::write(VERSION, &Memo { last: self.set_aside, pushes: self.pushes.clone() }))
    }

    /// Whether it is the first of its key.
    fn is_first(&self, id: u64, key: Option<&Rc<str>>) -> bool {
        key.is_none_or(|key| self.keys.get(key).is_some_and(|ids| ids.front() == Some(&id)))
    }

    /// Puts it where its state wants it to be looked for.
    fn enter(&mut self, id: u64, now: Millis) {
        let Some(record) = self.all.get(&id) else { return };
        match record.state {
            State::Held { until, .. } => self.timers.insert((until, id)),
            State::Waiting { due } if self.is_first(id, record.key.as_ref()) => {
                let place = record.place;
                if due <= now { self.ready.insert((place, id)) } else { self.timers.insert((due, id)) }
            }
            _ => {}
        }
    }

    /// Takes it from there.
    fn leave(&mut self, id: u64) {
        let Some(record) = self.all.get(&id) else { return };
        self.ready.remove(&(record.place, id));
        if let State::Held { until: at, .. } | State::Waiting { due: at } = record.state {
            self.timers.remove(&(at, id));
        }
    }

    /// One of a key is finished or dead: the next may be handed out.
    fn end_of_key(&mut self, id: u64, key: Option<Rc<str>>, now: Millis) {
        let Some(key) = key else { return };
        let Some(ids) = self.keys.get_mut(&key) else { return };
        ids.retain(|other| *other != id);
        match ids.front().copied() {
            Some(next) => self.enter(next, now),
            None => _ = self.keys.remove(&key),
        }
    }
}

/// What the pushes begin with to which the application has given an id.
pub(super) const ONCE: char = 'o';

/// The head of a job as it is pushed.
#[cfg(test)]
pub(super) fn fresh_head(id: u64) -> Vec<u8> {
    let state = State::Waiting { due: 0 };
    stored::write(VERSION, &Record { place: id, attempt: 0, spent: 0, key: None, push: String::new(), state })
}
