use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON array that was checked but not parsed.
pub(crate) struct Array<'a> {
    /// The first element.
    pub(crate) first: Option<&'a RawValue>,
    /// All elements, without the brackets.
    pub(crate) all: &'a str,
}

impl<'a> Array<'a> {
    /// `None` when `json` is anything but one valid JSON array.
    pub(crate) fn parse(json: &'a str) -> Option<Self> {
        let Head(first) = serde_json::from_str(json).ok()?;
        let all = json.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
        Some(Self { first, all })
    }

    /// The elements behind the first.
    pub(crate) fn rest(&self) -> &'a str {
        let first = self.first.map_or("", RawValue::get);
        let rest = self.all.strip_prefix(first).unwrap_or_default().trim_start();
        rest.strip_prefix(',').unwrap_or_default().trim_start()
    }
}

struct Head<'a>(Option<&'a RawValue>);

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(HeadVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Head<'de>, A::Error> {
        let first = seq.next_element()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Head(first))
    }
}
