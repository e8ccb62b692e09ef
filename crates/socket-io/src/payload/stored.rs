//! The stored form of a [`Payload`], for any serde format.
//!
//! For a field use `#[serde(with = "socket_io::stored")]`; where that does not reach, as inside a `Vec`, use
//! [`StoredPayload`].

use std::ops::Deref;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Payload;

/// Writes the stored form.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(payload: &Payload, serializer: S) -> Result<S::Ok, S::Error> {
    (&payload.json, &payload.attachments).serialize(serializer)
}

/// Reads the stored form. It is trusted, not checked again; reading a damaged payload fails where it is used.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Payload, D::Error> {
    let (json, attachments) = <(String, Vec<Bytes>)>::deserialize(deserializer)?;
    Ok(Payload { json, attachments })
}

/// A [`Payload`] that can be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredPayload(#[serde(with = "self")] pub Payload);

impl Deref for StoredPayload {
    type Target = Payload;

    fn deref(&self) -> &Payload {
        &self.0
    }
}

impl From<Payload> for StoredPayload {
    fn from(payload: Payload) -> Self {
        Self(payload)
    }
}

impl From<StoredPayload> for Payload {
    fn from(stored: StoredPayload) -> Self {
        stored.0
    }
}
