//! What is taken from the front, and mostly comes in at the end: deadlines, jobs.

use std::borrow::Borrow;
use std::collections::VecDeque;

use codec::{Decode, Encode};

/// A map in the order of its keys, in a ring: a change moves what lies between it and the nearer end. A `BTreeMap` is 8 kB of
/// wasm for each type, and this a quarter of that.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Sorted<K, V = ()>(VecDeque<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: Ord, V> Sorted<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // Most often it belongs to the end.
        if self.0.back().is_none_or(|(last, _)| last.borrow() < key) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// Puts it in its place, where another may be.
    pub(crate) fn set(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, old)) = self.0.get_mut(at) {
                    *old = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (_, value) = self.0.remove(self.find(key).ok()?)?;
        Some(value)
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.find(key).ok()?).map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    pub(crate) fn first(&self) -> Option<&K> {
        self.0.front().map(|(key, _)| key)
    }

    pub(crate) fn last(&self) -> Option<&K> {
        self.0.back().map(|(key, _)| key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K: Ord> Sorted<K> {
    /// Puts it in its place, if it is not there.
    pub(crate) fn insert(&mut self, key: K) {
        self.set(key, ());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_map(steps in prop::collection::vec((0u8..20, any::<Option<u8>>()), 0..60)) {
            let (mut sorted, mut due) = (Sorted::default(), BTreeMap::new());
            for (key, value) in steps {
                match value {
                    Some(value) => {
                        sorted.set(key, value);
                        due.insert(key, value);
                    }
                    None => prop_assert_eq!(sorted.remove(&key), due.remove(&key)),
                }
                prop_assert_eq!(sorted.get(&key), due.get(&key));
                prop_assert_eq!(sorted.get_mut(&key), due.get_mut(&key));
                prop_assert_eq!(sorted.first(), due.keys().next());
                prop_assert_eq!(sorted.last(), due.keys().next_back());
                prop_assert_eq!(sorted.len(), due.len());
                prop_assert!(sorted.iter().map(|(key, value)| (key, value)).eq(&due));
            }
        }
    }
}
