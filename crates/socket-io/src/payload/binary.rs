use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Binary data inside of arguments. Where it stands it becomes a placeholder, and its bytes an attachment;
/// read from arguments it takes its attachment. Outside of a [`Payload`](super::Payload) it is serialised as
/// bytes.
///
/// ```
/// # use socket_io::{Binary, Payload};
/// let payload = Payload::from_args(&("cat.png", Binary(vec![1, 2].into())))?;
/// assert_eq!(payload.json(), r#""cat.png",{"_placeholder":true,"num":0}"#);
/// let (name, image) = payload.to::<(String, Binary)>()?;
/// assert_eq!((name.as_str(), &image.0[..]), ("cat.png", &[1, 2][..]));
/// # Ok::<(), socket_io::json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Binary(pub Bytes);

thread_local! {
    // Serde has no way to hand a list down to a value deep inside of another, so it lies here while one is
    // (de)serialised.
    static ATTACHMENTS: Cell<Option<Rc<Vec<Bytes>>>> = const { Cell::new(None) };
}

/// Adds an attachment and gives its number; `None` outside of a [`Scope`].
pub(super) fn attach(bytes: Bytes) -> Option<usize> {
    let mut attachments = ATTACHMENTS.take()?;
    let number = attachments.len();
    Rc::make_mut(&mut attachments).push(bytes);
    ATTACHMENTS.set(Some(attachments));
    Some(number)
}

/// The attachments that placeholders stand for; none outside of a [`Scope`]. Shared, for a client may send many values that
/// each want them.
pub(super) fn provided() -> Rc<Vec<Bytes>> {
    let attachments = ATTACHMENTS.take();
    let copy = attachments.clone().unwrap_or_default();
    ATTACHMENTS.set(attachments);
    copy
}

/// While there is one, placeholders that are read as [`Binary`] stand for its attachments, and those of [`Binary`] values
/// that are written are added to them. Its end puts back what was there before, also when a `Serialize` implementation
/// panics.
pub(super) struct Scope(Option<Rc<Vec<Bytes>>>);

impl Scope {
    pub(super) fn enter(attachments: Vec<Bytes>) -> Self {
        Self(ATTACHMENTS.replace(Some(Rc::new(attachments))))
    }

    /// Its attachments, at its end.
    pub(super) fn leave(self) -> Vec<Bytes> {
        ATTACHMENTS.take().map(Rc::unwrap_or_clone).unwrap_or_default()
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        ATTACHMENTS.set(self.0.take());
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(num) = attach(self.0.clone()) else { return serializer.serialize_bytes(&self.0) };
        let mut placeholder = serializer.serialize_map(Some(2))?;
        placeholder.serialize_entry("_placeholder", &true)?;
        placeholder.serialize_entry("num", &num)?;
        placeholder.end()
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(BinaryVisitor)
        } else {
            deserializer.deserialize_byte_buf(BinaryVisitor)
        }
    }
}

struct BinaryVisitor;

impl<'de> Visitor<'de> for BinaryVisitor {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("binary data")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Binary, E> {
        Ok(Binary(Bytes::copy_from_slice(bytes)))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Binary, E> {
        Ok(Binary(bytes.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Binary, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(Binary(bytes.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Binary, A::Error> {
        #[derive(Deserialize)]
        struct Placeholder {
            _placeholder: bool,
            num: usize,
        }
        let placeholder = Placeholder::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        let attachments = ATTACHMENTS.take();
        let bytes = attachments.as_ref().and_then(|list| list.get(placeholder.num)).cloned();
        ATTACHMENTS.set(attachments);
        bytes
            .filter(|_| placeholder._placeholder)
            .map(Binary)
            .ok_or_else(|| A::Error::custom("expected binary data"))
    }
}
