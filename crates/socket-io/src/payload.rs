//! Arguments of events and acknowledgements: raw JSON that is only parsed when somebody asks.

mod array;
mod binary;
mod raw;
#[cfg(feature = "typescript")]
mod typescript;
mod walk;

use bytes::Bytes;
use codec::{Decode, Encode};
use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Serialize};
use serde_json::value::RawValue;

pub(crate) use array::Array;
pub use binary::Binary;
pub use raw::Raw;
pub(crate) use walk::{Walk, attachments_needed};

use crate::Violation;
use crate::json::{self, Error, Reader, Writer};

/// Arguments of an event or acknowledgement as raw JSON, unparsed, with its binary attachments.
///
/// Where an argument is or contains binary data, the JSON holds a placeholder,
/// `{"_placeholder":true,"num":n}`, for the attachment with that index. [`Binary`] reads and writes them.
///
/// A payload is deliberately not [`Serialize`]: to be sent it is passed on as it is, by [`IntoPayload`]. To be stored it is
/// [`Encode`]; what is read again is trusted, not checked, and reading a damaged payload fails where it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
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
    /// # Ok::<(), socket_io::json::Error>(())
    /// ```
    ///
    /// # Errors When `value` cannot be JSON (a map whose keys are no strings), or holds a forged placeholder
    /// beside real [`Binary`] values, on which the receiving client would close its connection.
    pub fn from_args<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let mut writing = Writing::begin(Vec::new());
        let written = value.serialize(&mut writing.json);
        // `()` is no argument; a JSON null, which serde tells apart from it by nothing but its type, is one. Of what is
        // written as null only `()` and `&()` are called by so short a name, whose text need not be in the program.
        let is_nothing = std::any::type_name::<T>().len() <= "&()".len();
        writing.end(written, is_nothing)
    }

    /// The arguments as `T`, the mirror of [`from_args`](Self::from_args): a tuple takes one argument for
    /// each of its elements, `()` takes none, anything else takes the first argument. As in JavaScript,
    /// arguments beyond those are ignored, and a missing one is like `null`, so that an `Option` is `None`.
    ///
    /// # Errors
    /// When an argument is missing or not of the expected type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut reading = Reading::begin(self);
        let value = T::deserialize(&mut reading.json);
        reading.end(value.is_err())?;
        value
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
    pub fn push<T: Serialize + ?Sized>(&mut self, argument: &T) -> Result<(), Error> {
        let mut writing = Writing::begin(self.attachments.clone());
        let written = argument.serialize(&mut writing.json);
        writing.json.is_tuple = false;
        self.extend(writing.end(written, false)?);
        Ok(())
    }

    fn extend(&mut self, argument: Self) {
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&argument.json);
        self.attachments = argument.attachments;
    }

    /// The arguments one by one, still unparsed.
    pub fn args(&self) -> impl Iterator<Item = &RawValue> {
        let mut reader = Reader::new(&self.json);
        std::iter::from_fn(move || json::from_str(reader.argument()?).ok())
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
}

// What follows does what reading and writing are for all types, and is not inlined, lest it be there for each.

/// A payload that is being read.
struct Reading<'a> {
    json: Reader<'a>,
    _scope: binary::Scope,
}

impl<'a> Reading<'a> {
    #[inline(never)]
    fn begin(payload: &'a Payload) -> Self {
        let scope = binary::Scope::enter(payload.attachments.clone());
        Self { json: Reader::arguments(&payload.json), _scope: scope }
    }

    #[inline(never)]
    fn end(self, failed: bool) -> Result<(), Error> {
        self.json.end_arguments(failed)
    }
}

/// A payload that is being written.
struct Writing {
    json: Writer,
    scope: binary::Scope,
}

impl Writing {
    /// What is written has its attachments behind these.
    #[inline(never)]
    fn begin(attachments: Vec<Bytes>) -> Self {
        Self { json: Writer::default(), scope: binary::Scope::enter(attachments) }
    }

    #[inline(never)]
    fn end(self, written: Result<(), Error>, is_nothing: bool) -> Result<Payload, Error> {
        let attachments = self.scope.leave();
        written?;
        let Writer { mut json, is_tuple, .. } = self.json;
        if is_nothing && json == "null" {
            json.clear();
        }
        if is_tuple {
            json.pop();
            json.remove(0);
        }
        if !attachments.is_empty() && attachments_needed(&json)? > attachments.len() {
            return Err(Error::custom(Violation::PlaceholderOutOfRange));
        }
        Ok(Payload { json, attachments })
    }
}

/// What can be emitted: anything [`Serialize`], which becomes arguments by [`Payload::from_args`], or a
/// [`Payload`], which is passed on as it is.
pub trait IntoPayload {
    /// The arguments.
    ///
    /// # Errors
    /// As [`Payload::from_args`]; never for a [`Payload`].
    fn into_payload(self) -> Result<Payload, Error>;
}

impl<T: Serialize> IntoPayload for T {
    fn into_payload(self) -> Result<Payload, Error> {
        Payload::from_args(&self)
    }
}

impl IntoPayload for Payload {
    fn into_payload(self) -> Result<Payload, Error> {
        Ok(self)
    }
}

impl IntoPayload for &Payload {
    fn into_payload(self) -> Result<Payload, Error> {
        Ok(self.clone())
    }
}
