//! Who takes the jobs of a queue: sockets, each with the Gateway that it is on. They are rows, so that they are known
//! after the loss of memory.

use codec::{Decode, Encode};
use litemap::LiteMap;

use crate::stored;

/// Prefix of the stored rows, one for each consumer.
const CONSUMER: &str = "s/";
/// Version of their form. Raise it with any change to it.
const VERSION: u8 = 1;
/// How many jobs a consumer may have at once.
pub(super) const PREFETCH_MAX: u32 = 1_000;

/// What is stored of a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Terms {
    pub(super) gateway: String,
    pub(super) token: u64,
    pub(super) prefetch: u32,
    /// It takes no more.
    pub(super) is_stopping: bool,
}

#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Consumer {
    pub(super) terms: Terms,
    /// The jobs that it has.
    pub(super) holds: Vec<u64>,
    /// How many of `holds`, at its beginning, were handed to it by a memory before this one, and may never have arrived.
    pub(super) inherited: usize,
    /// How many jobs it has let go by since it did one.
    pub(super) lapses: u32,
    /// When it was last handed a job, as a number.
    pub(super) served: u64,
}

/// See the module.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Consumers(LiteMap<String, Consumer>);

impl Consumers {
    /// Takes a stored row in; whether it was one of a consumer.
    pub(super) fn restore(&mut self, key: &str, value: &[u8]) -> bool {
        let Some(id) = key.strip_prefix(CONSUMER) else { return false };
        if let Some(terms) = stored::read(VERSION, value) {
            self.0.insert(id.to_owned(), Consumer::new(terms));
        }
        true
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Consumer> {
        self.0.get_mut(id)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Consumer> {
        self.0.remove(id)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Consumer> {
        self.0.iter_mut().map(|(_, consumer)| consumer)
    }

    pub(super) fn is_on(&self, gateway: &str) -> bool {
        self.0.values().any(|consumer| consumer.terms.gateway == gateway)
    }

    /// Changes what is agreed with a consumer, or adds it; whether that is news.
    pub(super) fn agree(&mut self, id: &str, terms: Terms) -> bool {
        match self.0.get_mut(id) {
            Some(consumer) if consumer.terms == terms => false,
            Some(consumer) => {
                consumer.terms = terms;
                true
            }
            None => {
                self.0.insert(id.to_owned(), Consumer::new(terms));
                true
            }
        }
    }

    /// Whose turn it is, of those on Gateways that can be reached: first whoever has let none go by, then whoever has
    /// waited longest.
    pub(super) fn next(&self, is_reached: impl Fn(&str) -> bool) -> Option<String> {
        let free =
            self.0.iter().filter(|(_, consumer)| consumer.is_free() && is_reached(&consumer.terms.gateway));
        free.min_by_key(|(_, consumer)| (consumer.lapses, consumer.served)).map(|(id, _)| id.clone())
    }
}

impl Consumer {
    fn new(terms: Terms) -> Self {
        Self { terms, holds: Vec::new(), inherited: 0, lapses: 0, served: 0 }
    }

    fn is_free(&self) -> bool {
        !self.terms.is_stopping && self.holds.len() < self.terms.prefetch as usize
    }

    /// It has this one no more.
    pub(super) fn drop_job(&mut self, id: u64) {
        if let Some(at) = self.holds.iter().position(|held| *held == id) {
            self.holds.remove(at);
            self.inherited -= usize::from(at < self.inherited);
        }
    }
}

/// The key and the value of a consumer's row.
pub(super) fn row(id: &str, terms: Option<&Terms>) -> (String, Option<Vec<u8>>) {
    let value = terms.map(|terms| stored::write(VERSION, terms));
    (format!("{CONSUMER}{id}"), value)
}
