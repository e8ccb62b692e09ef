//! How many attachments the placeholders in a payload point to, found without building a tree.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::de::RawArgs;

/// The number of attachments there must be for every placeholder in `json` (arguments without the brackets)
/// to point to one of them; `usize::MAX` when a placeholder's index cannot be one.
///
/// Fails on values nested deeper than 128 levels, unlike Node, whose stack is larger.
pub(crate) fn attachments_needed(json: &str) -> Result<usize, serde_json::Error> {
    let mut needed = 0;
    for argument in RawArgs::new(json) {
        needed = needed.max(serde_json::from_str::<Seen>(argument.get())?.needed);
    }
    Ok(needed)
}

/// What has to be known of a value by the object around it.
#[derive(Default)]
struct Seen {
    is_true: bool,
    index: Option<usize>,
    needed: usize,
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeenVisitor)
    }
}

struct SeenVisitor;

impl<'de> Visitor<'de> for SeenVisitor {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Seen, E> {
        Ok(Seen { is_true: value, ..Seen::default() })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Seen, E> {
        Ok(Seen { index: usize::try_from(value).ok(), ..Seen::default() })
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let mut needed = 0;
        while let Some(element) = seq.next_element::<Seen>()? {
            needed = needed.max(element.needed);
        }
        Ok(Seen { needed, ..Seen::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let (mut is_placeholder, mut index, mut needed) = (false, None, 0);
        while let Some((key, value)) = map.next_entry::<Key, Seen>()? {
            match key {
                Key::Placeholder => is_placeholder = value.is_true,
                Key::Num => index = value.index,
                Key::Other => {}
            }
            needed = needed.max(value.needed);
        }
        if is_placeholder {
            needed = index.map_or(usize::MAX, |index| index.saturating_add(1));
        }
        Ok(Seen { needed, ..Seen::default() })
    }
}

enum Key {
    Placeholder,
    Num,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "_placeholder" => Key::Placeholder,
            "num" => Key::Num,
            _ => Key::Other,
        })
    }
}
