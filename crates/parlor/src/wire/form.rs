//! The binary form of what objects say: a version byte, then what `codec` makes of it. Code of another version is refused, and comes again.

use codec::{Decode, Encode};

use super::{Cast, Peer};
use crate::{edition, link::Envelope};

/// Raise it with any change to the types of `wire`.
const VERSION: u8 = 8;

fn version() -> u8 {
    edition::written(VERSION)
}

/// Why bytes from another object can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Another version of this code wrote them. A deploy is under way; the sender tries again.
    Version(Option<u8>),
    /// They are damaged.
    Malformed,
    /// They can, but this object's storage cannot: newer code has written it. The sender tries again, until that is back.
    NewerStorage,
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Version(Some(other)) => write!(f, "wire version {other}, this code speaks {}", version()),
            Self::Version(None) => f.write_str("an empty body"),
            Self::Malformed => f.write_str("a malformed body"),
            Self::NewerStorage => f.write_str("newer code than this has stored something here"),
        }
    }
}

impl std::error::Error for WireError {}

/// The bytes of a value.
#[must_use]
pub(crate) fn encode<T: Encode>(value: &T) -> Vec<u8> {
    codec::to_extend(value, vec![version()])
}

/// The body of a request between objects: who speaks, and its side of the link.
#[must_use]
pub(crate) fn encode_request<T: Encode>(from: &Peer, envelope: &Envelope<T>) -> Vec<u8> {
    encode(&(Some(from), envelope))
}

/// The body of a request with a broadcast from outside of all objects, in this namespace.
#[must_use]
pub(crate) fn encode_outside(nsp: &str, cast: &Cast) -> Vec<u8> {
    encode(&(None::<Peer>, nsp, cast))
}

/// The body of a request for a Gateway's counters.
#[must_use]
pub(crate) fn encode_metrics() -> Vec<u8> {
    encode_outside("", &Cast::default())
}

/// The namespace and the broadcast of [`encode_outside`], behind its sender. No namespace: it is [`encode_metrics`].
///
/// # Errors
/// See [`WireError`].
pub(crate) fn decode_outside(rest: &[u8]) -> Result<(String, Cast), WireError> {
    codec::from_bytes(rest).ok_or(WireError::Malformed)
}

/// The sender of a request (`None`: from outside of all objects), and the rest of it for [`decode_envelope`].
///
/// # Errors
/// See [`WireError`].
pub(crate) fn decode_sender(body: &[u8]) -> Result<(Option<Peer>, &[u8]), WireError> {
    match body.split_first() {
        Some((found, rest)) if *found == version() => codec::take(rest).ok_or(WireError::Malformed),
        other => Err(WireError::Version(other.map(|(version, _)| *version))),
    }
}

/// The envelope of a request.
///
/// # Errors
/// See [`WireError`].
pub(crate) fn decode_envelope<T: Decode>(rest: &[u8]) -> Result<Envelope<T>, WireError> {
    codec::from_bytes(rest).ok_or(WireError::Malformed)
}

/// The value of bytes.
///
/// # Errors
/// See [`WireError`].
pub(crate) fn decode<T: Decode>(bytes: &[u8]) -> Result<T, WireError> {
    match bytes.split_first() {
        Some((found, rest)) if *found == version() => codec::from_bytes(rest).ok_or(WireError::Malformed),
        other => Err(WireError::Version(other.map(|(version, _)| *version))),
    }
}
