use std::fmt;

/// What a peer did that the protocol does not allow. The connection has to be closed: what was received until
/// then says nothing about what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The packet type is not one of the digits 0 to 6.
    UnknownPacketType,
    /// A binary packet whose number of attachments is missing or not a number.
    IllegalAttachments,
    /// A binary packet that announces more than [`MAX_ATTACHMENTS`](crate::MAX_ATTACHMENTS).
    TooManyAttachments,
    /// An acknowledgement id that does not fit 64 bits.
    IllegalId,
    /// The payload is not JSON, or not of the kind its packet type asks for.
    InvalidPayload,
    /// An event named like one of the events that Socket.IO itself emits.
    ReservedEvent,
    /// A text message came where an attachment was due.
    TextDuringReconstruction,
    /// A binary message that no packet announced.
    UnexpectedBinary,
    /// A text message where every packet is msgpack, which is binary.
    UnexpectedText,
    /// A packet that is not msgpack, or not all of it.
    InvalidMsgPack,
    /// A placeholder in the payload points to no attachment, or stands where there can be none.
    PlaceholderOutOfRange,
    /// A packet for a namespace that this connection is not in.
    NotConnected,
    /// A CONNECT to a namespace that this connection is in, or is asking for, already.
    AlreadyConnected,
    /// A CONNECT_ERROR, which only servers send.
    ConnectErrorFromClient,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownPacketType => "unknown packet type",
            Self::IllegalAttachments => "illegal number of attachments",
            Self::TooManyAttachments => "too many attachments",
            Self::IllegalId => "illegal acknowledgement id",
            Self::InvalidPayload => "invalid payload",
            Self::ReservedEvent => "reserved event name",
            Self::TextDuringReconstruction => "text message while attachments are due",
            Self::UnexpectedBinary => "binary message that no packet announced",
            Self::UnexpectedText => "text message where msgpack is spoken",
            Self::InvalidMsgPack => "invalid msgpack",
            Self::PlaceholderOutOfRange => "placeholder without an attachment",
            Self::NotConnected => "packet for a namespace that is not connected",
            Self::AlreadyConnected => "second CONNECT to a namespace",
            Self::ConnectErrorFromClient => "CONNECT_ERROR from a client",
        })
    }
}

impl std::error::Error for Violation {}
