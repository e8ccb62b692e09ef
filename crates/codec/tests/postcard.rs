//! The bytes are postcard's, so what was stored before there was this crate is read.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use codec::{Decode, Encode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
enum Kind {
    Unit,
    Pair(u16, Option<String>),
    Named { at: u64, list: Vec<(u32, bool)> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Encode, Decode)]
struct Row {
    kinds: Vec<Kind>,
    byte: u8,
    size: usize,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Unit),
        any::<(u16, Option<String>)>().prop_map(|(number, text)| Kind::Pair(number, text)),
        any::<(u64, Vec<(u32, bool)>)>().prop_map(|(at, list)| Kind::Named { at, list }),
    ]
}

proptest! {
    #[test]
    fn the_bytes_are_those_of_postcard(kinds in prop::collection::vec(kind(), 0..8), byte: u8, size in 0..u32::MAX as usize) {
        let row = Row { kinds, byte, size };
        let bytes = codec::to_vec(&row);
        prop_assert_eq!(&bytes, &postcard::to_allocvec(&row).unwrap());
        prop_assert_eq!(codec::from_bytes::<Row>(&bytes), Some(row));
        for end in 0..bytes.len() {
            prop_assert_eq!(codec::from_bytes::<Row>(&bytes[..end]), None);
        }
    }

    /// Whatever bytes are read, postcard agrees, and a length that lies costs nothing.
    #[test]
    fn strangers_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert_eq!(codec::from_bytes::<Row>(&bytes), postcard::from_bytes::<Row>(&bytes).ok());
    }
}
