//! One walk over a JSON value, without building a tree of it: it finds how many attachments the placeholders in it point
//! to, and can write the value as msgpack on its way.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use rmp::encode::{
    write_array_len, write_bin, write_bool, write_f64, write_map_len, write_nil, write_sint, write_str,
    write_uint,
};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Error as JsonError;

use super::de::RawArgs;
use super::surrogates::well_formed;

/// The number of attachments there must be for every placeholder in `json` (arguments without the brackets)
/// to point to one of them; `usize::MAX` when a placeholder's index cannot be one.
///
/// Fails on values nested deeper than 128 levels, unlike Node, whose stack is larger.
pub(crate) fn attachments_needed(json: &str) -> Result<usize, JsonError> {
    let mut needed = 0;
    for argument in RawArgs::new(json) {
        needed = needed.max(Walk { out: None }.over(argument.get())?);
    }
    Ok(needed)
}

pub(crate) struct Walk<'a> {
    out: Option<Writer<'a>>,
}

impl<'a> Walk<'a> {
    /// A walk that writes what it meets as msgpack, attachments where placeholders stand.
    pub(crate) fn writing(out: &'a mut Vec<u8>, attachments: &'a [Bytes]) -> Self {
        Self { out: Some(Writer { out, attachments }) }
    }

    /// Goes over a value; gives the number of attachments that it needs.
    ///
    /// # Errors
    /// When it is no JSON, or deeper than 128 levels.
    pub(crate) fn over(mut self, json: &str) -> Result<usize, JsonError> {
        let json = well_formed(json);
        let mut deserializer = serde_json::Deserializer::from_str(&json);
        Ok(Step(&mut self).deserialize(&mut deserializer)?.needed)
    }

    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(writer) = &mut self.out {
            write(writer.out);
        }
    }

    fn mark(&self) -> usize {
        self.out.as_ref().map_or(0, |writer| writer.out.len())
    }

    /// Puts the head of an array or map before what was written since the mark; its length is known only now.
    fn head(&mut self, mark: usize, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(writer) = &mut self.out {
            let mut head = Vec::new();
            write(&mut head);
            writer.out.splice(mark..mark, head);
        }
    }

    /// Puts an attachment in the place of what was written since the mark.
    fn attach(&mut self, mark: usize, index: usize) {
        if let Some(writer) = &mut self.out
            && let Some(bytes) = writer.attachments.get(index)
        {
            writer.out.truncate(mark);
            let _ = write_bin(writer.out, bytes);
        }
    }
}

// Writing to a vector cannot fail, which is why the results of `rmp` are not looked at.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
    attachments: &'a [Bytes],
}

/// What has to be known of a value by the object around it.
#[derive(Default)]
struct Seen {
    is_true: bool,
    index: Option<usize>,
    needed: usize,
}

/// One value of the walk.
struct Step<'w, 'a>(&'w mut Walk<'a>);

impl<'de> DeserializeSeed<'de> for Step<'_, '_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_, '_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Seen, E> {
        self.0.write(|out| _ = write_bool(out, value));
        Ok(Seen { is_true: value, ..Seen::default() })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Seen, E> {
        self.0.write(|out| _ = write_uint(out, value));
        Ok(Seen { index: usize::try_from(value).ok(), ..Seen::default() })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Seen, E> {
        self.0.write(|out| _ = write_sint(out, value));
        Ok(Seen::default())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Seen, E> {
        // JavaScript has one kind of number, and writes the whole ones as integers.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        self.0.write(|out| {
            _ = if value.fract() == 0.0 && value.abs() <= WHOLE {
                write_sint(out, value as i64).map(|_| ())
            } else {
                write_f64(out, value)
            }
        });
        Ok(Seen::default())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Seen, E> {
        self.0.write(|out| _ = write_str(out, text));
        Ok(Seen::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Seen, E> {
        self.0.write(|out| _ = write_nil(out));
        Ok(Seen::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let mark = self.0.mark();
        let (mut needed, mut length) = (0, 0);
        while let Some(element) = seq.next_element_seed(Step(self.0))? {
            needed = needed.max(element.needed);
            length += 1;
        }
        self.0.head(mark, |head| _ = write_array_len(head, length));
        Ok(Seen { needed, ..Seen::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let mark = self.0.mark();
        let (mut is_placeholder, mut index, mut needed, mut length) = (false, None, 0, 0);
        while let Some(Key(key)) = map.next_key()? {
            self.0.write(|out| _ = write_str(out, &key));
            let value = map.next_value_seed(Step(self.0))?;
            match &*key {
                "_placeholder" => is_placeholder = value.is_true,
                "num" => index = value.index,
                _ => {}
            }
            needed = needed.max(value.needed);
            length += 1;
        }
        self.0.head(mark, |head| _ = write_map_len(head, length));
        if is_placeholder {
            needed = index.map_or(usize::MAX, |index| index.saturating_add(1));
            self.0.attach(mark, index.unwrap_or(usize::MAX));
        }
        Ok(Seen { needed, ..Seen::default() })
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}
