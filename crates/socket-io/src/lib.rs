//! Socket.IO v5 for servers, as pure state machines.
//!
//! Socket.IO names what Engine.IO carries: events with arguments, acknowledgements, binary attachments, and
//! namespaces that share one connection. This crate holds its rules and nothing else: no I/O, no clock, no
//! randomness, no `async`. Time and messages are arguments; frames to send and what the client wants are
//! return values. Arguments stay raw JSON until somebody asks for them, so what is only passed on is checked
//! once and never parsed.
//!
//! # Layout
//!
//! - [`Connection`] is the machine of one client: which namespaces it is in, and what it may send there.
//! - [`Decoder`] turns messages into [`Packet`]s and puts binary packets together; [`Violation`] is all that
//!   can be wrong.
//! - [`Parser`] is how packets are written: it turns them into frames, as JSON or as msgpack.
//! - [`Payload`] is the arguments of an event or acknowledgement, [`IntoPayload`] what can become one,
//!   [`Binary`] binary data inside of it, [`Raw`] one of them
//!   that is passed on as it came.
//! - [`Rooms`] is who is in which room of a namespace, and [`Target`] whom a broadcast is for.
//!
//! # The life of a packet
//!
//! From a client: Engine.IO gives a message; [`Connection::handle_message`] decodes it, keeps it if
//! attachments are due, checks that the client is in the namespace, and gives an [`Incoming`]. The handler
//! takes its arguments by [`Payload::to`]. A [`Violation`] at any point closes the connection.
//!
//! To a client: a value becomes a [`Payload`] by [`IntoPayload`], then frames by [`Parser::encode_event`] or
//! [`Parser::encode_ack`]. Clones of frames share their data, so a broadcast is encoded once for all that
//! [`Rooms::select`] names.
//!
//! # The driver loop
//!
//! 1. A connection opens: [`Connection::new`]. A message comes: [`Connection::handle_message`].
//! 2. [`Incoming::Connect`]: decide, perhaps later, then [`Connection::accept`] or [`Connection::refuse`].
//! 3. The server ends a namespace: [`Connection::disconnect`]. The connection is lost:
//!    [`Connection::namespaces`] says what the client was in.
//! 4. After each turn send the frames; if [`Connection::take_dirty`], store the connection (it is [`codec::Encode`]).
//! 5. Set a timer for [`Connection::next_timeout`], and call [`Connection::handle_timeout`] when it fires.
//!
//! ```
//! use engine_io::{Frame, Message};
//! use socket_io::{Connection, Incoming, IntoPayload, Options, Parser};
//!
//! let mut connection = Connection::new(0, 45_000, Options::default());
//!
//! // The client asks to join the namespace `/`, and may.
//! let incoming = connection.handle_message(Message::Text(r#"0{"token":"x"}"#.into()))?;
//! assert_eq!(incoming, Some(Incoming::Connect { nsp: "/".into(), auth: Some(r#"{"token":"x"}"#.into()) }));
//! assert_eq!(connection.accept("/", "8gN2"), [Frame::Text(r#"40{"sid":"8gN2"}"#.into())]);
//!
//! // It sends an event, and wants an answer.
//! let incoming = connection.handle_message(Message::Text(r#"27["add",1,2]"#.into()))?;
//! if let Some(Incoming::Event { nsp, id: Some(id), name, args }) = incoming {
//!     assert_eq!(name, "add");
//!     let (a, b) = args.to::<(u32, u32)>()?;
//!     let answer = (a + b).into_payload()?;
//!     assert_eq!(Parser::Json.encode_ack(&nsp, id, &answer)?, [Frame::Text("437[3]".into())]);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where it differs from Node
//!
//! A second CONNECT closes the connection also while the first waits for its answer. Node answers both. The official
//! client sends one where the application calls `connect()` again before it has heard.
//!
//! Else it reads and writes what Node's Socket.IO 4.8 does, except for packets that no client sends:
//!
//! - `50-[…]` is delivered, as if it were not binary; so did Node until its parser 4.2.7, which refuses it.
//! - The number of attachments is digits and nothing else; Node takes what JavaScript takes for a number, as
//!   in `5-[…]` or `51.0-[…]`. Placeholders have whole numbers, written as digits; Node lets `0.5` and
//!   `0e0` through.
//! - A space is no digit of an id; on Node `2 ["a"]` asks for acknowledgement 0. An id beyond 64 bits is a
//!   violation; on Node it is rounded.
//! - A message that begins with a blank is a violation; to Node it is a CONNECT.
//! - A CONNECT_ERROR without a reason is a violation before it is known who sent it.
//! - Binary packets nested deeper than 128 levels, or with a number beyond all doubles, are a violation. Others may
//!   be as deep as they like, but cannot be deserialised beyond that.
//! - An event whose name holds half a surrogate pair is a violation, since Rust's strings cannot hold it.
//! - What has no effect (`2`, `3[]`) is ignored before its namespace is looked at; Node closes if that is not
//!   joined.
//!
//! And of msgpack:
//!
//! - What JSON has no word for comes as `JSON.stringify` would write it: `undefined`, NaN and infinities as null, dates
//!   as text.
//! - Reserved names, names that are neither text nor number, keys that are no text, ids that are negative, values deeper
//!   than 120 levels, more than 1000 pieces of binary data, and objects with the key `_placeholder` beside binary data
//!   are violations.
//! - Whole numbers beyond 64 bits are written as floats, half surrogate pairs as U+FFFD; Node writes the lower bits of
//!   the one, and bytes that are no UTF-8 for the other.

mod connection;
mod decoder;
pub mod json;
mod map;
mod packet;
mod parser;
mod payload;
mod rooms;
mod set;
mod violation;

pub use connection::{Connection, Incoming, Membership, Options};
pub use decoder::{Decoder, MAX_ATTACHMENTS};
pub use map::{Map, Recent, find};
pub use packet::{Packet, is_reserved};
pub use parser::{EncodeError, Parser};
pub use payload::{Binary, IntoPayload, Payload, Raw};
pub use rooms::{Rooms, Target};
pub use set::Set;
pub use violation::Violation;
