//! How a [`LiteMap`] is read from a row: `#[serde(deserialize_with = "socket_io::read_map")]`.
//!
//! Its own way sorts what comes out of order. In a row nothing does, and the code of a sort, for each type of map, is
//! the larger part of reading it.

use std::{fmt, marker::PhantomData};

use litemap::LiteMap;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

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
