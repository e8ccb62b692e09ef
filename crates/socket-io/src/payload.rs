//! Arguments of events and acknowledgements: raw JSON that is only parsed when somebody asks.

mod array;
mod binary;
mod de;
mod raw;
mod ser;
pub mod stored;
mod surrogates;
#[cfg(feature = "typescript")]
mod typescript;
mod walk;

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Serialize;
use serde_json::value::RawValue;

pub(crate) use array::Array;
pub use binary::Binary;
pub use raw::Raw;
pub use stored::StoredPayload;
pub(crate) use walk::{Walk, attachments_needed};

use crate::Violation;

/// Arguments of an event or acknowledgement as raw JSON, unparsed, with its binary attachments.
///
/// Where an argument is or contains binary data, the JSON holds a placeholder,
/// `{"_placeholder":true,"num":n}`, for the attachment with that index. [`Binary`] reads and writes them.
///
/// A payload is deliberately not [`Serialize`]: to be stored it has a [stored form](stored), and to be sent
/// it is passed on as it is, by [`IntoPayload`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// Without the brackets: `1,{"a":2}`. Always valid JSON once in brackets, unless a damaged store says
    /// otherwise.
    json: String,
    attachments: Vec<Bytes>,
}

impl Payload {
    /// The arguments that `value` stands for: a tuple, a tuple struct or an array of fixed size is several
    /// arguments, `()` is none, anything else is one.
    ///
    /// ```
    /// # use socket_io::Payload;
    /// assert_eq!(Payload::from_args(&("tea", 2))?.json(), r#""tea",2"#);
    /// assert_eq!(Payload::from_args(&vec![1, 2])?.json(), "[1,2]");
    /// assert!(Payload::from_args(&())?.is_empty());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors When `value` cannot be JSON (a map whose keys are no strings), or holds a forged placeholder
    /// beside real [`Binary`] values, on which the receiving client would close its connection.
    pub fn from_args<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        Self::written(Vec::new(), &mut || ser::args_to_json(value))
    }

    /// The arguments as `T`, the mirror of [`from_args`](Self::from_args): a tuple takes one argument for
    /// each of its elements, `()` takes none, anything else takes the first argument. As in JavaScript,
    /// arguments beyond those are ignored, and a missing one is like `null`, so that an `Option` is `None`.
    ///
    /// # Errors
    /// When an argument is missing or not of the expected type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        binary::provide(&self.attachments, || T::deserialize(de::Args::new(&self.json)))
    }

    /// A payload from its parts. `json` is the arguments without the brackets, `1,{"a":2}`.
    ///
    /// # Errors [`Violation::InvalidPayload`] when `json` is no list of JSON values,
    /// [`Violation::PlaceholderOutOfRange`] when there are attachments and a placeholder points to none of
    /// them.
    pub fn from_raw(json: &str, attachments: Vec<Bytes>) -> Result<Self, Violation> {
        let array = format!("[{json}]");
        let array = Array::parse(&array).ok_or(Violation::InvalidPayload)?;
        Self::from_array(array.all, attachments)
    }

    /// `json` is known to be a list of JSON values; what its placeholders point to is not known yet.
    pub(crate) fn from_array(json: &str, attachments: Vec<Bytes>) -> Result<Self, Violation> {
        if !attachments.is_empty() {
            let needed = attachments_needed(json).map_err(|_| Violation::InvalidPayload)?;
            if needed > attachments.len() {
                return Err(Violation::PlaceholderOutOfRange);
            }
        }
        Ok(Self { json: json.to_owned(), attachments })
    }

    /// Adds one argument behind the others.
    ///
    /// # Errors
    /// As [`from_args`](Self::from_args); the payload is unchanged then.
    pub fn push<T: Serialize + ?Sized>(&mut self, argument: &T) -> Result<(), serde_json::Error> {
        let argument = Self::written(self.attachments.clone(), &mut || serde_json::to_string(argument))?;
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&argument.json);
        self.attachments = argument.attachments;
        Ok(())
    }

    /// The arguments one by one, still unparsed.
    pub fn args(&self) -> impl Iterator<Item = &RawValue> {
        de::RawArgs::new(&self.json)
    }

    /// Whether there are no arguments.
    pub fn is_empty(&self) -> bool {
        self.json.is_empty()
    }

    /// The arguments as JSON without the brackets: `1,{"a":2}`; empty when there are none.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The attachments, in the order in which they are sent.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// What `write` gives, and the attachments that it adds behind these. (By `dyn`, so that there is one of it, not
    /// one for each type that is sent.)
    fn written(
        attachments: Vec<Bytes>,
        write: &mut dyn FnMut() -> Result<String, serde_json::Error>,
    ) -> Result<Self, serde_json::Error> {
        let (json, attachments) = binary::collect(attachments, write);
        let json = json?;
        if !attachments.is_empty() && attachments_needed(&json)? > attachments.len() {
            return Err(serde_json::Error::custom(Violation::PlaceholderOutOfRange));
        }
        Ok(Self { json, attachments })
    }
}

/// What can be emitted: anything [`Serialize`], which becomes arguments by [`Payload::from_args`], or a
/// [`Payload`], which is passed on as it is.
pub trait IntoPayload {
    /// The arguments.
    ///
    /// # Errors
    /// As [`Payload::from_args`]; never for a [`Payload`].
    fn into_payload(self) -> Result<Payload, serde_json::Error>;
}

impl<T: Serialize> IntoPayload for T {
    fn into_payload(self) -> Result<Payload, serde_json::Error> {
        Payload::from_args(&self)
    }
}

impl IntoPayload for Payload {
    fn into_payload(self) -> Result<Payload, serde_json::Error> {
        Ok(self)
    }
}

impl IntoPayload for &Payload {
    fn into_payload(self) -> Result<Payload, serde_json::Error> {
        Ok(self.clone())
    }
}
