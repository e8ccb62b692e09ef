//! Socket.IO's own parser.

mod decode;
mod encode;

pub(crate) use decode::{event as decode_event, parse as decode};
pub(crate) use encode::{ack, event, json_string as string, text as plain, with_argument};
