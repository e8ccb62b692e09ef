//! Unguessable bytes. They are drawn ahead, so that a request without any fails before it has done anything; nobody is given an
//! id that could be guessed.

use std::cell::RefCell;

use parlor::ID_BYTES;
use worker::Result;

use crate::log;

type Bytes = [u8; ID_BYTES];

/// How many are drawn at once.
const DRAWN: usize = 64;

/// So many are there when a turn begins: far more than one takes.
const KEPT: usize = 16;

thread_local! {
    static RESERVE: RefCell<Vec<Bytes>> = const { RefCell::new(Vec::new()) };
}

/// What a turn draws from, if there is enough of it.
///
/// # Errors
/// The platform has no randomness.
pub(crate) fn source() -> Result<fn() -> Bytes> {
    RESERVE.with_borrow_mut(|reserve| {
        if reserve.len() < KEPT {
            let mut drawn = [0; DRAWN * ID_BYTES];
            if getrandom::fill(&mut drawn).is_err() {
                log::error(log::WORKER, "no randomness", &"ids would be guessable");
                return Err("no randomness".into());
            }
            reserve.extend(drawn.as_chunks().0);
        }
        Ok(draw as fn() -> Bytes)
    })
}

fn draw() -> Bytes {
    if let Some(bytes) = RESERVE.with_borrow_mut(Vec::pop) {
        return bytes;
    }
    let mut bytes = [0; ID_BYTES];
    if getrandom::fill(&mut bytes).is_err() {
        // It was there when the turn began. The instance ends here, as by a panic, rather than go on with zeros.
        std::process::abort();
    }
    bytes
}

/// A number below 2^53 that nobody else has, for what lives as long as an object's storage.
///
/// # Errors
/// The platform has no randomness.
pub(crate) fn unique() -> Result<u64> {
    Ok(source()?().iter().take(6).fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}
