//! An object's journal: numbered entries in its storage, too many or too large to be kept in memory; and values by key.
//!
//! It is the one piece of the world that a machine reads and writes by itself, because what it says next depends on
//! whether the entry is there. What is written in a turn and what the machine sends in it become true together: the
//! platform holds back what an object sends until its writes are durable.

use std::{collections::BTreeMap, ops::Range};

/// An entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// What is to be known of it without reading it all.
    pub head: Vec<u8>,
    /// The rest.
    pub body: Vec<u8>,
}

/// Storage does not take anything: it is full, or fails. What was to be written is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageFault;

impl std::fmt::Display for StorageFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the storage takes nothing")
    }
}

impl std::error::Error for StorageFault {}

/// The longest entry, in bytes: the platform takes at most 2 MB in a row.
pub const ENTRY_MAX: usize = 1_900_000;

/// Numbered entries, in the order of their numbers, and values, in that of their keys.
pub trait Journal {
    /// Adds an entry, or replaces the one of this number.
    ///
    /// # Errors
    /// If storage is full or fails, or the entry is longer than [`ENTRY_MAX`].
    fn put(&mut self, number: u64, head: &[u8], body: &[u8]) -> Result<(), StorageFault>;

    /// Changes the head of an entry, if it is there.
    ///
    /// # Errors
    /// If storage fails.
    fn set_head(&mut self, number: u64, head: &[u8]) -> Result<(), StorageFault>;

    /// Removes the entries of these numbers.
    ///
    /// # Errors
    /// If storage fails.
    fn remove(&mut self, numbers: Range<u64>) -> Result<(), StorageFault>;

    /// The heads of entries, at most so many.
    fn heads(&self, numbers: Range<u64>, order: Order, most: usize) -> Vec<(u64, Vec<u8>)>;

    /// Entries, at most so many. It stops behind the one with which their bodies have this many bytes.
    fn read(&self, numbers: Range<u64>, order: Order, most: usize, bytes: usize) -> Vec<Entry>;

    /// Keeps a value under a key, in place of the one that is there.
    ///
    /// # Errors
    /// If storage is full or fails.
    fn set_value(&mut self, key: &[u8], value: &[u8]) -> Result<(), StorageFault>;

    /// Removes the values of these keys.
    ///
    /// # Errors
    /// If storage fails.
    fn remove_values(&mut self, keys: Range<Vec<u8>>) -> Result<(), StorageFault>;

    /// Shows keys and values, as long as `take` wants more of them.
    ///
    /// # Errors
    /// If storage fails: what is not shown may be there.
    fn values(&self, keys: Range<Vec<u8>>, take: &mut TakeValue<'_>) -> Result<(), StorageFault>;
}

/// Takes a key and its value, and tells whether it wants more.
pub type TakeValue<'a> = dyn FnMut(Vec<u8>, Vec<u8>) -> bool + 'a;

/// Which entries come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those with small numbers.
    OldestFirst,
    /// Those with great numbers.
    NewestFirst,
}

/// A journal in memory, for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    entries: BTreeMap<u64, (Vec<u8>, Vec<u8>)>,
    values: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Whether it refuses what is to be added.
    pub is_full: bool,
    /// How many rows were written or removed, and how many read.
    pub written: u64,
    /// See there.
    pub read: std::cell::Cell<u64>,
}

impl MemoryJournal {
    /// How many entries and values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() + self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn range(
        &self,
        numbers: Range<u64>,
        order: Order,
        most: usize,
    ) -> impl Iterator<Item = (u64, &(Vec<u8>, Vec<u8>))> {
        let numbers = numbers.start..numbers.end.max(numbers.start);
        let (forward, backward) = match order {
            Order::OldestFirst => (Some(self.entries.range(numbers)), None),
            Order::NewestFirst => (None, Some(self.entries.range(numbers).rev())),
        };
        let entries = forward.into_iter().flatten().chain(backward.into_iter().flatten()).take(most);
        entries.map(|(number, entry)| {
            self.read.set(self.read.get() + 1);
            (*number, entry)
        })
    }
}

impl Journal for MemoryJournal {
    fn put(&mut self, number: u64, head: &[u8], body: &[u8]) -> Result<(), StorageFault> {
        if self.is_full || head.len() + body.len() > ENTRY_MAX {
            return Err(StorageFault);
        }
        self.written += 1;
        self.entries.insert(number, (head.to_vec(), body.to_vec()));
        Ok(())
    }

    fn set_head(&mut self, number: u64, head: &[u8]) -> Result<(), StorageFault> {
        if self.is_full {
            return Err(StorageFault);
        }
        if let Some((old, _)) = self.entries.get_mut(&number) {
            *old = head.to_vec();
            self.written += 1;
        }
        Ok(())
    }

    fn remove(&mut self, numbers: Range<u64>) -> Result<(), StorageFault> {
        let gone: Vec<u64> =
            self.range(numbers, Order::OldestFirst, usize::MAX).map(|(number, _)| number).collect();
        self.written += gone.len() as u64;
        for number in gone {
            self.entries.remove(&number);
        }
        Ok(())
    }

    fn heads(&self, numbers: Range<u64>, order: Order, most: usize) -> Vec<(u64, Vec<u8>)> {
        self.range(numbers, order, most).map(|(number, (head, _))| (number, head.clone())).collect()
    }

    fn read(&self, numbers: Range<u64>, order: Order, most: usize, bytes: usize) -> Vec<Entry> {
        let mut sum = 0;
        let mut entries = Vec::new();
        for (number, (head, body)) in self.range(numbers, order, most) {
            sum += body.len();
            entries.push(Entry { number, head: head.clone(), body: body.clone() });
            if sum >= bytes {
                break;
            }
        }
        entries
    }

    fn set_value(&mut self, key: &[u8], value: &[u8]) -> Result<(), StorageFault> {
        if self.is_full {
            return Err(StorageFault);
        }
        self.written += 1;
        self.values.insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn remove_values(&mut self, keys: Range<Vec<u8>>) -> Result<(), StorageFault> {
        let before = self.values.len();
        self.values.retain(|key, _| !keys.contains(key));
        self.written += (before - self.values.len()) as u64;
        Ok(())
    }

    fn values(&self, keys: Range<Vec<u8>>, take: &mut TakeValue<'_>) -> Result<(), StorageFault> {
        for (key, value) in self.values.range(keys) {
            self.read.set(self.read.get() + 1);
            if !take(key.clone(), value.clone()) {
                break;
            }
        }
        Ok(())
    }
}
