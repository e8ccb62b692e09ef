//! What [`LiteMap`] does not have.

use std::borrow::Borrow;

use litemap::LiteMap;

/// An entry with the key as the map has it.
pub fn find<'a, K, V, Q>(map: &'a LiteMap<K, V>, key: &Q) -> Option<(&'a K, &'a V)>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
{
    map.get_indexed(map.find_index(key).ok()?)
}
