//! The form of what is stored: a byte that says which version of it, then what `codec` makes of it. Newer code meets what older code has
//! stored; a version that it does not know it takes for nothing.

use codec::{Decode, Encode};

use crate::{
    edition,
    sabotage::{Mistake, makes},
};

/// The bytes of a value.
pub(crate) fn write<T: Encode>(version: u8, value: &T) -> Vec<u8> {
    codec::to_extend(value, vec![edition::written(version)])
}

/// Whether code that is newer than this has written them.
pub(crate) fn is_newer(version: u8, bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|found| *found > edition::written(version)) && !makes(Mistake::RollBackUnseen)
}

/// The value of bytes.
pub(crate) fn read<T: Decode>(version: u8, bytes: &[u8]) -> Option<T> {
    let (found, rest) = bytes.split_first()?;
    edition::reads(version, *found).then(|| codec::from_bytes(rest))?
}
