//! The writer as a serde serializer, and as all that is given parts of a value.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{Error, RAW_VALUE, Writer};

type Result<T> = std::result::Result<T, Error>;

/// An array or object that was opened.
pub(crate) struct Open<'w> {
    writer: &'w mut Writer,
    /// What it ends with.
    end: &'static str,
}

macro_rules! displayed {
    ($($method:ident $type:ty)*) => { $(
        fn $method(self, value: $type) -> Result<()> {
            self.display(&value);
            Ok(())
        }
    )* };
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Open<'w>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    displayed! {
        serialize_bool bool
        serialize_i8 i8  serialize_i16 i16  serialize_i32 i32  serialize_i64 i64  serialize_i128 i128
        serialize_u8 u8  serialize_u16 u16  serialize_u32 u32  serialize_u64 u64  serialize_u128 u128
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.json.push_str(&float(&value));
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        self.json.push_str(&float(&value));
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<()> {
        self.json.push_str("null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.leave_top();
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        self.leave_top();
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.close("}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w>> {
        self.open('[');
        Ok(Open { writer: self, end: "]" })
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'w>> {
        self.open_tuple();
        Ok(Open { writer: self, end: "]" })
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Open<'w>> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>> {
        self.variant(variant);
        self.open('[');
        Ok(Open { writer: self, end: "]}" })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w>> {
        self.open('{');
        Ok(Open { writer: self, end: "}" })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Open<'w>> {
        if name == RAW_VALUE {
            self.begin_raw();
            return Ok(Open { writer: self, end: "" });
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>> {
        self.variant(variant);
        self.open('{');
        Ok(Open { writer: self, end: "}}" })
    }
}

fn float<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Open<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.writer.element();
        value.serialize(&mut *self.writer)
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<()> {
        self.writer.member(key);
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<()> {
        self.writer.close(self.end);
        Ok(())
    }
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        let from = self.writer.begin_key();
        key.serialize(&mut *self.writer)?;
        self.writer.end_key(from)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

macro_rules! of_elements {
    ($($part:ident $method:ident)*) => { $(
        impl $part for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.element(value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
}

of_elements! {
    SerializeSeq serialize_element  SerializeTuple serialize_element
    SerializeTupleStruct serialize_field  SerializeTupleVariant serialize_field
}

macro_rules! of_members {
    ($($part:ident)*) => { $(
        impl $part for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.member(key, value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
}

of_members! { SerializeStruct SerializeStructVariant }
