//! The reader as a serde deserializer, and as all that a visitor is given.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, StrDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::{Error, Number, RAW_VALUE, Reader};

type Result<T> = std::result::Result<T, Error>;

macro_rules! numbers {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.number(&visitor)? {
                Number::Unsigned(number) => visitor.visit_u64(number),
                Number::Signed(number) => visitor.visit_i64(number),
                Number::Float(number) => visitor.visit_f64(number),
            }
        }
    )* };
}

/// By their text, as they may be beyond what [`Number`] holds.
macro_rules! texts {
    ($($method:ident $visit:ident $type:ty)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let (text, _) = self.digits(&visitor)?;
            visitor.$visit(text.parse::<$type>().map_err(|_| Error::words("number out of range"))?)
        }
    )* };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            b'"' => self.deserialize_str(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => {
                self.leaves_top();
                self.deserialize_unit(visitor)
            }
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = self.boolean(&visitor)?;
        visitor.visit_bool(value)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f64
    }

    texts! { deserialize_i128 visit_i128 i128  deserialize_u128 visit_u128 u128 }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // Not by way of an f64, which would be rounded twice.
        let (text, _) = self.digits(&visitor)?;
        let number = text.parse::<f32>().ok().filter(|number| number.is_finite());
        visitor.visit_f32(number.ok_or_else(|| Error::words("number out of range"))?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.expect_text(&visitor)? {
            Some(text) => visitor.visit_borrowed_str(text),
            None => visitor.visit_str(self.or_scratch(None)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let text = self.expect_text(&visitor)?;
        visitor.visit_str(self.or_scratch(text))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            b'[' => self.deserialize_seq(visitor),
            _ => {
                let text = self.expect_text(&visitor)?;
                visitor.visit_bytes(self.or_scratch(text).as_bytes())
            }
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.leaves_top();
        if self.word("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // Of arguments `()` takes none.
        if self.leaves_top() || self.word("null") {
            visitor.visit_unit()
        } else {
            Err(self.unexpected(&visitor))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.leaves_top();
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == RAW_VALUE {
            let raw = (RAW_VALUE, BorrowedStrDeserializer::new(self.raw()?));
            return visitor.visit_map(MapDeserializer::new(std::iter::once(raw)));
        }
        self.leaves_top();
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'[', &visitor)?;
        let value = visitor.visit_seq(&mut *self);
        self.close(b']');
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        if !self.leaves_top() {
            self.open(b'[', &visitor)?;
        }
        let value = visitor.visit_seq(&mut *self);
        self.close(b']');
        value
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'{', &visitor)?;
        let value = visitor.visit_map(&mut *self);
        self.close(b'}');
        value
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let has_content = self.peek() != b'"';
        if has_content {
            self.open(b'{', &visitor)?;
        }
        let value = visitor.visit_enum(Variant { reader: &mut *self, has_content });
        if has_content {
            self.close(b'}');
        }
        value
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }
}

impl<'de> SeqAccess<'de> for &mut Reader<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.more(b']')? { seed.deserialize(&mut **self).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Reader<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.more(b'}')? { seed.deserialize(Key(self)).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        seed.deserialize(&mut **self)
    }
}

/// A key comes next. It is a string; what else it stands for is inside of that.
struct Key<'r, 'de>(&'r mut Reader<'de>);

macro_rules! inside {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let key = self.0.key()?.filter(|key| !key.contains(' '));
            let key = key.ok_or_else(|| Error::words("expected a key that is a number or a boolean"))?;
            let mut reader = Reader::new(key);
            let value = reader.$method(visitor);
            reader.end()?;
            value
        }
    )* };
}

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.key()? {
            Some(key) => visitor.visit_borrowed_str(key),
            None => visitor.visit_str(self.0.or_scratch(None)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let key = self.0.key()?;
        visitor.visit_str(self.0.or_scratch(key))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_string(visitor)
    }

    inside! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let key = self.0.key()?;
        visitor.visit_enum(StrDeserializer::new(self.0.or_scratch(key)))
    }

    serde::forward_to_deserialize_any! {
        char str bytes byte_buf unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

/// A variant of an enum comes next: its name alone, or as the key of an object with its content.
struct Variant<'r, 'de> {
    reader: &'r mut Reader<'de>,
    has_content: bool,
}

impl<'de> Variant<'_, 'de> {
    fn content(&mut self, expected: &'static str) -> Result<&mut Reader<'de>> {
        match self.has_content {
            true => Ok(self.reader),
            false => Err(Error::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let variant = match self.has_content {
            true => seed.deserialize(Key(self.reader))?,
            false => seed.deserialize(&mut *self.reader)?,
        };
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        if self.has_content { Deserialize::deserialize(self.reader) } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.content("newtype variant")?)
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, _: usize, visitor: V) -> Result<V::Value> {
        self.content("tuple variant")?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(mut self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.content("struct variant")?.deserialize_map(visitor)
    }
}
