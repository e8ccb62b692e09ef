//! Arguments → value: a deserializer that deals out the arguments at the top level and leaves each to
//! serde_json.

use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::Error;
use serde_json::de::StrRead;
use serde_json::value::RawValue;

/// Arguments not yet taken, without the brackets.
#[derive(Clone, Copy)]
pub(super) struct RawArgs<'de>(&'de str);

impl<'de> RawArgs<'de> {
    pub(super) fn new(json: &'de str) -> Self {
        Self(json)
    }
}

impl<'de> Iterator for RawArgs<'de> {
    type Item = &'de RawValue;

    fn next(&mut self) -> Option<&'de RawValue> {
        let rest = std::mem::take(&mut self.0);
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let argument = values.next()?.ok()?;
        let behind = rest.get(values.byte_offset()..)?.trim_start();
        self.0 = behind.strip_prefix(',').unwrap_or_default();
        Some(argument)
    }
}

/// All arguments, as a serde deserializer.
pub(super) struct Args<'de>(&'de str);

impl<'de> Args<'de> {
    pub(super) fn new(json: &'de str) -> Self {
        Self(json)
    }

    /// Reads the first argument; what is behind it stays unread.
    fn first<R>(
        self,
        read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'de>>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.0.is_empty() {
            return read(&mut serde_json::Deserializer::from_str("null"))
                .map_err(|_| Error::custom("an argument is missing"));
        }
        read(&mut serde_json::Deserializer::from_str(self.0))
    }
}

impl<'de> Deserializer<'de> for Args<'de> {
    type Error = Error;

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Elements(RawArgs(self.0)))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Elements(RawArgs(self.0)))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_any(visitor))
    }

    // The rest are the kinds that serde_json reads otherwise than `deserialize_any` does.

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_option(visitor))
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_i128(visitor))
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_u128(visitor))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_bytes(visitor))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_byte_buf(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_struct(name, fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.first(|json| json.deserialize_enum(name, variants, visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string unit_struct seq map identifier ignored_any
    }
}

/// One argument for each element of a tuple.
struct Elements<'de>(RawArgs<'de>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let argument = self.0.next().map_or("", RawValue::get);
        Args(argument).first(|json| seed.deserialize(json)).map(Some)
    }
}
