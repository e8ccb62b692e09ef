//! Value → arguments: a serializer that only looks whether the top level is a tuple and leaves the writing to
//! serde_json.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Error;

type Json = serde_json::Serializer<Vec<u8>>;

/// The arguments as JSON without the brackets.
pub(super) fn args_to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut json = Json::new(Vec::new());
    let mut is_tuple = false;
    // `()` is no argument; a JSON null, which serde tells apart from it by nothing but its type, is one.
    let is_nothing = std::any::type_name::<T>().trim_start_matches('&') == "()";
    value.serialize(Args { json: &mut json, is_tuple: &mut is_tuple, is_nothing })?;
    without_brackets(json, is_tuple)
}

fn without_brackets(json: Json, is_tuple: bool) -> Result<String, Error> {
    let mut json = String::from_utf8(json.into_inner()).map_err(Error::custom)?;
    if is_tuple {
        json.pop();
        json.remove(0);
    }
    Ok(json)
}

struct Args<'a> {
    json: &'a mut Json,
    is_tuple: &'a mut bool,
    is_nothing: bool,
}

impl<'a> Serializer for Args<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = <&'a mut Json as Serializer>::SerializeSeq;
    type SerializeTuple = <&'a mut Json as Serializer>::SerializeTuple;
    type SerializeTupleStruct = <&'a mut Json as Serializer>::SerializeTupleStruct;
    type SerializeTupleVariant = <&'a mut Json as Serializer>::SerializeTupleVariant;
    type SerializeMap = <&'a mut Json as Serializer>::SerializeMap;
    type SerializeStruct = <&'a mut Json as Serializer>::SerializeStruct;
    type SerializeStructVariant = <&'a mut Json as Serializer>::SerializeStructVariant;

    fn serialize_unit(self) -> Result<(), Error> {
        if self.is_nothing { Ok(()) } else { self.json.serialize_unit() }
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, Error> {
        *self.is_tuple = true;
        self.json.serialize_tuple(len)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        *self.is_tuple = true;
        self.json.serialize_tuple_struct(name, len)
    }

    // Everything below is one argument.

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.json.serialize_bool(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.json.serialize_i8(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.json.serialize_i16(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.json.serialize_i32(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.json.serialize_i64(value)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.json.serialize_i128(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.json.serialize_u8(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.json.serialize_u16(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.json.serialize_u32(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.json.serialize_u64(value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.json.serialize_u128(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.json.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.json.serialize_f64(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.json.serialize_char(value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.json.serialize_str(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.json.serialize_bytes(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.json.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.json.serialize_some(value)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Error> {
        self.json.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.json.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.json.serialize_newtype_struct(name, value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.json.serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        self.json.serialize_seq(len)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        self.json.serialize_tuple_variant(name, index, variant, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, Error> {
        self.json.serialize_map(len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, Error> {
        self.json.serialize_struct(name, len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        self.json.serialize_struct_variant(name, index, variant, len)
    }
}
