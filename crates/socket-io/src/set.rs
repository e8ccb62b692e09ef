//! A set for few entries, or for many that seldom change.

use std::borrow::Borrow;

use codec::{Decode, Encode};

/// A set in a sorted list: what [`litemap::LiteMap`] is to a map. A `BTreeSet` is some 5 kB of wasm for each type, and this
/// a tenth of that. A change moves what comes behind it: of 30,000 entries that is some microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Set<T>(Vec<T>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Set<T> {
    /// Adds an entry; false when it was there.
    pub fn insert(&mut self, entry: T) -> bool {
        if self.0.last().is_none_or(|last| *last < entry) {
            self.0.push(entry); // as when all are put in, in their order
            return true;
        }
        let place = self.0.binary_search(&entry);
        if let Err(at) = place {
            self.0.insert(at, entry);
        }
        place.is_err()
    }

    /// Whether an entry is there.
    pub fn contains<Q: Ord + ?Sized>(&self, entry: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|known| known.borrow().cmp(entry)).is_ok()
    }

    /// Takes an entry out; false when it was not there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, entry: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.0.binary_search_by(|known| known.borrow().cmp(entry));
        if let Ok(at) = place {
            self.0.remove(at);
        }
        place.is_ok()
    }

    /// Keeps those entries alone for which it says true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// The entries, in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
