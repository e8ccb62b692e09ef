//! What a Room does with its history: it stores, sends, reads, and tells those who missed something.

use socket_io::{Payload, Target};

use super::{
    Origin, Room, RoomOutput,
    history::{History, LAST, Published, Rejected},
    values,
};
use crate::{
    Turn,
    history::{Keep, PAGE_MAX, Page, Stored},
    journal::ENTRY_MAX,
    logging::{Level, Line},
    metrics::Count,
    wire::{Cast, Found, Query, ToGateway},
};

impl Room {
    /// Answers a question that is the Room's own.
    pub(super) fn own_answer(
        &mut self,
        turn: &mut Turn<'_>,
        target: Target,
        query: Query,
        trace: String,
    ) -> Found {
        if self.app.handlers(&self.key.nsp).is_none() {
            return Found::refused("no namespace", "The application has no such namespace.");
        }
        if query.is_about_values() {
            return values::answer(turn, query);
        }
        let Some(keep) = self.keep else {
            let words = "This room keeps no history: see `Namespace::history`.";
            return Found::refused("no history", words);
        };
        match query {
            Query::Publish { name, data, id } => {
                self.publish(turn, keep, (name, data, target.except), (id, trace))
            }
            Query::History(page) => Found { messages: self.history.read(turn, page), ..Found::default() },
            Query::Erase => {
                self.history.erase(turn);
                self.remember_last();
                Found::default()
            }
            Query::Replace { seq, data } => match History::replace(turn, seq, &data) {
                Ok(is_there) => Found { count: is_there.into(), ..Found::default() },
                Err(rejected) => refused(rejected),
            },
            _ => Found::default(),
        }
    }

    /// Stores a message, then gives it its place.
    fn publish(
        &mut self,
        turn: &mut Turn<'_>,
        keep: Keep,
        message: (String, Payload, Vec<String>),
        (id, trace): (String, String),
    ) -> Found {
        let seq = match self.history.publish(turn, keep, message, id) {
            Ok(Published::Now(message)) => {
                self.counters.count(Count::RoomMessagesStored);
                self.send_stored(turn, &message, None, trace);
                message.seq
            }
            Ok(Published::Before { seq, inherited }) => {
                self.counters.count(Count::RoomMessagesKnown);
                // The memory that stored it may have been lost before it told everybody: they hear how far it is.
                if inherited {
                    let last = self.history.last();
                    for gateway in self.members.clone() {
                        self.tell(turn, &gateway, ToGateway::Joined { token: 0, lease: 0, last });
                    }
                }
                seq
            }
            Err(rejected) => return refused(rejected),
        };
        Found { count: seq, ..Found::default() }
    }

    /// Sends a stored message to all members, or to one Gateway that may not have it.
    fn send_stored(&mut self, turn: &mut Turn<'_>, message: &Stored, again_to: Option<&str>, trace: String) {
        let rooms = self.key.room.iter().cloned().collect();
        let target = Target { rooms, except: message.except.clone() };
        let parser = self.app.config().parser;
        match parser.encode_event(&self.key.nsp, None, &message.event, &message.payload()) {
            Ok(frames) => {
                let cast = Cast { target, frames, volatile: false, trace };
                self.cast(turn, &cast, Origin { from: None, seq: message.seq, again_to });
            }
            Err(error) => {
                let mut line = Line::new(Level::Error, "unwritable");
                line.number("seq", message.seq);
                self.log(line.text("error", &error.to_string()));
            }
        }
    }

    /// Tells a Gateway the stored messages behind the last that it has. If there are many it asks for the rest.
    pub(super) fn catch_up(&mut self, turn: &mut Turn<'_>, gateway: &str, have: u64) {
        if have >= self.history.last() {
            return;
        }
        self.counters.count(Count::RoomRepairs);
        for message in self.history.read(turn, Page::after(have, PAGE_MAX)) {
            self.send_stored(turn, &message, Some(gateway), String::new());
        }
    }

    /// Keeps the number of the last message, which its entry can't tell any more.
    pub(super) fn remember_last(&mut self) {
        let value = Some(codec::to_vec(&self.history.last()));
        self.outputs.push_back(RoomOutput::Store { key: LAST.to_owned(), value });
    }
}

fn refused(rejected: Rejected) -> Found {
    match rejected {
        Rejected::TooLarge => {
            Found::refused("too large", &format!("A message has at most {ENTRY_MAX} bytes."))
        }
        Rejected::Storage => Found::refused("storage", "The message could not be stored. Try again later."),
    }
}
