//! The bodies of HTTP long-polling: packets with `\x1e` between them, binary as `b` and base64. [`v3`] has those of
//! version 3, `jsonp` what is around them for clients that poll by script tags.

pub(crate) mod jsonp;
pub mod v3;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::packet::{DecodeError, Frame, Packet, decode_text};

/// The body of an answer with packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `text/plain`.
    Text(String),
    /// `application/octet-stream`, for clients of version 3 that take it.
    Binary(Vec<u8>),
}

const SEPARATOR: char = '\x1e';

/// Encodes the frames, in order, as the body that answers a GET.
///
/// A text message that contains `\x1e` comes apart at the client: the protocol has no escape for it.
pub fn encode<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> String {
    let mut body = String::new();
    for (index, frame) in frames.into_iter().enumerate() {
        if index > 0 {
            body.push(SEPARATOR);
        }
        match frame {
            Frame::Text(text) => body.push_str(text),
            Frame::Binary(data) => {
                body.push('b');
                BASE64_STANDARD.encode_string(data, &mut body);
            }
        }
    }
    body
}

/// Decodes the body of a POST.
///
/// # Errors
///
/// The [`DecodeError`] of the first bad packet; an empty body is [`DecodeError::Empty`].
pub fn decode(body: &str) -> Result<Vec<Packet>, DecodeError> {
    packets(body).collect()
}

/// Decodes the body of a POST packet by packet, for a reader that acts on those before a bad one.
pub fn packets(body: &str) -> impl Iterator<Item = Result<Packet, DecodeError>> {
    body.split(SEPARATOR).map(decode_text)
}
