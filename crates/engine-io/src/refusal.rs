//! The ways in which a request is turned away.

use crate::quoted;

use crate::Millis;

/// Why a request was turned away before it reached a session.
///
/// | code | message | status |
/// |---|---|---|
/// | 0 | `Transport unknown` | 400 |
/// | 1 | `Session ID unknown` | 400 |
/// | 2 | `Bad handshake method` | 400 |
/// | 3 | `Bad request` | 400 |
/// | 4 | the application's, `Forbidden` by custom | 403 |
/// | 5 | `Unsupported protocol version` | 400 |
/// | 4 | `Too many requests`, which Node does not know | 429 |
///
/// An HTTP request gets [`status`](Self::status) and [`body`](Self::body) as `application/json`; a WebSocket upgrade
/// gets [`upgrade_status`](Self::upgrade_status) and the bare [`message`](Self::message) as `text/html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No `transport`, an unknown one, or one that is switched off.
    UnknownTransport,
    /// No session has this `sid`, or no longer.
    UnknownSid,
    /// A handshake by anything but GET.
    BadHandshakeMethod,
    /// The request fits neither its transport nor its session.
    BadRequest,
    /// The application denied it, with this message.
    Forbidden(String),
    /// `EIO` is not 4.
    UnsupportedVersion,
    /// The client's address has done so too often: it may again after so many milliseconds.
    TooMany(Millis),
}

impl Refusal {
    /// The number clients see.
    pub fn code(&self) -> u8 {
        match self {
            Self::UnknownTransport => 0,
            Self::UnknownSid => 1,
            Self::BadHandshakeMethod => 2,
            Self::BadRequest => 3,
            Self::Forbidden(_) | Self::TooMany(_) => 4,
            Self::UnsupportedVersion => 5,
        }
    }

    /// The HTTP status for a plain request.
    pub fn status(&self) -> u16 {
        match self {
            Self::Forbidden(_) => 403,
            Self::TooMany(_) => 429,
            _ => 400,
        }
    }

    /// The HTTP status for a WebSocket upgrade, where Node does not set a denied request apart.
    pub fn upgrade_status(&self) -> u16 {
        if let Self::TooMany(_) = self { 429 } else { 400 }
    }

    /// After how many seconds it may be tried again (`Retry-After`), where that is known.
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::TooMany(wait) = self { Some(wait.div_ceil(1000).max(1)) } else { None }
    }

    /// The text clients see; also the whole body of a refused WebSocket upgrade.
    pub fn message(&self) -> &str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSid => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::Forbidden(message) => message,
            Self::UnsupportedVersion => "Unsupported protocol version",
            Self::TooMany(_) => "Too many requests",
        }
    }

    /// The JSON body for a plain request: `{"code":0,"message":"Transport unknown"}`.
    pub fn body(&self) -> String {
        format!(r#"{{"code":{},"message":{}}}"#, self.code(), quoted(self.message()))
    }
}
