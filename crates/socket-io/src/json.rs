//! JSON and serde: what `serde_json` does, with little code for each type.
//!
//! A server reads and writes dozens of types. `serde_json` compiles its loops anew for each of them, which is quick, and large:
//! here what is generic is but a call of `Reader`, which is not.
//!
//! Otherwise than there, a struct is read from an object alone, and not from an array of its fields as well.

mod de;
mod error;
mod float;
mod reader;
mod ser;
mod writer;

use serde::de::Deserialize;
use serde::ser::Serialize;

pub use error::Error;
pub(crate) use reader::{Number, Reader};
pub(crate) use writer::Writer;

/// The name by which `serde_json::value::RawValue` is JSON as it is.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Reads a value.
///
/// # Errors
/// If it is not JSON, or not of that type.
pub fn from_str<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Error> {
    let mut reader = Reader::new(json);
    let value = T::deserialize(&mut reader);
    if value.is_ok() {
        reader.end()?;
    }
    value
}

/// As [`from_str`], for bytes that should be text.
///
/// # Errors
/// As there.
pub fn from_slice<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Error> {
    from_str(std::str::from_utf8(json).map_err(|_| Error::words("invalid unicode"))?)
}

/// Writes a value.
///
/// # Errors
/// If it can't be JSON (a map whose keys are no strings).
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut writer = Writer::default();
    value.serialize(&mut writer)?;
    Ok(writer.json)
}
