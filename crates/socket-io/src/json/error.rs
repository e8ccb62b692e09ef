use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

/// Why JSON could not be read as a value, or a value not written as JSON.
#[derive(Debug)]
pub struct Error(Box<Cow<'static, str>>); // boxed: it is in the result of every step

impl Error {
    #[cold]
    pub(crate) fn words(words: &'static str) -> Self {
        Self(Box::new(words.into()))
    }

    #[cold]
    #[inline(never)]
    fn said(words: fmt::Arguments<'_>) -> Self {
        Self(Box::new(words.to_string().into()))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: Display>(words: T) -> Self {
        Self::said(format_args!("{words}"))
    }
}

impl serde::de::Error for Error {
    fn custom<T: Display>(words: T) -> Self {
        Self::said(format_args!("{words}"))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::said(format_args!("invalid type: {}, expected {expected}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::said(format_args!("invalid value: {}, expected {expected}", Found(found)))
    }
}

/// What was found, in words. Those of serde would bring all that writes floating point numbers.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(found) => write!(f, "boolean `{found}`"),
            Unexpected::Unsigned(found) => write!(f, "integer `{found}`"),
            Unexpected::Signed(found) => write!(f, "integer `{found}`"),
            Unexpected::Float(_) => f.write_str("floating point number"),
            Unexpected::Str(found) => write!(f, "string {found:?}"),
            Unexpected::Char(_) => f.write_str("character"),
            Unexpected::Unit => f.write_str("null"),
            Unexpected::Seq => f.write_str("sequence"),
            Unexpected::Map => f.write_str("map"),
            Unexpected::Option => f.write_str("Option value"),
            Unexpected::Bytes(_) => f.write_str("byte array"),
            Unexpected::NewtypeStruct => f.write_str("newtype struct"),
            Unexpected::UnitVariant => f.write_str("unit variant"),
            Unexpected::Other(found) => f.write_str(found),
            _ => f.write_str("enum"),
        }
    }
}
