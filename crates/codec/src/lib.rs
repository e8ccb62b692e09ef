//! Values as bytes: how rows are stored, and what objects send to each other.
//!
//! The bytes are those of [postcard](https://postcard.jamesmunns.com/wire-format), which a test compares. What serde's
//! visitors are for each type was a tenth of the chat's wasm; here a type is its fields, one after another:
//!
//! ```
//! use codec::{Decode, Encode};
//!
//! #[derive(Debug, PartialEq, Encode, Decode)]
//! struct Member {
//!     name: String,
//!     rooms: Vec<u64>,
//!     #[codec(skip)]
//!     is_new: bool,
//! }
//!
//! let bytes = codec::to_vec(&Member { name: "Ada".into(), rooms: vec![300], is_new: true });
//! assert_eq!(bytes, [3, b'A', b'd', b'a', 1, 0xac, 2]);
//! let read = codec::from_bytes(&bytes);
//! assert_eq!(read, Some(Member { name: "Ada".into(), rooms: vec![300], is_new: false }));
//! assert_eq!(codec::from_bytes::<Member>(&bytes[..5]), None);
//! ```
//!
//! | what | its bytes |
//! |---|---|
//! | `u8`, `bool` | one byte |
//! | other whole numbers, lengths | seven bits a byte, the lowest first; the highest bit says that more follow |
//! | text, bytes, lists, sets, maps | how many, then each |
//! | an option | 0, or 1 and the value |
//! | a struct, a tuple | its fields |
//! | an enum | the number of its variant, at most 127, and that one's fields |
//!
//! There are no names and no versions in it: a field more or less is another form. Bytes may be anybody's: reading them takes no
//! more memory than they have, by a factor that is the size of the type.

mod decode;
mod encode;

pub use codec_derive::{Decode, Encode};
pub use decode::{Decode, Reader, from_bytes, take};
pub use encode::{Encode, tag, to_extend, to_vec};
