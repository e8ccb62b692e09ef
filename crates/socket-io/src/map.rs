//! What [`LiteMap`] does not have.
//!
//! How one is read from a row: `#[serde(deserialize_with = "socket_io::read_map")]`. Its own way sorts what comes out of order. In a row nothing does, and the code of a sort, for each type of map, is
//! the larger part of reading it.

use std::{borrow::Borrow, fmt, marker::PhantomData};

use litemap::LiteMap;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

/// An entry with the key as the map has it.
pub fn find<'a, K, V, Q>(map: &'a LiteMap<K, V>, key: &Q) -> Option<(&'a K, &'a V)>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
{
    map.get_indexed(map.find_index(key).ok()?)
}

/// Reads a map of any serde format.
///
/// # Errors
/// Those of the deserializer.
pub fn read_map<'de, D, K, V>(deserializer: D) -> Result<LiteMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    struct Entries<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
        type Value = LiteMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = LiteMap::new();
            while let Some((key, value)) = entries.next_entry()? {
                map.insert(key, value);
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(Entries(PhantomData))
}
