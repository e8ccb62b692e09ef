//! One packet.

use codec::{Decode, Encode};

use crate::Payload;

/// A Socket.IO packet. The two binary types of the wire are an event or acknowledgement whose payload has
/// attachments.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Packet {
    /// Type 0: a client asks to join a namespace, or the server says that it has.
    Connect {
        /// The namespace.
        nsp: String,
        /// A JSON object: the client's `auth`, or the server's `{"sid":…}`.
        data: Option<String>,
    },
    /// Type 1: one side leaves a namespace.
    Disconnect {
        /// The namespace.
        nsp: String,
    },
    /// Types 2 and 5.
    Event {
        /// The namespace.
        nsp: String,
        /// Present when an acknowledgement is expected.
        id: Option<u64>,
        /// The event's name. A number, which the protocol allows too, is its JSON text here, and is sent as a
        /// string.
        name: String,
        /// What follows the name.
        args: Payload,
    },
    /// Types 3 and 6: the answer to the event with that id.
    Ack {
        /// The namespace.
        nsp: String,
        /// The event's id.
        id: u64,
        /// The answer.
        args: Payload,
    },
    /// Type 4: the server does not let the client into a namespace.
    ConnectError {
        /// The namespace.
        nsp: String,
        /// A JSON object or string: the reason.
        data: String,
    },
}

/// Whether an event must not have this name, since it means something else on one of the two sides: `connect`,
/// `connect_error`, `disconnect`, `disconnecting`, `newListener`, `removeListener`.
#[must_use]
pub fn is_reserved(event: &str) -> bool {
    const RESERVED: [&str; 6] =
        ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];
    RESERVED.contains(&event)
}
