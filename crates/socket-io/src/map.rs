//! What [`LiteMap`] does not have.

use std::{borrow::Borrow, cell::Cell, cmp::Ordering, iter, slice};

use litemap::{
    LiteMap,
    store::{Store, StoreIterable, StoreIterableMut, StoreMut},
};

/// An entry with the key as the map has it.
pub fn find<'a, K, V, Q, S>(map: &'a LiteMap<K, V, S>, key: &Q) -> Option<(&'a K, &'a V)>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
    S: Store<K, V>,
{
    map.get_indexed(map.find_index(key).ok()?)
}

/// A map that looks first where it found the last key, and just behind: an event asks for one entry several times, a broadcast
/// for one after another, and what is restored is put in in order. Without that, searching was a third of what wasm does in an echo.
pub type Map<K, V> = LiteMap<K, V, Recent<K, V>>;

/// The sorted list of a [`Map`], and where it was looked last.
#[derive(Clone, Debug)]
pub struct Recent<K, V> {
    entries: Vec<(K, V)>,
    last: Cell<usize>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), last: Cell::new(0) }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Recent<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<K: Eq, V: Eq> Eq for Recent<K, V> {}

impl<K, V> Store<K, V> for Recent<K, V> {
    fn lm_len(&self) -> usize {
        self.entries.len()
    }

    fn lm_get(&self, index: usize) -> Option<(&K, &V)> {
        self.entries.lm_get(index)
    }

    fn lm_binary_search_by<F: FnMut(&K) -> Ordering>(&self, mut cmp: F) -> Result<usize, usize> {
        let last = self.last.get();
        let near = self.entries.get(last..).unwrap_or_default().iter().take(2);
        let mut found = None;
        for (index, (key, _)) in iter::zip(last.., near) {
            found = match cmp(key) {
                Ordering::Less if index + 1 < self.entries.len() => continue,
                Ordering::Less => Some(Err(index + 1)),
                Ordering::Equal => Some(Ok(index)),
                Ordering::Greater => None, // or just before it, which the search finds out
            };
            break;
        }
        let found = found.unwrap_or_else(|| self.entries.lm_binary_search_by(cmp));
        let (Ok(index) | Err(index)) = found;
        self.last.set(index);
        found
    }
}

impl<K, V> StoreMut<K, V> for Recent<K, V> {
    fn lm_with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity), last: Cell::new(0) }
    }

    fn lm_reserve(&mut self, additional: usize) {
        self.entries.reserve(additional);
    }

    fn lm_get_mut(&mut self, index: usize) -> Option<(&K, &mut V)> {
        self.entries.lm_get_mut(index)
    }

    fn lm_push(&mut self, key: K, value: V) {
        self.entries.push((key, value));
    }

    fn lm_insert(&mut self, index: usize, key: K, value: V) {
        self.entries.insert(index, (key, value));
    }

    fn lm_remove(&mut self, index: usize) -> (K, V) {
        self.entries.remove(index)
    }

    fn lm_clear(&mut self) {
        self.entries.clear();
    }
}

impl<'a, K: 'a, V: 'a> StoreIterable<'a, K, V> for Recent<K, V> {
    type KeyValueIter = iter::Map<slice::Iter<'a, (K, V)>, fn(&'a (K, V)) -> (&'a K, &'a V)>;

    fn lm_iter(&'a self) -> Self::KeyValueIter {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

impl<'a, K: 'a, V: 'a> StoreIterableMut<'a, K, V> for Recent<K, V> {
    type KeyValueIterMut = iter::Map<slice::IterMut<'a, (K, V)>, fn(&'a mut (K, V)) -> (&'a K, &'a mut V)>;

    fn lm_iter_mut(&'a mut self) -> Self::KeyValueIterMut {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }
}
