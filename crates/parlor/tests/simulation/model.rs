//! What must be seen: every message that was sent, what each session heard, and what of it breaks a promise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::jobs::Jobs;

pub(crate) type Millis = u64;
/// A client's time in the namespace, from one CONNECT to the end of its connection.
pub(crate) type SessionId = usize;
/// The number of a message.
pub(crate) type Number = u64;

/// How long before a loss of memory a message may have been sent that is lost with it.
const UNDER_WAY: Millis = 60_000;
/// How long things may go on to be lost, until all have noticed.
const AFTERMATH: Millis = 15_000;

#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The order that it belongs to: its room's, or `*`, that of everyone and of unions. Empty: to one socket.
    pub(crate) tag: String,
    /// The rooms that it is for; none: everyone (or one socket).
    pub(crate) rooms: Vec<String>,
    pub(crate) by: SessionId,
    pub(crate) at: Millis,
    /// How often its sender had come back by then. What it said before may still be on its way from another Gateway.
    returns: usize,
    /// Whether it is stored, which whoever sent it does again until it is told so.
    pub(crate) stored: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) since: Millis,
    pub(crate) until: Option<Millis>,
    /// When its connection was lost, from which it came back.
    cuts: Vec<Millis>,
    /// The Gateway that it is at.
    pub(crate) gateway: String,
    /// Rooms that it has asked to join, and since when it knows that it is in.
    pub(crate) rooms: BTreeMap<String, Option<Millis>>,
    /// Rooms that it knows to have left, and since when.
    pub(crate) left: BTreeMap<String, Millis>,
    /// Rooms that it has asked to leave, and when last.
    pub(crate) leaves: BTreeMap<String, Millis>,
    heard: BTreeMap<String, Vec<Number>>,
    all: BTreeSet<Number>,
    latest: BTreeMap<(String, SessionId, usize), Number>,
    /// Of each room the number in its history of the last stored message that it has heard.
    seqs: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) messages: BTreeMap<Number, Message>,
    pub(crate) sessions: Vec<Session>,
    /// When something was lost that may have taken a message with it.
    /// Rooms that others were made to join: who is in them is not always known.
    pub(crate) crowded: BTreeSet<String>,
    pub(crate) losses: Vec<Millis>,
    /// Messages that an object has given up somewhere, rather than have them heard twice.
    pub(crate) dropped: BTreeSet<Number>,
    /// Whether clients may come back.
    pub(crate) recovery: bool,
    /// Of messages that are said to be stored, the numbers in their rooms' histories.
    pub(crate) receipts: BTreeMap<Number, u64>,
    next: Number,
    pub(crate) jobs: Jobs,
}

impl Model {
    pub(crate) fn new(recovery: bool) -> Self {
        Self { recovery, ..Self::default() }
    }

    pub(crate) fn session(&mut self, id: String, gateway: &str, at: Millis) -> SessionId {
        let gateway = gateway.to_owned();
        self.sessions.push(Session { id, gateway, since: at, ..Session::default() });
        self.sessions.len() - 1
    }

    /// A client has come back as the socket that it was.
    pub(crate) fn returns(&mut self, who: SessionId, gateway: &str) {
        let session = &mut self.sessions[who];
        session.cuts.extend(session.until.take());
        gateway.clone_into(&mut session.gateway);
    }

    pub(crate) fn message(&mut self, tag: &str, rooms: &[&String], by: SessionId, at: Millis) -> Number {
        self.next += 1;
        let rooms = rooms.iter().map(|room| (*room).clone()).collect();
        let returns = self.sessions[by].cuts.len();
        self.messages
            .insert(self.next, Message { tag: tag.to_owned(), rooms, by, at, returns, stored: false });
        self.next
    }

    /// As `message`, one that is to be stored.
    pub(crate) fn publication(&mut self, room: &String, by: SessionId, at: Millis) -> Number {
        let number = self.message(room, &[room], by, at);
        self.messages.get_mut(&number).into_iter().for_each(|message| message.stored = true);
        number
    }

    /// A session hears a stored message: none is left out, unless its Gateway forgot, without a log, what was before.
    pub(crate) fn hears_stored(&mut self, who: SessionId, number: Number, seq: u64) -> Result<(), String> {
        let message = self.messages.get(&number).ok_or("a message that nobody sent")?;
        let room = message.tag.clone();
        let session = &mut self.sessions[who];
        let before = session.seqs.insert(room.clone(), seq);
        let is_next =
            before.is_none_or(|before| if self.recovery { seq == before + 1 } else { seq > before });
        // Who left and joined again has missed what was between.
        let may_skip = session.leaves.contains_key(&room) && seq > before.unwrap_or_default();
        if !is_next && !may_skip {
            return Err(format!("session {who} hears {seq} of {room} after {before:?}"));
        }
        self.hears(who, number)
    }

    /// A room's history, as it is stored: each number in it and each message once, and those that were acknowledged.
    pub(crate) fn check_history(&self, room: &str, history: &[(u64, Number)]) -> Result<(), String> {
        let mut numbers = BTreeMap::new();
        for ((seq, number), expected) in history.iter().zip(1..) {
            if *seq != expected || numbers.insert(*number, *seq).is_some() {
                return Err(format!(
                    "the history of {room} has message {number} as {seq}, expected {expected}"
                ));
            }
        }
        for (number, seq) in &self.receipts {
            let is_here = self.messages.get(number).is_some_and(|message| message.tag == room);
            if is_here && numbers.get(number) != Some(seq) {
                return Err(format!(
                    "message {number} was acknowledged as {seq} of {room}, whose history has {:?}",
                    numbers.get(number)
                ));
            }
        }
        Ok(())
    }

    /// The ids of a room's members: those that are known to be, and with them those that were never told.
    pub(crate) fn members(&self, room: &str) -> (BTreeSet<String>, BTreeSet<String>) {
        let live = self.sessions.iter().filter(|session| session.until.is_none());
        let (mut sure, mut perhaps) = (BTreeSet::new(), BTreeSet::new());
        for session in live {
            let joined = session.rooms.get(room);
            let left = session.left.get(room);
            if joined.is_some_and(Option::is_some) {
                sure.insert(session.id.clone());
            }
            if joined.is_some() || left == Some(&Millis::MAX) || self.crowded.contains(room) {
                perhaps.insert(session.id.clone());
            }
        }
        (sure, perhaps)
    }

    /// Everyone in one room is to join another. Gives those who surely are in it.
    pub(crate) fn herds(&mut self, from: &str, to: &str) -> Vec<SessionId> {
        self.crowded.insert(to.to_owned());
        let mut sure = Vec::new();
        for (number, session) in
            self.sessions.iter_mut().enumerate().filter(|(_, session)| session.until.is_none())
        {
            let joined = session.rooms.get(from);
            if joined.is_some_and(Option::is_some) && session.left.get(to) != Some(&Millis::MAX) {
                sure.push(number);
            }
            if joined.is_some() || session.left.get(from) == Some(&Millis::MAX) {
                session.rooms.entry(to.to_owned()).or_insert(None); // perhaps
                session.left.remove(to);
            }
        }
        sure
    }

    /// They have: those who were in all the time, and have not asked to leave the other.
    pub(crate) fn herded(&mut self, from: &str, to: &str, members: &[SessionId], asked: Millis, now: Millis) {
        for number in members {
            let session = &mut self.sessions[*number];
            // Who is away is not made to join anything.
            let was_there = session.until.is_none() && session.cuts.iter().all(|cut| *cut < asked);
            if was_there
                && session.rooms.get(from).is_some_and(Option::is_some)
                && [from, to].iter().all(|room| session.leaves.get(*room).is_none_or(|at| *at < asked))
                && let Some(joined @ None) = session.rooms.get_mut(to)
            {
                *joined = Some(now);
            }
        }
    }

    /// A session hears a message.
    pub(crate) fn hears(&mut self, who: SessionId, number: Number) -> Result<(), String> {
        let message = self.messages.get(&number).ok_or("a message that nobody sent")?;
        let session = &mut self.sessions[who];
        if !session.all.insert(number) {
            return Err(format!("session {who} hears message {number} twice"));
        }
        let crowded = message.rooms.iter().any(|room| self.crowded.contains(room));
        let after_leave = |room: &String| {
            !session.rooms.contains_key(room) && session.left.get(room).is_some_and(|left| *left < message.at)
        };
        if !crowded && !message.rooms.is_empty() && message.rooms.iter().all(after_leave) {
            return Err(format!(
                "session {who} hears message {number}, sent after it had left {:?}",
                message.rooms
            ));
        }
        let never_in = |room: &String| !session.rooms.contains_key(room) && !session.left.contains_key(room);
        if !crowded && !message.rooms.is_empty() && message.rooms.iter().all(never_in) {
            return Err(format!(
                "session {who} hears message {number} to {:?}, where it never was",
                message.rooms
            ));
        }
        let by = (message.tag.clone(), message.by, message.returns);
        let latest = if message.stored { None } else { session.latest.insert(by, number) };
        if let Some(latest) = latest.filter(|latest| *latest > number) {
            return Err(format!(
                "session {who} hears {number} after {latest}, both by session {}",
                message.by
            ));
        }
        session.heard.entry(message.tag.clone()).or_default().push(number);
        Ok(())
    }

    /// What can be said only when all is quiet: whether everybody has heard everything, and in one order.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (number, message) in &self.messages {
            // With a log nothing excuses that what is stored is missing.
            let is_certain = match message.stored && self.recovery {
                true => self.receipts.contains_key(number),
                false => !self.dropped.contains(number) && !self.excused(message),
            };
            if !message.tag.is_empty() && is_certain {
                self.heard_by_all(*number, message)?;
            }
        }
        let tags: BTreeSet<&String> = self.messages.values().map(|message| &message.tag).collect();
        tags.into_iter().filter(|tag| !tag.is_empty()).try_for_each(|tag| self.one_order(tag))
    }

    /// Whether everybody has heard everything that was sent since then.
    pub(crate) fn check_since(&self, since: Millis) -> Result<(), String> {
        let mut recent =
            self.messages.iter().filter(|(_, message)| message.at >= since && !message.tag.is_empty());
        recent.try_for_each(|(number, message)| self.heard_by_all(*number, message))
    }

    /// Whether it may be missing somewhere: its sender went away, or memory was lost while it was under way.
    fn excused(&self, message: &Message) -> bool {
        let sender = &self.sessions[message.by];
        let gone =
            sender.until.iter().chain(&sender.cuts).any(|cut| {
                *cut < message.at + AFTERMATH && (sender.until == Some(*cut) || message.at <= *cut)
            });
        gone || self
            .losses
            .iter()
            .any(|loss| message.at < *loss + AFTERMATH && *loss < message.at + UNDER_WAY)
    }

    fn heard_by_all(&self, number: Number, message: &Message) -> Result<(), String> {
        for (who, session) in self.sessions.iter().enumerate().filter(|(_, session)| session.until.is_none())
        {
            let in_time = |since: &Millis| *since < message.at;
            let is_in = |room: &String| {
                session.rooms.get(room).is_some_and(|since| since.as_ref().is_some_and(in_time))
            };
            let due = match message.rooms.as_slice() {
                [] => in_time(&session.since),
                rooms => rooms.iter().any(is_in),
            };
            if due && !session.all.contains(&number) {
                return Err(format!("session {who} has not heard message {number} ({message:?})"));
            }
        }
        Ok(())
    }

    /// Whether there is an order of which everyone heard a part.
    fn one_order(&self, tag: &str) -> Result<(), String> {
        let mut after: BTreeMap<Number, BTreeSet<Number>> = BTreeMap::new();
        let mut before: BTreeMap<Number, usize> = BTreeMap::new();
        for heard in self.sessions.iter().filter_map(|session| session.heard.get(tag)) {
            heard.iter().for_each(|number| _ = before.entry(*number).or_default());
            for (a, b) in heard.iter().zip(heard.iter().skip(1)) {
                if after.entry(*a).or_default().insert(*b) {
                    *before.entry(*b).or_default() += 1;
                }
            }
        }
        let mut free: VecDeque<Number> =
            before.iter().filter(|(_, n)| **n == 0).map(|(number, _)| *number).collect();
        let mut placed = 0;
        while let Some(number) = free.pop_front() {
            placed += 1;
            for next in after.get(&number).into_iter().flatten() {
                if let Some(left) = before.get_mut(next) {
                    *left -= 1;
                    if *left == 0 {
                        free.push_back(*next);
                    }
                }
            }
        }
        match placed == before.len() {
            true => Ok(()),
            false => {
                let stuck: Vec<_> =
                    before.iter().filter(|(_, left)| **left > 0).map(|(number, _)| number).collect();
                Err(format!("no one order of {tag:?}: {stuck:?} are heard in different ones"))
            }
        }
    }
}
