//! The parser of `socket.io-msgpack-parser`: a packet is a map with the keys `type`, `nsp`, `data` and `id`.
//!
//! Inside, arguments are JSON with placeholders for binary data, whichever the parser, so what comes in is written as
//! JSON, and what goes out read from it. What JSON has no word for comes as what JavaScript's `JSON.stringify` makes of
//! it: `undefined`, NaN and infinities as null, a date as text.

mod decode;
mod encode;

pub(crate) use decode::decode;
pub(crate) use encode::{ack, event, plain, with_argument};

/// The extension type in which JavaScript's `notepack` writes dates, `undefined` and array buffers.
const JAVASCRIPT: i8 = 0;
