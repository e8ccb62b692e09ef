//! What a session wants done: [`Output`], and the values in it.

use codec::{Decode, Encode};

use crate::payload::Body;
use crate::{Conn, Frame, Message, Refusal, Ticket, Version};

/// One thing for the caller to do, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer this HTTP request. Each ticket is answered once, except one whose client has gone.
    Answer {
        /// The request.
        ticket: Ticket,
        /// Its answer.
        answer: Answer,
    },
    /// Send this frame on this WebSocket.
    Send {
        /// The WebSocket.
        conn: Conn,
        /// The frame.
        frame: Frame,
    },
    /// Close this WebSocket. The session takes nothing more from it.
    CloseSocket {
        /// The WebSocket.
        conn: Conn,
        /// The close code; `None` closes without one, and the client sees 1005.
        code: Option<u16>,
    },
    /// A message for the application.
    Message(Message),
    /// The session went over from polling to WebSocket.
    Upgraded,
    /// The session has ended. Comes exactly once, and nothing for the application comes after it.
    Closed(CloseReason),
}

/// The answer to one HTTP request. Every answer is `cache-control: no-store`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200 with packets.
    Payload(Body),
    /// 200 `ok`, to a POST that was taken.
    Ok,
    /// A refusal, with its own status and JSON body.
    Refused(Refusal),
    /// This status and an empty body.
    Bare(u16),
}

impl Answer {
    /// A payload without anything in it, for a GET that waits when its client closes the session.
    pub fn noop(version: Version) -> Self {
        let noop = match version {
            Version::V4 => "6",
            Version::V3 => "1:6",
        };
        Self::Payload(Body::Text(noop.to_owned()))
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Payload(_) | Self::Ok => 200,
            Self::Refused(refusal) => refusal.status(),
            Self::Bare(status) => *status,
        }
    }

    /// The `content-type`, as on Node; none for an empty body.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Payload(Body::Text(_)) => Some("text/plain; charset=UTF-8"),
            Self::Payload(Body::Binary(_)) => Some("application/octet-stream"),
            Self::Ok => Some("text/html"),
            Self::Refused(_) => Some("application/json"),
            Self::Bare(_) => None,
        }
    }

    /// The body.
    pub fn into_body(self) -> Vec<u8> {
        match self {
            Self::Payload(Body::Text(body)) => body.into_bytes(),
            Self::Payload(Body::Binary(body)) => body,
            Self::Ok => b"ok".to_vec(),
            Self::Refused(refusal) => refusal.body().into_bytes(),
            Self::Bare(_) => Vec::new(),
        }
    }
}

/// Why a session ended, in Node's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum CloseReason {
    /// The client broke the rules of the transport: requests that overlap, a frame too long, a ping of its own.
    TransportError,
    /// The client left.
    TransportClose,
    /// The server ended this session.
    ForcedClose,
    /// The client did not answer a ping in time.
    PingTimeout,
    /// The client sent what is no packet.
    ParseError,
    /// The whole server ends.
    ServerShuttingDown,
    /// The server disconnected the client with all it had open.
    ForcedServerClose,
}

impl CloseReason {
    /// Node's name for it, as in `disconnect` events: `transport error` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TransportError => "transport error",
            Self::TransportClose => "transport close",
            Self::ForcedClose => "forced close",
            Self::PingTimeout => "ping timeout",
            Self::ParseError => "parse error",
            Self::ServerShuttingDown => "server shutting down",
            Self::ForcedServerClose => "forced server close",
        }
    }
}
