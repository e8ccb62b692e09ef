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
        Self::said(format_args!("invalid type: {}, expected {expected}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::said(format_args!("invalid value: {}, expected {expected}", kind(found)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::said(format_args!("unknown variant, expected one of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::words("unknown field")
    }
}

/// What was found. Its kind alone: errors are logged, and what people write has no place there.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "floating point number",
        Unexpected::Str(_) => "string",
        Unexpected::Char(_) => "character",
        Unexpected::Unit => "null",
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        Unexpected::Option => "Option value",
        Unexpected::Bytes(_) => "byte array",
        Unexpected::NewtypeStruct => "newtype struct",
        Unexpected::UnitVariant => "unit variant",
        _ => "enum",
    }
}
